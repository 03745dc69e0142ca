//! The nodes that exist: what `/object_info` tells of them, and what validation
//! and execution need to know.
//!
//! `catalogue.json` has the entries of a recorded server for the classes that
//! are supported here, without their texts and with our own model lists.

use comfy::history::Folder;
use comfy::rules::{NodeRules, Nodes, Takes};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::folders::Folders;

const NODES: &str = include_str!("catalogue.json");
const TEST_NODES: &str = include_str!("test_nodes.json");

/// Every node by class, in the order of the file.
#[derive(Debug)]
pub(crate) struct Catalogue {
    nodes: IndexMap<String, NodeDef>,
}

/// One class of nodes.
#[derive(Debug)]
pub(crate) struct NodeDef {
    /// As `/object_info` tells it, but for lists of files.
    entry: Value,
    pub rules: NodeRules,
}

/// The nodes there are, and the files they may name.
pub(crate) struct Stock<'a> {
    pub catalogue: &'a Catalogue,
    pub folders: &'a Folders,
}

impl Nodes for Stock<'_> {
    fn node(&self, class: &str) -> Option<&NodeRules> {
        self.catalogue.node(class).map(|node| &node.rules)
    }

    fn has_file(&self, name: &str) -> bool {
        self.folders.find_named(name).is_ok()
    }
}

impl Catalogue {
    /// The nodes there are, with those for tests when asked for.
    pub(crate) fn new(test_nodes: bool) -> Self {
        let mut nodes = parse(NODES);
        if test_nodes {
            nodes.extend(parse(TEST_NODES));
        }
        Self { nodes }
    }

    pub(crate) fn node(&self, class: &str) -> Option<&NodeDef> {
        self.nodes.get(class)
    }

    /// The names of every class.
    #[cfg(test)]
    pub(crate) fn classes(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// What `/object_info` answers; of one class only, when `class` is given.
    pub(crate) fn object_info(
        &self,
        class: Option<&str>,
        folders: &Folders,
    ) -> IndexMap<&str, Value> {
        let files = folders.list(Folder::Input);
        let wanted = self.nodes.iter().filter(|(name, _)| class.is_none_or(|class| class == *name));
        wanted.map(|(name, node)| (name.as_str(), node.describe(&files))).collect()
    }

    /// The models that the choices of an input name.
    pub(crate) fn choices(&self, class: &str, input: &str) -> &[Value] {
        let mut inputs = self.node(class).into_iter().flat_map(|node| &node.rules.inputs);
        match inputs.find(|def| def.name == input).map(|def| &def.kind) {
            Some(Takes::Choice(choices)) => choices,
            _ => &[],
        }
    }
}

impl NodeDef {
    fn new(entry: Value) -> Self {
        Self { rules: NodeRules::new(&entry), entry }
    }

    /// Its entry, with the files there are now.
    fn describe(&self, files: &[String]) -> Value {
        let mut entry = self.entry.clone();
        for input in self.rules.inputs.iter().filter(|input| input.kind == Takes::File) {
            let config = &mut entry["input"]["required"][&input.name];
            if config[0].is_array() {
                config[0] = json!(files);
            } else if config[1]["options"].is_array() {
                config[1]["options"] = json!(files);
            }
        }
        entry
    }
}

fn parse(text: &str) -> IndexMap<String, NodeDef> {
    let entries: IndexMap<String, Value> =
        serde_json::from_str(text).expect("the catalogue is part of the program");
    entries.into_iter().map(|(class, entry)| (class, NodeDef::new(entry))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_of_the_catalogue_can_be_run_and_no_other() {
        let catalogue = Catalogue::new(true);
        let listed: Vec<_> = catalogue.classes().collect();
        for class in &listed {
            assert!(crate::nodes::find(class).is_some(), "{class} is listed but cannot be run");
        }
        for (class, _) in crate::nodes::NODES {
            assert!(listed.contains(class), "{class} can be run but is not listed");
        }
    }

    #[test]
    fn test_nodes_exist_only_when_asked_for() {
        assert!(Catalogue::new(false).node("ParlorTestSleep").is_none());
        assert!(Catalogue::new(true).node("ParlorTestSleep").is_some());
    }

    #[test]
    fn files_are_listed_as_they_are_now() {
        let dir = tempfile::tempdir().unwrap();
        let folders = Folders::open(dir.path()).unwrap();
        let catalogue = Catalogue::new(false);
        let list = || {
            catalogue.object_info(Some("LoadImage"), &folders)["LoadImage"]["input"]["required"]["image"][0].clone()
        };
        assert_eq!(list(), json!([]));
        std::fs::write(folders.dir(Folder::Input).join("a.png"), "").unwrap();
        assert_eq!(list(), json!(["a.png"]));
    }
}
