//! What would keep a graph from running, found before anybody waits for it.
//!
//! The server refuses a job for any of these; here each is said with its node
//! and what to do about it.

use std::fmt;

use serde_json::Value;

use crate::convert::Label;
use crate::definitions::{Choice, Definitions, InputDefinition, Kind, NodeDefinition};
use crate::graph::{Graph, Input, Node};

/// How many names are suggested in place of a missing one.
const SUGGESTIONS: usize = 3;

/// How alike two names must be for one to be suggested, from 0 to 1.
const ALIKE: f64 = 0.6;

/// Something that keeps a graph from running.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The node it is about.
    pub node: Label,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The server does not know its class.
    UnknownClass,
    /// A value that is none of those to choose from: most often a model that is
    /// not there.
    NoSuchChoice {
        /// The input.
        input: String,
        /// What it holds.
        value: String,
        /// What is there and reads alike, the nearest first.
        nearest: Vec<String>,
    },
    /// A number outside of what is accepted, or no number at all.
    NotAccepted {
        /// The input.
        input: String,
        /// What it holds.
        value: String,
        /// What is accepted, as the end of a sentence.
        accepted: String,
    },
    /// An input that must be given is not.
    Missing {
        /// The input.
        input: String,
    },
    /// A link of a type that the input does not take.
    WrongType {
        /// The input.
        input: String,
        /// What is linked.
        given: String,
        /// What it takes.
        wanted: String,
    },
}

/// Everything that keeps `graph` from running on a server with these
/// definitions, in the order of the graph.
pub fn check(graph: &Graph, definitions: &Definitions) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, node) in &graph.nodes {
        let label = || Label {
            id: id.to_string(),
            class: node.class_type.clone(),
            title: node.title.clone(),
        };
        let problems = match definitions.node(&node.class_type) {
            Some(definition) => Checked { graph, definitions, node, definition }.problems(),
            None => vec![Problem::UnknownClass],
        };
        faults.extend(problems.into_iter().map(|problem| Fault { node: label(), problem }));
    }
    faults
}

/// A node beside its definition.
struct Checked<'a> {
    graph: &'a Graph,
    definitions: &'a Definitions,
    node: &'a Node,
    definition: &'a NodeDefinition,
}

impl Checked<'_> {
    fn problems(&self) -> Vec<Problem> {
        self.definition.inputs.iter().filter_map(|input| self.problem(input)).collect()
    }

    fn problem(&self, input: &InputDefinition) -> Option<Problem> {
        let name = || input.name.to_string();
        match self.node.inputs.get(&*input.name) {
            None => {
                let grown = matches!(input.kind, Kind::Autogrow(_));
                (input.required && !grown).then(|| Problem::Missing { input: name() })
            }
            Some(Input::Link { node, slot }) => {
                let Kind::Socket { types, .. } = &input.kind else { return None };
                let from = self.graph.node(node.as_str())?;
                let outputs = &self.definitions.node(&from.class_type)?.outputs;
                let given = &outputs.get(*slot as usize)?.types;
                (!given.meets(types)).then(|| Problem::WrongType {
                    input: name(),
                    given: given.to_string(),
                    wanted: types.to_string(),
                })
            }
            Some(Input::Value(value) | Input::Wrapped(value)) => {
                unaccepted(&input.kind, &input.name, value)
            }
        }
    }
}

/// What is wrong with the value of an input.
fn unaccepted(kind: &Kind, input: &str, value: &Value) -> Option<Problem> {
    match kind {
        Kind::Int { min, max, .. } => {
            outside(min.map(|min| min as f64), max.map(|max| max as f64), input, value)
        }
        Kind::Float { min, max, .. } => outside(*min, *max, input, value),
        // What may be uploaded is there when it is needed.
        Kind::Choice(list) if list.upload.is_none() && list.remote.is_none() => {
            not_among(&list.options, input, value)
        }
        // A server takes any, and fails when it is run.
        Kind::DynamicChoice(options) => {
            let keys: Vec<_> =
                options.iter().map(|option| Choice::Text(option.key.clone())).collect();
            not_among(&keys, input, value)
        }
        _ => None,
    }
}

fn not_among(options: &[Choice], input: &str, value: &Value) -> Option<Problem> {
    let known = options.iter().any(|option| option.to_value() == *value);
    (!known).then(|| Problem::NoSuchChoice {
        input: input.into(),
        value: shown(value),
        nearest: nearest(&shown(value), options),
    })
}

