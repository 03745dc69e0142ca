//! What validation needs to know of a class: the shapes of `/object_info`, as
//! far as a server itself looks at them.

use serde_json::Value;

use super::grown::Grown;
use crate::reads::lists_files;

/// The nodes and files that graphs are checked against.
pub trait Nodes {
    /// What the server knows of this class.
    fn node(&self, class: &str) -> Option<&NodeRules>;

    /// Whether an input such as `LoadImage.image` may name this file.
    fn has_file(&self, name: &str) -> bool;
}

/// One class of nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRules {
    /// Required inputs, then optional ones.
    pub inputs: Vec<InputRules>,
    /// The type of each output.
    pub outputs: Vec<String>,
    /// Whether a graph may end here.
    pub is_output: bool,
}

/// One input of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct InputRules {
    /// The name graphs use.
    pub name: String,
    /// Whether a graph without it is refused.
    pub required: bool,
    /// As `/object_info` tells it: `[type, options?]`.
    pub config: Value,
    /// What it takes.
    pub kind: Takes,
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Takes {
    /// An integer; bounds as in the definition, up to ±2⁶⁴.
    Int {
        /// The least that is accepted.
        min: Option<i128>,
        /// The most that is accepted.
        max: Option<i128>,
    },
    /// A number.
    Float {
        /// The least that is accepted.
        min: Option<f64>,
        /// The most that is accepted.
        max: Option<f64>,
    },
    /// Text.
    Text,
    /// Yes or no.
    Flag,
    /// One of these.
    Choice(Vec<Value>),
    /// A file by its name.
    File,
    /// The output of another node, of this type.
    Socket(String),
    /// The key of one of these options, which brings inputs of its own: `size` those that are called
    /// `size.width` and so on.
    Dynamic(Vec<(String, Vec<InputRules>)>),
}

impl Takes {
    /// What an input of this name and configuration takes.
    fn new(name: &str, config: &Value) -> Self {
        let options = &config[1];
        let uploads = ["image_upload", "audio_upload", "video_upload", "file_upload"];
        let is_list = config[0].is_array() || config[0] == "COMBO";
        // Without models, an empty list is one of files, too.
        if (is_list && uploads.iter().any(|upload| options[upload] == true))
            || config[0].as_array().is_some_and(Vec::is_empty)
        {
            return Self::File;
        }
        match &config[0] {
            Value::Array(choices) => Self::Choice(choices.clone()),
            Value::String(kind) => match kind.as_str() {
                "INT" => Self::Int { min: whole(&options["min"]), max: whole(&options["max"]) },
                "FLOAT" => {
                    Self::Float { min: options["min"].as_f64(), max: options["max"].as_f64() }
                }
                "STRING" => Self::Text,
                "BOOLEAN" => Self::Flag,
                "COMBO" => match options["options"].as_array() {
                    Some(choices) if !choices.is_empty() => Self::Choice(choices.clone()),
                    // Its options are to be asked for elsewhere, or stand in the node itself: any
                    // may be one.
                    _ => Self::Socket("*".into()),
                },
                kind if kind.starts_with("COMFY_DYNAMICCOMBO") => dynamic(name, options),
                // Of any type, or of a form that nobody has seen.
                kind if kind.starts_with("COMFY_") => Self::Socket("*".into()),
                other => Self::Socket(other.into()),
            },
            _ => Self::Socket("*".into()),
        }
    }

    /// The type that a link into such an input must have.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Int { .. } => "INT",
            Self::Float { .. } => "FLOAT",
            Self::Text => "STRING",
            Self::Flag => "BOOLEAN",
            Self::Choice(_) | Self::File => "COMBO",
            Self::Socket(name) => name,
            Self::Dynamic(_) => "*",
        }
    }
}

fn dynamic(name: &str, options: &Value) -> Takes {
    let options = options["options"].as_array().into_iter().flatten();
    let option = |option: &Value| {
        let inner = inputs(&option["inputs"], |inner| format!("{name}.{inner}"));
        Some((option["key"].as_str()?.to_owned(), inner))
    };
    Takes::Dynamic(options.filter_map(option).collect())
}

/// The inputs of a class or of an option, under these names.
fn inputs(told: &Value, called: impl Fn(&str) -> String) -> Vec<InputRules> {
    let mut all = Vec::new();
    for section in ["required", "optional"] {
        for (name, config) in told[section].as_object().into_iter().flatten() {
            let (name, required) = (called(name), section == "required");
            match is_grown(config).then(|| Grown::told(config, plain)) {
                None => all.push(plain(&name, config, required)),
                Some(Some(grown)) => all.extend(grown.inputs(&name)),
                // In a way that is not known.
                Some(None) => all.push(plain(&name, config, false)),
            }
        }
    }
    all
}

