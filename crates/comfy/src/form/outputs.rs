//! Which nodes make results, and which only preview.

use crate::definitions::Definitions;
use crate::graph::Graph;

/// The nodes whose outputs are results: those that were marked, or else those
/// that save something, or else those that show something.
pub fn results(graph: &Graph, definitions: &Definitions, marked: Vec<String>) -> Vec<String> {
    if !marked.is_empty() {
        return marked;
    }
    let ends = |saves: bool| {
        let nodes = graph.nodes.iter().filter(|(_, node)| {
            let known = definitions.node(&node.class_type);
            let ends = known.is_none_or(|definition| definition.output_node);
            ends && is_preview(&node.class_type) != saves
        });
        nodes.map(|(id, _)| id.to_string()).collect::<Vec<_>>()
    };
    let saved = ends(true);
    if saved.is_empty() { ends(false) } else { saved }
}

fn is_preview(class: &str) -> bool {
    !class.contains("Save") && (class.contains("Preview") || class.contains("Compare"))
}
