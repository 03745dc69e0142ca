//! Whether a server would take a graph, and in its words why not: what
//! `POST /prompt` answers, known from the definitions alone (ComfyUI protocol
//! notes §3).
//!
//! Only what the outputs need is looked at. An output is dropped when anything
//! it needs is faulty; the graph is refused when none is left. What a node's own
//! code checks (custom validation) only the server can say.

mod fault;
mod inputs;
mod walk;

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::definitions::Definitions;
use crate::graph::{Graph, NodeId};
use crate::prompt::{ErrorInfo, NodeErrors, Refusal};
use walk::Walk;

/// What of a graph would run.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The outputs that can be computed, in the order of the graph.
    pub outputs: Vec<NodeId>,
    /// Why the others cannot.
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

/// Checks a graph; `targets` are the only outputs that are to run, if it says.
///
/// # Errors
///
/// What a server would answer: `missing_node_type`, `prompt_no_outputs` or
/// `prompt_outputs_failed_validation`.
pub fn validate(
    graph: &Graph,
    definitions: &Definitions,
    targets: Option<&[NodeId]>,
) -> Result<Verdict, Box<Refusal>> {
    check_classes(graph, definitions)?;
    let wanted = |id: &NodeId| targets.is_none_or(|targets| targets.contains(id));
    let ends = |class: &str| definitions.node(class).is_some_and(|node| node.output_node);
    let outputs: Vec<_> = graph
        .nodes
        .iter()
        .filter(|(id, node)| wanted(id) && ends(&node.class_type))
        .map(|(id, _)| id.clone())
        .collect();
    if outputs.is_empty() {
        let message = "the graph has no output node, so nothing would be made";
        return Err(refusal("prompt_no_outputs", message, json!({})));
    }
    let found = Walk::new((graph, definitions), &outputs).run();
    if found.good.is_empty() {
        let message = "no output of the graph can be computed";
        let mut refusal = refusal("prompt_outputs_failed_validation", message, json!({}));
        refusal.error.details = found.details(&outputs);
        refusal.node_errors = found.errors;
        return Err(refusal);
    }
    Ok(Verdict { outputs: found.good, node_errors: found.errors })
}

/// A refusal of the whole graph.
pub fn refusal(kind: &str, message: &str, extra_info: Value) -> Box<Refusal> {
    let (kind, message, details) = (kind.into(), message.into(), String::new());
    let error = ErrorInfo { kind, message, details, extra_info };
    Box::new(Refusal { error, node_errors: IndexMap::new() })
}

/// A refusal because of the file that one input names.
pub fn file_refused((graph, node, input): (&Graph, &NodeId, &str), why: &str) -> Box<Refusal> {
    let mut refused = refusal(
        "prompt_outputs_failed_validation",
        "no output of the graph can be computed",
        json!({}),
    );
    let errors = NodeErrors {
        errors: vec![*fault::file(input, why)],
        dependent_outputs: Vec::new(),
        class_type: graph.nodes.get(node).map(|node| node.class_type.clone()),
    };
    refused.node_errors.insert(node.clone(), errors);
    refused
}

/// Every node must be of a class that exists. The first that is not is named.
fn check_classes(graph: &Graph, definitions: &Definitions) -> Result<(), Box<Refusal>> {
    let known = |class: &str| definitions.node(class).is_some();
    let Some((id, node)) = graph.nodes.iter().find(|(_, node)| !known(&node.class_type)) else {
        return Ok(());
    };
    let class = &node.class_type;
    let info = json!({ "node_id": id, "class_type": class, "node_title": node.title });
    let message = format!("node {id} is a {class}, which this server does not have");
    let mut refusal = refusal("missing_node_type", &message, info);
    refusal.error.details = format!("Node ID '#{id}'");
    Err(refusal)
}

#[cfg(test)]
mod tests;
