//! What is known of nodes from the definitions that are kept of every server, also of one that is
//! away. They do not keep what the catalogue says word by word, so faults do not tell it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::grown::Grown;
use super::nodes::{InputRules, NodeRules, Nodes, Takes, is_grown};
use crate::definitions::{Choice, ChoiceInput, Definitions, InputDefinition, Kind, NodeDefinition};
use crate::graph::Graph;

/// The classes of a graph. Files are looked for elsewhere.
pub(super) struct Told<'a>(HashMap<&'a str, Arc<NodeRules>, foldhash::fast::RandomState>);

/// The classes of a catalogue that were asked for: those of one graph are those of the next.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<HashMap<String, Arc<NodeRules>, foldhash::fast::RandomState>>);

impl Memo {
    fn rules(&self, class: &str, definitions: &Definitions) -> Option<Arc<NodeRules>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = known.get(class) {
            return Some(Arc::clone(rules));
        }
        let rules = Arc::new(NodeRules::from(definitions.node(class)?).of_class(class));
        known.insert(class.to_owned(), Arc::clone(&rules));
        Some(rules)
    }
}

impl<'a> Told<'a> {
    pub(super) fn of(graph: &'a Graph, definitions: &Definitions) -> Self {
        let classes = graph
            .classes()
            .filter_map(|class| Some((class, definitions.memo.rules(class, definitions)?)));
        Self(classes.collect())
    }
}

impl Nodes for Told<'_> {
    fn node(&self, class: &str) -> Option<&NodeRules> {
        self.0.get(class).map(AsRef::as_ref)
    }

    fn has_file(&self, _: &str) -> bool {
        true
    }
}

impl From<&NodeDefinition> for NodeRules {
    fn from(definition: &NodeDefinition) -> Self {
        let inputs = definition.inputs.iter();
        let outputs = definition.outputs.iter();
        Self {
            inputs: inputs.flat_map(|input| rules(input, &input.name)).collect(),
            outputs: outputs.map(|output| output.types.to_string()).collect(),
            is_output: definition.output_node,
        }
    }
}

/// The rules of one input, or of those that grow of it.
fn rules(input: &InputDefinition, name: &str) -> Vec<InputRules> {
    match &input.kind {
        Kind::Autogrow(grown) if let Some(item) = grown.template.first() => {
            Grown::kept(grown, plain(item, &item.name)).inputs(name)
        }
        _ => vec![plain(input, name)],
    }
}

/// Those of one that does not grow, or not in a way that is known.
fn plain(input: &InputDefinition, name: &str) -> InputRules {
    let grows = match &input.kind {
        Kind::Autogrow(_) => true,
        Kind::Other(config) => is_grown(config),
        _ => false,
    };
    InputRules {
        required: input.required && !grows,
        config: Value::Null,
        kind: takes(&input.kind, name),
        name: name.to_owned(),
    }
}

fn takes(kind: &Kind, name: &str) -> Takes {
    match kind {
        Kind::Int { min, max, .. } => Takes::Int { min: *min, max: *max },
        Kind::Float { min, max, .. } => Takes::Float { min: *min, max: *max },
        Kind::Text { .. } => Takes::Text,
        Kind::Bool { .. } => Takes::Flag,
        Kind::Choice(list) if list.upload.is_some() => Takes::File,
        Kind::Choice(list) if is_closed(list) => {
            Takes::Choice(list.options.iter().map(Choice::to_value).collect())
        }
        Kind::Socket { types, .. } | Kind::Match { allowed: types, .. } => {
            Takes::Socket(types.to_string())
        }
        Kind::DynamicChoice(options) => {
            let inner = |inner: &InputDefinition| rules(inner, &format!("{name}.{}", inner.name));
            let option = options.iter().map(|option| {
                (option.key.to_string(), option.inputs.iter().flat_map(inner).collect())
            });
            Takes::Dynamic(option.collect())
        }
        Kind::Choice(_) | Kind::Autogrow(_) | Kind::Other(_) => Takes::Socket("*".into()),
    }
}

/// All that may be chosen is listed. An empty list is one of files, or of models of which there are
/// none.
fn is_closed(list: &ChoiceInput) -> bool {
    !list.options.is_empty() && list.remote.is_none() && !list.multiselect
}
