//! The nodes that exist: what `/object_info` tells of them, and what validation
//! and execution need to know.
//!
//! `catalogue.json` has the entries of a recorded server for the classes that
//! are supported here, without their texts and with our own model lists.

use comfy::history::Folder;
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
    /// Required inputs, then optional ones.
    pub inputs: Vec<InputDef>,
    /// The type of each output.
    pub outputs: Vec<String>,
    /// Whether a graph may end here.
    pub is_output: bool,
}

/// One input of a class.
#[derive(Debug)]
pub(crate) struct InputDef {
    pub name: String,
    pub required: bool,
    /// As `/object_info` tells it: `[type, options?]`.
    pub config: Value,
    pub kind: Kind,
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// An integer; bounds as in the definition, up to ±2⁶⁴.
    Int {
        min: Option<i128>,
        max: Option<i128>,
    },
    Float {
        min: Option<f64>,
        max: Option<f64>,
    },
    Text,
    Flag,
    /// One of these.
    Choice(Vec<Value>),
    /// A file by its name.
    File,
    /// The output of another node, of this type.
    Socket(String),
}

impl Kind {
    /// The type that a link into such an input must have.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Int { .. } => "INT",
            Self::Float { .. } => "FLOAT",
            Self::Text => "STRING",
            Self::Flag => "BOOLEAN",
            Self::Choice(_) | Self::File => "COMBO",
            Self::Socket(name) => name,
        }
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
        let mut inputs = self.node(class).into_iter().flat_map(|node| &node.inputs);
        match inputs.find(|def| def.name == input).map(|def| &def.kind) {
            Some(Kind::Choice(choices)) => choices,
            _ => &[],
        }
    }
}

impl NodeDef {
    fn new(entry: Value) -> Self {
        let inputs = ["required", "optional"].into_iter().flat_map(|section| {
            let fields = entry["input"][section].as_object().into_iter().flatten();
            fields.map(move |(name, config)| InputDef {
                name: name.clone(),
                required: section == "required",
                kind: kind(config),
                config: config.clone(),
            })
        });
        let outputs = entry["output"].as_array().into_iter().flatten();
        Self {
            inputs: inputs.collect(),
            outputs: outputs.map(|output| output.as_str().unwrap_or("COMBO").into()).collect(),
            is_output: entry["output_node"] == true,
            entry,
        }
    }

    /// Its entry, with the files there are now.
    fn describe(&self, files: &[String]) -> Value {
        let mut entry = self.entry.clone();
        for input in self.inputs.iter().filter(|input| input.kind == Kind::File) {
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

/// What an input of this configuration takes.
fn kind(config: &Value) -> Kind {
    let options = &config[1];
    let uploads = ["image_upload", "audio_upload", "video_upload"];
    // Without models, an empty list is one of files, too.
    if uploads.iter().any(|upload| options[upload] == true) || config[0] == json!([]) {
        return Kind::File;
    }
    match &config[0] {
        Value::Array(choices) => Kind::Choice(choices.clone()),
        Value::String(name) => match name.as_str() {
            "INT" => Kind::Int { min: whole(&options["min"]), max: whole(&options["max"]) },
            "FLOAT" => Kind::Float { min: options["min"].as_f64(), max: options["max"].as_f64() },
            "STRING" => Kind::Text,
            "BOOLEAN" => Kind::Flag,
            "COMBO" => Kind::Choice(options["options"].as_array().cloned().unwrap_or_default()),
            other => Kind::Socket(other.into()),
        },
        _ => Kind::Socket("*".into()),
    }
}

/// A JSON integer, whatever its size.
pub(crate) fn whole(value: &Value) -> Option<i128> {
    let exact = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    // Beyond 64 bits JSON integers are read as floats; `as` saturates.
    exact.or_else(|| value.as_f64().map(|number| number.trunc() as i128))
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
    fn seeds_reach_to_the_last_of_64_bits() {
        let catalogue = Catalogue::new(false);
        let seed =
            catalogue.node("KSampler").unwrap().inputs.iter().find(|input| input.name == "seed");
        assert_eq!(seed.unwrap().kind, Kind::Int { min: Some(0), max: Some(i128::from(u64::MAX)) });
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
