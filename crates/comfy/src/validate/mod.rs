//! Refusing graphs that cannot run, in the words of the server that would: what
//! `POST /prompt` answers (ComfyUI protocol notes §3).
//!
//! Only what the output nodes need is looked at. Values are checked and, where
//! a server would convert them, converted in place. An output is dropped when
//! anything it needs is faulty; the prompt is refused when none is left.

mod fault;
mod given;
mod grown;
mod nodes;
mod told;
mod values;
mod walk;

use crate::definitions::Definitions;
use crate::graph::{Graph, NodeId, Reading};
use crate::prompt::{ErrorInfo, NodeErrors, Refusal};
use indexmap::IndexMap;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use given::Given;
use told::Told;
use walk::{Conversion, Walk};

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
    let told = Told::of(graph, definitions);
    let given = Given::of_graph(graph, &told)?;
    let targets: Option<Vec<_>> =
        targets.map(|targets| targets.iter().map(NodeId::as_str).collect());
    judge(&given, &told, targets.as_deref()).map(|(verdict, _)| verdict)
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
    let Reading(graph) = Reading::deserialize(prompt).expect("any JSON can be read");
    graph.map_err(|error| refusal("invalid_request", &error.to_string(), json!({})))
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
        let targets: Option<Vec<_>> =
            targets.map(|targets| targets.iter().map(String::as_str).collect());
        let given = Given::of_prompt(prompt, self.0)?;
        let (verdict, conversions) = judge(&given, self.0, targets.as_deref())?;
        let converted = conversions
            .into_iter()
            .map(|Conversion { node, input, value }| (node.to_owned(), input.to_owned(), value));
        for (node, input, value) in converted.collect::<Vec<_>>() {
            prompt[&node]["inputs"][input] = value;
        }
        Ok(verdict)
    }
}

fn judge<'a>(
    given: &'a Given<'a>,
    nodes: &'a dyn Nodes,
    targets: Option<&[&str]>,
) -> Result<(Verdict, Vec<Conversion<'a>>), Box<Refusal>> {
    let is_wanted = |id| targets.is_none_or(|targets| targets.contains(&id));
    let all = given.nodes.iter().enumerate();
    let outputs = all.filter(|(_, node)| node.rules.is_output && is_wanted(node.id));
    let outputs: Vec<_> = outputs.map(|(at, _)| at).collect();
    if outputs.is_empty() {
        let message = "the graph has no output node, so nothing would be made";
        return Err(refusal("prompt_no_outputs", message, json!({})));
    }
    let found = Walk::new(given, nodes, &outputs).run();
    if found.good.is_empty() {
        let mut refusal = refused_outputs();
        refusal.error.details = found.details(outputs.iter().map(|&at| given.nodes[at].name()));
        refusal.node_errors = found.errors;
        return Err(refusal);
    }
    Ok((Verdict { outputs: found.good, node_errors: found.errors }, found.conversions))
}

#[cfg(test)]
mod tests;
