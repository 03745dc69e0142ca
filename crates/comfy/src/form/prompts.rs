//! Prompts told apart: what should be in the picture, and what should not.
//!
//! A sampler, of whatever class, takes what should be there by one input and what
//! should not by another. Following both upwards ends at texts.

use std::collections::HashSet;

use super::field::{Role, Target};
use crate::definitions::{Definitions, Kind};
use crate::graph::{Graph, Input, NodeId};

/// Links that are followed before giving up.
const MAX_STEPS: usize = 4_000;

/// Texts by what they are for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Prompts {
    pub positive: Vec<Target>,
    pub negative: Vec<Target>,
}

impl Prompts {
    /// What a field is for that sets these inputs.
    pub(super) fn role(&self, bind: &[Target]) -> Role {
        if bind.iter().any(|target| self.positive.contains(target)) {
            Role::Prompt
        } else if bind.iter().any(|target| self.negative.contains(target)) {
            Role::NegativePrompt
        } else {
            Role::Other
        }
    }
}

/// Whether a text says what should be there or what should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sign {
    Positive,
    Negative,
}

/// Finds the texts that samplers are given, each in the order it is reached.
pub(super) fn find(graph: &Graph, definitions: &Definitions) -> Prompts {
    let mut walk = Walk { graph, definitions, seen: HashSet::new(), prompts: Prompts::default() };
    for sign in [Sign::Positive, Sign::Negative] {
        for (id, node) in &graph.nodes {
            if passes_on(definitions, &node.class_type) {
                continue;
            }
            for (input, _, _) in node.links().filter(|(input, _, _)| begins(input, sign)) {
                walk.input(id, input, sign);
            }
        }
    }
    let Prompts { positive, mut negative } = walk.prompts;
    // A text that is used for both describes the picture.
    negative.retain(|target| !positive.contains(target));
    Prompts { positive, negative }
}

/// Whether a node only changes what goes from an encoder to a sampler.
fn passes_on(definitions: &Definitions, class: &str) -> bool {
    let Some(definition) = definitions.node(class) else { return false };
    definition.outputs.iter().any(|output| output.types.names().any(|name| name == "CONDITIONING"))
}

/// Whether a sampler takes words of this sign by an input. One that has a single
/// input for words takes what should be there.
fn begins(input: &str, sign: Sign) -> bool {
    let single = sign == Sign::Positive && matches!(input, "conditioning" | "guider");
    single || is_for(input, sign)
}

fn is_for(input: &str, sign: Sign) -> bool {
    input.contains(match sign {
        Sign::Positive => "positive",
        Sign::Negative => "negative",
    })
}

/// Whether a text is what is asked for, and not how texts are put together.
fn is_asked(input: &str, title: Option<&str>) -> bool {
    let tools = ["regex", "find", "replace", "system", "pattern", "delimiter", "template"];
    let title = title.unwrap_or_default().to_lowercase();
    !tools.iter().any(|tool| input.contains(tool)) && !title.contains("system prompt")
}

struct Walk<'a> {
    graph: &'a Graph,
    definitions: &'a Definitions,
    seen: HashSet<(&'a NodeId, Sign)>,
    prompts: Prompts,
}

impl<'a> Walk<'a> {
    /// Follows one input up to the texts it comes from.
    fn input(&mut self, node: &'a NodeId, input: &'a str, sign: Sign) {
        let mut open = vec![(node, input)];
        while let Some((id, input)) = open.pop() {
            let Some(Input::Link { node: from, .. }) = self.graph.input(id.as_str(), input) else {
                continue;
            };
            let Some((from, node)) = self.graph.nodes.get_key_value(from) else { continue };
            if self.seen.len() > MAX_STEPS || !self.seen.insert((from, sign)) {
                continue;
            }
            // Nothing is asked for by a prompt that is emptied.
            if node.class_type == "ConditioningZeroOut" {
                continue;
            }
            self.texts(from, sign);
            let links = || node.links().map(|(input, _, _)| input);
            let signed: Vec<_> = links().filter(|input| is_for(input, sign)).collect();
            let chosen = if signed.is_empty() {
                links().filter(|input| !is_for(input, opposite(sign))).collect()
            } else {
                signed
            };
            let carries = |input: &&str| self.carries(&node.class_type, input);
            open.extend(chosen.into_iter().filter(carries).map(|input| (from, input)));
        }
    }

    /// Whether words can come by this input: conditioning, guiders and texts.
    fn carries(&self, class: &str, input: &str) -> bool {
        let Some(definition) = self.definitions.node(class) else { return true };
        match definition.input(input).map(|input| &input.kind) {
            Some(Kind::Socket { types, .. }) => {
                types.names().any(|name| matches!(name, "CONDITIONING" | "GUIDER" | "STRING" | "*"))
            }
            Some(Kind::Text { .. } | Kind::Match { .. } | Kind::Autogrow(_)) | None => true,
            Some(_) => false,
        }
    }

    /// The long texts of a node itself.
    fn texts(&mut self, id: &NodeId, sign: Sign) {
        let Some(node) = self.graph.node(id.as_str()) else { return };
        let definition = self.definitions.node(&node.class_type);
        for (name, input) in &node.inputs {
            let kind = definition.and_then(|node| Some(&node.input(name)?.kind));
            let long = match kind {
                Some(Kind::Text { multiline, .. }) => *multiline || name == "value",
                Some(_) => false,
                None => matches!(name.as_str(), "text" | "prompt"),
            };
            let asked = is_asked(name, node.title.as_deref());
            if !long || !asked || input.as_str().is_none() {
                continue;
            }
            let sign = if name.contains("negative") { Sign::Negative } else { sign };
            let list = match sign {
                Sign::Positive => &mut self.prompts.positive,
                Sign::Negative => &mut self.prompts.negative,
            };
            let target = Target::new(id.as_str(), name);
            if !list.contains(&target) {
                list.push(target);
            }
        }
    }
}

fn opposite(sign: Sign) -> Sign {
    match sign {
        Sign::Positive => Sign::Negative,
        Sign::Negative => Sign::Positive,
    }
}
