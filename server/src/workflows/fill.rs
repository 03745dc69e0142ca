//! Values into the graph.

use std::collections::HashMap;

use comfy::{Definitions, Graph};
use serde_json::Value;
use wire::{FieldKind, Inputs};

use super::form::available;
use super::manifest::name_of;
use super::published::{Bind, FieldSpec, Published, Take};
use super::values::default_of;

/// What saved files are called on the backend; guests never see it.
const PREFIX: &str = "parlor";

/// More work than the workflow allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch {
    /// Pixels × batch × steps × frames.
    pub(crate) cost: u64,
    pub(crate) limit: u64,
}

impl Published {
    /// The graph for inputs that were checked. `pictures` says under which name
    /// the backend will find the picture of each field.
    pub(crate) fn graph(
        &self,
        inputs: &Inputs,
        pictures: &HashMap<String, String>,
    ) -> Result<Graph, TooMuch> {
        let mut graph = self.graph.clone();
        for spec in &self.fields {
            let value = match &spec.field.kind {
                FieldKind::Image { .. } => {
                    pictures.get(&spec.field.name).map(|name| Value::from(name.as_str()))
                }
                _ => inputs.get(&spec.field.name).cloned(),
            };
            for bind in &spec.binds {
                if let Some(value) = value.as_ref().and_then(|value| bind.taken(value)) {
                    set(&mut graph, (&bind.target.node, &bind.target.input), value);
                }
            }
        }
        for (target, template) in &self.templates {
            let text = template.fill(|name| self.words(name, inputs));
            set(&mut graph, (&target.node, &target.input), text.into());
        }
        own_the_names(&mut graph);
        let cost = graph.cost().total();
        let limit = self.max_cost;
        if cost > limit { Err(TooMuch { cost, limit }) } else { Ok(graph) }
    }

    /// What a template gets for the field `name`.
    fn words(&self, name: &str, inputs: &Inputs) -> String {
        let value = inputs.get(name).map(name_of).unwrap_or_default();
        let words = self.spec(name).and_then(|spec| spec.words.get(&value));
        words.cloned().unwrap_or(value)
    }

    /// Fits a graph to the backend that will run it: where a choice was left at
    /// its default and this backend has no such option, its first one is used.
    pub(crate) fn fit(&self, graph: &mut Graph, definitions: &Definitions) {
        for spec in self.fields.iter().filter(|spec| spec.from.is_some()) {
            for bind in &spec.binds {
                let (node, input) = (&bind.target.node, &bind.target.input);
                let held = graph.input(node, input).and_then(|input| input.as_value());
                if let Some(better) = held.and_then(|held| spec.better(held, definitions)) {
                    set(graph, (node, input), better);
                }
            }
        }
    }
}

impl FieldSpec {
    /// What to use on this backend instead of `held`, if something else.
    fn better(&self, held: &Value, definitions: &Definitions) -> Option<Value> {
        let options = self.backend_options(Some(definitions))?;
        let untouched = *held == default_of(&self.field.kind);
        let better = available(held, &options);
        (untouched && better != *held).then_some(better)
    }
}

impl Bind {
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
fn own_the_names(graph: &mut Graph) {
    for node in graph.nodes.values_mut() {
        if let Some(prefix) = node.inputs.get_mut("filename_prefix") {
            *prefix = comfy::Input::Value(PREFIX.into());
        }
    }
}

fn set(graph: &mut Graph, (node, input): (&str, &str), value: Value) {
    graph.set(node, input, value).expect("targets were checked when the workflow was published");
}
