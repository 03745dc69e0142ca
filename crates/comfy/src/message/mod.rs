//! What a ComfyUI server says on its WebSocket: [`Message`] as text, [`Frame`]
//! as bytes. Both are read and written, for the demo engine says the same.
//!
//! ComfyUI protocol notes §4.

mod events;
mod frame;

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

pub use events::{
    ExecInfo, Executed, Executing, ExecutionError, LogEntry, NodeProgress, NodeState, Progress,
    ServerStatus, Status,
};
pub use frame::{Frame, FrameError, ImageFormat, PreviewMeta};

use crate::graph::NodeId;
use crate::json::{self, JsonError};

/// What the names of the messages about the asset index begin with.
const ASSETS: &str = "assets.seed.";

/// One text message. Custom nodes send kinds of their own, and new servers have
/// new ones: those are [`Message::Other`], whole, as is a known kind whose data
/// has another shape than it should.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", content = "data", rename_all = "snake_case")]
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
    /// The index of files is being built. To everyone, with assets enabled.
    #[serde(skip)]
    AssetsSeed {
        /// `started`, `fast_complete`, `enrich_complete` or `completed`.
        stage: String,
        /// Counters.
        data: Value,
    },
    /// Any other.
    #[serde(skip)]
    Other {
        /// Its `type`.
        kind: String,
        /// Its `data`, `null` when it had none.
        data: Value,
    },
}

impl Message {
    /// Reads a text message of at most `max_bytes`. Only what is not an object
    /// with a `type` is an error.
    pub fn parse(text: &[u8], max_bytes: usize) -> Result<Self, JsonError> {
        let Value::Object(mut fields) = json::lenient(text, max_bytes)? else {
            return Err(JsonError::Shape("a message is an object".into()));
        };
        let data = fields.swap_remove("data").unwrap_or_default();
        match fields.swap_remove("type") {
            Some(Value::String(kind)) => Ok(Self::from_parts(&kind, data)),
            _ => Err(JsonError::Shape("a message has a type".into())),
        }
    }

    /// The message of this kind with this data, as history keeps them.
    pub fn from_parts(kind: &str, data: Value) -> Self {
        if let Some(stage) = kind.strip_prefix(ASSETS) {
            return Self::AssetsSeed { stage: stage.into(), data };
        }
        let whole = [("type".into(), kind.into()), ("data".into(), data)];
        let mut whole = Value::Object(whole.into_iter().collect());
        // The derived reader, which knows the known kinds and nothing else.
        Self::deserialize(&whole)
            .unwrap_or_else(|_| Self::Other { kind: kind.into(), data: whole["data"].take() })
    }

    /// Its `type` and its `data`.
    pub fn to_parts(&self) -> (Cow<'_, str>, Value) {
        match self {
            Self::Other { kind, data } => (kind.into(), data.clone()),
            Self::AssetsSeed { stage, data } => (format!("{ASSETS}{stage}").into(), data.clone()),
            known => known.known_parts(),
        }
    }

    fn known_parts(&self) -> (Cow<'_, str>, Value) {
        let mut whole = Self::serialize(self, serde_json::value::Serializer)
            .expect("known messages are plain JSON");
        let data = whole["data"].take();
        let kind = whole["type"].as_str().unwrap_or_default().to_owned();
        (kind.into(), data)
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
            | Self::AssetsSeed { .. } => None,
        }
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (kind, data) = self.to_parts();
        let mut whole = to.serialize_struct("Message", 2)?;
        whole.serialize_field("type", &kind)?;
        whole.serialize_field("data", &data)?;
        whole.end()
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Parts {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default)]
            data: Value,
        }
        let Parts { kind, data } = Deserialize::deserialize(from)?;
        Ok(Self::from_parts(&kind, data))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Message {
        Message::parse(text.as_bytes(), 1 << 20).unwrap()
    }

    #[test]
    fn the_end_of_a_job_has_no_node() {
        let message = parse(r#"{"type":"executing","data":{"node":null,"prompt_id":"p"}}"#);
        let Message::Executing(executing) = &message else { panic!("{message:?}") };
        assert!(executing.is_end());
        assert_eq!(
            message.encode(),
            r#"{"type":"executing","data":{"node":null,"prompt_id":"p"}}"#
        );
    }

    #[test]
    fn on_reconnecting_the_current_node_comes_without_its_job() {
        let message = parse(r#"{"type":"executing","data":{"node":"5"}}"#);
        assert_eq!(message.prompt_id(), None);
        assert_eq!(message.encode(), r#"{"type":"executing","data":{"node":"5"}}"#);
    }

    #[test]
    fn unknown_kinds_are_kept_whole() {
        let text = r#"{"type":"crystools.monitor","data":{"cpu":[1,2.5]}}"#;
        let other = parse(text);
        assert!(matches!(&other, Message::Other { kind, .. } if kind == "crystools.monitor"));
        assert_eq!(other.encode(), text);
        assert!(matches!(parse(r#"{"type":"ping"}"#), Message::Other { data: Value::Null, .. }));
    }

    #[test]
    fn a_known_kind_with_lying_types_is_kept_whole() {
        let text = r#"{"type":"progress","data":{"value":"many","max":[]}}"#;
        let lie = parse(text);
        assert!(matches!(&lie, Message::Other { kind, .. } if kind == "progress"));
        assert_eq!(lie.encode(), text);
    }

    #[test]
    fn nothing_named_other_or_assets_seed_is_taken_for_ours() {
        for kind in ["other", "assets_seed", "Status"] {
            let message = Message::from_parts(kind, json!({"kind": "x", "data": 1, "stage": "y"}));
            assert!(matches!(&message, Message::Other { kind: found, .. } if found == kind));
        }
    }

    #[test]
    fn nan_in_an_output_harms_nobody() {
        let text = r#"{"type":"executed","data":{"node":"1","display_node":"1","output":{"v":[NaN]},"prompt_id":"p"}}"#;
        let Message::Executed(executed) = parse(text) else { panic!() };
        assert_eq!(executed.output, json!({"v": [null]}));
    }

    #[test]
    fn what_has_no_type_is_an_error() {
        for text in ["[]", "5", "null", "{}", r#"{"type":5}"#, "<html>"] {
            assert!(Message::parse(text.as_bytes(), 100).is_err(), "{text}");
        }
        assert!(matches!(Message::parse(b"[1]", 2), Err(JsonError::TooLarge { .. })));
    }
}
