//! From a graph to the form that a guest fills in.
//!
//! What may be set is what the workflow's author marked, in whichever of the
//! conventions in use ([`Convention`]); where nothing is marked, what most people
//! want to set. Types, limits and choices are never guessed: they come from the
//! catalogue of nodes. Read in this order: `marks` finds what is marked,
//! `choose` chooses where nothing is, `prompts` tells prompts apart, `kinds` says
//! what may be given.

mod choose;
mod field;
pub(crate) mod inputs;
mod kinds;
mod marks;
mod names;
mod outputs;
mod prompts;

use crate::convert::{Conversion, ConvertError, Document, EditorFile, convert};
use crate::definitions::Definitions;
use crate::graph::{Graph, NodeId};

pub use field::{Field, Group, Kind, Media, Role, Target};
pub use marks::Convention;
pub use outputs::results;

/// A form for a graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    /// In the order of the page.
    pub fields: Vec<Field>,
    /// The nodes whose outputs are results, in order. The others only preview.
    pub results: Vec<String>,
    /// Whose marks were followed; `None` when nothing was marked.
    pub convention: Option<Convention>,
}

/// Everything in a graph that could be a field: what each input that holds a value would be, node by
/// node in the order of the graph. Names are unique within a node.
pub fn every_input(graph: &Graph, definitions: &Definitions) -> Vec<(NodeId, Vec<Field>)> {
    field::every(graph, definitions)
}

impl Form {
    /// The graph of a document and its form, for a server with these definitions.
    pub fn of(
        document: &Document,
        definitions: &Definitions,
    ) -> Result<(Graph, Self), ConvertError> {
        let editor = document.editor.as_ref();
        let bypassed = editor.and_then(|editor| editor.bypassed(marks::is_bypassed));
        let conversion = match &bypassed {
            Some(editor) => convert(editor, definitions)?,
            None => document.conversion(definitions)?,
        };
        let extra = editor.map(EditorFile::extra);
        let marked = marks::find(&conversion, extra, definitions);
        let form = match marked {
            Some(marked) => Self {
                fields: field::build(marked.marks, &conversion.graph, definitions),
                results: outputs::results(&conversion.graph, definitions, marked.results),
                convention: Some(marked.convention),
            },
            None => Self::chosen(&conversion, definitions),
        };
        Ok((conversion.graph, form))
    }

    fn chosen(conversion: &Conversion, definitions: &Definitions) -> Self {
        let marks = choose::marks(conversion, definitions);
        Self {
            fields: field::build(marks, &conversion.graph, definitions),
            results: outputs::results(&conversion.graph, definitions, Vec::new()),
            convention: None,
        }
    }
}
