//! Going through everything that the outputs need.
//!
//! Each node is checked by itself first. Links that are sound are followed;
//! what is reached by them decides which outputs are good. Nothing recurses, so
//! the depth of a graph does not matter.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::fault::{self, Fault};
use super::inputs::{self, Named};
use crate::definitions::{Definitions, Kind};
use crate::graph::{Graph, Input, Node, NodeId};
use crate::prompt::{ErrorInfo, NodeErrors};

/// What a walk found.
#[derive(Debug)]
pub(super) struct Found {
    /// Outputs that can be computed.
    pub(super) good: Vec<NodeId>,
    /// Every node with faults of its own.
    pub(super) errors: IndexMap<NodeId, NodeErrors>,
}

impl Found {
    /// The faults of the output nodes themselves, one a line.
    pub(super) fn details(&self, outputs: &[NodeId]) -> String {
        let faults =
            outputs.iter().filter_map(|id| self.errors.get(id)).flat_map(|node| &node.errors);
        let lines: Vec<_> =
            faults.map(|fault| format!("{}: {}", fault.message, fault.details)).collect();
        lines.join("\n")
    }
}

/// A walk over what some outputs need.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    definitions: &'a Definitions,
    outputs: &'a [NodeId],
    /// Sound links: node to the nodes that feed it.
    feeders: IndexMap<&'a NodeId, IndexSet<&'a NodeId>>,
    faults: IndexMap<&'a NodeId, Vec<Fault>>,
}

/// What came of checking one input.
enum Checked<'a> {
    Fine,
    Faulty(Fault),
    Link(&'a NodeId),
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        (graph, definitions): (&'a Graph, &'a Definitions),
        outputs: &'a [NodeId],
    ) -> Self {
        Self { graph, definitions, outputs, feeders: IndexMap::new(), faults: IndexMap::new() }
    }

    pub(super) fn run(mut self) -> Found {
        let mut todo: Vec<&'a NodeId> = self.outputs.iter().rev().collect();
        let mut seen = HashSet::new();
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                let feeders = self.check_node(id);
                todo.extend(feeders.iter().rev());
                self.feeders.insert(id, feeders);
            }
        }
        self.find_cycles();
        self.conclude()
    }

    /// Checks the inputs of a node and says what feeds it.
    fn check_node(&mut self, id: &'a NodeId) -> IndexSet<&'a NodeId> {
        let mut feeders = IndexSet::new();
        let Some(node) = self.graph.nodes.get(id) else { return feeders };
        // Every class was looked up before.
        let Some(definition) = self.definitions.node(&node.class_type) else { return feeders };
        let mut faults = Vec::new();
        for named in inputs::of(node, &definition.inputs) {
            match self.check_input(node, &named) {
                Checked::Fine => (),
                Checked::Faulty(fault) => faults.push(fault),
                Checked::Link(from) => {
                    feeders.insert(from);
                }
            }
        }
        // Inputs that grow, and any the catalogue does not name: their links are followed.
        let known = |from: &NodeId| self.graph.nodes.get_key_value(from).map(|(id, _)| id);
        feeders.extend(node.links().filter_map(|(_, from, _)| known(from)));
        if !faults.is_empty() {
            self.faults.insert(id, faults);
        }
        feeders
    }

    fn check_input(&self, node: &'a Node, (name, input): &Named<'_>) -> Checked<'a> {
        let Some(given) = node.inputs.get(name) else {
            let grows = matches!(input.kind, Kind::Autogrow(_));
            let needed = input.required && !grows;
            return if needed { Checked::Faulty(fault::missing(name)) } else { Checked::Fine };
        };
        match given {
            Input::Link { node: from, slot } => self.check_link((name, input), (from, *slot)),
            Input::Value(list @ Value::Array(_)) => Checked::Faulty(fault::bad_link(name, list)),
            // A wrapped list is a value that the node itself judges.
            Input::Wrapped(_) => Checked::Fine,
            Input::Value(value) => {
                inputs::value((name, input), value).map_or(Checked::Fine, Checked::Faulty)
            }
        }
    }

    fn check_link(
        &self,
        (name, input): (&str, &crate::definitions::InputDefinition),
        (from, slot): (&'a NodeId, u32),
    ) -> Checked<'a> {
        let link = serde_json::json!([from, slot]);
        let Some(feeder) = self.graph.nodes.get(from) else {
            let reason = format!("'{from}'");
            return Checked::Faulty(fault::nowhere(name, &link, ("KeyError", &reason)));
        };
        let outputs = self.definitions.node(&feeder.class_type).map(|node| &node.outputs);
        let Some(output) = outputs.and_then(|outputs| outputs.get(slot as usize)) else {
            let reason = format!("node {from} has no output {slot}");
            return Checked::Faulty(fault::nowhere(name, &link, ("IndexError", &reason)));
        };
        match inputs::types(&input.kind) {
            Some(wanted) if !output.types.meets(&wanted) => {
                let types = (output.types.as_str(), wanted.as_str());
                Checked::Faulty(fault::mismatch(name, &link, types))
            }
            _ => Checked::Link(from),
        }
    }

    /// Books a fault on every node of every cycle.
    fn find_cycles(&mut self) {
        let mut links = Graph::default();
        for (id, feeders) in &self.feeders {
            let mut node = Node::default();
            let link = |from: &&NodeId| (from.to_string(), Input::link((*from).clone(), 0));
            node.inputs.extend(feeders.iter().map(link));
            links.nodes.insert((*id).clone(), node);
        }
        while let Err(cycle) = links.run_order() {
            let class = |id: &NodeId| self.graph.nodes.get(id).map(|node| node.class_type.clone());
            let named: Vec<_> =
                cycle.nodes.iter().map(|id| (id.clone(), class(id).unwrap_or_default())).collect();
            for id in &cycle.nodes {
                if let Some((id, _)) = self.graph.nodes.get_key_value(id) {
                    self.faults.entry(id).or_default().push(fault::cycle(id, &named));
                }
                links.nodes.shift_remove(id);
            }
        }
    }

    /// Which outputs are good, and which faulty node spoils which.
    fn conclude(self) -> Found {
        let reached: HashMap<&NodeId, HashSet<&NodeId>> =
            self.outputs.iter().map(|output| (output, self.needed_by(output))).collect();
        let is_good =
            |output: &&NodeId| reached[output].iter().all(|id| !self.faults.contains_key(*id));
        let good = self.outputs.iter().filter(is_good).cloned().collect();
        let errors = self.faults.iter().map(|(id, errors)| {
            let dependent = self.outputs.iter().filter(|output| reached[output].contains(*id));
            let class = self.graph.nodes.get(*id).map(|node| node.class_type.clone());
            let errors = NodeErrors {
                errors: errors.iter().map(|fault| ErrorInfo::clone(fault)).collect(),
                dependent_outputs: dependent.cloned().collect(),
                class_type: class,
            };
            ((*id).clone(), errors)
        });
        let errors = errors.collect();
        Found { good, errors }
    }

    fn needed_by(&self, output: &'a NodeId) -> HashSet<&'a NodeId> {
        let mut seen = HashSet::new();
        let mut todo = vec![output];
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(self.feeders.get(id).into_iter().flatten());
            }
        }
        seen
    }
}
