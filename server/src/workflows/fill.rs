//! Values into the graph.

use std::collections::HashMap;

use comfy::graph::PruneError;
use comfy::{Definitions, Graph, NodeId};
use serde_json::Value;
use wire::{FieldKind, Inputs};

use super::form::options_of;
use super::kind::name_of;
use super::published::{Bind, FieldSpec, Published, Take, Target};
use super::values::{Checked, default_of, is, same};

/// The input that says what saved files are called.
pub(super) const SAVED_AS: &str = "filename_prefix";

/// What saved files are called on the backend; guests never see it.
const PREFIX: &str = "parlor";

/// The same where somebody wants the size in the name, which only the backend knows.
const SIZED: &str = "parlor_%width%x%height%";

/// Why inputs that fit the form make no job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// More work than the workflow allows.
    #[error("it asks for {cost} pixel steps, where {limit} are allowed")]
    TooMuch {
        /// Pixels × batch × steps × frames.
        cost: u64,
        limit: u64,
    },
    /// A picture was left out, and what needs it cannot be taken out now.
    #[error("{0}")]
    Pruning(PruneError),
}

/// Something that was chosen and that a backend does not have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lacking {
    /// What the form calls it.
    pub(crate) label: String,
    pub(crate) value: Value,
    /// The node that needs it.
    pub(crate) node: String,
}

/// What a backend needs to have for a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Node classes.
    pub(crate) classes: Vec<String>,
    pub(super) options: Vec<Chosen>,
}

/// An option that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Class and name.
    pub(super) input: (String, String),
    pub(super) value: Value,
}

impl Needs {
    /// The nodes of a graph.
    pub(crate) fn nodes_of(graph: &Graph) -> Self {
        Self { classes: graph.classes().map(Into::into).collect(), options: Vec::new() }
    }

    /// Whether a backend of these definitions has it all.
    pub(crate) fn are_met_by(&self, definitions: &Definitions) -> bool {
        self.classes.iter().all(|class| definitions.node(class).is_some())
            && self.options.iter().all(|option| option.is_in(definitions))
    }
}

impl Chosen {
    fn is_in(&self, definitions: &Definitions) -> bool {
        let options = options_of(definitions, &self.input);
        options.is_empty() || options.iter().any(|option| is(option, &self.value))
    }
}

impl Published {
    /// The graph for inputs that were checked. `pictures` says under which name
    /// the backend will find the file of each field.
    pub(crate) fn graph(
        &self,
        checked: &Checked,
        pictures: &HashMap<String, String>,
        definitions: &[&Definitions],
    ) -> Result<Graph, Unfit> {
        let mut graph = self.graph.clone();
        let mut needless: Vec<NodeId> = Vec::new();
        for spec in &self.fields {
            let name = &spec.field.name;
            let value = match &spec.field.kind {
                FieldKind::Image { .. } | FieldKind::File { .. } => {
                    pictures.get(name).map(|name| Value::from(name.as_str()))
                }
                _ => checked.inputs.get(name).or_else(|| checked.unseen.get(name)).cloned(),
            };
            let nodes = spec.binds.iter().map(|bind| bind.target.node.as_str().into());
            needless.extend(nodes.filter(|_| spec.prunes && value.is_none()));
            for bind in &spec.binds {
                if let Some(value) = value.as_ref().and_then(|value| bind.taken(value)) {
                    set(&mut graph, (&bind.target.node, &bind.target.input), value);
                }
            }
        }
        for (target, template) in &self.templates {
            let text = template.fill(|name| self.words(name, checked));
            set(&mut graph, (&target.node, &target.input), text.into());
        }
        own_the_names(&mut graph);
        graph.prune(needless, definitions).map_err(Unfit::Pruning)?;
        self.affords(&graph, 0)?;
        Ok(graph)
    }

    /// safety 7: whether a graph asks for no more work than the policy allows; `pixels` has the
    /// largest picture that is handed in. How much it asks for, in pixel steps.
    pub(crate) fn affords(&self, graph: &Graph, pixels: u64) -> Result<u64, Unfit> {
        let (cost, limit) = (graph.cost_with(pixels).total(), self.policy().max_cost);
        if cost > limit { Err(Unfit::TooMuch { cost, limit }) } else { Ok(cost) }
    }

