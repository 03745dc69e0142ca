//! What earlier prompts made and later ones need not make again.
//!
//! A node's key is a hash of its class, its values and the keys of what feeds
//! it, so ids do not matter; a loaded file counts with its content. As on an
//! ordinary ComfyUI, only what the last prompt used stays.

use std::collections::HashMap;
use std::sync::Arc;

use comfy::{Graph, Input, Node, NodeId};
use serde_json::Value;

use crate::folders::Folders;
use crate::nodes::Datum;

/// What one node made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    /// One for each output.
    pub outputs: Vec<Datum>,
    /// What it shows, when it is an output node.
    pub ui: Option<Value>,
}

/// Stands for what a node computes from what.
pub(super) type Key = [u8; 32];

/// What the last prompt made and used.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    made: HashMap<Key, Arc<Made>>,
}

impl Cache {
    pub(crate) fn clear(&mut self) {
        self.made.clear();
    }

    pub(super) fn look_up(&self, keys: &HashMap<NodeId, Key>) -> HashMap<NodeId, Arc<Made>> {
        let found =
            keys.iter().filter_map(|(id, key)| Some((id.clone(), self.made.get(key)?.clone())));
        found.collect()
    }

    /// Keeps what a prompt made or used, and nothing else.
    pub(super) fn keep(&mut self, keys: &HashMap<NodeId, Key>, made: &HashMap<NodeId, Arc<Made>>) {
        self.made = made.iter().map(|(id, made)| (keys[id], made.clone())).collect();
    }
}

/// The key of every node of an acyclic graph.
pub(super) fn keys(graph: &Graph, folders: &Folders) -> HashMap<NodeId, Key> {
    let order = graph.run_order().expect("validation refuses cycles");
    let mut keys = HashMap::with_capacity(order.len());
    for id in order {
        let key = key(&graph.nodes[id], &keys, folders);
        keys.insert(id.clone(), key);
    }
    keys
}

fn key(node: &Node, keys: &HashMap<NodeId, Key>, folders: &Folders) -> Key {
    let mut hash = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(node.class_type.as_bytes());
    let mut inputs: Vec<_> = node.inputs.iter().collect();
    inputs.sort_unstable_by_key(|(name, _)| *name);
    for (name, input) in inputs {
        add(name.as_bytes());
        match input {
            Input::Link { node, slot } => {
                add(&keys[node]);
                add(&slot.to_le_bytes());
            }
            value => add(value.to_value().to_string().as_bytes()),
        }
    }
    if let Some(file) = loaded_file(node) {
        add(&hash_file(file, folders).unwrap_or_default());
    }
    hash.finalize().into()
}

/// The file whose content counts, for nodes that load one.
fn loaded_file(node: &Node) -> Option<&str> {
    let input = match node.class_type.as_str() {
        "LoadAudio" => "audio",
        "LoadVideo" => "file",
        "LoadLatent" => "latent",
        class if class.starts_with("LoadImage") => "image",
        _ => return None,
    };
    node.inputs.get(input)?.as_str()
}

fn hash_file(name: &str, folders: &Folders) -> Option<Key> {
    let mut hash = blake3::Hasher::new();
    let mut file = std::fs::File::open(folders.find_named(name).ok()?).ok()?;
    std::io::copy(&mut file, &mut hash).ok()?;
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys_of(graph: &Value) -> HashMap<NodeId, Key> {
        let dir = tempfile::tempdir().unwrap();
        keys(&Graph::parse(graph).unwrap(), &Folders::open(dir.path()).unwrap())
    }

    #[test]
    fn ids_titles_and_the_order_of_inputs_do_not_matter_and_values_do() {
        let one = keys_of(&json!({
            "1": {"class_type": "A", "inputs": {"x": 1, "y": "2"}},
            "2": {"class_type": "B", "inputs": {"a": ["1", 0]}, "_meta": {"title": "t"}},
        }));
        let other = keys_of(&json!({
            "20": {"class_type": "B", "inputs": {"a": ["10", 0]}},
            "10": {"class_type": "A", "inputs": {"y": "2", "x": 1}},
        }));
        assert_eq!(one["1"], other["10"]);
        assert_eq!(one["2"], other["20"]);
        let changed = keys_of(&json!({
            "1": {"class_type": "A", "inputs": {"x": 1, "y": "3"}},
            "2": {"class_type": "B", "inputs": {"a": ["1", 0]}},
            "3": {"class_type": "B", "inputs": {"a": ["1", 1]}},
        }));
        assert_ne!(one["1"], changed["1"]);
        assert_ne!(one["2"], changed["2"]);
        assert_ne!(changed["2"], changed["3"]);
    }

    #[test]
    fn a_changed_file_is_another_picture() {
        let dir = tempfile::tempdir().unwrap();
        let folders = Folders::open(dir.path()).unwrap();
        let graph =
            Graph::parse(&json!({"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}))
                .unwrap();
        let write = |text: &str| std::fs::write(dir.path().join("input/a.png"), text).unwrap();
        write("one");
        let one = keys(&graph, &folders);
        write("two");
        let two = keys(&graph, &folders);
        write("one");
        assert_ne!(one["1"], two["1"]);
        assert_eq!(one["1"], keys(&graph, &folders)["1"]);
    }
}
