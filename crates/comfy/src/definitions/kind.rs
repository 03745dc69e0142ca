//! What an input takes.

use std::fmt;
use std::sync::Arc;

use serde_json::{Number, Value};

use super::{InputDefinition, TypeSet};

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
        /// Whether the editor drops comments and draws from `{a|b}` before it sends it.
        dynamic: bool,
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
    /// Whether the editor offers to change it after each run.
    pub stepped: bool,
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
