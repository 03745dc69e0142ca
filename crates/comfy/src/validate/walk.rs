//! Going through everything that the outputs need.
//!
//! Each node is checked by itself first. Links that are sound are followed;
//! what is reached by them decides which outputs are good. Nothing recurses, so
//! the depth of a graph does not matter.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::fault::{self, Fault, Stumble};
use super::given::{Given, Held, Node};
use super::nodes::{InputRules, Nodes};
use super::values;
use crate::graph::{NodeId, order_of};
use crate::prompt::{ErrorInfo, NodeErrors};

/// What a walk found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// Outputs that can be computed.
    pub good: Vec<NodeId>,
    /// Every node with faults of its own.
    pub errors: IndexMap<NodeId, NodeErrors>,
    /// Values that a server would convert.
    pub conversions: Vec<Conversion<'a>>,
}

/// What a server would make of a value.
#[derive(Debug)]
pub(super) struct Conversion<'a> {
    pub node: &'a str,
    pub input: &'a str,
    pub value: Value,
}

impl Found<'_> {
    /// The faults of the output nodes themselves, one a line.
    pub(super) fn details(&self, outputs: impl Iterator<Item = NodeId>) -> String {
        let faults = outputs.filter_map(|id| self.errors.get(&id)).flat_map(|node| &node.errors);
        let lines: Vec<_> =
            faults.map(|fault| format!("{}: {}", fault.message, fault.details)).collect();
        lines.join("\n")
    }
}

/// A walk over what some outputs need. Nodes are named by their positions.
pub(super) struct Walk<'a, 'o> {
    given: &'a Given<'a>,
    stock: &'a dyn Nodes,
    outputs: &'o [usize],
    /// Sound links, in the order of the walk: node to the nodes that feed it.
    feeders: IndexMap<usize, Vec<usize>>,
    faults: IndexMap<usize, Vec<Fault>>,
    conversions: Vec<Conversion<'a>>,
}

/// A node to check.
struct Visit<'a> {
    node: usize,
    /// What led to it: an input of another node, and the link in it. `None` for an output, and for an
    /// input that is grown or that its class does not have.
    to: Option<(&'a InputRules, Held<'a>)>,
}

impl<'a, 'o> Walk<'a, 'o> {
    pub(super) fn new(given: &'a Given<'a>, stock: &'a dyn Nodes, outputs: &'o [usize]) -> Self {
        let (feeders, faults, conversions) = (IndexMap::new(), IndexMap::new(), Vec::new());
        Self { given, stock, outputs, feeders, faults, conversions }
    }