/// Whether a number is outside of what is accepted. Text that says a number
/// counts, as it does for the server.
fn outside(min: Option<f64>, max: Option<f64>, input: &str, value: &Value) -> Option<Problem> {
    let given = Input::Value(value.clone()).as_f64();
    let fits = given.is_some_and(|given| {
        min.is_none_or(|min| given >= min) && max.is_none_or(|max| given <= max)
    });
    let accepted = match (min, max) {
        (Some(min), Some(max)) => format!("a number from {min} to {max}"),
        (Some(min), None) => format!("a number from {min}"),
        (None, Some(max)) => format!("a number up to {max}"),
        (None, None) => "a number".into(),
    };
    let (input, value) = (input.into(), shown(value));
    (!fits).then_some(Problem::NotAccepted { input, value, accepted })
}

/// Names that read like `wanted`, the most alike first. Folders do not count.
fn nearest(wanted: &str, options: &[Choice]) -> Vec<String> {
    let plain = |name: &str| {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        name.trim_end_matches(".safetensors").to_lowercase()
    };
    let wanted = plain(wanted);
    let mut alike: Vec<(f64, String)> = options
        .iter()
        .filter_map(Choice::as_str)
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, &plain(name)), name.into()))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownClass => {
                f.write_str("this ComfyUI has no such node; install its custom node")
            }
            Self::NoSuchChoice { input, value, nearest } if nearest.is_empty() => {
                write!(
                    f,
                    "{input} is “{value}”, which is not there; put it there or choose another"
                )
            }
            Self::NoSuchChoice { input, value, nearest } => {
                let names = nearest.join("” or “");
                write!(f, "{input} is “{value}”, which is not there; did you mean “{names}”?")
            }
            Self::NotAccepted { input, value, accepted } => {
                write!(f, "{input} is {value}; set it to {accepted}")
            }
            Self::Missing { input } => write!(f, "{input} is missing; connect or set it"),
            Self::WrongType { input, given, wanted } => {
                write!(f, "{input} takes {wanted} and is linked to {given}; connect another output")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definitions() -> Definitions {
        let models =
            json!([["sd_xl_base.safetensors", "sdxl/turbo.safetensors", "flux1-dev.safetensors"]]);
        let catalogue = json!({
            "Load": {"input": {"required": {"model": models}}, "output": ["MODEL"]},
            "Sample": {"input": {"required": {
                "model": ["MODEL"], "steps": ["INT", {"min": 1, "max": 100}], "image": ["IMAGE"]}}},
            "Resize": {"input": {"required": {"way": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                {"key": "scale width", "inputs": {}}, {"key": "scale height", "inputs": {}}]}]}}},
        });
        Definitions::parse(catalogue.to_string().as_bytes()).unwrap()
    }

    fn faults(graph: &Value) -> Vec<String> {
        let graph = Graph::parse(graph).unwrap();
        check(&graph, &definitions()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_node_and_the_cure() {
        let found = faults(&json!({
            "1": {"class_type": "Load", "inputs": {"model": "models/sd_xl_bas.safetensors"}, "_meta": {"title": "Base"}},
            "2": {"class_type": "Load", "inputs": {"model": "something else"}},
            "3": {"class_type": "Sample", "inputs": {"model": ["1", 0], "steps": 500, "image": ["1", 0]}},
            "4": {"class_type": "Sample", "inputs": {"model": ["1", 0], "steps": "20"}},
            "5": {"class_type": "Fancy", "inputs": {}},
            "6": {"class_type": "Resize", "inputs": {"way": "scale widths"}},
        }));
        assert_eq!(
            found,
            [
                "node 1 (Load) “Base”: model is “models/sd_xl_bas.safetensors”, which is not there; did you mean “sd_xl_base.safetensors”?",
                "node 2 (Load): model is “something else”, which is not there; put it there or choose another",
                "node 3 (Sample): steps is 500; set it to a number from 1 to 100",
                "node 3 (Sample): image takes IMAGE and is linked to MODEL; connect another output",
                "node 4 (Sample): image is missing; connect or set it",
                "node 5 (Fancy): this ComfyUI has no such node; install its custom node",
                "node 6 (Resize): way is “scale widths”, which is not there; did you mean “scale width”?",
            ]
        );
    }

    #[test]
    fn a_graph_that_runs_has_no_faults() {
        let graph =
            json!({"1": {"class_type": "Load", "inputs": {"model": "flux1-dev.safetensors"}}});
        assert_eq!(faults(&graph), Vec::<String>::new());
    }
}
