//! The nodes that exist: what `/object_info` tells of them, and what validation
//! and execution need to know.
//!
//! `catalogue.json` has the entries of a recorded server for the classes that
//! are supported here, without their texts. What most entries have alike is
//! left out and put back by [`whole`]; a list that several share is named as
//! `@samplers`. Lists of models are our own, and those that the options ask for.

use comfy::Replacements;
use comfy::history::Folder;
use comfy::validate::{NodeRules, Nodes, Takes};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::folders::Folders;

const NODES: &str = include_str!("catalogue.json");
const TEST_NODES: &str = include_str!("test_nodes.json");
/// As recorded, of the classes that are here.
const REPLACEMENTS: &str = include_str!("replacements.json");

/// Every node by class, in the order of the file.
#[derive(Debug)]
pub(crate) struct Catalogue {
    nodes: IndexMap<String, NodeDef>,
    /// The models of each folder.
    models: Lists,
    /// What is run in the place of old nodes.
    pub replacements: Replacements,
}

/// Lists of choices, by name.
type Lists = IndexMap<String, Vec<Value>>;

/// As it is written down.
#[derive(Deserialize)]
struct File {
    /// Shared by several inputs.
    #[serde(default)]
    lists: Lists,
    #[serde(default)]
    models: Lists,
    nodes: IndexMap<String, Map<String, Value>>,
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
    /// The nodes there are, with those for tests when asked for. Every list of models has `models`
    /// too.
    pub(crate) fn new(test_nodes: bool, models: &[String]) -> Self {
        let mut file = File::read(NODES);
        for list in file.models.values_mut() {
            list.extend(models.iter().map(|name| json!(name)));
        }
        if test_nodes {
            file.nodes.extend(File::read(TEST_NODES).nodes);
        }
        let nodes = std::mem::take(&mut file.nodes);
        let def = |(class, entry): (String, Map<String, Value>)| {
            let entry = whole(&class, entry, &file);
            (class, NodeDef { rules: NodeRules::new(&entry), entry })
        };
        let replacements = Replacements::parse(REPLACEMENTS.as_bytes());
        let replacements = replacements.expect("the list is part of the program");
        Self { nodes: nodes.into_iter().map(def).collect(), models: file.models, replacements }
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

    /// The folders of models.
    pub(crate) fn model_folders(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    /// The models of a folder; `None` for one that there is not.
    pub(crate) fn models(&self, folder: &str) -> Option<&[Value]> {
        self.models.get(folder).map(Vec::as_slice)
    }
}

impl NodeDef {
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

    /// Type and name of each output.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.entry["output_name"].as_array().into_iter().flatten();
        let names = names.map(|name| name.as_str().unwrap_or_default());
        self.rules.outputs.iter().map(String::as_str).zip(names)
    }
}

impl File {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).expect("the catalogue is part of the program")
    }

    /// Puts the lists in the place of their names.
    fn name_lists(&self, config: &mut Value) {
        match config {
            Value::String(name) => {
                let list = name.strip_prefix('@');
                let list = list.and_then(|name| self.models.get(name).or(self.lists.get(name)));
                if let Some(list) = list {
                    *config = json!(list);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.name_lists(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.name_lists(field)),
            _ => (),
        }
    }
}

/// The entry of a class with what was left out of it. ComfyUI writes some fields for classes of its
/// newer form only, marked `v3`.
fn whole(class: &str, mut told: Map<String, Value>, file: &File) -> Value {
    let mut input = told.remove("input").unwrap_or_default();
    file.name_lists(&mut input);
    let output = told.remove("output").unwrap_or_else(|| json!([]));
    let sections = input.as_object().into_iter().flatten();
    let order: Map<_, _> = sections
        .map(|(section, inputs)| {
            let names = inputs.as_object().into_iter().flatten().map(|(name, _)| name);
            (section.clone(), names.cloned().collect())
        })
        .collect();
    let outputs = output.as_array().map_or(0, Vec::len);
    let newer = told.remove("v3").is_some();
    let mut entry = json!({
        "input": input,
        "input_order": order,
        "is_input_list": false,
        "output": output,
        "output_is_list": vec![false; outputs],
        "output_name": output,
        "name": class,
        "display_name": class,
        "description": "",
        "python_module": "nodes",
        "output_node": false,
        "has_intermediate_output": false,
    });
    if newer {
        for name in ["deprecated", "experimental", "dev_only", "api_node"] {
            entry[name] = json!(false);
        }
        entry["output_matchtypes"] = Value::Null;
        entry["essentials_category"] = Value::Null;
    }
    for (name, value) in told {
        entry[name] = value;
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_of_the_catalogue_can_be_run_and_no_other() {
        let catalogue = Catalogue::new(true, &[]);
        let listed: Vec<_> = catalogue.classes().collect();
        for class in &listed {
            assert!(crate::nodes::find(class).is_some(), "{class} is listed but cannot be run");
        }
        let run = crate::nodes::NODES.iter().map(|(class, _)| class);
        for class in run.chain(crate::nodes::STAND_INS) {
            assert!(listed.contains(class), "{class} can be run but is not listed");
        }
    }

    /// Where two entries differ, but for the models and the files that each server has.
    fn difference(ours: &Value, recorded: &Value) -> Option<String> {
        match (ours, recorded) {
            (Value::Object(ours), Value::Object(recorded)) => {
                let names = ours.keys().chain(recorded.keys());
                let differs = |name: &String| {
                    let (Some(ours), Some(recorded)) = (ours.get(name), recorded.get(name)) else {
                        return Some(format!("/{name}: only in one"));
                    };
                    difference(ours, recorded).map(|found| format!("/{name}{found}"))
                };
                names.into_iter().find_map(differs)
            }
            (Value::Array(ours), Value::Array(_)) if lists_files(ours) => None,
            (Value::Array(ours), Value::Array(recorded)) if ours.len() == recorded.len() => {
                let mut pairs = ours.iter().zip(recorded).enumerate();
                pairs.find_map(|(at, (one, other))| {
                    difference(one, other).map(|found| format!("/{at}{found}"))
                })
            }
            (ours, recorded) if ours == recorded => None,
            _ => Some(format!(": {ours} is {recorded}")),
        }
    }

    fn lists_files(list: &[Value]) -> bool {
        let is_file = |name: &Value| {
            name.as_str().is_some_and(|name| name.contains('.') || name == "pixel_space")
        };
        list.iter().all(is_file)
    }

    #[test]
    fn every_class_is_told_as_a_recorded_server_tells_it() {
        let recorded =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../comfy/tests/fixtures/object_info.json");
        let recorded = std::fs::read_to_string(recorded).unwrap();
        let recorded: Map<String, Value> = serde_json::from_str(&recorded).unwrap();
        let catalogue = Catalogue::new(false, &[]);
        for (class, node) in &catalogue.nodes {
            let mut recorded = recorded[class].clone();
            // Its texts are not ours.
            recorded["description"] = json!("");
            let found = difference(&node.entry, &recorded);
            assert_eq!(found, None, "{class}");
        }
    }

    #[test]
    fn models_that_are_asked_for_are_in_every_list_of_models_and_nowhere_else() {
        let catalogue = Catalogue::new(false, &["flux.safetensors".to_owned()]);
        let listed = |class: &str, input: &str| {
            let inputs = &catalogue.node(class).unwrap().rules.inputs;
            let kind = &inputs.iter().find(|def| def.name == input).unwrap().kind;
            matches!(kind, Takes::Choice(all) if all.contains(&json!("flux.safetensors")))
        };
        for (class, input) in [
            ("CheckpointLoaderSimple", "ckpt_name"),
            ("UNETLoader", "unet_name"),
            ("DualCLIPLoader", "clip_name2"),
            ("UpscaleModelLoader", "model_name"),
        ] {
            assert!(listed(class, input), "{class}");
        }
        assert!(!listed("UNETLoader", "weight_dtype"));
        assert!(catalogue.models("vae").unwrap().contains(&json!("flux.safetensors")));
    }

    #[test]
    fn test_nodes_exist_only_when_asked_for() {
        assert!(Catalogue::new(false, &[]).node("ParlorTestSleep").is_none());
        assert!(Catalogue::new(true, &[]).node("ParlorTestSleep").is_some());
    }

    #[test]
    fn files_are_listed_as_they_are_now() {
        let dir = tempfile::tempdir().unwrap();
        let folders = Folders::open(dir.path()).unwrap();
        let catalogue = Catalogue::new(false, &[]);
        let list = || {
            catalogue.object_info(Some("LoadImage"), &folders)["LoadImage"]["input"]["required"]["image"][0].clone()
        };
        assert_eq!(list(), json!([]));
        std::fs::write(folders.dir(Folder::Input).join("a.png"), "").unwrap();
        assert_eq!(list(), json!(["a.png"]));
    }
}
