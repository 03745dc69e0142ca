//! What most people want to set, where nothing is marked: what should be in the
//! picture, what it begins with, how large it is, and a few settings behind a
//! fold. Little enough that a newcomer's form is good without editing.

use std::collections::HashSet;

use serde_json::Value;

use super::field::{Group, Mark, Role, Target};
use super::inputs;
use super::marks::settle;
use super::names::{humanized, own_title};
use super::prompts::{self, Prompts};
use crate::convert::Conversion;
use crate::definitions::{Definitions, InputDefinition, Kind, Upload};
use crate::graph::{Graph, Input, Node, NodeId};

/// How many fields are in sight, and how many behind the fold.
const MOST: [usize; 2] = [24, 10];

/// Settings that are worth a field, in this order.
const SETTINGS: [&str; 12] = [
    "steps",
    "cfg",
    "guidance",
    "denoise",
    "strength_model",
    "strength",
    "length",
    "duration",
    "seconds",
    "aspect_ratio",
    "resolution",
    "megapixels",
];

/// Marks for a graph without any.
pub(super) fn marks(conversion: &Conversion, definitions: &Definitions) -> Vec<Mark> {
    let used = used(&conversion.graph, definitions);
    let mut choice = Choice { conversion, definitions, used, marks: Vec::new() };
    choice.prompts();
    choice.sources();
    choice.sizes();
    choice.seeds();
    choice.settings();
    choice.models();
    let mut counts = [0; 2];
    choice.marks.retain(|mark| {
        let group = usize::from(mark.group == Group::More);
        counts[group] += 1;
        counts[group] <= MOST[group]
    });
    for (mark, place) in choice.marks.iter_mut().zip(0_u32..) {
        mark.order = (f64::from(place), 0.0);
    }
    choice.marks
}

struct Choice<'a> {
    conversion: &'a Conversion,
    definitions: &'a Definitions,
    /// The nodes that something comes of.
    used: HashSet<&'a str>,
    marks: Vec<Mark>,
}

/// The nodes whose work ends in an output; all, if nothing does.
fn used<'a>(graph: &'a Graph, definitions: &Definitions) -> HashSet<&'a str> {
    let ends = graph.nodes.iter().filter(|(_, node)| {
        definitions.node(&node.class_type).is_some_and(|definition| definition.output_node)
    });
    let mut open: Vec<&str> = ends.map(|(id, _)| id.as_str()).collect();
    let mut used = HashSet::new();
    while let Some(id) = open.pop() {
        if used.insert(id)
            && let Some(node) = graph.node(id)
        {
            open.extend(node.links().map(|(_, from, _)| from.as_str()));
        }
    }
    if used.is_empty() { graph.nodes.keys().map(NodeId::as_str).collect() } else { used }
}

/// Whether a number was drawn: two small ones are equal by chance.
fn is_drawn(value: &Value) -> bool {
    value.as_f64().is_some_and(|value| value >= 10_000.0)
}

