//! Checking the inputs of one node.

use std::fmt::Display;

use serde_json::Value;

use super::fault::{self, Fault};
use crate::definitions::{Choice, ChoiceInput, InputDefinition, Kind, TypeSet};
use crate::graph::{Input, Node};

/// What an input is called in this node, and what the catalogue says of it.
pub(super) type Named<'a> = (String, &'a InputDefinition);

/// The inputs that this node has: below a dynamic choice, those of the option
/// that it has chosen.
pub(super) fn of<'a>(node: &Node, all: &'a [InputDefinition]) -> Vec<Named<'a>> {
    let mut found: Vec<Named<'a>> = Vec::new();
    let mut todo: Vec<Named<'a>> =
        all.iter().rev().map(|input| (input.name.to_string(), input)).collect();
    while let Some((name, input)) = todo.pop() {
        if let Kind::DynamicChoice(options) = &input.kind {
            let chosen = node.inputs.get(&name).and_then(Input::as_str);
            let option = options.iter().find(|option| Some(&*option.key) == chosen);
            let inner = option.iter().flat_map(|option| option.inputs.iter().rev());
            todo.extend(inner.map(|input| (format!("{name}.{}", input.name), input)));
        }
        found.push((name, input));
    }
    found
}

/// What is wrong with the value of an input, if anything is.
pub(super) fn value((name, input): (&str, &InputDefinition), value: &Value) -> Option<Fault> {
    match &input.kind {
        Kind::Int { min, max, .. } => match to_int(value) {
            Some(number) => outside((name, value), number, (*min, *max)),
            None => Some(fault::not_convertible(name, "INT", value)),
        },
        Kind::Float { min, max, .. } => match to_float(value) {
            Some(number) => outside((name, value), number, (*min, *max)),
            None => Some(fault::not_convertible(name, "FLOAT", value)),
        },
        Kind::Choice(list) if is_closed(list) => {
            let choices: Vec<_> = list.options.iter().map(Choice::to_value).collect();
            (!choices.contains(value)).then(|| fault::not_in_list(name, &choices, value))
        }
        _ => None,
    }
}

/// The types that a link into it may be of; `None` where that is not checked.
pub(super) fn types(kind: &Kind) -> Option<TypeSet> {
    match kind {
        Kind::Socket { types, .. } => Some(types.clone()),
        Kind::Match { allowed, .. } => Some(allowed.clone()),
        Kind::Int { .. } => Some(TypeSet::new("INT")),
        Kind::Float { .. } => Some(TypeSet::new("FLOAT")),
        Kind::Bool { .. } => Some(TypeSet::new("BOOLEAN")),
        Kind::Text { .. } => Some(TypeSet::new("STRING")),
        Kind::Choice(_) | Kind::DynamicChoice(_) | Kind::Autogrow(_) | Kind::Other(_) => None,
    }
}

/// All that may be chosen is listed. What may be handed in is looked for elsewhere.
fn is_closed(list: &ChoiceInput) -> bool {
    // An empty list is one of files that may be handed in, or of models of which there are none.
    let listed = !list.options.is_empty();
    listed && list.upload.is_none() && list.remote.is_none() && !list.multiselect
}

fn outside<N: PartialOrd + Display + Copy>(
    (name, received): (&str, &Value),
    number: N,
    (min, max): (Option<N>, Option<N>),
) -> Option<Fault> {
    if let Some(min) = min.filter(|min| number < *min) {
        return Some(fault::too_small(name, received, &min.to_string()));
    }
    let max = max.filter(|max| number > *max)?;
    Some(fault::too_big(name, received, &max.to_string()))
}

fn to_int(value: &Value) -> Option<i128> {
    match value {
        Value::Bool(flag) => Some(i128::from(*flag)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => {
            let whole = number.as_u64().map(i128::from).or(number.as_i64().map(i128::from));
            whole.or_else(|| number.as_f64().map(|number| number as i128))
        }
        _ => None,
    }
}

fn to_float(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(*flag)),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        value => value.as_f64(),
    }
}
