//! Checking and converting the value of one input.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::fault::{self, Fault};
use super::nodes::{InputRules, Nodes, Takes, whole};

/// What the input takes in place of `value`, if it is another: numbers in strings become numbers,
/// numbers become text. What is no widget's value is left for the node to judge.
pub(super) fn convert(
    def: &InputRules,
    value: &Value,
    nodes: &dyn Nodes,
) -> Result<Option<Value>, Fault> {
    let taken = match &def.kind {
        Takes::Int { min, max } => {
            let number =
                to_int(value).map_err(|reason| fault::not_convertible(def, value, &reason))?;
            check_range(def, value, (number, *min, *max))?;
            int_value(number)
        }
        Takes::Float { min, max } => {
            let number =
                to_float(value).map_err(|reason| fault::not_convertible(def, value, &reason))?;
            check_range(def, value, (number, *min, *max))?;
            json!(number)
        }
        Takes::Text => match value {
            Value::String(_) => return Ok(None),
            Value::Null => json!("None"),
            other => json!(other.to_string()),
        },
        Takes::Flag => json!(truth(value)),
        Takes::Choice(choices) if choices.contains(value) => return Ok(None),
        Takes::Choice(choices) => return Err(fault::not_in_list(def, choices, value)),
        Takes::File => {
            let name = value.as_str().map_or_else(|| value.to_string().into(), Cow::Borrowed);
            if !nodes.has_file(&name) {
                return Err(fault::file(&def.name, &format!("Invalid image file: {name}")));
            }
            return Ok(None);
        }
        // Which option a server knows not is said when it is run.
        Takes::Socket(_) | Takes::Dynamic(_) => return Ok(None),
    };
    Ok((taken != *value).then_some(taken))
}

fn check_range<N>(
    def: &InputRules,
    received: &Value,
    (number, min, max): (N, Option<N>, Option<N>),
) -> Result<(), Fault>
where
    N: PartialOrd + std::fmt::Display,
{
    if let Some(min) = min.filter(|min| number < *min) {
        let message = format!("{number} is smaller than the minimum of {min}");
        return Err(fault::input("value_smaller_than_min", &message, def, received));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        let message = format!("{number} is bigger than the maximum of {max}");
        return Err(fault::input("value_bigger_than_max", &message, def, received));
    }
    Ok(())
}

fn to_int(value: &Value) -> Result<i128, String> {
    match value {
        Value::Bool(flag) => Ok(i128::from(*flag)),
        Value::String(text) => {
            text.trim().parse().map_err(|_| format!("not a whole number: '{text}'"))
        }
        Value::Number(_) => whole(value).ok_or_else(|| "not a whole number".into()),
        other => Err(format!("not a number: {other}")),
    }
}

fn to_float(value: &Value) -> Result<f64, String> {
    match value {
        Value::Bool(flag) => Ok(f64::from(*flag)),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| format!("not a number: '{text}'")),
        other => other.as_f64().ok_or_else(|| format!("not a number: {other}")),
    }
}

/// In JSON again; what 64 bits do not hold was refused by the range before.
fn int_value(number: i128) -> Value {
    i64::try_from(number)
        .map(Value::from)
        .or_else(|_| u64::try_from(number).map(Value::from))
        .unwrap_or_default()
}

/// What Python takes for true.
fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