impl<'a> Choice<'a> {
    fn graph(&self) -> &'a Graph {
        &self.conversion.graph
    }

    /// Adds a mark on an input, or on what it is given. One value that several
    /// inputs share is one field, and nothing is marked twice.
    fn add(&mut self, target: &Target, mark: Mark) {
        let Some(settled) = settle(self.graph(), target) else { return };
        let taken = |mark: &Mark| mark.bind.contains(&settled) || mark.height.contains(&settled);
        if self.marks.iter().any(taken) {
            return;
        }
        let bind = self.together(settled);
        self.marks.push(Mark { bind, ..mark });
    }

    /// Everybody who shares a value with this input.
    fn together(&self, target: Target) -> Vec<Target> {
        let is = |(node, input): &(crate::NodeId, String)| {
            node.as_str() == target.node && *input == target.input
        };
        let shared = self.conversion.shared.iter().find(|shared| shared.inputs.iter().any(is));
        match shared {
            Some(shared) => shared
                .inputs
                .iter()
                .map(|(node, input)| Target::new(node.as_str(), input))
                .collect(),
            None => vec![target],
        }
    }

    fn prompts(&mut self) {
        let Prompts { positive, negative } = prompts::find(self.graph(), self.definitions);
        let labelled = |label: &str, role, group| Mark {
            label: Some(label.to_owned()),
            role,
            group,
            ..Mark::default()
        };
        for target in positive {
            let words = matches!(&*target.input, "text" | "prompt" | "value" | "string");
            let label = if words { "Prompt".into() } else { humanized(&target.input) };
            self.add(&target, labelled(&label, Role::Prompt, Group::Main));
        }
        // Services have prompts and no sampler.
        for (target, input) in self.inputs() {
            if !matches!(input.kind, Kind::Text { multiline: true, .. }) {
                continue;
            }
            if &*input.name == "prompt" && !negative.contains(&target) {
                self.add(&target, labelled("Prompt", Role::Prompt, Group::Main));
            } else if input.name.starts_with("negative") {
                let mark = labelled("Negative prompt", Role::NegativePrompt, Group::More);
                self.add(&target, mark);
            }
        }
        self.unwanted(negative);
        if !self.marks.iter().any(|mark| mark.role == Role::Prompt) {
            self.only_text();
        }
    }

    /// What should not be there; equal texts are one.
    fn unwanted(&mut self, negative: Vec<Target>) {
        let mut texts: Vec<(&str, Vec<Target>)> = Vec::new();
        for target in negative {
            let Some(target) = settle(self.graph(), &target) else { continue };
            let value = self.graph().input(&target.node, &target.input).and_then(Input::as_str);
            let Some(value) = value else { continue };
            match texts.iter_mut().find(|(known, _)| *known == value) {
                Some((_, same)) => same.push(target),
                None => texts.push((value, self.together(target))),
            }
        }
        for (_, mut bind) in texts {
            bind.dedup();
            let label = Some("Negative prompt".into());
            let (group, role) = (Group::More, Role::NegativePrompt);
            self.marks.push(Mark { bind, label, group, role, ..Mark::default() });
        }
    }

    /// Where no sampler and no service asks for words, the first long text.
    fn only_text(&mut self) {
        let mut inputs = self.inputs().into_iter();
        let text = inputs.find(|(target, input)| {
            let words = ["text", "prompt", "value", "lyrics"];
            matches!(input.kind, Kind::Text { multiline: true, .. })
                && words.iter().any(|word| input.name.contains(word))
                && !input.name.contains("system")
                && !input.name.starts_with("negative")
                && self
                    .graph()
                    .input(&target.node, &target.input)
                    .is_some_and(|it| it.as_str().is_some())
        });
        if let Some((target, _)) = text {
            self.add(&target, Mark { role: Role::Prompt, ..Mark::default() });
        }
    }

    /// Pictures, videos and sounds that a guest may hand in.
    fn sources(&mut self) {
        for (target, input) in self.inputs() {
            let Kind::Choice(list) = &input.kind else { continue };
            let label = match list.upload {
                Some(Upload::Image) => "Picture",
                Some(Upload::Video) => "Video",
                Some(Upload::Audio) => "Sound",
                Some(Upload::File) | None => continue,
            };
            let title = own_title(&target.node, self.graph(), self.definitions);
            let label = Some(title.unwrap_or_else(|| label.to_owned()));
            self.add(&target, Mark { label, role: Role::Source, ..Mark::default() });
        }
    }

    /// Width and height of what is begun with, as one field.
    fn sizes(&mut self) {
        let graph = self.graph();
        for (id, node) in &graph.nodes {
            let empty = node.class_type.contains("Empty") || self.is_service(node);
            let side = |input: &str| {
                let target = Target::new(id.as_str(), input);
                let settled = settle(graph, &target)?;
                graph.input(&settled.node, &settled.input)?.as_f64()?;
                Some(self.together(settled))
            };
            let (Some(width), Some(height)) = (side("width"), side("height")) else { continue };
            let known = self.marks.iter().any(|mark| width.iter().any(|it| mark.bind.contains(it)));
            // One value for both sides is a side, and no size.
            if !empty || known || width == height {
                continue;
            }
            let label = Some("Size".into());
            let mark = Mark { bind: width, height, label, role: Role::Size, ..Mark::default() };
            self.marks.push(mark);
        }
    }

    /// Seeds; those that hold the same number are one.
    fn seeds(&mut self) {
        let mut seeds: Vec<(&Value, Mark)> = Vec::new();
        for (target, input) in self.inputs() {
            let named = matches!(&*input.name, "seed" | "noise_seed");
            let Kind::Int { seed, .. } = input.kind else { continue };
            // Plain numbers may be stepped too, and are no seeds.
            let is_seed = named || (seed && input.name.contains("seed"));
            if !is_seed {
                continue;
            }
            let Some(target) = settle(self.graph(), &target) else { continue };
            let value = self.graph().input(&target.node, &target.input).and_then(Input::as_value);
            let Some(value) = value else { continue };
            let same = seeds.iter_mut().find(|(known, mark)| {
                (*known == value && is_drawn(value)) || mark.bind.contains(&target)
            });
            match same {
                Some((_, mark)) if mark.bind.contains(&target) => {}
                Some((_, mark)) => mark.bind.push(target),
                None => {
                    let bind = self.together(target);
                    let (group, label) = (Group::More, Some("Seed".into()));
                    let role = Role::Seed;
                    seeds.push((value, Mark { bind, label, group, role, ..Mark::default() }));
                }
            }
        }
        self.marks.extend(seeds.into_iter().map(|(_, mark)| mark));
    }

    fn settings(&mut self) {
        for setting in SETTINGS {
            for (target, input) in self.inputs() {
                let last = target.input.rsplit('.').next().unwrap_or_default();
                let settable = !matches!(input.kind, Kind::Socket { .. } | Kind::Text { .. });
                if last != setting || !settable || self.is_idle(&target, setting) {
                    continue;
                }
                let label = Some(humanized(setting));
                let range = self.usual(&target, setting);
                self.add(&target, Mark { label, group: Group::More, range, ..Mark::default() });
            }
        }
    }

    /// The part of a range that anybody uses: the catalogue allows 10,000 steps.
    fn usual(&self, target: &Target, setting: &str) -> [Option<f64>; 3] {
        let value = settle(self.graph(), target)
            .and_then(|target| self.graph().input(&target.node, &target.input)?.as_f64())
            .unwrap_or_default();
        match setting {
            "steps" => [None, Some(value.max(30.0) * 2.0), None],
            "cfg" | "guidance" => [None, Some(value.max(10.0) * 2.0), None],
            "strength_model" | "strength" if value >= 0.0 => {
                [Some(0.0), Some(value.max(2.0)), None]
            }
            _ => [None; 3],
        }
    }

    /// Full strength where a picture is begun from nothing is nothing to set.
    fn is_idle(&self, target: &Target, setting: &str) -> bool {
        let value = self.graph().input(&target.node, &target.input).and_then(Input::as_f64);
        setting == "denoise" && value == Some(1.0)
    }

    /// Files of weights, where there is more than one to choose from.
    fn models(&mut self) {
        for wanted in ["lora_name", "ckpt_name", "unet_name"] {
            for (target, input) in self.inputs() {
                let Kind::Choice(list) = &input.kind else { continue };
                if &*input.name == wanted && list.options.len() > 1 {
                    self.add(&target, Mark { group: Group::More, ..Mark::default() });
                }
            }
        }
    }

    /// Every input of every node that the catalogue knows, links included.
    fn inputs(&self) -> Vec<(Target, &'a InputDefinition)> {
        let mut found = Vec::new();
        for (id, node) in &self.graph().nodes {
            let Some(definition) = self.definitions.node(&node.class_type) else { continue };
            if !self.used.contains(id.as_str()) {
                continue;
            }
            for name in node.inputs.keys() {
                if let Some(input) = inputs::find(definition, node, name) {
                    found.push((Target::new(id.as_str(), name), input));
                }
            }
        }
        found
    }

    fn is_service(&self, node: &Node) -> bool {
        self.definitions.node(&node.class_type).is_some_and(|definition| definition.api_node)
    }
}
