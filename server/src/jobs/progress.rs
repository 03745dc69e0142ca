//! How far a run is: messages in, one figure for the whole graph out.
//!
//! Every node weighs what it took in earlier runs of this workflow, or, before
//! there were any, what its kind usually takes. Nodes whose earlier result is
//! used weigh nothing. The figure never falls within one attempt. The clock is
//! an argument.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use comfy::message::{self, Message};
use comfy::{Graph, NodeId};
use wire::{NodeProgress, NodeState, Progress};

/// Milliseconds that a node of unknown cost is taken for.
const LIGHT: f64 = 100.0;

/// What a node weighs before anything was learned, by what its class is called.
const BY_KIND: [(&str, f64); 6] = [
    ("Sampler", 10_000.0),
    ("UpscaleWithModel", 3_000.0),
    ("Loader", 1_500.0),
    ("VAE", 800.0),
    ("TextEncode", 200.0),
    ("Save", 150.0),
];

/// How far one run is.
#[derive(Debug)]
pub(super) struct Tracker {
    nodes: HashMap<String, Weight>,
    /// Whether the weights were learned, so that they tell time.
    learned: bool,
    touched: BTreeMap<String, NodeProgress>,
    began: HashMap<String, Instant>,
    took: Vec<(String, f64)>,
    current: Option<String>,
    /// The highest fraction so far.
    reached: f32,
}

/// What one node weighs, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Weight(f64);

/// A node that changed its state.
pub(super) type Changed = (String, NodeState);

impl Tracker {
    /// For a run of `graph`; `learned` are usual milliseconds by node.
    pub(super) fn new(graph: &Graph, learned: &HashMap<String, f64>) -> Self {
        let weight = |(id, node): (&NodeId, &comfy::Node)| {
            let usual = learned.get(id.as_str()).copied();
            let ms = usual.unwrap_or_else(|| by_kind(&node.class_type));
            (id.to_string(), Weight(ms.max(1.0)))
        };
        Self {
            nodes: graph.nodes.iter().map(weight).collect(),
            learned: !learned.is_empty(),
            touched: BTreeMap::new(),
            began: HashMap::new(),
            took: Vec::new(),
            current: None,
            reached: 0.0,
        }
    }

    /// Takes in one message; which nodes changed their state by it.
    pub(super) fn hear(&mut self, message: &Message, now: Instant) -> Vec<Changed> {
        let mut changed = Vec::new();
        match message {
            Message::ExecutionCached { nodes, .. } => {
                for node in nodes {
                    changed.extend(self.enter(node.as_str(), NodeState::Cached, now));
                }
            }
            Message::Executing(executing) => {
                if let Some(node) = executing.display_node.as_ref().or(executing.node.as_ref()) {
                    changed.extend(self.move_on_to(node.as_str(), now));
                }
            }
            Message::Progress(progress) => {
                changed.extend(self.enter(progress.node.as_str(), NodeState::Running, now));
                self.count(progress.node.as_str(), progress.value, progress.max);
            }
            Message::ProgressState { nodes, .. } => {
                for node in nodes.values() {
                    changed.extend(self.snapshot(node, now));
                }
            }
            Message::Executed(executed) => {
                let node = executed.display_node.as_ref().unwrap_or(&executed.node);
                changed.extend(self.enter(node.as_str(), NodeState::Done, now));
            }
            Message::ExecutionError(error) if !error.is_blocked() => {
                changed.extend(self.enter(&error.node_id, NodeState::Failed, now));
            }
            Message::ExecutionSuccess { .. } => {
                let running = self.current.take();
                changed.extend(running.and_then(|node| self.enter(&node, NodeState::Done, now)));
            }
            _ => (),
        }
        changed
    }

    /// How far the run is now.
    pub(super) fn progress(&mut self) -> Progress {
        let total: f64 = self.weights().map(|(_, weight)| weight).sum();
        let done: f64 = self.weights().map(|(node, weight)| weight * self.share(node)).sum();
        let fraction = if total > 0.0 { (done / total) as f32 } else { 0.0 };
        self.reached = self.reached.max(fraction.clamp(0.0, 1.0));
        let remaining = (total * f64::from(1.0 - self.reached)).round();
        Progress {
            fraction: self.reached,
            remaining_ms: self.learned.then_some(remaining as wire::Millis),
            node: self.current.clone(),
            nodes: self.touched.clone(),
        }
    }

