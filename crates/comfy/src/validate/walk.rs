//! Going through everything that the outputs need.
//!
//! Each node is checked by itself first. Links that are sound are followed;
//! what is reached by them decides which outputs are good. Nothing recurses, so
//! the depth of a graph does not matter.

use std::collections::{HashMap, HashSet};

use crate::graph::{NodeId, order_of};
use crate::prompt::{ErrorInfo, NodeErrors};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::fault::{self, Fault, Stumble};
use super::nodes::{InputRules, NodeRules};
use super::values;
use super::{Prompt, Rules};

/// What a walk found.
#[derive(Debug)]
pub(super) struct Found {
    /// Outputs that can be computed.
    pub good: Vec<NodeId>,
    /// Every node with faults of its own.
    pub errors: IndexMap<NodeId, NodeErrors>,
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
    rules: Rules<'a>,
    prompt: &'a mut Prompt,
    outputs: &'a [NodeId],
    /// Sound links: node to the nodes that feed it.
    feeders: IndexMap<NodeId, IndexSet<NodeId>>,
    faults: IndexMap<NodeId, Vec<Fault>>,
}

/// A node to check.
struct Visit<'a> {
    node: NodeId,
    /// What led to it: an input of another node, and the link in it. `None` for an output, and for an
    /// input that is grown or that its class does not have.
    to: Option<(&'a InputRules, Value)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rules: Rules<'a>, prompt: &'a mut Prompt, outputs: &'a [NodeId]) -> Self {
        Self { rules, prompt, outputs, feeders: IndexMap::new(), faults: IndexMap::new() }
    }

    pub(super) fn run(mut self) -> Found {
        let outputs = self.outputs.iter().rev();
        let mut todo: Vec<_> = outputs.map(|id| Visit { node: id.clone(), to: None }).collect();
        let mut seen = HashSet::new();
        while let Some(Visit { node, to }) = todo.pop() {
            if !seen.insert(node.clone()) {
                continue;
            }
            match self.check_node(&node) {
                Ok(feeds) => {
                    let feeders = feeds.iter().map(|feed| feed.node.clone()).collect();
                    self.feeders.insert(node.clone(), feeders);
                    todo.extend(feeds.into_iter().rev());
                }
                Err(stumble) => {
                    let fault = match &to {
                        None => stumble.of_output(),
                        Some((input, link)) => stumble.of_inner(input, link),
                    };
                    self.faults.insert(node, vec![fault]);
                }
            }
        }
        self.find_cycles();
        self.conclude()
    }

    /// A node and its definition; classes were checked before.
    fn node(&self, id: &NodeId) -> (&Value, &'a NodeRules) {
        let node = &self.prompt[id.as_str()];
        let class = node["class_type"].as_str().unwrap_or_default();
        (node, self.rules.0.node(class).expect("every class was looked up before"))
    }

    /// Checks the inputs of a node, converts its values and says what feeds it.
    fn check_node(&mut self, id: &NodeId) -> Result<Vec<Visit<'a>>, Stumble> {
        let (node, def) = self.node(id);
        let Some(inputs) = node.get("inputs").and_then(Value::as_object) else {
            return Err(Stumble { kind: "KeyError", reason: "'inputs'".into() });
        };
        let (mut feeds, mut faults, mut converted) = (Vec::new(), Vec::new(), Vec::new());
        let known = def.of(inputs);
        for input in &known {
            let given = inputs.get(&input.name);
            match self.check_input(input, given)? {
                Checked::Absent => (),
                Checked::Faulty(fault) => faults.push(fault),
                Checked::Value(value) if given == Some(&value) => (),
                Checked::Value(value) => converted.push((input.name.clone(), value)),
                Checked::Link { node, link } => {
                    feeds.push(Visit { node, to: Some((input, link)) });
                }
            }
        }
        let others = inputs.iter().filter(|(name, _)| known.iter().all(|of| of.name != **name));
        feeds.extend(others.filter_map(|(_, value)| {
            let link = value.as_array().filter(|link| link.len() == 2)?;
            let node = link[0].as_str().filter(|id| self.prompt.contains_key(*id))?;
            Some(Visit { node: node.into(), to: None })
        }));
        if !faults.is_empty() {
            self.faults.insert(id.clone(), faults);
        }
        if let Some(inputs) = self.prompt[id.as_str()]["inputs"].as_object_mut() {
            inputs.extend(converted);
        }
        Ok(feeds)
    }

    fn check_input(&self, def: &InputRules, value: Option<&Value>) -> Result<Checked, Stumble> {
        let Some(value) = value else {
            return Ok(if def.required {
                Checked::Faulty(fault::missing(def))
            } else {
                Checked::Absent
            });
        };
        match value {
            Value::Array(link) => self.check_link(def, value, link),
            // A wrapped list is a value; it stays wrapped, for the graph.
            Value::Object(fields) if fields.contains_key("__value__") => {
                Ok(Checked::Value(value.clone()))
            }
            value => Ok(match values::convert(def, value, self.rules.0) {
                Ok(value) => Checked::Value(value),
                Err(fault) => Checked::Faulty(fault),
            }),
        }
    }

    fn check_link(
        &self,
        def: &InputRules,
        value: &Value,
        link: &[Value],
    ) -> Result<Checked, Stumble> {
        let [node, slot] = link else {
            let message = "a link is a list of two: node and output";
            return Ok(Checked::Faulty(fault::input("bad_linked_input", message, def, value)));
        };
        let Some(id) = node.as_str().filter(|id| self.prompt.contains_key(*id)) else {
            let reason = node.as_str().map_or_else(|| node.to_string(), |id| format!("'{id}'"));
            return Err(Stumble { kind: "KeyError", reason });
        };
        let id = NodeId::from(id);
        let (_, feeder) = self.node(&id);
        let output = slot.as_u64().and_then(|slot| feeder.outputs.get(usize::try_from(slot).ok()?));
        let Some(received) = output else {
            return Err(Stumble {
                kind: "IndexError",
                reason: format!("node {id} has no output {slot}"),
            });
        };
        if !fits(received, def.kind.type_name()) {
            return Ok(Checked::Faulty(fault::mismatch(def, value, received)));
        }
        Ok(Checked::Link { node: id, link: value.clone() })
    }

    /// Books a fault on every node of every cycle.
    fn find_cycles(&mut self) {
        // Those that are faulty wait for nobody.
        let positions = |of: &IndexSet<NodeId>| {
            of.iter().filter_map(|feeder| self.feeders.get_index_of(feeder)).collect::<Vec<_>>()
        };
        let mut feeders: Vec<_> = self.feeders.values().map(positions).collect();
        while let Err(cycle) = order_of(&feeders) {
            let named = cycle.iter().map(|&node| {
                let (id, _) = self.feeders.get_index(node).expect("positions are of these");
                let class = self.prompt[id.as_str()]["class_type"].as_str();
                (id.clone(), class.unwrap_or_default().to_owned())
            });
            let named: Vec<_> = named.collect();
            for (id, _) in &named {
                self.faults.entry(id.clone()).or_default().push(fault::cycle(id, &named));
            }
            for feeders in &mut feeders {
                feeders.retain(|feeder| !cycle.contains(feeder));
            }
            for node in cycle {
                feeders[node].clear();
            }
        }
    }

    /// Which outputs are good, and which faulty node spoils which.
    fn conclude(self) -> Found {
        if self.faults.is_empty() {
            return Found { good: self.outputs.to_vec(), errors: IndexMap::new() };
        }
        let reached: HashMap<&NodeId, HashSet<&NodeId>> =
            self.outputs.iter().map(|output| (output, self.needed_by(output))).collect();
        let is_good =
            |output: &&NodeId| reached[output].iter().all(|id| !self.faults.contains_key(*id));
        let good = self.outputs.iter().filter(is_good).cloned().collect();
        let errors = self.faults.iter().map(|(id, errors)| {
            let dependent = self.outputs.iter().filter(|output| reached[output].contains(id));
            let class = self.prompt[id.as_str()]["class_type"].as_str();
            let errors = NodeErrors {
                errors: errors.iter().map(|fault| ErrorInfo::clone(fault)).collect(),
                dependent_outputs: dependent.cloned().collect(),
                class_type: class.map(Into::into),
            };
            (id.clone(), errors)
        });
        Found { good, errors: errors.collect() }
    }

    fn needed_by<'s>(&'s self, output: &'s NodeId) -> HashSet<&'s NodeId> {
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

/// What came of checking one input.
enum Checked {
    Absent,
    Faulty(Fault),
    Value(Value),
    Link { node: NodeId, link: Value },
}

/// Whether an output of type `received` may feed an input of type `wanted`.
/// Both may name several types with commas; `*` is any.
fn fits(received: &str, wanted: &str) -> bool {
    let any = |types: &str| types.split(',').any(|name| name == "*");
    any(received)
        || any(wanted)
        || received.split(',').any(|one| wanted.split(',').any(|other| one == other))
}
