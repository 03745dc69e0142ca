//! A job in API format: nodes, their values and the links between them.
//!
//! A graph keeps the order of its file, so that what is written back reads like
//! what came in. Reading checks its form, not its sense: whether classes exist
//! and values fit is for [`crate::definitions`] and the server to say.

mod cost;
mod input;
mod order;
mod prune;
mod read;

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

pub use cost::Cost;
pub use input::Input;
pub(crate) use input::{WRAPPER, as_link};
pub use order::Cycle;
pub(crate) use order::order_of;
pub use prune::PruneError;
pub use read::Reading;

/// The name of a node within one graph: `"5"`, `"2:201"` inside a subgraph,
/// `"2.0.0.1"` for one that another node expanded into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// As it stands in the graph.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Lets maps keyed by `NodeId` be asked with a `&str`.
impl Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NodeId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<String> for NodeId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

/// A map in the order of its file. Its keys are short, and whoever chose them cannot see how they are hashed.
pub type InOrder<K, V> = IndexMap<K, V, foldhash::fast::RandomState>;

/// A job: what to compute, from what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// In the order of the file. Editing freely is fine: links are by name.
    pub nodes: InOrder<NodeId, Node>,
}

/// One step of a job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// Which node it is an instance of: `KSampler`.
    pub class_type: String,
    /// What it is given, by name.
    pub inputs: InOrder<String, Input>,
    /// What its author called it.
    pub title: Option<String>,
}

/// One link: `to.input` is fed by output `slot` of `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRef<'a> {
    /// The node that computes.
    pub from: &'a NodeId,
    /// Which of its outputs, from 0.
    pub slot: u32,
    /// The node that is fed.
    pub to: &'a NodeId,
    /// Which of its inputs.
    pub input: &'a str,
}

/// Why JSON is not a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The whole is not an object.
    #[error("a graph is a JSON object of nodes in API format")]
    NotAnObject,
    /// It is the file of the editor, which has another form.
    #[error("this is the editor's file; export it in API format")]
    EditorFile,
    /// A node is not an object.
    #[error("node {0} is not an object")]
    NodeNotAnObject(NodeId),
    /// A node does not say what it is.
    #[error("node {0} has no class_type")]
    NoClass(NodeId),
    /// A node's inputs are not an object, or missing; it may be empty.
    #[error("node {0} has no object of inputs")]
    InputsNotAnObject(NodeId),
}

/// Why an input could not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchInput {
    /// The graph has no such node.
    #[error("the graph has no node {0}")]
    Node(String),
    /// The node has no such input.
    #[error("node {node} has no input {input}")]
    Input {
        /// The node asked for.
        node: NodeId,
        /// The input asked for.
        input: String,
    },
}

impl Graph {
    /// Reads a graph. The first node of the wrong form is named.
    pub fn parse(value: &Value) -> Result<Self, GraphError> {
        Reading::deserialize(value).expect("any JSON can be read").0
    }

    /// The graph as the server takes it.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("a graph is plain JSON")
    }

    /// The node called `id`.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The input `input` of node `node`.
    pub fn input(&self, node: &str, input: &str) -> Option<&Input> {
        self.node(node)?.inputs.get(input)
    }

    /// Puts `value` in place of what the input held, be it a value or a link.
    /// The input must exist: a typing error in a workflow must not go unseen.
    pub fn set(&mut self, node: &str, input: &str, value: Value) -> Result<(), NoSuchInput> {
        let Some((id, found)) = self.nodes.get_full_mut(node).map(|(_, id, node)| (id, node))
        else {
            return Err(NoSuchInput::Node(node.into()));
        };
        let slot = found
            .inputs
            .get_mut(input)
            .ok_or_else(|| NoSuchInput::Input { node: id.clone(), input: input.into() })?;
        *slot = Input::of(value);
        Ok(())
    }

    /// Every class used, once, in the order of first use.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        let mut seen = HashSet::<_, foldhash::fast::RandomState>::default();
        let classes = self.nodes.values().map(|node| node.class_type.as_str());
        classes.filter(move |class| seen.insert(*class))
    }

    /// Drops every node that none of these needs.
    pub fn keep_for(&mut self, wanted: &[NodeId]) {
        let mut needed = HashSet::new();
        let mut todo = wanted.to_vec();
        while let Some(id) = todo.pop() {
            if let Some(node) = self.nodes.get(&id)
                && needed.insert(id)
            {
                todo.extend(node.links().map(|(_, from, _)| from.clone()));
            }
        }
        self.nodes.retain(|id, _| needed.contains(id));
    }

    /// Every link, also those that lead nowhere.
    pub fn links(&self) -> impl Iterator<Item = LinkRef<'_>> {
        self.nodes.iter().flat_map(|(to, node)| {
            node.links().map(move |(input, from, slot)| LinkRef { from, slot, to, input })
        })
    }
}

impl Node {
    /// A node without inputs or title.
    pub fn new(class_type: impl Into<String>) -> Self {
        Self { class_type: class_type.into(), ..Self::default() }
    }

    /// What feeds this node: input name, node, slot.
    pub fn links(&self) -> impl Iterator<Item = (&str, &NodeId, u32)> {
        self.inputs.iter().filter_map(|(name, input)| match input {
            Input::Link { node, slot } => Some((name.as_str(), node, *slot)),
            Input::Value(_) | Input::Wrapped(_) => None,
        })
    }
}

impl Serialize for Graph {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(&self.nodes)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_map(None)?;
        fields.serialize_entry("class_type", &self.class_type)?;
        fields.serialize_entry("inputs", &self.inputs)?;
        if let Some(title) = &self.title {
            fields.serialize_entry("_meta", &json!({ "title": title }))?;
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Graph {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Reading::deserialize(from)?.0.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
