//! What a host says of a workflow: its form, its words and its rules. The same in a TOML file beside
//! the graph, in the database and in the studio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Condition, Ends, FieldGroup, OutputKind, Policy, Preset, Shape};

/// A workflow without its graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name in URLs: `a-z`, `0-9` and `-`, at most 64 bytes.
    pub slug: String,
    pub title: String,
    /// One line.
    #[serde(default)]
    pub summary: String,
    /// Address of a picture for its card, relative to the page's base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<String>,
    /// The language of its words, as a BCP 47 tag.
    #[serde(default = "english", skip_serializing_if = "is_english")]
    pub language: String,
    /// What it makes, in the order of the results.
    #[serde(default)]
    pub makes: Vec<OutputKind>,
    /// The nodes whose outputs are results; those of others are kept only when these made nothing.
    /// Empty: whatever is saved, and what is previewed when nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    #[serde(default)]
    pub policy: Policy,
    /// Settings to begin with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Preset>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TemplateManifest>,
    #[serde(default)]
    pub fields: Vec<FieldManifest>,
    /// What people read in other languages, by BCP 47 tag: `pt`, `zh-Hant`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, Texts>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            slug: String::new(),
            title: String::new(),
            summary: String::new(),
            cover: None,
            language: english(),
            makes: Vec::new(),
            results: Vec::new(),
            policy: Policy::default(),
            presets: Vec::new(),
            templates: Vec::new(),
            fields: Vec::new(),
            texts: BTreeMap::new(),
        }
    }
}

fn english() -> String {
    "en".into()
}

fn is_english(language: &str) -> bool {
    language == "en"
}

/// A node input that several fields make together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TemplateManifest {
    /// `node.input`.
    pub bind: String,
    /// Field names in braces, and what stands between them.
    pub template: String,
}

/// One field. Which keys it needs depends on its type.
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the file, on its own")]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldManifest {
    /// Unique in its form.
    pub name: String,
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// A sentence under the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    #[serde(default, skip_serializing_if = "is_main")]
    pub group: FieldGroup,
    /// Fields of one tab stand behind its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Shown, and used, only when another field says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// No guest sees or sets it: the graph gets its default.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// Node inputs that get the value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bind: Vec<BindManifest>,
    /// Node inputs that get the width, of sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub width: Vec<String>,
    /// Node inputs that get the height, of sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub height: Vec<String>,
    /// Of files: without one, what needs it is taken out of the graph.
    #[serde(default, skip_serializing_if = "is_false")]
    pub prunes: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiline: bool,
    /// In characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// Options are those that this input, `class.input`, has on the backends; of these only the ones
    /// in `options`, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Options are those of a shared list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionManifest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<Shape>,
    /// Most pixels of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// Largest file, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

/// What a field asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    Choice,
    Seed,
    Size,
    Image,
    /// A picture and what of it is meant.
    Mask,
    Video,
    Audio,
    /// A file in three dimensions.
    Model,
    /// Any other file.
    File,
}

/// Where a value goes: `"node.input"`, or with arithmetic on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum BindManifest {
    Plain(String),
    /// value × `times` + `plus`.
    Scaled {
        to: String,
        times: f64,
        plus: f64,
    },
}

impl BindManifest {
    /// `node.input`.
    pub fn to(&self) -> &str {
        match self {
            Self::Plain(to) | Self::Scaled { to, .. } => to,
        }
    }
}

/// One option of a choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OptionManifest {
    pub value: Value,
    pub label: String,
    /// What a template gets in the place of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// What people read, in one language. What is missing is as in the manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// By field name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldTexts>,
    /// Names of tabs and presets, by what they are in the manifest.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// What people read of one field, in one language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FieldTexts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Labels of options, by their label in the manifest.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_main(group: &FieldGroup) -> bool {
    *group == FieldGroup::Main
}
