//! What the larger messages carry.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::NodeId;
use crate::history::{self, FileRef};
use crate::json::number;

/// How long the queue is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The state of the server.
    pub status: ServerStatus,
    /// The id of this socket, in its first message only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// The state of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// The state of its queue.
    pub exec_info: ExecInfo,
}

/// The state of a queue; also the answer to `GET /prompt`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecInfo {
    /// Jobs waiting and running, of everyone.
    pub queue_remaining: u64,
}

impl Status {
    /// The status of a queue of this length.
    pub fn of(queue_remaining: u64) -> Self {
        Self { status: ServerStatus { exec_info: ExecInfo { queue_remaining } }, sid: None }
    }

    /// Jobs waiting and running, of everyone.
    pub fn queue_remaining(&self) -> u64 {
        self.status.exec_info.queue_remaining
    }
}

/// A node begins, or the job is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executing {
    /// The node; `None` when the job is over, well or not.
    pub node: Option<NodeId>,
    /// The node of the submitted graph that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_node: Option<NodeId>,
    /// Which job. Missing in the one message that tells a new socket what runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_id: Option<String>,
}

impl Executing {
    /// Whether it says that the job is over.
    pub fn is_end(&self) -> bool {
        self.node.is_none()
    }
}

/// A node got on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    #[serde(with = "number")]
    pub value: f64,
    /// Steps in all.
    #[serde(with = "number")]
    pub max: f64,
    /// Which job.
    pub prompt_id: String,
    /// Which node.
    pub node: NodeId,
}

/// How far one node is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeProgress {
    /// Steps done.
    #[serde(with = "number")]
    pub value: f64,
    /// Steps in all.
    #[serde(with = "number")]
    pub max: f64,
    /// Whether it runs or has run.
    pub state: NodeState,
    /// The node.
    pub node_id: NodeId,
    /// Which job.
    pub prompt_id: String,
    /// The node of the submitted graph that it belongs to.
    pub display_node_id: NodeId,
    /// The node that expanded into it, if one did.
    pub parent_node_id: Option<NodeId>,
    /// The node of the submitted graph that it comes from.
    pub real_node_id: NodeId,
    /// What it is at, as `loading`; since 0.38.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
}

/// Whether a node runs or has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It has not begun; never seen on the wire.
    Pending,
    /// It runs, or has failed.
    Running,
    /// It has run.
    Finished,
    /// It has failed; never seen on the wire.
    Error,
    /// A state of a newer server.
    #[serde(untagged)]
    Other(String),
}

/// An output node has something to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Executed {
    /// The node; a made-up id inside an expansion.
    pub node: NodeId,
    /// The node of the submitted graph that it belongs to.
    #[serde(default)]
    pub display_node: Option<NodeId>,
    /// Any JSON, often `{"images": [file, …]}`; `null` for a cached node with
    /// nothing to show.
    #[serde(default)]
    pub output: Value,
    /// Which job.
    pub prompt_id: String,
}

impl Executed {
    /// The files among what it shows.
    pub fn files(&self) -> impl Iterator<Item = FileRef> {
        history::files(&self.output)
    }
}

/// A node failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecutionError {
    /// Which job.
    pub prompt_id: String,
    /// The node of the submitted graph.
    pub node_id: String,
    /// Its class.
    pub node_type: String,
    /// The nodes that had run.
    pub executed: Vec<NodeId>,
    /// What Python said. May contain paths of the server.
    pub exception_message: String,
    /// The exception's class.
    pub exception_type: String,
    /// Lines with paths of the server: for the host, not for guests.
    pub traceback: Vec<String>,
    /// What the node was given; an empty list when it was blocked.
    pub current_inputs: Value,
    /// The nodes of the job.
    pub current_outputs: Value,
    /// Milliseconds since 1970; missing when it was blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
}

impl ExecutionError {
    /// Whether a node was only told not to run: the job goes on, and may well
    /// end in success.
    pub fn is_blocked(&self) -> bool {
        self.exception_type == "ExecutionBlocked"
    }
}

/// One line of the server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When, as an ISO 8601 local time.
    #[serde(rename = "t")]
    pub time: String,
    /// What, with ANSI colours.
    #[serde(rename = "m")]
    pub text: String,
}
