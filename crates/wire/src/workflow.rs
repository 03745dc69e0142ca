//! What a person sees before a run: the workflow and its form.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Format, Inputs, Metadata, Millis, OutputKind};

/// One card of the hall. `GET /workflows` answers an array of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkflowSummary {
    /// Name in URLs: `a-z`, `0-9` and `-`, at most 64 bytes.
    pub slug: String,
    pub title: String,
    /// One line.
    pub summary: String,
    /// URL of a cover picture, relative to the page's base.
    pub cover: Option<String>,
    /// What it makes, in the order of the output nodes.
    pub makes: Vec<OutputKind>,
}

/// A published workflow with its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workflow {
    #[serde(flatten)]
    pub about: WorkflowSummary,
    /// Counts up with every edit; a job keeps the version it ran.
    pub version: u32,
    /// In the host's order.
    pub fields: Vec<Field>,
    /// Every node in the order it runs: the node strip before anything started.
    pub nodes: Vec<NodeInfo>,
    /// How long a run usually takes, learned from earlier ones.
    pub usual_ms: Option<Millis>,
    /// Settings to begin with.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// Why it cannot run now, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
}

/// A published workflow as programs see it: [`Workflow`], which is all that the page reads, and by
/// what rules it runs. `GET /workflows/{slug}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkflowInFull {
    #[serde(flatten)]
    pub workflow: Workflow,
    pub policy: OpenPolicy,
    /// The nodes whose files a job keeps, as far as that is known before it runs: without a backend
    /// it may not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputNode>,
}

/// What of a workflow's [`crate::Policy`] is told to those who run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenPolicy {
    /// Most work that one job may ask for: pixels × batch × steps × frames.
    pub max_cost: u64,
    /// Most jobs of it that run at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    /// Most jobs of it in a day, for each person who has limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs_per_day: Option<u32>,
    /// Most work in a day, in pixel steps, for each person who has limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_day: Option<u64>,
    /// Whether files say how they were made.
    pub metadata: Metadata,
    /// Days until what it made is deleted, favourites excepted, as the workflow or else the house
    /// says. Absent: it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// What still pictures are turned into. Absent: they stay as they were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
}

/// A node whose files a job keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutputNode {
    /// Key in the graph, as in [`NodeInfo`].
    pub node: String,
    /// What it makes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OutputKind>,
}

/// Settings to begin with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    pub label: String,
    /// Fields that are not in it keep what they hold.
    pub inputs: Inputs,
}

/// A field counts only when another one holds one of these values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Name of the other field.
    pub field: String,
    pub is: Vec<Value>,
}

impl Condition {
    /// Whether the other field's `value` lets the field count.
    pub fn is_met_by(&self, value: &Value) -> bool {
        // 2 and 2.0 are one value to whoever chooses.
        let same = |wanted: &Value| match (wanted.as_f64(), value.as_f64()) {
            (Some(one), Some(other)) => one.to_bits() == other.to_bits(),
            _ => wanted == value,
        };
        self.is.iter().any(same)
    }
}

/// A node of the graph, as far as the strip shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeInfo {
    /// Key in the graph; the same string in [`crate::Progress`].
    pub id: String,
    /// The host's title for it, else ComfyUI's display name, else the class.
    pub title: String,
    pub class: String,
}

/// One named, typed input of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Field {
    /// Key in [`crate::Inputs`].
    pub name: String,
    pub label: String,
    /// A sentence under the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    #[serde(default)]
    pub group: FieldGroup,
    /// The tab it stands behind; `None`: always in sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    /// Shown, and used, only when this is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Refused when missing or empty.
    #[serde(default)]
    pub required: bool,
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldGroup {
    /// Always in sight.
    #[default]
    Main,
    /// Under *More settings*.
    More,
}

/// The type of a field. In JSON its `type` and limits stand beside the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// Value: string.
    Text {
        #[serde(default)]
        multiline: bool,
        /// In characters (Unicode scalar values).
        max_length: u32,
        #[serde(default)]
        default: String,
    },
    /// Value: whole number.
    Integer {
        min: i64,
        max: i64,
        #[serde(default = "one")]
        step: i64,
        default: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<Ends>,
    },
    /// Value: number.
    Number {
        min: f64,
        max: f64,
        step: f64,
        default: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<Ends>,
    },
    /// Value: `true` or `false`.
    Boolean {
        #[serde(default)]
        default: bool,
    },
    /// Value: one of the options' `value`.
    Choice { options: Vec<Choice>, default: Value },
    /// Value: whole number from 0 to 2⁶⁴−1, or `null` for a new one each time.
    Seed,
    /// Value: [`Size`].
    Size { shapes: Vec<Shape>, min: u32, max: u32, step: u32, default: Size },
    /// Value: `{"upload": id}`, `{"job": id, "output": n}` or `null`.
    Image {
        /// Largest file accepted, in bytes.
        max_bytes: u64,
        /// MIME types accepted.
        accept: Vec<String>,
        /// What is transparent in it is what is meant.
        #[serde(default)]
        mask: bool,
    },
    /// The same for what is no picture.
    File {
        media: Media,
        /// Largest file accepted, in bytes.
        max_bytes: u64,
        /// MIME types accepted; empty: any.
        accept: Vec<String>,
    },
}

impl FieldKind {
    /// Whether it asks for a file, and one of this MIME type will do.
    pub fn takes(&self, mime: &str) -> bool {
        let (Self::Image { accept, .. } | Self::File { accept, .. }) = self else { return false };
        // `text/plain` takes `text/plain; charset=utf-8`, and `text/*` any text.
        accept.is_empty() || accept.iter().any(|one| mime.starts_with(one.trim_end_matches('*')))
    }
}

/// Sorts of files besides pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Media {
    Video,
    Audio,
    /// In three dimensions.
    Model,
    Other,
}

fn one() -> i64 {
    1
}

/// One entry of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Choice {
    pub value: Value,
    pub label: String,
    /// URL of a small picture, relative to the page's base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb: Option<String>,
}

/// A named proportion, drawn as a shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shape {
    /// `3:2`, `Wide`.
    pub label: String,
    #[serde(flatten)]
    pub size: Size,
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// Words at both ends of a slider: "Loosely", "Exactly".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ends {
    pub low: String,
    pub high: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_field_takes_what_it_accepts() {
        let file = |accept: &[&str]| FieldKind::File {
            media: Media::Other,
            max_bytes: 1,
            accept: accept.iter().map(ToString::to_string).collect(),
        };
        assert!(
            file(&["video/mp4"]).takes("video/mp4") && !file(&["video/mp4"]).takes("video/webm")
        );
        assert!(file(&["text/*"]).takes("text/plain; charset=utf-8") && file(&[]).takes("x/y"));
        assert!(!FieldKind::Seed.takes("image/png"));
    }

    #[test]
    fn a_field_has_its_type_beside_its_name() {
        let field = Field {
            name: "steps".into(),
            label: "Steps".into(),
            help: None,
            placeholder: None,
            group: FieldGroup::More,
            tab: None,
            when: None,
            required: false,
            kind: FieldKind::Integer { min: 1, max: 60, step: 1, default: 20, ends: None },
        };
        assert_eq!(
            serde_json::to_string(&field).unwrap(),
            r#"{"name":"steps","label":"Steps","group":"more","required":false,"type":"integer","min":1,"max":60,"step":1,"default":20}"#,
        );
    }
}
