//! Refusing graphs that cannot run, as a server does that knows its catalogue
//! whole: ComfyUI protocol notes §3. What is known of it from
//! [`crate::definitions`] is less, and checked by [`mod@crate::validate`].
//!
//! Only what the output nodes need is looked at. Values are checked and, where
//! a server would convert them, converted in place. An output is dropped when
//! anything it needs is faulty; the prompt is refused when none is left.

mod fault;
mod nodes;
mod values;
mod walk;

use crate::graph::{Graph, NodeId};
use crate::prompt::{NodeErrors, Refusal};
use crate::validate::refusal;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use walk::Walk;

pub use nodes::{InputRules, NodeRules, Nodes, Takes};

/// Nodes that a graph may have.
const MAX_NODES: usize = 1_024;

/// A graph as submitted: node id to node.
pub type Prompt = Map<String, Value>;

/// What is left of a prompt that may run.
#[derive(Debug)]
pub struct Verdict {
    /// The whole graph, converted.
    pub graph: Graph,
    /// The outputs that can be computed, in the order of the graph.
    pub outputs: Vec<NodeId>,
    /// Why the others cannot.
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

/// What graphs are checked against.
#[derive(Clone, Copy)]
pub struct Rules<'a>(pub &'a dyn Nodes);

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
        if prompt.len() > MAX_NODES {
            let message = format!(
                "the graph has {} nodes, more than the {MAX_NODES} that are accepted",
                prompt.len()
            );
            return Err(refusal("invalid_request", &message, json!({})));
        }
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
            let mut refusal = refusal(
                "prompt_outputs_failed_validation",
                "no output of the graph can be computed",
                json!({}),
            );
            refusal.error.details = found.details(&outputs);
            refusal.node_errors = found.errors;
            return Err(refusal);
        }
        let graph = Graph::parse(&Value::Object(prompt.clone()))
            .map_err(|error| refusal("invalid_request", &error.to_string(), json!({})))?;
        Ok(Verdict { graph, outputs: found.good, node_errors: found.errors })
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