    /// What the nodes that really ran took, in milliseconds.
    pub(super) fn took(&self) -> Vec<(String, f64)> {
        self.took.clone()
    }

    /// Every node that counts, with what it weighs.
    fn weights(&self) -> impl Iterator<Item = (&str, f64)> {
        let cached = |node: &str| self.state(node) == Some(NodeState::Cached);
        let nodes = self.nodes.iter().filter(move |(node, _)| !cached(node));
        nodes.map(|(node, weight)| (node.as_str(), weight.0))
    }

    /// How much of the node is done, from 0 to 1.
    fn share(&self, node: &str) -> f64 {
        match self.touched.get(node) {
            Some(NodeProgress { state: NodeState::Done | NodeState::Cached, .. }) => 1.0,
            Some(NodeProgress { value, max, .. }) if *max > 0 => {
                (f64::from(*value) / f64::from(*max)).min(1.0)
            }
            _ => 0.0,
        }
    }

    fn state(&self, node: &str) -> Option<NodeState> {
        self.touched.get(node).map(|progress| progress.state)
    }

    /// The run goes on to `node`: the one before it is done.
    fn move_on_to(&mut self, node: &str, now: Instant) -> Vec<Changed> {
        let before = self.current.clone().filter(|before| before != node);
        let done = before.filter(|before| self.state(before) == Some(NodeState::Running));
        let done = done.and_then(|before| self.enter(&before, NodeState::Done, now));
        done.into_iter().chain(self.enter(node, NodeState::Running, now)).collect()
    }

    /// One node of a `progress_state`.
    fn snapshot(&mut self, node: &message::NodeProgress, now: Instant) -> Option<Changed> {
        let id = &node.display_node_id;
        // Parts of an expanded node count for nothing of their own.
        let part = node.node_id != *id;
        let state = match node.state {
            message::NodeState::Finished if !part => NodeState::Done,
            message::NodeState::Error => NodeState::Failed,
            message::NodeState::Pending => return None,
            _ => NodeState::Running,
        };
        let changed = self.enter(id.as_str(), state, now);
        if !part {
            self.count(id.as_str(), node.value, node.max);
        }
        changed
    }

    /// Notes the state of a node of the graph, unless it is past that.
    fn enter(&mut self, node: &str, state: NodeState, now: Instant) -> Option<Changed> {
        if !self.nodes.contains_key(node) {
            return None;
        }
        let before = self.state(node);
        if before.is_some_and(|before| rank(before) >= rank(state)) {
            return None;
        }
        match state {
            NodeState::Running => {
                self.began.insert(node.to_owned(), now);
                self.current = Some(node.to_owned());
            }
            NodeState::Done => self.finish(node, now),
            NodeState::Cached | NodeState::Failed => (),
        }
        let fresh = NodeProgress { state, value: 0, max: 0 };
        self.touched.entry(node.to_owned()).or_insert(fresh).state = state;
        Some((node.to_owned(), state))
    }

    fn finish(&mut self, node: &str, now: Instant) {
        if let Some(began) = self.began.remove(node) {
            let took: Duration = now.saturating_duration_since(began);
            self.took.push((node.to_owned(), took.as_secs_f64() * 1000.0));
        }
        if self.current.as_deref() == Some(node) {
            self.current = None;
        }
    }

    /// Notes steps. One step is no count: most nodes say so of themselves.
    fn count(&mut self, node: &str, value: f64, max: f64) {
        if max <= 1.0 {
            return;
        }
        if let Some(progress) = self.touched.get_mut(node) {
            (progress.value, progress.max) = (value.max(0.0) as u32, max as u32);
        }
    }
}

/// States a node goes through only forwards.
fn rank(state: NodeState) -> u8 {
    match state {
        NodeState::Running => 0,
        NodeState::Cached | NodeState::Done => 1,
        NodeState::Failed => 2,
    }
}

fn by_kind(class: &str) -> f64 {
    BY_KIND.iter().find(|(part, _)| class.contains(part)).map_or(LIGHT, |(_, ms)| *ms)
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
