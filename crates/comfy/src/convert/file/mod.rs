//! The editor's file: what the page of ComfyUI saves.
//!
//! It holds everything one sees: nodes with positions, widgets, links, notes,
//! subgraphs. Only what decides the graph is kept here, and what says which
//! values its author wanted to show ([`EditorFile::extra`]).

mod read;

pub(super) use read::{pairs, placed, property};

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A workflow as the editor saves it (versions 0.4 and 1).
#[derive(Debug, Clone, PartialEq)]
pub struct EditorFile {
    pub(crate) root: Scope,
    /// By id, in the order of the file.
    pub(crate) subgraphs: IndexMap<String, Subgraph>,
    /// What the editor and its extensions keep beside the nodes.
    pub(crate) extra: Value,
    /// The largest number given to a node so far.
    pub(crate) last_id: u64,
}

/// Nodes that may be linked with each other: the whole file or one subgraph.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scope {
    /// By id, in the order of the file.
    pub nodes: IndexMap<String, Placed>,
    pub links: IndexMap<i64, Wire>,
}

/// One node.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Placed {
    pub id: String,
    /// The class of node, or the id of a subgraph.
    pub class: String,
    pub title: Option<String>,
    pub mode: Mode,
    pub inputs: Vec<Socket>,
    /// Types, by slot.
    pub outputs: Vec<String>,
    pub values: Stored,
    pub properties: Map<String, Value>,
}

/// Whether a node takes part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Active,
    /// As if it were not there.
    Muted,
    /// What it is given comes out unchanged.
    Bypassed,
}

/// What the widgets of a node were set to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Stored {
    #[default]
    Nothing,
    /// One after the other, those that are never sent included.
    List(Vec<Value>),
    /// By name, as some custom nodes do.
    Named(Map<String, Value>),
}

/// An input as the file describes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Socket {
    pub name: String,
    pub kind: String,
    pub link: Option<i64>,
    /// Whether a widget stands there when nothing is linked.
    pub widget: bool,
}

/// A link: from an output to an input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wire {
    pub from: String,
    pub slot: usize,
    pub to: String,
    pub to_slot: usize,
}

/// Nodes that are used as one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subgraph {
    pub name: String,
    pub scope: Scope,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// The id that links have which come from outside.
    pub entry: String,
    /// The id that links have which lead outside.
    pub exit: String,
}

/// Where a link crosses the border of a subgraph.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Port {
    pub name: String,
    pub kind: String,
    /// The links on the inside.
    pub links: Vec<i64>,
}

impl EditorFile {
    /// What the editor and its extensions keep beside the nodes: App Mode's
    /// `linearData`, for example.
    pub fn extra(&self) -> &Value {
        &self.extra
    }

    /// The file with every node bypassed whose title is marked. `None` if none is.
    pub(crate) fn bypassed(&self, is_marked: fn(&str) -> bool) -> Option<Self> {
        let is_marked = |node: &Placed| node.title.as_deref().is_some_and(is_marked);
        let inner = self.subgraphs.values().map(|subgraph| &subgraph.scope);
        let mut nodes = inner.chain([&self.root]).flat_map(|scope| scope.nodes.values());
        nodes.any(is_marked).then(|| {
            let mut file = self.clone();
            let inner = file.subgraphs.values_mut().map(|subgraph| &mut subgraph.scope);
            let scopes = inner.chain([&mut file.root]);
            let nodes = scopes.flat_map(|scope| scope.nodes.values_mut());
            nodes.filter(|node| is_marked(node)).for_each(|node| node.mode = Mode::Bypassed);
            file
        })
    }

    /// Whether this is the editor's form of a workflow at all.
    pub(crate) fn is_one(value: &Value) -> bool {
        value.get("nodes").is_some_and(Value::is_array)
    }
}

impl Placed {
    /// A text that the editor keeps with the node.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.as_str()
    }
}

impl Stored {
    /// The value at `position`, if values are kept by position and it has one.
    pub fn at(&self, position: usize) -> Option<&Value> {
        match self {
            Self::List(values) => values.get(position),
            Self::Nothing | Self::Named(_) => None,
        }
    }
}

/// Links the input called `name`, which the file may have left out.
pub(super) fn relink(node: &mut Placed, name: &str, link: i64) {
    match node.inputs.iter_mut().find(|input| input.name == name) {
        Some(input) => input.link = Some(link),
        None => node.inputs.push(Socket {
            name: name.to_owned(),
            kind: "*".into(),
            link: Some(link),
            widget: true,
        }),
    }
}