    pub(super) fn run(mut self) -> Found<'a> {
        let outputs = self.outputs.iter().rev();
        let mut todo: Vec<_> = outputs.map(|&node| Visit { node, to: None }).collect();
        let mut seen = vec![false; self.given.nodes.len()];
        while let Some(Visit { node, to }) = todo.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match self.check_node(node) {
                Ok(feeds) => {
                    self.feeders.insert(node, feeds.iter().map(|feed| feed.node).collect());
                    todo.extend(feeds.into_iter().rev());
                }
                Err(stumble) => {
                    let fault = match to {
                        None => stumble.of_output(),
                        Some((input, link)) => stumble.of_inner(input, &link.to_value()),
                    };
                    self.faults.insert(node, vec![fault]);
                }
            }
        }
        self.find_cycles();
        self.conclude()
    }

    fn node(&self, at: usize) -> &'a Node<'a> {
        &self.given.nodes[at]
    }

    /// Checks the inputs of a node, and says what feeds it.
    fn check_node(&mut self, at: usize) -> Result<Vec<Visit<'a>>, Stumble> {
        let node = self.node(at);
        let Some(inputs) = &node.inputs else {
            return Err(Stumble { kind: "KeyError", reason: "'inputs'".into() });
        };
        let (mut feeds, mut faults, mut converted) = (Vec::new(), Vec::new(), Vec::new());
        let known = node.rules.of(|input| node.held(input)?.text());
        for &input in &known {
            let given = node.held(&input.name);
            match self.check_input(input, given)? {
                Checked::Fine => (),
                Checked::Faulty(fault) => faults.push(fault),
                Checked::Converted(value) => {
                    converted.push(Conversion { node: node.id, input: &input.name, value });
                }
                Checked::Link { node, link } => {
                    feeds.push(Visit { node, to: Some((input, link)) });
                }
            }
        }
        let others = inputs.iter().filter(|(name, _)| known.iter().all(|of| of.name != *name));
        feeds.extend(others.filter_map(|(_, held)| {
            let named = match held {
                Held::Link { node, .. } => node,
                Held::Value(value) => {
                    value.as_array().filter(|link| link.len() == 2)?[0].as_str()?
                }
                Held::Wrapped(_) => return None,
            };
            Some(Visit { node: self.given.position(named)?, to: None })
        }));
        if !faults.is_empty() {
            self.faults.insert(at, faults);
        }
        self.conversions.extend(converted);
        Ok(feeds)
    }

    fn check_input(
        &self,
        def: &InputRules,
        held: Option<Held<'a>>,
    ) -> Result<Checked<'a>, Stumble> {
        match held {
            None if def.required => Ok(Checked::Faulty(fault::missing(def))),
            // A wrapped list is a value; it stays wrapped, for the graph.
            None | Some(Held::Wrapped(_)) => Ok(Checked::Fine),
            Some(link @ Held::Link { node, slot }) => {
                let at = self.given.position(node).ok_or_else(|| Stumble::no_node(node))?;
                let slots = &self.node(at).rules.outputs;
                let received = usize::try_from(slot).ok().and_then(|slot| slots.get(slot));
                let received = received.ok_or_else(|| Stumble::no_output(node, slot))?;
                Ok(if fits(received, def.kind.type_name()) {
                    Checked::Link { node: at, link }
                } else {
                    Checked::Faulty(fault::mismatch(def, &link.to_value(), received))
                })
            }
            Some(Held::Value(value)) => match value {
                Value::Array(items) => self.check_list(def, value, items),
                value => Ok(match values::convert(def, value, self.stock) {
                    Ok(None) => Checked::Fine,
                    Ok(Some(value)) => Checked::Converted(value),
                    Err(fault) => Checked::Faulty(fault),
                }),
            },
        }
    }

    /// A list that is no link, which a server takes for one.
    fn check_list(
        &self,
        def: &InputRules,
        value: &Value,
        items: &[Value],
    ) -> Result<Checked<'a>, Stumble> {
        let [node, slot] = items else {
            let message = "a link is a list of two: node and output";
            return Ok(Checked::Faulty(fault::input("bad_linked_input", message, def, value)));
        };
        match node.as_str() {
            Some(id) if self.given.position(id).is_some() => Err(Stumble::no_output(id, slot)),
            Some(id) => Err(Stumble::no_node(id)),
            None => Err(Stumble { kind: "KeyError", reason: node.to_string() }),
        }
    }

    /// Books a fault on every node of every cycle.
    fn find_cycles(&mut self) {
        // Those that are faulty wait for nobody.
        let turns = |of: &Vec<usize>| {
            of.iter().filter_map(|feeder| self.feeders.get_index_of(feeder)).collect::<Vec<_>>()
        };
        let mut feeders: Vec<_> = self.feeders.values().map(turns).collect();
        while let Err(cycle) = order_of(&feeders) {
            let nodes: Vec<_> = cycle.iter().map(|&turn| self.feeders.keys()[turn]).collect();
            let named: Vec<_> = nodes.iter().map(|&at| self.node(at)).collect();
            for (&at, node) in nodes.iter().zip(&named) {
                self.faults.entry(at).or_default().push(fault::cycle(node.id, &named));
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
    fn conclude(self) -> Found<'a> {
        let names = |nodes: &[usize]| nodes.iter().map(|&at| self.node(at).name()).collect();
        if self.faults.is_empty() {
            let (good, errors) = (names(self.outputs), IndexMap::new());
            return Found { good, errors, conversions: self.conversions };
        }
        let reached = self.outputs.iter().map(|&output| (output, self.needed_by(output)));
        let reached: Vec<_> = reached.collect();
        let outputs = |wanted: &dyn Fn(&HashSet<usize>) -> bool| {
            let wanted = reached.iter().filter(|(_, needs)| wanted(needs));
            names(&wanted.map(|(output, _)| *output).collect::<Vec<_>>())
        };
        let good = outputs(&|needs| needs.iter().all(|at| !self.faults.contains_key(at)));
        let errors = self.faults.iter().map(|(&at, errors)| {
            let errors = NodeErrors {
                errors: errors.iter().map(|fault| ErrorInfo::clone(fault)).collect(),
                dependent_outputs: outputs(&|needs| needs.contains(&at)),
                class_type: Some(self.node(at).class.into()),
            };
            (self.node(at).name(), errors)
        });
        let errors = errors.collect();
        Found { good, errors, conversions: self.conversions }
    }

    fn needed_by(&self, output: usize) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut todo = vec![output];
        while let Some(at) = todo.pop() {
            if seen.insert(at) {
                todo.extend(self.feeders.get(&at).into_iter().flatten());
            }
        }
        seen
    }
}

/// What came of checking one input.
enum Checked<'a> {
    Fine,
    Faulty(Fault),
    /// It would be taken as this.
    Converted(Value),
    Link {
        /// Where the node is that feeds it.
        node: usize,
        link: Held<'a>,
    },
}

/// Whether an output of type `received` may feed an input of type `wanted`.
/// Both may name several types with commas; `*` is any.
fn fits(received: &str, wanted: &str) -> bool {
    let any = |types: &str| types.split(',').any(|name| name == "*");
    any(received)
        || any(wanted)
        || received.split(',').any(|one| wanted.split(',').any(|other| one == other))
}
