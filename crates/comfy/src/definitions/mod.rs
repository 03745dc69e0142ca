//! The catalogue of nodes (`GET /object_info`): what each takes and gives.
//!
//! Its shapes have grown over years and differ between nodes of one server
//! (ComfyUI protocol notes §10). Here they become one [`Kind`] per input. A node
//! or an input of a shape nobody has seen becomes [`Kind::Other`]; it never
//! spoils the rest of the catalogue.

mod intern;
mod kind;
mod parse;
mod types;

use std::sync::Arc;

use crate::graph::InOrder;
use crate::validate::Memo;

pub use kind::{Autogrow, AutogrowNames, Choice, ChoiceInput, DynamicOption, Kind, Upload};
pub use types::TypeSet;

/// Every node a server knows. Cloning it costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    nodes: Arc<InOrder<Arc<str>, NodeDefinition>>,
    /// What graphs were checked against.
    pub(crate) memo: Arc<Memo>,
}

/// What one class of node takes and gives.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the catalogue, on its own")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeDefinition {
    /// The name graphs use.
    pub class: Arc<str>,
    /// The name people read, when it has one of its own.
    pub display_name: Option<Arc<str>>,
    /// Where it stands in menus: `sampling/custom`.
    pub category: Arc<str>,
    /// What it does, when it says so.
    pub description: Option<Arc<str>>,
    /// The Python module it comes from: `nodes`, `custom_nodes.x`.
    pub module: Arc<str>,
    /// Whether a job may end in it. A job without such a node is refused.
    pub output_node: bool,
    /// Whether it calls a paid service elsewhere.
    pub api_node: bool,
    /// Whether its author advises against it.
    pub deprecated: bool,
    /// Whether its author may still change it.
    pub experimental: bool,
    /// Whether it takes a list whole and is not run once for each item.
    pub takes_lists: bool,
    /// What it takes, required ones first, in the order they are shown.
    pub inputs: Vec<InputDefinition>,
    /// What it gives, by slot.
    pub outputs: Vec<OutputDefinition>,
}

/// One thing a node takes.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDefinition {
    /// The name graphs use.
    pub name: Arc<str>,
    /// The name people read, when it has one of its own.
    pub display_name: Option<Arc<str>>,
    /// Whether a job without it is refused.
    pub required: bool,
    /// What may be given.
    pub kind: Kind,
    /// What it means, when it says so.
    pub tooltip: Option<Arc<str>>,
    /// Whether most people never touch it.
    pub advanced: bool,
    /// Whether only a link will do though a value of its type could be typed.
    pub force_input: bool,
}

/// One thing a node gives.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputDefinition {
    /// The name people read.
    pub name: Arc<str>,
    /// The types it may be of; of a list of options, any.
    pub types: TypeSet,
    /// Whether it gives a list.
    pub is_list: bool,
}

/// Why a catalogue could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue of nodes cannot be read: {0}")]
pub struct DefinitionsError(#[from] crate::json::JsonError);

impl Definitions {
    /// The largest catalogue that is read, in bytes. A plain server's has under
    /// 2 MB; each list of model files appears once per node that uses it.
    pub const MAX_BYTES: usize = 64 << 20;

    /// Reads `/object_info`, or the part of one class. Takes some milliseconds
    /// per megabyte, so not on an async thread.
    pub fn parse(bytes: &[u8]) -> Result<Self, DefinitionsError> {
        Ok(Self { nodes: Arc::new(parse::catalogue(bytes)?), memo: Arc::default() })
    }

    /// The node of this class.
    pub fn node(&self, class: &str) -> Option<&NodeDefinition> {
        self.nodes.get(class)
    }

    /// Every node, in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = &NodeDefinition> {
        self.nodes.values()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl NodeDefinition {
    /// The name people read.
    pub fn title(&self) -> &str {
        self.display_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.class)
    }

    /// The input called `name`. Inputs with dots in their names are found under
    /// the name before the first dot.
    pub fn input(&self, name: &str) -> Option<&InputDefinition> {
        let whole = self.inputs.iter().find(|input| &*input.name == name);
        whole.or_else(|| {
            let (first, _) = name.split_once('.')?;
            self.inputs.iter().find(|input| &*input.name == first)
        })
    }
}

#[cfg(test)]
mod tests;
