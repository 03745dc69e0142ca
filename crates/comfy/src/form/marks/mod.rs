//! What a workflow's author marked to be set by others.
//!
//! There is no one way to do it: ComfyUI's own App Mode keeps a list beside the
//! nodes, others write into titles, others have nodes for it. The first
//! convention of which anything is found is followed.

mod app_mode;
mod connect;
mod mcww;
mod nodes;
mod view_comfy;

use serde_json::Value;

pub(super) use connect::is_bypassed;

use super::field::{Mark, Target};
use crate::convert::Conversion;
use crate::definitions::{Definitions, Kind};
use crate::graph::{Graph, Input, Node};

/// A way to mark what others may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// ComfyUI's App Mode: `linearData` beside the nodes.
    AppMode,
    /// Titles like `<Steps:advanced:2> 1, 60, 1` (Minimalistic Comfy Wrapper).
    Mcww,
    /// Titles with `$name`, `$name(input)`, `#result` (ComfyUI-Connect).
    Connect,
    /// Titles with `VC_BASIC` or `VC_ADV` (ViewComfy).
    ViewComfy,
    /// Nodes called `ComfyUIDeployExternal…` (comfyui-deploy).
    Deploy,
    /// Nodes called `SwarmInput…` (SwarmUI).
    Swarm,
    /// Nodes called `CPackInput…` (comfy-pack).
    ComfyPack,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Marked {
    pub convention: Convention,
    pub marks: Vec<Mark>,
    /// The nodes that were marked as results.
    pub results: Vec<String>,
}

/// A conversion to look for marks in.
#[derive(Debug, Clone, Copy)]
struct Marks<'a> {
    conversion: &'a Conversion,
    definitions: &'a Definitions,
}

/// The marks of the first convention that was used.
pub(super) fn find(
    conversion: &Conversion,
    extra: Option<&Value>,
    definitions: &Definitions,
) -> Option<Marked> {
    let marks = Marks { conversion, definitions };
    let found = extra.and_then(|extra| marks.app_mode(&extra["linearData"]));
    found
        .or_else(|| marks.mcww())
        .or_else(|| marks.connect())
        .or_else(|| marks.view_comfy())
        .or_else(|| marks.nodes())
        .filter(|marked| !marked.marks.is_empty())
}

/// Links that are followed from an input to the value it comes from.
const MAX_HOPS: usize = 8;

/// The input that holds the value which this one is given: itself, or that of a
/// node which does nothing but hold it.
pub(super) fn settle(graph: &Graph, target: &Target) -> Option<Target> {
    let mut target = target.clone();
    for _ in 0..MAX_HOPS {
        let Input::Link { node, .. } = graph.input(&target.node, &target.input)? else {
            return Some(target);
        };
        let from = graph.node(node.as_str())?;
        let only = ["value", "image", "text", "string", "file", "audio"];
        let input = only.into_iter().find(|input| from.inputs.contains_key(*input))?;
        // A node that makes something of its value is none to look through.
        if from.inputs.len() > 1 && input != "image" {
            return None;
        }
        target = Target::new(node.as_str(), input);
    }
    None
}

impl Marks<'_> {
    fn graph(&self) -> &Graph {
        &self.conversion.graph
    }

    /// Titled things: nodes with all inputs that hold a value, and the values
    /// that stood outside of nodes.
    fn titled(&self) -> impl Iterator<Item = Titled<'_>> {
        let nodes = self.graph().nodes.iter().filter_map(|(id, node)| {
            let title = node.title.as_deref()?;
            Some(Titled {
                title,
                id: id.as_str(),
                node: Some(node),
                inputs: self.settable(id.as_str(), node),
            })
        });
        let shared = self.conversion.shared.iter().filter_map(|shared| {
            let bind = shared.inputs.iter();
            let bind = bind.map(|(node, input)| Target::new(node.as_str(), input)).collect();
            let inputs = vec![(shared.widget.clone(), bind)];
            Some(Titled { title: shared.title.as_deref()?, id: &shared.node, node: None, inputs })
        });
        nodes.chain(shared)
    }

    /// The inputs of a node that hold a value which somebody may set.
    fn settable(&self, id: &str, node: &Node) -> Vec<(String, Vec<Target>)> {
        let definition = self.definitions.node(&node.class_type);
        let known = |input: &str| {
            let kind = definition.and_then(|definition| Some(&definition.input(input)?.kind));
            definition.is_none() || kind.is_some_and(|kind| !matches!(kind, Kind::Socket { .. }))
        };
        let values = node
            .inputs
            .iter()
            .filter(|(name, input)| matches!(input, Input::Value(_)) && known(name));
        values.map(|(name, _)| (name.clone(), vec![Target::new(id, name)])).collect()
    }
}

/// Something with a title, and what can be set of it: names, and the inputs that
/// get the value.
struct Titled<'a> {
    title: &'a str,
    id: &'a str,
    node: Option<&'a Node>,
    inputs: Vec<(String, Vec<Target>)>,
}
