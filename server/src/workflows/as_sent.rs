//! What graphs of somebody's own said where names of ours stand when they run.
//!
//! Files on a backend go by our names (safety 6, 7). Whoever sent the graph gets it back as it
//! was: of all that it said, only what was written over is kept beside it.

use std::collections::BTreeMap;

use comfy::{Graph, NodeId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fill::SAVED_AS;

/// Values by node and input.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct AsSent(BTreeMap<String, BTreeMap<String, Value>>);

impl AsSent {
    /// Whether the graph runs as it was sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what an input holds, before a name of ours takes its place.
    pub(crate) fn note(&mut self, graph: &Graph, node: &NodeId, input: &str) {
        let Some(held) = graph.input(node.as_str(), input) else { return };
        let inputs = self.0.entry(node.to_string()).or_default();
        inputs.entry(input.to_owned()).or_insert_with(|| held.to_value());
    }

    /// [`AsSent::note`] of what its nodes are to call the files that they save.
    pub(crate) fn note_saved(&mut self, graph: &Graph) {
        for (id, node) in &graph.nodes {
            if node.inputs.contains_key(SAVED_AS) {
                self.note(graph, id, SAVED_AS);
            }
        }
    }

    /// Makes of the graph that is run the one that was sent.
    pub(crate) fn put_back(&self, graph: &mut Value) {
        for (node, inputs) in &self.0 {
            let Some(held) = graph.get_mut(node).and_then(|node| node.get_mut("inputs")) else {
                continue;
            };
            for (input, value) in inputs {
                held[input] = value.clone();
            }
        }
    }

    /// What nodes were to call the files that they save, by node.
    pub(crate) fn saved(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter();
        all.filter_map(|(node, inputs)| Some((node.as_str(), inputs.get(SAVED_AS)?.as_str()?)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent() -> Value {
        let file = json!({ "__type": "core/ASSET", "info": { "id": "x" } });
        json!({
            "1": { "class_type": "Load", "inputs": { "image": file, "size": 5 } },
            "2": { "class_type": "Save", "inputs": { "images": ["1", 0], "filename_prefix": "a/b" } },
            "3": { "class_type": "Save", "inputs": { "filename_prefix": ["1", 0] } },
            "4": { "class_type": "Show", "inputs": {} },
        })
    }

    #[test]
    fn what_our_names_were_written_over_comes_back() {
        let mut graph = Graph::parse(&sent()).unwrap();
        let mut as_sent = AsSent::default();
        as_sent.note(&graph, &"1".into(), "image");
        as_sent.note_saved(&graph);
        graph.set_file(&"1".into(), "image", "parlor-0.png");
        for node in ["2", "3"] {
            graph.set(node, SAVED_AS, "parlor".into()).unwrap();
        }
        // As it comes out of the database.
        let kept: AsSent = serde_json::from_value(json!(as_sent)).unwrap();
        let mut run = graph.to_value();
        assert_ne!(run, sent());
        kept.put_back(&mut run);
        assert_eq!(run, sent());
        assert_eq!(kept.saved().collect::<Vec<_>>(), [("2", "a/b")]);
    }

    #[test]
    fn the_first_that_was_noted_is_what_was_sent() {
        let mut graph = Graph::parse(&sent()).unwrap();
        let mut as_sent = AsSent::default();
        as_sent.note(&graph, &"1".into(), "size");
        graph.set("1", "size", 6.into()).unwrap();
        as_sent.note(&graph, &"1".into(), "size");
        as_sent.note(&graph, &"9".into(), "none");
        assert_eq!(json!(as_sent), json!({ "1": { "size": 5 } }));
        assert!(AsSent::default().is_empty() && !as_sent.is_empty());
    }
}
