//! The catalogue of nodes (`GET /object_info`): what each takes and gives.
//!
//! Its shapes have grown over years and differ between nodes of one server
//! (ComfyUI protocol notes §10). Here they become one [`Kind`] per input. A node
//! or an input of a shape nobody has seen becomes [`Kind::Other`]; it never
//! spoils the rest of the catalogue.

mod intern;
mod parse;
mod types;

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

pub use types::TypeSet;

/// Every node a server knows. Cloning it costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    nodes: Arc<IndexMap<Arc<str>, NodeDefinition>>,
}

/// What one class of node takes and gives.
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

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A whole number. Limits reach beyond 64 bits, and what was written beyond
    /// them is rounded.
    Int {
        /// What it is when nobody says.
        default: Option<i128>,
        /// The least that is accepted.
        min: Option<i128>,
        /// The most that is accepted.
        max: Option<i128>,
        /// What a spinner adds. The server does not insist on it.
        step: Option<i128>,
        /// Whether it is a seed: drawn anew for every run if so wished.
        seed: bool,
    },
    /// A number.
    Float {
        /// What it is when nobody says.
        default: Option<f64>,
        /// The least that is accepted.
        min: Option<f64>,
        /// The most that is accepted.
        max: Option<f64>,
        /// What a spinner adds. The server does not insist on it.
        step: Option<f64>,
    },
    /// Yes or no.
    Bool {
        /// What it is when nobody says.
        default: Option<bool>,
    },
    /// Text.
    Text {
        /// What it is when nobody says.
        default: Option<Arc<str>>,
        /// Whether it may have several lines.
        multiline: bool,
    },
    /// One of a list.
    Choice(ChoiceInput),
    /// One of a list, each with inputs of its own, called `name.inner`.
    DynamicChoice(Vec<DynamicOption>),
    /// Any number of the same, called `name.item`.
    Autogrow(Autogrow),
    /// A link of any of these types; all inputs and outputs of the node that
    /// share `template` have the same.
    Match {
        /// What they share.
        template: Arc<str>,
        /// The types it may be.
        allowed: TypeSet,
    },
    /// Something else: a link of one of these types, or a value that only a
    /// special control can make (`COLOR`, `BOUNDING_BOX`).
    Socket {
        /// The types it may be.
        types: TypeSet,
        /// What it is when nobody says; such an input need not be linked.
        default: Option<Value>,
    },
    /// A shape nobody has seen, as it stands in the catalogue.
    Other(Value),
}

/// One of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChoiceInput {
    /// What there is to choose from. Empty when no file is there to choose, or
    /// when `remote` says where to ask. Nodes share equal lists.
    pub options: Arc<[Choice]>,
    /// What it is when nobody says; otherwise the first.
    pub default: Option<Choice>,
    /// Whether several may be chosen.
    pub multiselect: bool,
    /// What a person may upload to have it among the options.
    pub upload: Option<Upload>,
    /// The route that lists the options.
    pub remote: Option<Arc<str>>,
}

/// One option of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Nearly all are text.
    Text(Arc<str>),
    /// Some are numbers.
    Number(Number),
    /// A few are yes and no.
    Bool(bool),
}

/// What a person may upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// Any file.
    File,
}

/// One option of a [`Kind::DynamicChoice`].
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicOption {
    /// What the input itself then holds.
    pub key: Arc<str>,
    /// What must or may be given with it.
    pub inputs: Vec<InputDefinition>,
}

/// Any number of inputs alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Autogrow {
    /// What each is like.
    pub template: Vec<InputDefinition>,
    /// What each is called.
    pub names: AutogrowNames,
    /// How many there must be.
    pub min: u32,
}

/// What the inputs of an [`Autogrow`] are called.
#[derive(Debug, Clone, PartialEq)]
pub enum AutogrowNames {
    /// `prefix` and a number from 0, up to `max` of them.
    Prefix {
        /// What they begin with.
        prefix: Arc<str>,
        /// How many there may be.
        max: u32,
    },
    /// These, in this order.
    List(Arc<[Choice]>),
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
        Ok(Self { nodes: Arc::new(parse::catalogue(bytes)?) })
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

impl Kind {
    /// What the input is when nobody says.
    pub fn default_value(&self) -> Option<Value> {
        match self {
            Self::Int { default, .. } => default.map(int_value),
            Self::Float { default, .. } => default.map(Value::from),
            Self::Bool { default } => default.map(Value::from),
            Self::Text { default, .. } => default.as_deref().map(Value::from),
            Self::Choice(choice) => {
                choice.default.as_ref().or(choice.options.first()).map(Choice::to_value)
            }
            Self::DynamicChoice(options) => options.first().map(|option| (*option.key).into()),
            Self::Socket { default, .. } => default.clone(),
            Self::Autogrow(_) | Self::Match { .. } | Self::Other(_) => None,
        }
    }
}

impl Choice {
    /// As graphs hold it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => (**text).into(),
            Self::Number(number) => number.clone().into(),
            Self::Bool(yes) => (*yes).into(),
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Bool(_) => None,
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Bool(yes) => yes.fmt(f),
        }
    }
}

/// The nearest JSON number.
fn int_value(number: i128) -> Value {
    match (u64::try_from(number), i64::try_from(number)) {
        (Ok(number), _) => number.into(),
        (_, Ok(number)) => number.into(),
        _ => (number as f64).into(),
    }
}

/// The options object of an input; empty when it has none.
type Options = Map<String, Value>;

#[cfg(test)]
mod tests;
