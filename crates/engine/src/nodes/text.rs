//! Numbers and words.

use serde_json::{Value, json};

use super::{Call, Datum, Halt};
use crate::run::Made;

/// The primitives: a value as it is.
pub(super) fn pass(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::one(call.any("value")?.clone()))
}

/// `PreviewAny`: whatever it is, in words.
pub(super) fn preview(call: &mut Call<'_>) -> Result<Made, Halt> {
    let text = match call.any("source")? {
        Datum::Json(Value::String(text)) => text.clone(),
        Datum::Json(value) => value.to_string(),
        other => other.describe().as_str().unwrap_or_default().to_owned(),
    };
    Ok(Made::json(text.clone()).showing(json!({ "text": [text] })))
}

/// `StringConcatenate`.
pub(super) fn concatenate(call: &mut Call<'_>) -> Result<Made, Halt> {
    let texts = [call.text("string_a")?, call.text("string_b")?];
    Ok(Made::json(texts.join(call.text("delimiter")?)))
}

/// `StringSubstring`: by characters; negative places count from the end.
pub(super) fn substring(call: &mut Call<'_>) -> Result<Made, Halt> {
    let characters: Vec<char> = call.text("string")?.chars().collect();
    let count = characters.len() as i64;
    let place = |at: i64| (if at < 0 { at + count } else { at }).clamp(0, count) as usize;
    let (start, end) = (place(call.int("start")?), place(call.int("end")?));
    let part: String = characters.get(start..end).unwrap_or_default().iter().collect();
    Ok(Made::json(part))
}

/// `StringLength`: in characters.
pub(super) fn length(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::json(call.text("string")?.chars().count()))
}

/// `StringReplace`: every occurrence.
pub(super) fn replace(call: &mut Call<'_>) -> Result<Made, Halt> {
    let replaced = call.text("string")?.replace(call.text("find")?, call.text("replace")?);
    Ok(Made::json(replaced))
}

/// `StringTrim`: space at one end or both.
pub(super) fn trim(call: &mut Call<'_>) -> Result<Made, Halt> {
    let text = call.text("string")?;
    let trimmed = match call.text("mode")? {
        "Left" => text.trim_start(),
        "Right" => text.trim_end(),
        _ => text.trim(),
    };
    Ok(Made::json(trimmed))
}

/// `CaseConverter`.
pub(super) fn change_case(call: &mut Call<'_>) -> Result<Made, Halt> {
    let text = call.text("string")?;
    let changed = match call.text("mode")? {
        "UPPERCASE" => text.to_uppercase(),
        "lowercase" => text.to_lowercase(),
        "Capitalize" => capitalize(text),
        _ => text.split_inclusive(char::is_whitespace).map(capitalize).collect(),
    };
    Ok(Made::json(changed))
}

fn capitalize(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + &characters.as_str().to_lowercase()
}
