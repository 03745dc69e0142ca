//! The order in which a graph can be computed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Graph, NodeId};

/// Nodes that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the nodes {} wait for each other", self.path())]
pub struct Cycle {
    /// Each needs the next, and the last needs the first.
    pub nodes: Vec<NodeId>,
}

impl Cycle {
    fn path(&self) -> String {
        let names: Vec<_> = self.nodes.iter().map(NodeId::as_str).collect();
        names.join(" → ")
    }
}

impl Graph {
    /// Every node, each after all that feed it. Where there is a choice the
    /// order of the file decides, so equal graphs run equally. Links to nodes
    /// that do not exist are passed over.
    pub fn run_order(&self) -> Result<Vec<&NodeId>, Cycle> {
        let ids = |nodes: Vec<usize>| nodes.into_iter().map(|node| self.id_at(node));
        match order_of(&self.feeders()) {
            Ok(order) => Ok(ids(order).collect()),
            Err(cycle) => Err(Cycle { nodes: ids(cycle).cloned().collect() }),
        }
    }

    /// For each node by position: the positions of the nodes that feed it, one
    /// entry a link.
    fn feeders(&self) -> Vec<Vec<usize>> {
        let of = |node: &super::Node| {
            node.links().filter_map(|(_, from, _)| self.nodes.get_index_of(from)).collect()
        };
        self.nodes.values().map(of).collect()
    }

    fn id_at(&self, position: usize) -> &NodeId {
        self.nodes.get_index(position).expect("positions come from this graph").0
    }
}

/// An order in which nodes can be computed, each after its feeders, by positions; or some that wait
/// for each other in a ring.
pub(crate) fn order_of(feeders: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut fed = vec![Vec::new(); feeders.len()];
    let mut missing: Vec<usize> = feeders.iter().map(Vec::len).collect();
    for (node, feeders) in feeders.iter().enumerate() {
        for &feeder in feeders {
            fed[feeder].push(node);
        }
    }
    let mut ready: BinaryHeap<_> =
        (0..missing.len()).filter(|&node| missing[node] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for &next in &fed[node] {
            missing[next] -= 1;
            if missing[next] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    match missing.iter().position(|&count| count > 0) {
        None => Ok(order),
        Some(stuck) => Err(ring(stuck, feeders, &missing)),
    }
}

/// Walks from a stuck node to one that it waits for, until it comes round.
fn ring(stuck: usize, feeders: &[Vec<usize>], missing: &[usize]) -> Vec<usize> {
    let mut path = vec![stuck];
    loop {
        let last = path[path.len() - 1];
        let next = feeders[last].iter().copied().find(|&feeder| missing[feeder] > 0);
        let next = next.expect("a stuck node waits for a stuck node");
        if let Some(start) = path.iter().position(|&seen| seen == next) {
            return path.split_off(start);
        }
        path.push(next);
    }
}
