//! A graph as it is checked, whoever read it: its nodes by position. Nothing of it is copied.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::nodes::{NodeRules, Nodes};
use super::{Prompt, refusal};
use crate::graph::{Graph, Input, NodeId, WRAPPER, as_link};
use crate::prompt::Refusal;

/// A graph of which every node has a class that is known.
pub(super) struct Given<'a> {
    /// In the order of the file.
    pub nodes: Vec<Node<'a>>,
    positions: HashMap<&'a str, usize, foldhash::fast::RandomState>,
}

/// One node.
pub(super) struct Node<'a> {
    pub id: &'a str,
    pub class: &'a str,
    pub rules: &'a NodeRules,
    /// By name; `None` when it says nothing of inputs.
    pub inputs: Option<Vec<(&'a str, Held<'a>)>>,
}

/// What an input holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'a> {
    /// A value as it stands; also a list that is no link.
    Value(&'a Value),
    /// A value that says that it is none of a link.
    Wrapped(&'a Value),
    /// An output of another node.
    Link { node: &'a str, slot: u32 },
}

impl<'a> Given<'a> {
    /// A graph as it came.
    ///
    /// # Errors
    ///
    /// What a server would answer: the first node that is none, or of no class that it has.
    pub(super) fn of_prompt(
        prompt: &'a Prompt,
        nodes: &'a dyn Nodes,
    ) -> Result<Self, Box<Refusal>> {
        Self::of(prompt.iter().map(|(id, node)| {
            if !node.is_object() {
                let message = format!("node {id} is not an object");
                return Err(refusal("invalid_request", &message, json!({})));
            }
            let class = node["class_type"].as_str();
            let (class, rules) =
                known(nodes, class).ok_or_else(|| unknown(id, class, &node["_meta"]["title"]))?;
            let inputs = node["inputs"].as_object().map(|inputs| {
                inputs.iter().map(|(name, value)| (name.as_str(), Held::of(value))).collect()
            });
            Ok(Node { id, class, rules, inputs })
        }))
    }

    /// A graph that was read; otherwise as [`Given::of_prompt`].
    pub(super) fn of_graph(graph: &'a Graph, nodes: &'a dyn Nodes) -> Result<Self, Box<Refusal>> {
        Self::of(graph.nodes.iter().map(|(id, node)| {
            let (id, class) = (id.as_str(), Some(node.class_type.as_str()));
            let (class, rules) =
                known(nodes, class).ok_or_else(|| unknown(id, class, &json!(node.title)))?;
            let inputs = node.inputs.iter().map(|(name, input)| (name.as_str(), input.into()));
            Ok(Node { id, class, rules, inputs: Some(inputs.collect()) })
        }))
    }

    fn of(
        nodes: impl Iterator<Item = Result<Node<'a>, Box<Refusal>>>,
    ) -> Result<Self, Box<Refusal>> {
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        let positions = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        Ok(Self { nodes, positions })
    }

    /// Where the node called `id` is.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }
}

impl<'a> Node<'a> {
    /// What its input of this name holds.
    pub(super) fn held(&self, input: &str) -> Option<Held<'a>> {
        let inputs = self.inputs.as_deref().unwrap_or_default();
        inputs.iter().find(|(name, _)| *name == input).map(|(_, held)| *held)
    }

    pub(super) fn name(&self) -> NodeId {
        self.id.into()
    }
}

impl<'a> Held<'a> {
    fn of(value: &'a Value) -> Self {
        if let Some((node, slot)) = as_link(value) {
            return Self::Link { node, slot };
        }
        value.get(WRAPPER).map_or(Self::Value(value), Self::Wrapped)
    }

    /// The text, if it is one that is not wrapped.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Wrapped(_) | Self::Link { .. } => None,
        }
    }

    /// As it stands in the graph.
    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Wrapped(value) => json!({ WRAPPER: value }),
            Self::Link { node, slot } => json!([node, slot]),
        }
    }
}

impl<'a> From<&'a Input> for Held<'a> {
    fn from(input: &'a Input) -> Self {
        match input {
            Input::Value(value) => Self::Value(value),
            Input::Wrapped(value) => Self::Wrapped(value),
            Input::Link { node, slot } => Self::Link { node: node.as_str(), slot: *slot },
        }
    }
}

/// A class that is known.
fn known<'a>(nodes: &'a dyn Nodes, class: Option<&'a str>) -> Option<(&'a str, &'a NodeRules)> {
    let class = class?;
    Some((class, nodes.node(class)?))
}

fn unknown(id: &str, class: Option<&str>, title: &Value) -> Box<Refusal> {
    let message = match class {
        Some(class) => format!("node {id} is a {class}, which this server does not have"),
        None => format!("node {id} has no class_type"),
    };
    let info = json!({ "node_id": id, "class_type": class, "node_title": title });
    let mut refusal = refusal("missing_node_type", &message, info);
    refusal.error.details = format!("Node ID '#{id}'");
    refusal
}
