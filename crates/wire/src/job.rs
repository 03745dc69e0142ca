//! One run of a workflow, and what it made.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{JobId, Millis, NewWebhook, OutputId, Progress};

/// Values by field name, as [`crate::FieldKind`] says for each type.
pub type Inputs = Map<String, Value>;

/// Body of `POST /workflows/{slug}/jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Fields left out take their default.
    #[serde(default)]
    pub inputs: Inputs,
    /// How many jobs, each with its own seed: 1 to 1,000. More than one are a
    /// [`crate::Batch`].
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000)))]
    pub count: u32,
    /// Where to be told what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<NewWebhook>,
    /// Seconds that the answer may take, 600 at most: it is the finished job then, if that is done by
    /// then. The same as `?wait=` and `Prefer: wait=`, and heard before these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u64>,
}

fn one() -> u32 {
    1
}

/// The life of a job: `queued → running → succeeded | failed | expired`,
/// `queued | running → canceling → canceled` (the names of Comfy API v2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    Queued,
    Running,
    /// Stopping was asked for; the backend has not confirmed it yet.
    Canceling,
    Canceled,
    Succeeded,
    Failed,
    /// Waited in the queue longer than the house allows.
    Expired,
}

impl JobStatus {
    /// Nothing will happen to the job any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::Succeeded | Self::Failed | Self::Expired)
    }
}

/// A job as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Job {
    pub id: JobId,
    /// Slug.
    pub workflow: String,
    pub workflow_title: String,
    pub workflow_version: u32,
    pub status: JobStatus,
    /// Number of the last event that is part of this picture of the job.
    pub seq: u64,
    pub created_at: Millis,
    pub started_at: Option<Millis>,
    pub finished_at: Option<Millis>,
    /// As used: defaults filled in, the seed drawn.
    pub inputs: Inputs,
    /// Jobs before it, while it is queued.
    pub position: Option<u32>,
    /// While it runs, and where it stopped.
    pub progress: Option<Progress>,
    pub outputs: Vec<Output>,
    pub failure: Option<Failure>,
    pub favourite: bool,
    /// When it is deleted with all that it made, unless it is a favourite then;
    /// `None`: never, or not over yet.
    pub expires_at: Option<Millis>,
    /// The backend's name in this house, never its address.
    pub backend: Option<String>,
    /// 1 for the first; more when a backend was lost on the way.
    pub attempt: u32,
}

/// One page of `GET /jobs`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobList {
    pub jobs: Vec<Job>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next: Option<String>,
    /// How many jobs match altogether.
    pub total: u64,
}

/// What kind of thing an output is; decides how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    Image,
    Video,
    Audio,
    Text,
    Model,
    File,
}

/// Something a job made, stored by us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Output {
    pub id: OutputId,
    pub kind: OutputKind,
    /// A file name for saving.
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Of pictures that move: what thumbnails show is the first frame.
    #[serde(default)]
    pub animated: bool,
    /// Relative to the page's base: `api/parlor/v1/outputs/{id}`. Add
    /// `/thumb?w=` for a smaller picture when `kind` is `image`.
    pub url: String,
    /// A few pixels as a `data:` URL, to stand in while the thumbnail loads.
    pub blur: Option<String>,
    /// The text itself when `kind` is `text`.
    pub text: Option<String>,
    /// Key of the node that made it.
    pub node: String,
}

/// Why a job failed, in words for the person who waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// For programs: `node_failed`, `backend_lost`, `rejected`, `no_output`, …
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
    pub node: Option<String>,
    pub node_title: Option<String>,
    /// The backend's own words, for *copy details*; no paths, no traceback.
    pub details: Option<String>,
}
