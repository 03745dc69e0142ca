//! Refusing graphs that cannot run, in the words of the server that would: what
//! `POST /prompt` answers (ComfyUI protocol notes §3).
//!
//! Only what the output nodes need is looked at. Values are checked and, where
//! a server would convert them, converted in place. An output is dropped when
//! anything it needs is faulty; the prompt is refused when none is left.

mod fault;
mod nodes;
mod told;
mod values;
mod walk;

use crate::definitions::Definitions;
use crate::graph::{Graph, NodeId};
use crate::prompt::{ErrorInfo, NodeErrors, Refusal};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use told::Told;
use walk::Walk;

pub(crate) use told::Memo;

pub use nodes::{InputRules, NodeRules, Nodes, Takes};

/// Nodes that a graph may have where a server bounds them.
pub const MAX_NODES: usize = 1_024;

/// A graph as submitted: node id to node.
pub type Prompt = Map<String, Value>;

/// What is left of a prompt that may run.
#[derive(Debug)]
pub struct Verdict {
    /// The outputs that can be computed, in the order of the graph.
    pub outputs: Vec<NodeId>,
    /// Why the others cannot.
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

/// What graphs are checked against.
#[derive(Clone, Copy)]
pub struct Rules<'a>(pub &'a dyn Nodes);

/// Checks a graph by what is known of a server; `targets` are the only outputs that are to run, if it
/// says. Whether its files are there is not looked at.
///
/// # Errors
///
/// What the server would answer: `missing_node_type`, `prompt_no_outputs` or
/// `prompt_outputs_failed_validation`.
pub fn validate(
    graph: &Graph,
    definitions: &Definitions,
    targets: Option<&[NodeId]>,
) -> Result<Verdict, Box<Refusal>> {
    let Value::Object(mut prompt) = graph.to_value() else {
        return Err(refusal("invalid_request", "a graph is an object of nodes", json!({})));
    };
    let targets: Option<Vec<_>> =
        targets.map(|targets| targets.iter().map(ToString::to_string).collect());
    Rules(&Told::of(graph, definitions)).check(&mut prompt, targets.as_deref())
}

/// Whether a prompt has no more nodes than are accepted.
///
/// # Errors
///
/// What a server would answer.
pub fn check_size(prompt: &Prompt) -> Result<(), Box<Refusal>> {
    let count = prompt.len();
    if count <= MAX_NODES {
        return Ok(());
    }
    let message =
        format!("the graph has {count} nodes, more than the {MAX_NODES} that are accepted");
    Err(refusal("invalid_request", &message, json!({})))
}

/// A prompt that was checked, for running it.
///
/// # Errors
///
/// What a server would answer when a node that no output needs has no form.
pub fn graph(prompt: &Prompt) -> Result<Graph, Box<Refusal>> {
    Graph::of_nodes(prompt)
        .map_err(|error| refusal("invalid_request", &error.to_string(), json!({})))
}

/// A refusal of the whole graph.
pub fn refusal(kind: &str, message: &str, extra_info: Value) -> Box<Refusal> {
    let (kind, message, details) = (kind.into(), message.into(), String::new());
    let error = ErrorInfo { kind, message, details, extra_info };
    Box::new(Refusal { error, node_errors: IndexMap::new() })
}

/// A refusal because of the file that one input names.
pub fn file_refused((graph, node, input): (&Graph, &NodeId, &str), why: &str) -> Box<Refusal> {
    let mut refused = refused_outputs();
    let errors = NodeErrors {
        errors: vec![*fault::file(input, why)],
        dependent_outputs: Vec::new(),
        class_type: graph.nodes.get(node).map(|node| node.class_type.clone()),
    };
    refused.node_errors.insert(node.clone(), errors);
    refused
}

fn refused_outputs() -> Box<Refusal> {
    let message = "no output of the graph can be computed";
    refusal("prompt_outputs_failed_validation", message, json!({}))
}

impl Rules<'_> {
    /// Checks a prompt and converts its values. `targets` limits which outputs run.
    ///
    /// # Errors
    ///
    /// What a server would answer.
    pub fn check(
        self,
        prompt: &mut Prompt,
        targets: Option<&[String]>,
    ) -> Result<Verdict, Box<Refusal>> {
        self.check_classes(prompt)?;
        let outputs = self.outputs(prompt, targets);
        if outputs.is_empty() {
            return Err(refusal(
                "prompt_no_outputs",
                "the graph has no output node, so nothing would be made",
                json!({}),
            ));
        }
        let found = Walk::new(self, prompt, &outputs).run();
        if found.good.is_empty() {
            let mut refusal = refused_outputs();
            refusal.error.details = found.details(&outputs);
            refusal.node_errors = found.errors;
            return Err(refusal);
        }
        Ok(Verdict { outputs: found.good, node_errors: found.errors })
    }

    /// Every node must be an object of a class that exists.
    fn check_classes(self, prompt: &Prompt) -> Result<(), Box<Refusal>> {
        for (id, node) in prompt {
            if !node.is_object() {
                return Err(refusal(
                    "invalid_request",
                    &format!("node {id} is not an object"),
                    json!({}),
                ));
            }
            let class = node["class_type"].as_str();
            if class.is_none_or(|class| self.0.node(class).is_none()) {
                let title = &node["_meta"]["title"];
                let message = match class {
                    Some(class) => {
                        format!("node {id} is a {class}, which this server does not have")
                    }
                    None => format!("node {id} has no class_type"),
                };
                let info = json!({ "node_id": id, "class_type": class, "node_title": title });
                let mut refusal = refusal("missing_node_type", &message, info);
                refusal.error.details = format!("Node ID '#{id}'");
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// The output nodes that are wanted.
    fn outputs(self, prompt: &Prompt, targets: Option<&[String]>) -> Vec<NodeId> {
        let wanted =
            |id: &str| targets.is_none_or(|targets| targets.iter().any(|target| target == id));
        let is_output = |node: &Value| {
            node["class_type"]
                .as_str()
                .and_then(|class| self.0.node(class))
                .is_some_and(|def| def.is_output)
        };
        let outputs = prompt.iter().filter(|(id, node)| wanted(id) && is_output(node));
        outputs.map(|(id, _)| id.as_str().into()).collect()
    }
}

#[cfg(test)]
mod tests;
