//! A file unfolded: every use of a subgraph is a place of its own.

use std::collections::{HashMap, HashSet};

use super::file::{EditorFile, Mode, Placed, Scope, Subgraph};
use super::promoted::Promoted;
use super::{ConvertError, Label};

/// How many subgraphs may stand within each other. Real files have two.
pub(super) const MAX_DEPTH: usize = 32;

/// How many nodes a workflow may have when all is unfolded. The largest real
/// one seen has some hundred.
pub(super) const MAX_NODES: usize = 10_000;

/// The root of the file, or one use of a subgraph.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub scope: &'a Scope,
    pub subgraph: Option<&'a Subgraph>,
    /// The place that uses the subgraph, and its node there.
    pub parent: Option<At>,
    /// What the ids of its nodes begin with: `12:7:`.
    pub prefix: String,
    /// For each node that is a subgraph: its place.
    pub children: HashMap<usize, usize>,
    pub promoted: Promoted,
}

/// A node in a place: positions of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct At {
    pub place: usize,
    pub node: usize,
}

/// All places of a file.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub file: &'a EditorFile,
    pub all: Vec<Place<'a>>,
    nodes: usize,
    /// Whether every subgraph is read after those that it uses.
    sorted: bool,
}

impl<'a> Places<'a> {
    pub(super) fn unfold(file: &'a EditorFile) -> Result<Self, ConvertError> {
        let mut places = Self { file, all: Vec::new(), nodes: 0, sorted: are_sorted(file) };
        places.open(&file.root, None, 0)?;
        Ok(places)
    }

    pub(super) fn place(&self, at: At) -> &Place<'a> {
        &self.all[at.place]
    }

    pub(super) fn node(&self, at: At) -> &'a Placed {
        &self.all[at.place].scope.nodes[at.node]
    }

    /// The subgraph that a node stands for, if it does.
    pub(super) fn subgraph(&self, at: At) -> Option<&'a Subgraph> {
        self.file.subgraphs.get(&self.node(at).class)
    }

    /// The node called `id` in a place.
    pub(super) fn find(&self, place: usize, id: &str) -> Option<At> {
        let node = self.all[place].scope.nodes.get_index_of(id)?;
        Some(At { place, node })
    }

    /// The id that a node gets in the graph.
    pub(super) fn id(&self, at: At) -> String {
        format!("{}{}", self.place(at).prefix, self.node(at).id)
    }

    pub(super) fn label(&self, at: At) -> Label {
        let node = self.node(at);
        let class = self.subgraph(at).map_or(&node.class, |subgraph| &subgraph.name);
        Label { id: self.id(at), class: class.clone(), title: node.title.clone() }
    }

    /// Opens a scope and the subgraphs within it. What is muted or bypassed stays
    /// shut, but only at the root: within a subgraph the editor sends the nodes of
    /// such a one all the same, though no link leads to them.
    fn open(
        &mut self,
        scope: &'a Scope,
        parent: Option<At>,
        depth: usize,
    ) -> Result<usize, ConvertError> {
        self.nodes += scope.nodes.len();
        if self.nodes > MAX_NODES {
            return Err(ConvertError::TooManyNodes { limit: MAX_NODES });
        }
        let place = self.all.len();
        let prefix = parent.map(|at| format!("{}:", self.id(at))).unwrap_or_default();
        let subgraph = parent.and_then(|at| self.subgraph(at));
        let promoted = match (parent, subgraph) {
            (Some(at), Some(subgraph)) => Promoted::of(self.node(at), subgraph, self.is_known(at)),
            _ => Promoted::default(),
        };
        let children = HashMap::new();
        self.all.push(Place { scope, subgraph, parent, prefix, children, promoted });
        for (node, placed) in scope.nodes.values().enumerate() {
            let at = At { place, node };
            let Some(inner) = self.subgraph(at) else { continue };
            if parent.is_none() && placed.mode != Mode::Active {
                continue;
            }
            if depth == MAX_DEPTH {
                return Err(ConvertError::TooDeep { node: self.label(at), limit: MAX_DEPTH });
            }
            let child = self.open(&inner.scope, Some(at), depth + 1)?;
            self.all[place].children.insert(node, child);
        }
        Ok(place)
    }

    /// Whether the editor gives a subgraph's node the values that are stored for
    /// it. One that is read later than the subgraph around it has no inputs yet.
    fn is_known(&self, at: At) -> bool {
        let Some(outer) = self.place(at).parent else { return true };
        let order = |id: &str| self.file.subgraphs.get_index_of(id);
        self.sorted || order(&self.node(at).class) < order(&self.node(outer).class)
    }
}

/// Whether the editor reads subgraphs after those they use. It does, unless one
/// uses another more than once; then it reads all in the order of the file.
fn are_sorted(file: &EditorFile) -> bool {
    file.subgraphs.values().all(|subgraph| {
        let mut used = HashSet::new();
        let classes = subgraph.scope.nodes.values().map(|node| &node.class);
        classes.filter(|class| file.subgraphs.contains_key(*class)).all(|class| used.insert(class))
    })
}
