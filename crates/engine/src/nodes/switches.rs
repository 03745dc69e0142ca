//! Choosing, counting and reading: what workflows decide by.

use serde_json::{Value, json};

use super::sums::{self, Number};
use super::{Call, Datum, Failure, Halt};
use crate::run::Made;

/// `ComfySwitchNode`: one of two, whatever they are.
pub(super) fn switch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let wanted = if call.flag("switch")? { "on_true" } else { "on_false" };
    Ok(Made::one(call.any(wanted)?.clone()))
}

/// `ComfyMathExpression`: a number, the whole of it, and whether it is not nothing.
pub(super) fn calculate(call: &mut Call<'_>) -> Result<Made, Halt> {
    let value = |letter: char| number(call.value(&format!("values.{letter}")).ok()?);
    let result = sums::calculate(call.text("expression")?, &value)
        .map_err(|why| Failure::new("ValueError", why))?;
    Ok(Made::several([json!(result), json!(whole(result)), json!(result != 0.0)].map(Datum::Json)))
}

/// `ComfyNumberConvert`: a number from whatever says one.
pub(super) fn convert(call: &mut Call<'_>) -> Result<Made, Halt> {
    let value = call.value("value")?;
    let number = number(value)
        .ok_or_else(|| Failure::new("ValueError", format!("{value} says no number")))?;
    Ok(Made::several([json!(number), json!(whole(number))].map(Datum::Json)))
}

/// `CustomCombo`: what was chosen, and its place among the options.
pub(super) fn choose(call: &mut Call<'_>) -> Result<Made, Halt> {
    let chosen = call.text("choice")?.to_owned();
    let place = if call.has("index") { call.int("index")? } else { 0 };
    Ok(Made::several([json!(chosen), json!(place)].map(Datum::Json)))
}

/// `JsonExtractString`: the value of a key, wherever it stands; nothing where it does not.
pub(super) fn extract(call: &mut Call<'_>) -> Result<Made, Halt> {
    let whole: Value = serde_json::from_str(call.text("json_string")?).unwrap_or_default();
    let key = call.text("key")?;
    let found = match whole.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Ok(Made::json(found))
}

/// `ResolutionSelector`: edges in whole steps, for a shape and an area.
pub(super) fn resolution(call: &mut Call<'_>) -> Result<Made, Halt> {
    let shape = call.text("aspect_ratio")?.split([' ', ':']);
    let mut edges = shape.filter_map(|edge| edge.parse::<f64>().ok());
    let (across, down) = (edges.next().unwrap_or(1.0), edges.next().unwrap_or(1.0));
    let area = f64::from(call.float("megapixels")?) * 1024.0 * 1024.0;
    let step = f64::from(call.count("multiple")?.max(1));
    let edge = |ratio: f64| ((area * ratio).sqrt() / step).round().max(1.0) * step;
    let edges = [edge(across / down), edge(down / across)];
    Ok(Made::several(edges.map(|edge| Datum::Json(json!(edge as u32)))))
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Bool(flag) => Some(f64::from(*flag)),
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    }
}

fn whole(number: Number) -> i64 {
    number.trunc() as i64
}
