//! How far every node of a run is.

use comfy::message::{NodeProgress, NodeState, Progress};
use comfy::{Message, NodeId};
use indexmap::IndexMap;

/// How far every node that was touched is, in the order in which they were.
#[derive(Debug)]
pub(crate) struct Board {
    prompt_id: String,
    nodes: IndexMap<NodeId, NodeProgress>,
}

impl Board {
    pub(super) fn new(prompt_id: &str) -> Self {
        Self { prompt_id: prompt_id.into(), nodes: IndexMap::new() }
    }

    /// A node begins.
    pub(super) fn begin(&mut self, id: &NodeId) {
        self.set(id, NodeState::Running, 0.0, 1.0);
    }

    /// A node got on.
    pub(super) fn advance(&mut self, id: &NodeId, value: u32, max: u32) {
        self.set(id, NodeState::Running, f64::from(value), f64::from(max));
    }

    /// A node is done.
    pub(super) fn finish(&mut self, id: &NodeId) {
        let max = self.nodes.get(id).map_or(1.0, |node| node.max);
        self.set(id, NodeState::Finished, max, max);
    }

    /// How far one node is.
    pub(super) fn one(&self, id: &NodeId) -> Message {
        let (value, max) = self.nodes.get(id).map_or((0.0, 1.0), |node| (node.value, node.max));
        Message::Progress(Progress {
            value,
            max,
            prompt_id: self.prompt_id.clone(),
            node: id.clone(),
        })
    }

    /// How far all are.
    pub(super) fn all(&self) -> Message {
        Message::ProgressState { prompt_id: self.prompt_id.clone(), nodes: self.nodes.clone() }
    }

    fn set(&mut self, id: &NodeId, state: NodeState, value: f64, max: f64) {
        let progress = NodeProgress {
            value,
            max,
            state,
            node_id: id.clone(),
            prompt_id: self.prompt_id.clone(),
            display_node_id: id.clone(),
            parent_node_id: None,
            real_node_id: id.clone(),
            activity: None,
        };
        self.nodes.insert(id.clone(), progress);
    }
}
