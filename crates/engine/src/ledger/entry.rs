//! One finished prompt.

use std::sync::Arc;

use comfy::{Message, NodeId};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Item;

/// One finished prompt.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub item: Arc<Item>,
    /// What its output nodes showed, also those before a failure.
    pub outputs: IndexMap<NodeId, Value>,
    /// Its beginning and its end, as the socket was told.
    pub messages: Vec<Message>,
}

impl Entry {
    /// A prompt that is over without having said anything yet.
    pub(crate) fn over(item: Arc<Item>) -> Self {
        Self { item, outputs: IndexMap::new(), messages: Vec::new() }
    }

    /// Whether it ran to its end.
    pub(crate) fn completed(&self) -> bool {
        matches!(self.messages.last(), Some(Message::ExecutionSuccess { .. }))
    }

    /// How it ended and what was said, as history and jobs tell it.
    pub(crate) fn status(&self) -> Value {
        let messages: Vec<_> = self.messages.iter().map(Message::to_parts).collect();
        let status = if self.completed() { "success" } else { "error" };
        json!({ "status_str": status, "completed": self.completed(), "messages": messages })
    }

    /// As history tells it: ComfyUI protocol notes §8.
    pub(crate) fn to_value(&self) -> Value {
        let meta: IndexMap<_, _> = self.outputs.keys().map(|id| (id, meta(id))).collect();
        json!({
            "prompt": self.item.to_value(),
            "outputs": self.outputs,
            "status": self.status(),
            "meta": meta,
        })
    }
}

fn meta(id: &NodeId) -> Value {
    json!({ "node_id": id, "display_node": id, "parent_node": null, "real_node_id": id })
}
