//! Old names of nodes, and what a server runs in their place: `GET /node_replacements`, and what
//! `POST /prompt` does before it checks a graph (ComfyUI protocol notes §2 and §3).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::{Graph, Input, Node, NodeId};
use crate::json::{self, JsonError};
use crate::validate::Prompt;

/// By the old class what may stand in its place, the first that there is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Replacements(IndexMap<String, Vec<Replacement>>);

/// One class in the place of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replacement {
    new_node_id: String,
    old_node_id: String,
    /// The values of the old class, in the order in which the editor's files list them.
    old_widget_ids: Option<Vec<String>>,
    /// What the inputs of the new class hold. None: what those of the old one held.
    input_mapping: Option<Vec<NewInput>>,
    /// Which of its outputs are those of the old one. None: the same.
    output_mapping: Option<Vec<NewOutput>>,
}

/// What an input of the new class holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum NewInput {
    /// What this one of the old class held.
    Kept { new_id: String, old_id: String },
    /// Always the same.
    Set { new_id: String, set_value: Value },
}

/// Where an output is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct NewOutput {
    new_idx: u32,
    old_idx: u32,
}

impl Replacements {
    /// The longest list that is read, in bytes; that of a plain server has 2 kB.
    pub const MAX_BYTES: usize = 1 << 20;

    /// Reads what a server answers. What is of a form that nobody has seen is passed over.
    ///
    /// # Errors
    ///
    /// It is no JSON object, or a very long one.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let told: IndexMap<String, Vec<Value>> = json::lenient_as(bytes, Self::MAX_BYTES)?;
        let each = told.into_iter().map(|(old, all)| {
            let known = all.into_iter().filter_map(|one| Replacement::deserialize(one).ok());
            (old, known.collect())
        });
        Ok(Self(each.collect()))
    }

    /// Puts what a server runs in the place of each node of a class that it does not have. Whether there was one.
    pub fn apply(&self, graph: &mut Graph, has: impl Fn(&str) -> bool) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let place = |(id, node): (&NodeId, &Node)| {
            let replacements = self.0.get(&node.class_type).filter(|_| !has(&node.class_type))?;
            let replacement = replacements.iter().find(|one| has(&one.new_node_id))?;
            Some((id.clone(), replacement))
        };
        let replaced: IndexMap<_, _> = graph.nodes.iter().filter_map(place).collect();
        for (id, replacement) in &replaced {
            if let Some(node) = graph.nodes.get_mut(id) {
                replacement.renew(node);
            }
        }
        let inputs = graph.nodes.values_mut().flat_map(|node| node.inputs.values_mut());
        for input in inputs.filter(|_| !replaced.is_empty()) {
            if let Input::Link { node, slot } = input
                && let Some(replacement) = replaced.get(node)
            {
                *slot = replacement.output(*slot);
            }
        }
        !replaced.is_empty()
    }

    /// [`Self::apply`] to a graph as it came. One of which a node has no form stays as it is.
    pub fn apply_to(&self, prompt: &mut Prompt, has: impl Fn(&str) -> bool) {
        let mut classes = prompt.values().filter_map(|node| node["class_type"].as_str());
        if !classes.any(|class| self.0.contains_key(class) && !has(class)) {
            return;
        }
        let Ok(mut graph) = Graph::parse(&Value::Object(prompt.clone())) else { return };
        if self.apply(&mut graph, has)
            && let Value::Object(renewed) = graph.to_value()
        {
            *prompt = renewed;
        }
    }
}

impl Replacement {
    fn renew(&self, node: &mut Node) {
        node.class_type.clone_from(&self.new_node_id);
        let Some(mapping) = &self.input_mapping else { return };
        let old = std::mem::take(&mut node.inputs);
        let new = mapping.iter().filter_map(|input| match input {
            NewInput::Kept { new_id, old_id } => Some((new_id.clone(), old.get(old_id)?.clone())),
            NewInput::Set { new_id, set_value } => {
                Some((new_id.clone(), Input::of(set_value.clone())))
            }
        });
        node.inputs = new.collect();
    }

    /// Where the output is that the old class had there.
    fn output(&self, old: u32) -> u32 {
        let mapping = self.output_mapping.iter().flatten();
        mapping.into_iter().find(|one| one.old_idx == old).map_or(old, |one| one.new_idx)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn replacements() -> Replacements {
        let told = json!({
            "Old": [
                { "new_node_id": "Elsewhere", "old_node_id": "Old" },
                { "new_node_id": "New", "old_node_id": "Old", "old_widget_ids": ["size"],
                  "input_mapping": [{ "new_id": "image", "old_id": "images" },
                                    { "new_id": "edge", "old_id": "size" },
                                    { "new_id": "method", "set_value": "lanczos" }],
                  "output_mapping": [{ "new_idx": 2, "old_idx": 0 }] },
            ],
            "Older ": [{ "new_node_id": "New", "old_node_id": "Older " }],
            "Odd": [{ "new_node_id": 5 }, "x"],
        });
        Replacements::parse(told.to_string().as_bytes()).unwrap()
    }

    fn applied(graph: &Value, has: &[&str]) -> Option<Value> {
        let has = |class: &str| has.contains(&class);
        let (mut read, mut prompt) =
            (Graph::parse(graph).unwrap(), graph.as_object().unwrap().clone());
        let is_other = replacements().apply(&mut read, has);
        replacements().apply_to(&mut prompt, has);
        assert_eq!(Value::Object(prompt), read.to_value());
        is_other.then(|| read.to_value())
    }

    fn graph(class: &str) -> Value {
        json!({
            "1": { "class_type": "Load", "inputs": {} },
            "2": { "class_type": class, "inputs": { "images": ["1", 0], "size": 64, "more": 1 },
                   "_meta": { "title": "Mine" } },
            "3": { "class_type": "Save", "inputs": { "a": ["2", 0], "b": ["2", 1] } },
        })
    }

    #[test]
    fn a_node_that_a_server_does_not_have_becomes_the_first_that_it_has() {
        let expected = json!({
            "1": { "class_type": "Load", "inputs": {} },
            "2": { "class_type": "New",
                   "inputs": { "image": ["1", 0], "edge": 64, "method": "lanczos" },
                   "_meta": { "title": "Mine" } },
            "3": { "class_type": "Save", "inputs": { "a": ["2", 2], "b": ["2", 1] } },
        });
        assert_eq!(applied(&graph("Old"), &["Load", "Save", "New"]), Some(expected));
    }

    #[test]
    fn what_is_only_called_otherwise_keeps_its_inputs_and_outputs() {
        let mut expected = graph("Older ");
        expected["2"]["class_type"] = json!("New");
        assert_eq!(applied(&graph("Older "), &["New"]), Some(expected));
    }

    #[test]
    fn what_a_server_has_stays_and_so_does_what_it_could_not_run_anyway() {
        assert_eq!(applied(&graph("Old"), &["Old", "New"]), None);
        assert_eq!(applied(&graph("Old"), &[]), None);
        assert_eq!(applied(&graph("Odd"), &["New"]), None);
        assert_eq!(applied(&graph("Unknown"), &["New"]), None);
    }

    #[test]
    fn what_was_read_is_told_as_it_was() {
        let told = json!({ "ImageBatch": [{
            "new_node_id": "BatchImagesNode", "old_node_id": "ImageBatch", "old_widget_ids": null,
            "input_mapping": [{ "new_id": "images.image0", "old_id": "image1" }],
            "output_mapping": null,
        }] });
        let read = Replacements::parse(told.to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), told);
        for wrong in ["[]", "5", "x", r#"{"a":5}"#] {
            assert!(Replacements::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
