//! What a ComfyUI server says on its WebSocket: [`Message`] as text, [`Frame`]
//! as bytes. Both are read and written, for the demo engine says the same.
//!
//! ComfyUI protocol notes §4.

mod events;
mod frame;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use events::{
    ExecInfo, Executed, Executing, ExecutionError, LogEntry, NodeProgress, NodeState, Progress,
    ServerStatus, Status,
};
pub use frame::{Frame, FrameError, ImageFormat, PreviewMeta};

use crate::graph::NodeId;
use crate::json::{self, JsonError};

/// Most bytes of a client's message that are looked at.
const MAX_ASKED: usize = 64 << 10;

/// One text message. Custom nodes send kinds of their own, and new servers have
/// new ones: those are [`Message::Other`], whole, as is a known kind whose data
/// has another shape than it should.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Message {
    /// How long the queue is. To everyone; first of all on a new socket.
    Status(Status),
    /// What the server can do. Only to a client whose very first message asked.
    FeatureFlags(Map<String, Value>),
    /// A job left the queue. To its owner, as all that follow but where noted.
    ExecutionStart {
        /// Which job.
        prompt_id: String,
        /// Milliseconds since 1970.
        timestamp: i64,
    },
    /// Which nodes need not run again; often none.
    ExecutionCached {
        /// The nodes, also such as this job does not need.
        nodes: Vec<NodeId>,
        /// Which job.
        prompt_id: String,
        /// Milliseconds since 1970.
        timestamp: i64,
    },
    /// A node begins, or the job is over.
    Executing(Executing),
    /// A node got on. To everyone when the job has no owner.
    Progress(Progress),
    /// Every node touched so far. To everyone when the job has no owner.
    ProgressState {
        /// Which job.
        prompt_id: String,
        /// By node; a failed node stays `running`.
        nodes: IndexMap<NodeId, NodeProgress>,
    },
    /// An output node has something to show.
    Executed(Executed),
    /// Every output was computed. History does not know it yet.
    ExecutionSuccess {
        /// Which job.
        prompt_id: String,
        /// Milliseconds since 1970.
        timestamp: i64,
    },
    /// A node failed. Not always the end: see [`ExecutionError::is_blocked`].
    ExecutionError(Box<ExecutionError>),
    /// Somebody stopped the job. To everyone when it has no owner.
    ExecutionInterrupted {
        /// Which job.
        prompt_id: String,
        /// The node that was running, or about to.
        node_id: NodeId,
        /// Its class.
        node_type: String,
        /// The nodes that had run.
        executed: Vec<NodeId>,
        /// Milliseconds since 1970.
        timestamp: i64,
    },
    /// Lines of the server's log. To those who subscribed.
    Logs {
        /// The lines, with ANSI colours.
        entries: Vec<LogEntry>,
        /// The terminal's size, if it has one.
        size: Value,
    },
    /// The server begins to list its files. To everyone, with assets enabled,
    /// as the three that follow.
    #[serde(rename = "assets.seed.started")]
    AssetsStarted(Value),
    /// It knows their names.
    #[serde(rename = "assets.seed.fast_complete")]
    AssetsListed(Value),
    /// It knows what is in them.
    #[serde(rename = "assets.seed.enrich_complete")]
    AssetsEnriched(Value),
    /// It is done.
    #[serde(rename = "assets.seed.completed")]
    AssetsCompleted(Value),
    /// Any other.
    #[serde(untagged)]
    Other {
        /// Its `type`.
        #[serde(rename = "type")]
        kind: String,
        /// Its `data`, `null` when it had none.
        #[serde(default)]
        data: Value,
    },
}

impl Message {
    /// Reads a text message of at most `max_bytes`. Only what is not an object
    /// with a `type` is an error.
    pub fn parse(text: &[u8], max_bytes: usize) -> Result<Self, JsonError> {
        json::lenient_as(text, max_bytes)
    }

    /// The message of this `type` with this `data`: how history keeps them.
    pub fn from_parts(kind: &str, data: Value) -> Self {
        let known = serde_json::from_value(json!({ "type": kind, "data": data }));
        known.unwrap_or_else(|_| Self::Other { kind: kind.into(), data })
    }

    /// Its `type` and its `data`.
    pub fn to_parts(&self) -> (String, Value) {
        let mut whole = serde_json::to_value(self).expect("messages are plain JSON");
        let data = whole["data"].take();
        (whole["type"].as_str().unwrap_or_default().into(), data)
    }

    /// The text a server sends.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("messages are plain JSON")
    }

    /// The job it is about, if it is about one.
    pub fn prompt_id(&self) -> Option<&str> {
        match self {
            Self::ExecutionStart { prompt_id, .. }
            | Self::ExecutionCached { prompt_id, .. }
            | Self::Progress(Progress { prompt_id, .. })
            | Self::ProgressState { prompt_id, .. }
            | Self::Executed(Executed { prompt_id, .. })
            | Self::ExecutionSuccess { prompt_id, .. }
            | Self::ExecutionInterrupted { prompt_id, .. } => Some(prompt_id),
            Self::ExecutionError(error) => Some(&error.prompt_id),
            Self::Executing(executing) => executing.prompt_id.as_deref(),
            Self::Other { data, .. } => data.get("prompt_id")?.as_str(),
            Self::Status(_)
            | Self::FeatureFlags(_)
            | Self::Logs { .. }
            | Self::AssetsStarted(_)
            | Self::AssetsListed(_)
            | Self::AssetsEnriched(_)
            | Self::AssetsCompleted(_) => None,
        }
    }
}

/// What a client's first message asks for, if it asks for the flags of the
/// server: whether its previews shall say whose they are. Anything else that a
/// client says means nothing.
pub fn asked_for_flags(text: &[u8]) -> Option<bool> {
    let message = json::strict(text, MAX_ASKED).ok()?;
    let asks = message.get("type")? == "feature_flags";
    let metadata = message.pointer("/data/supports_preview_metadata");
    asks.then(|| metadata == Some(&Value::Bool(true)))
}

#[cfg(test)]
mod tests;
