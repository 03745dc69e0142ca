//! Why a file could not be turned into a graph.

use std::fmt;

use crate::graph::{Cycle, GraphError};
use crate::json::JsonError;

/// Why a file could not be turned into a graph. Each says which node it was and
/// what would help, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// Larger than any workflow.
    #[error("the file has {length} bytes, and a workflow at most {limit}")]
    TooLarge {
        /// How many bytes there were.
        length: usize,
        /// How many are accepted.
        limit: usize,
    },
    /// JSON was expected and something else found.
    #[error("the workflow cannot be read: {0}")]
    Json(#[from] JsonError),
    /// Neither of the two forms of a workflow.
    #[error("this is not a workflow: {0}")]
    NotAWorkflow(String),
    /// A picture, video or model that nobody put a workflow into.
    #[error("this {0} carries no workflow; save it from ComfyUI with its metadata kept")]
    Empty(&'static str),
    /// A picture, video or model that ends too early or contradicts itself.
    #[error("this {what} is damaged: {reason}")]
    Damaged {
        /// What sort of file it is.
        what: &'static str,
        /// What is wrong with it, as the end of a sentence.
        reason: &'static str,
    },
    /// The graph in the file has a fault.
    #[error("the graph has a fault: {0}")]
    Graph(#[from] GraphError),
    /// Two nodes have one id.
    #[error("two nodes have the id {0}; open the file in ComfyUI and save it again")]
    DuplicateId(String),
    /// A class that the backend does not know.
    #[error("{0} is of a class that this ComfyUI does not have; install its custom node")]
    UnknownClass(Label),
    /// A link that the file does not contain, or from a node it does not contain.
    #[error("input {input:?} of {node} is linked to nothing (link {link}); connect it again")]
    LinkToNowhere {
        /// The node that is fed.
        node: Label,
        /// Which of its inputs.
        input: String,
        /// The id of the link.
        link: i64,
    },
    /// Nodes that wait for each other.
    #[error("{0}; remove one of the links between them")]
    Cycle(#[from] Cycle),
    /// Links or subgraphs that lead to themselves.
    #[error("{0} leads back to itself; remove one of its links")]
    Loop(Label),
    /// A subgraph within itself, or more levels than anybody can read.
    #[error("subgraphs nest deeper than {limit} levels at {node}")]
    TooDeep {
        /// The node that would be one level too deep.
        node: Label,
        /// How many levels are accepted.
        limit: usize,
    },
    /// Few large values that go to many nodes.
    #[error("the values of the workflow come to more than {limit} bytes when they are shared out")]
    TooMuch {
        /// How many bytes are accepted.
        limit: usize,
    },
    /// Subgraphs of subgraphs that multiply beyond measure.
    #[error("the workflow has more than {limit} nodes when its subgraphs are unfolded")]
    TooManyNodes {
        /// How many are accepted.
        limit: usize,
    },
}

/// A node as a message names it: id, class and, where it has one, its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its id in the graph: `3`, `12:7` within a subgraph.
    pub id: String,
    /// Its class.
    pub class: String,
    /// What its author called it.
    pub title: Option<String>,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} ({})", self.id, self.class)?;
        match &self.title {
            Some(title) if *title != self.class => write!(f, " “{title}”"),
            _ => Ok(()),
        }
    }
}