/// An input that does not grow.
fn plain(name: &str, config: &Value, required: bool) -> InputRules {
    let (name, config) = (name.to_owned(), config.clone());
    InputRules { required, kind: Takes::new(&name, &config), config, name }
}

impl NodeRules {
    /// Those of one entry of `/object_info`.
    pub fn new(entry: &Value) -> Self {
        let outputs = entry["output"].as_array().into_iter().flatten();
        Self {
            inputs: inputs(&entry["input"], str::to_owned),
            outputs: outputs.map(output_type).collect(),
            is_output: entry["output_node"] == true,
        }
    }

    /// With the inputs of this class that take files, though its catalogue lists them as choices:
    /// what is listed there is what others handed in.
    #[must_use]
    pub fn of_class(mut self, class: &str) -> Self {
        for input in self.inputs.iter_mut().filter(|input| lists_files(class, &input.name)) {
            input.kind = Takes::File;
        }
        self
    }

    /// The inputs that a node has: below a dynamic choice, those of the option that it has chosen.
    /// `chosen` is the text in an input.
    pub(super) fn of<'a, 'g>(
        &'a self,
        chosen: impl Fn(&str) -> Option<&'g str>,
    ) -> Vec<&'a InputRules> {
        let mut found = Vec::new();
        let mut todo: Vec<_> = self.inputs.iter().rev().collect();
        while let Some(input) = todo.pop() {
            found.push(input);
            let Takes::Dynamic(options) = &input.kind else { continue };
            let chosen = chosen(&input.name);
            let option = options.iter().find(|(key, _)| Some(key.as_str()) == chosen);
            todo.extend(option.into_iter().flat_map(|(_, inner)| inner.iter().rev()));
        }
        found
    }
}

/// The type of an output. One that follows its inputs may be of any: a server does not look.
fn output_type(output: &Value) -> String {
    match output.as_str() {
        Some(name) if name.starts_with("COMFY_") => "*".into(),
        Some(name) => name.into(),
        None => "COMBO".into(),
    }
}

/// Any number of inputs alike: none is called as the input itself.
pub(super) fn is_grown(config: &Value) -> bool {
    config[0].as_str().is_some_and(|name| name.starts_with("COMFY_AUTOGROW"))
}

/// A JSON integer, whatever its size.
pub(super) fn whole(value: &Value) -> Option<i128> {
    let exact = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    // Beyond 64 bits JSON integers are read as floats; `as` saturates.
    exact.or_else(|| value.as_f64().map(|number| number.trunc() as i128))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_class_is_read_as_servers_tell_it_old_and_new() {
        let node = NodeRules::new(&json!({
            "input": {
                "required": {
                    "seed": ["INT", {"min": 0, "max": u64::MAX}],
                    "image": [["a.png"], {"image_upload": true}],
                    "name": ["COMBO", {"options": ["x", 5]}],
                    "far": ["COMBO", {"remote": {"route": "/x"}}],
                    "images": ["COMFY_AUTOGROW_V3", {"template": {}}],
                    "mode": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                        {"key": "wide", "inputs": {"required": {"width": ["INT", {}]}}},
                    ]}],
                },
                "optional": {"model": ["MODEL"]},
            },
            "output": ["IMAGE", ["a", "b"], "COMFY_MATCHTYPE_V3"],
            "output_node": true,
        }));
        let takes: Vec<_> = node.inputs.iter().map(|input| &input.kind).collect();
        assert_eq!(*takes[0], Takes::Int { min: Some(0), max: Some(i128::from(u64::MAX)) });
        assert_eq!(*takes[1], Takes::File);
        assert_eq!(*takes[2], Takes::Choice(vec![json!("x"), json!(5)]));
        assert_eq!([takes[3], takes[4]], [&Takes::Socket("*".into()); 2]);
        let required: Vec<_> = node.inputs.iter().map(|input| input.required).collect();
        assert_eq!(required, [true, true, true, true, false, true, false]);
        let names = |mode: &str| {
            let inputs = node.of(|input| (input == "mode").then_some(mode));
            inputs.into_iter().map(|input| input.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names("wide")[5..], ["mode", "mode.width", "model"]);
        assert_eq!(names("high")[5..], ["mode", "model"]);
        assert_eq!(node.outputs, ["IMAGE", "COMBO", "*"]);
        assert!(node.is_output);
    }
}