    /// What a template gets for the field `name`: nothing for one that does not count.
    fn words(&self, name: &str, checked: &Checked) -> String {
        let Some(spec) = self.spec(name) else { return String::new() };
        let all = if spec.closed { &checked.unseen } else { &checked.inputs };
        let value = all.get(name).map(name_of).unwrap_or_default();
        spec.words.get(&value).cloned().unwrap_or(value)
    }

    /// What a graph of this workflow needs: its nodes, and what was chosen of that which not every
    /// backend has.
    pub(crate) fn needs(&self, graph: &Graph) -> Needs {
        let chosen = |spec: &FieldSpec| {
            let input = spec.from.clone()?;
            let target = spec.binds.iter().find_map(Bind::whole)?;
            let value = graph.input(&target.node, &target.input)?.as_value()?.clone();
            // What the host has fixed was chosen.
            let left_open = !spec.closed && value == default_of(&spec.field.kind);
            (!left_open).then_some(Chosen { input, value })
        };
        let options = self.fields.iter().filter_map(chosen).collect();
        Needs { options, ..Needs::nodes_of(graph) }
    }

    /// Fits a graph to the backend that will run it: where a choice was left at
    /// its default and this backend has no such option, its first one is used.
    /// The fields that this changed, with what they hold now.
    pub(crate) fn fit(
        &self,
        graph: &mut Graph,
        definitions: &Definitions,
    ) -> Result<Inputs, Lacking> {
        let mut changed = Inputs::new();
        for spec in &self.fields {
            let Some(options) = spec.backend_options(&[definitions]) else { continue };
            for target in spec.binds.iter().filter_map(Bind::whole) {
                let held = graph.input(&target.node, &target.input);
                let Some(held) = held.and_then(|input| input.as_value()) else { continue };
                if options.iter().any(|option| same(option, held)) {
                    continue;
                }
                if spec.closed || *held != default_of(&spec.field.kind) {
                    let (label, node) = (spec.field.label.clone(), target.node.clone());
                    return Err(Lacking { label, value: held.clone(), node });
                }
                set(graph, (&target.node, &target.input), options[0].clone());
                changed.insert(spec.field.name.clone(), options[0].clone());
            }
        }
        Ok(changed)
    }
}

impl Bind {
    /// Where the value goes as it is.
    fn whole(&self) -> Option<&Target> {
        (self.take == Take::Whole).then_some(&self.target)
    }

    /// What of `value` goes to the target.
    fn taken(&self, value: &Value) -> Option<Value> {
        match self.take {
            Take::Whole => Some(value.clone()).filter(|value| !value.is_null()),
            Take::Width => value.get("width").cloned(),
            Take::Height => value.get("height").cloned(),
            Take::Scaled { times, plus } => value.as_f64().map(|value| tidy(value * times + plus)),
        }
    }
}

/// Without the dust of binary fractions: 1 − 0.9 is 0.1.
fn tidy(number: f64) -> Value {
    ((number * 1e6).round() / 1e6).into()
}

/// safety 7: file names on the backend are ours, whatever the graph says.
pub(super) fn own_the_names(graph: &mut Graph) {
    for node in graph.nodes.values_mut() {
        if let Some(prefix) = node.inputs.get_mut(SAVED_AS) {
            let is = |word| prefix.as_str().is_some_and(|text| text.contains(word));
            let ours = if is("%width%") || is("%height%") { SIZED } else { PREFIX };
            *prefix = comfy::Input::Value(ours.into());
        }
    }
}

/// Width and height, where a backend wrote them into the name of a file for us.
pub(crate) fn size_in(name: &str) -> Option<(&str, &str)> {
    let (size, _) = name.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let (width, height) = size.split_once('x')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(width) && is_number(height)).then_some((width, height))
}

fn set(graph: &mut Graph, (node, input): (&str, &str), value: Value) {
    graph.set(node, input, value).expect("targets were checked when the workflow was published");
}
