//! A submission (`POST /prompt`) and the two answers to it.
//!
//! ComfyUI protocol notes §3.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::graph::{Graph, NodeId};
use crate::json::number;

/// What is submitted. Only what Parlor chooses itself: `number` and `front`
/// would let one job jump the queue, so they do not exist here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PromptRequest {
    /// The job, in API format.
    pub prompt: Graph,
    /// Ours and fresh for every attempt: a server that is given one twice may
    /// lose its worker.
    pub prompt_id: Uuid,
    /// Which WebSocket is told how the job fares: the `client_id` of its link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What is kept with the job and written into its pictures. Everyone who
    /// can reach the server can read it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra_data: Map<String, Value>,
}

impl PromptRequest {
    /// A request that carries nothing but the graph and who it is for.
    pub fn new(prompt: Graph, prompt_id: Uuid, client_id: impl Into<String>) -> Self {
        Self { prompt, prompt_id, client_id: Some(client_id.into()), extra_data: Map::new() }
    }
}

/// Where a submission wants to stand in the queue, lowest first: the `number` it says, or the `next`, negated
/// when it is to come in `front`. `None` when what it says is no number.
pub fn place(submission: &Map<String, Value>, next: impl FnOnce() -> i64) -> Option<Number> {
    let Some(said) = submission.get("number") else {
        let front = submission.get("front") == Some(&Value::Bool(true));
        return Some(if front { -next() } else { next() }.into());
    };
    let number = said.as_f64().or_else(|| said.as_str()?.trim().parse().ok());
    number.and_then(Number::from_f64)
}

/// The answer to a submission that was queued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The id sent, or the server's own when none was.
    pub prompt_id: String,
    /// Priority, lowest first: a running count unless the client chose one.
    #[serde(with = "number")]
    pub number: f64,
    /// Outputs that are **not** run though the job was accepted, because at
    /// least one other output was valid. Empty when all is well.
    #[serde(default)]
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

/// The answer to a submission that was not queued (HTTP 400).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Refusal {
    /// What is wrong with the whole.
    pub error: ErrorInfo,
    /// What is wrong with which node.
    #[serde(default)]
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

impl Refusal {
    /// The first node that something is wrong with, if any is named.
    pub fn node(&self) -> Option<&str> {
        let named = || self.error.extra_info.get("node_id").and_then(Value::as_str);
        self.node_errors.keys().next().map(NodeId::as_str).or_else(named)
    }

    /// The first fault that names a node, or what the whole is refused for.
    fn sentence(&self) -> String {
        let Some((id, node)) = self.node_errors.first() else {
            return self.error.to_string();
        };
        let class = node.class_type.as_deref().unwrap_or("?");
        match node.errors.first() {
            Some(fault) => format!("node {id} ({class}): {fault}"),
            None => format!("node {id} ({class}): {}", self.error),
        }
    }
}

/// What is wrong with one node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeErrors {
    /// At least one.
    #[serde(default)]
    pub errors: Vec<ErrorInfo>,
    /// The output nodes that cannot be computed because of it.
    #[serde(default)]
    pub dependent_outputs: Vec<NodeId>,
    /// The node's class.
    #[serde(default)]
    pub class_type: Option<String>,
}

/// One fault.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// A fixed word: `value_not_in_list`, `required_input_missing`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// A sentence for people, in English.
    #[serde(default)]
    pub message: String,
    /// What it was about. May be empty, and may contain paths of the server.
    #[serde(default)]
    pub details: String,
    /// More, depending on `kind`: `input_name`, `received_value`, …
    #[serde(default)]
    pub extra_info: Value,
}

impl ErrorInfo {
    /// The input the fault is about.
    pub fn input_name(&self) -> Option<&str> {
        self.extra_info.get("input_name")?.as_str()
    }
}

impl std::fmt::Display for ErrorInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.details.as_str() {
            "" => f.write_str(&self.message),
            details => write!(f, "{}: {details}", self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_in_the_queue_is_what_is_said_or_the_next_one_or_before_all_others() {
        let at = |said: &Value| place(said.as_object().unwrap(), || 7);
        for (said, expected) in [
            (json!({}), json!(7)),
            (json!({ "front": false }), json!(7)),
            (json!({ "front": true }), json!(-7)),
            (json!({ "number": -0.5, "front": true }), json!(-0.5)),
            (json!({ "number": " 3 " }), json!(3.0)),
        ] {
            assert_eq!(at(&said).map(Value::from), Some(expected), "{said}");
        }
        for wrong in [json!(null), json!("x"), json!("nan"), json!("1e999"), json!([])] {
            assert_eq!(at(&json!({ "number": wrong })), None, "{wrong}");
        }
    }
}
