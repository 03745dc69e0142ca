//! Values written as text: on the command line, and in tables.

use serde_json::{Value, json};
use wire::FieldKind;

/// The value that `text` stands for in a field of this kind. Of files it stays the text.
///
/// # Errors
///
/// What is wanted instead, in words.
pub(crate) fn value(kind: &FieldKind, text: &str) -> Result<Value, String> {
    Ok(match kind {
        FieldKind::Text { .. } | FieldKind::Image { .. } | FieldKind::File { .. } => text.into(),
        FieldKind::Integer { min, max, .. } => {
            let wanted = format!("a whole number from {min} to {max}");
            text.parse::<i64>().map_err(|_| wanted)?.into()
        }
        FieldKind::Number { min, max, .. } => {
            let wanted = format!("a number from {min} to {max}");
            text.parse::<f64>().map_err(|_| wanted)?.into()
        }
        FieldKind::Boolean { .. } => match text {
            "true" | "yes" | "on" | "1" => true.into(),
            "false" | "no" | "off" | "0" => false.into(),
            _ => return Err("true or false".into()),
        },
        FieldKind::Choice { options, .. } => {
            let number = serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
            let is_it =
                |value: &Value| value.as_str() == Some(text) || number.as_ref() == Some(value);
            let found = options.iter().find(|one| is_it(&one.value) || one.label == text);
            // Backends may have others, which are known by their names.
            found.map_or_else(|| text.into(), |option| option.value.clone())
        }
        FieldKind::Seed => text.parse::<u64>().map_err(|_| "a whole number".to_owned())?.into(),
        FieldKind::Size { .. } => {
            let sides = text.split_once('x');
            let sides = sides.and_then(|(width, height)| {
                Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
            });
            let (width, height) = sides.ok_or("a size such as 960x640")?;
            json!({ "width": width, "height": height })
        }
    })
}
