//! What the studio and the server say to each other. Guests' pages know none of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{FieldManifest, JobId, Manifest, Millis, OutputKind, Workflow};

/// A line of the studio's list. `GET /studio/workflows` answers an array of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StudioEntry {
    pub slug: String,
    /// Of the draft, if there is one.
    pub title: String,
    pub cover: Option<String>,
    pub makes: Vec<OutputKind>,
    pub origin: Origin,
    /// The version that guests run; `None` when they see none.
    pub published: Option<u32>,
    /// The number of the newest version; 0 before the first.
    pub newest: u32,
    /// When the draft was last changed; `None` without one.
    pub draft_at: Option<Millis>,
    /// What keeps the published version, or else the draft, from running.
    pub problems: Vec<Trouble>,
}

/// Where a workflow comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Came with the house.
    BuiltIn,
    /// Is a file in the house's folder of workflows; when that changes it is published again.
    Folder,
    /// Was made here.
    Studio,
}

/// A workflow on the bench. `GET`, `PUT /studio/workflows/{slug}`, `POST /studio/import` and
/// everything else that changes a draft answer with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bench {
    pub entry: StudioEntry,
    pub draft: Draft,
    /// The form exactly as guests will see it; `None` when the draft is too broken for one.
    pub form: Option<Workflow>,
    /// What is wrong with the draft, most serious first.
    pub problems: Vec<Trouble>,
    /// Every input that could be a field, in the order of the graph.
    pub nodes: Vec<NodeInputs>,
}

/// What is being worked on: the draft, or else what it would begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Draft {
    pub manifest: Manifest,
    /// In API format.
    pub graph: Value,
    /// Counts up with every change. A `PUT` says which one it changes, and is refused with 409
    /// when somebody else was faster.
    pub revision: u64,
}

/// Body of `PUT /studio/workflows/{slug}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    pub manifest: Manifest,
    /// See [`Draft::revision`].
    pub revision: u64,
}

/// A node of the graph and what of it can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeInputs {
    pub id: String,
    pub title: String,
    pub class: String,
    /// Its outputs are things to keep.
    pub saves: bool,
    pub inputs: Vec<OpenInput>,
}

/// One input that could be a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenInput {
    pub input: String,
    /// The field it would be, bound to it, its limits those of ComfyUI.
    pub field: FieldManifest,
}

/// Something wrong with a workflow, and the cure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trouble {
    /// Nothing can be published, or no job can run, until it is mended.
    pub serious: bool,
    /// A sentence: what, why, and what to do.
    pub message: String,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The key of that field in its manifest: `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

impl Trouble {
    /// Whether nothing can be published until it is mended. What a ComfyUI lacks today it may have
    /// tomorrow; a form that is broken stays broken.
    pub fn forbids_publishing(&self) -> bool {
        self.serious && self.node.is_none()
    }
}

/// One version. `GET /studio/workflows/{slug}/versions` answers an array, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionInfo {
    pub version: u32,
    pub title: String,
    pub at: Millis,
    pub origin: Origin,
    /// Guests run this one.
    pub published: bool,
    /// Jobs that ran it and still exist.
    pub jobs: u64,
}

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    pub subject: Subject,
    /// Field name, node id, or key of the manifest.
    pub name: String,
    /// What of it: `max`, `steps`. Empty when the whole thing came or went.
    pub key: String,
    /// `null` when it was not there.
    pub before: Value,
    pub after: Value,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Title, summary, cover, presets, texts.
    About,
    Field,
    Policy,
    Node,
}

/// Body of `POST /studio/import/from`: instead of the file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ImportFrom {
    /// A file or picture at this address.
    Url(String),
    /// What this job ran.
    Job(JobId),
}

/// Body of `POST /studio/workflows/{slug}/publish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// See [`Draft::revision`].
    pub revision: u64,
}
