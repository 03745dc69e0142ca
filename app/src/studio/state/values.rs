//! What fields hold: defaults, options, conditions.

use serde_json::Value;
use wire::{Condition, FieldManifest, FieldType, OptionManifest, text::shown};

/// The types that a field of this one can be changed into: what ComfyUI is given stays the same.
pub(crate) fn like(kind: FieldType) -> &'static [FieldType] {
    use FieldType::{Audio, Choice, File, Image, Integer, Mask, Model, Number, Seed, Text, Video};
    match kind {
        Text | Choice => &[Text, Choice],
        Integer | Seed => &[Integer, Seed],
        Number => &[Number],
        Image | Mask => &[Image, Mask],
        Video => &[Video],
        Audio => &[Audio],
        Model => &[Model],
        File => &[File],
        FieldType::Boolean => &[FieldType::Boolean],
        FieldType::Size => &[FieldType::Size],
    }
}

/// It asks for a file.
pub(crate) fn is_file(kind: FieldType) -> bool {
    use FieldType::{Audio, File, Image, Mask, Model, Video};
    matches!(kind, Image | Mask | Video | Audio | Model | File)
}

/// Its value is a number that can be changed on its way.
pub(crate) fn is_counted(kind: FieldType) -> bool {
    matches!(kind, FieldType::Integer | FieldType::Number)
}

/// A number as this type of field writes it in JSON; whole numbers have no point.
pub(crate) fn number(kind: FieldType, number: f64) -> Value {
    match kind {
        FieldType::Integer => Value::from(number.round() as i64),
        FieldType::Seed if number >= 0.0 => Value::from(number.round() as u64),
        _ => Value::from(number),
    }
}

/// A value as a person reads it: text as it is, numbers as they are written, `null` as nothing.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64().map_or_else(
            || number.as_f64().map_or_else(|| number.to_string(), shown),
            |whole| whole.to_string(),
        ),
        other => other.to_string(),
    }
}

/// What a person typed as the value of the option at `place`: a number where the others are numbers, or, when it
/// is alone, where it was one.
pub(crate) fn typed(text: &str, options: &[OptionManifest], place: usize) -> Value {
    let is_number = |(_, option): (usize, &OptionManifest)| option.value.is_number();
    let (own, others): (Vec<_>, Vec<_>) =
        options.iter().enumerate().partition(|(at, _)| *at == place);
    let mut like = if others.is_empty() { own } else { others }.into_iter().peekable();
    let numbers = like.peek().is_some() && like.all(is_number);
    let number = || serde_json::from_str::<Value>(text.trim()).ok().filter(Value::is_number);
    numbers.then(number).flatten().unwrap_or_else(|| Value::from(text))
}

/// The labels by which a condition can ask for a field, each with its value: both ways of a switch, every
/// option of a choice; nothing for what is typed.
pub(crate) fn askable(
    field: &FieldManifest,
    offered: &[OptionManifest],
    on: &str,
    off: &str,
) -> Vec<(String, Value)> {
    match field.kind {
        FieldType::Boolean => vec![(on.to_owned(), true.into()), (off.to_owned(), false.into())],
        FieldType::Choice => {
            let options = if field.options.is_empty() { offered } else { &field.options };
            options.iter().map(|option| (option.label.clone(), option.value.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a condition can ask for it: guests have it, and what it holds can be written down.
pub(crate) fn can_be_asked(field: &FieldManifest) -> bool {
    !field.closed && !is_file(field.kind) && field.kind != FieldType::Size
}

/// What a new condition asks a field for: that it is on, or holds what it holds at first.
pub(crate) fn first_asked(field: &FieldManifest, offered: &[OptionManifest]) -> Value {
    let first = || askable(field, offered, "", "").into_iter().next().map(|(_, value)| value);
    match field.kind {
        FieldType::Boolean => true.into(),
        FieldType::Choice => field.default.clone().or_else(first).unwrap_or_default(),
        FieldType::Text => field.default.clone().unwrap_or_else(|| "".into()),
        kind if is_counted(kind) => {
            field.default.clone().unwrap_or_else(|| number(kind, field.min.unwrap_or_default()))
        }
        _ => field.default.clone().unwrap_or_default(),
    }
}

/// Lets a condition ask for a value too, or no longer.
pub(crate) fn ask(condition: &mut Condition, value: &Value, wanted: bool) {
    condition.is.retain(|known| known != value);
    if wanted {
        condition.is.push(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_whole_number_has_no_point_where_it_must_be_whole() {
        assert_eq!(number(FieldType::Integer, 20.0).to_string(), "20");
        assert_eq!(number(FieldType::Seed, 7.0).to_string(), "7");
        assert_eq!(number(FieldType::Number, 0.5).to_string(), "0.5");
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        let read = [json!(null), json!("dunes"), json!(0.75), json!(20.0), json!(512), json!([1])];
        assert_eq!(read.map(|value| words(&value)), ["", "dunes", "0.75", "20", "512", "[1]"]);
    }

    #[test]
    fn an_option_among_numbers_is_a_number() {
        let options = |values: &[Value]| {
            let option = |value: &Value| OptionManifest {
                value: value.clone(),
                label: String::new(),
                words: None,
            };
            values.iter().map(option).collect::<Vec<_>>()
        };
        let numbers = options(&[json!(4), json!("two"), json!(8)]);
        assert_eq!(typed("2", &numbers, 1), json!(2), "whatever it was");
        assert_eq!(typed("two", &numbers, 1), json!("two"));
        assert_eq!(typed("2", &numbers, 0), json!("2"), "one of the others is a text");
        assert_eq!(typed("2", &options(&[json!(4)]), 0), json!(2), "alone, it stays what it was");
        assert_eq!(typed("2", &options(&[json!("4")]), 0), json!("2"));
        assert_eq!(typed("2", &options(&[json!(4), Value::Null]), 1), json!(2), "a new one");
        assert_eq!(typed("2", &[], 0), json!("2"));
    }

    #[test]
    fn a_new_condition_asks_for_something() {
        let field = |kind, default: Option<Value>| FieldManifest {
            kind,
            default,
            min: Some(4.0),
            ..FieldManifest::default()
        };
        let oil = OptionManifest { label: "Oil".into(), value: "oil".into(), words: None };
        let asked = |kind, default| first_asked(&field(kind, default), std::slice::from_ref(&oil));
        assert_eq!(asked(FieldType::Boolean, Some(json!(false))), json!(true));
        assert_eq!(asked(FieldType::Choice, Some(json!("ink"))), json!("ink"));
        assert_eq!(asked(FieldType::Choice, None), json!("oil"));
        assert_eq!(asked(FieldType::Integer, Some(json!(20))), json!(20));
        assert_eq!(asked(FieldType::Integer, None), json!(4));
        assert_eq!(asked(FieldType::Text, None), json!(""));
    }

    #[test]
    fn a_condition_asks_for_nothing_that_guests_do_not_have() {
        let [open, closed] =
            [false, true].map(|closed| FieldManifest { closed, ..FieldManifest::default() });
        assert!(can_be_asked(&open) && !can_be_asked(&closed));
        assert!(!can_be_asked(&FieldManifest { kind: FieldType::Mask, ..open }));
    }

    #[test]
    fn a_condition_asks_for_each_value_once() {
        let mut condition = Condition { field: "look".into(), is: vec![json!("oil")] };
        ask(&mut condition, &json!("ink"), true);
        ask(&mut condition, &json!("ink"), true);
        assert_eq!(condition.is, [json!("oil"), json!("ink")]);
        ask(&mut condition, &json!("oil"), false);
        assert_eq!(condition.is, [json!("ink")]);
    }

    #[test]
    fn a_choice_of_the_backends_can_be_asked_for_by_what_they_offer() {
        let option =
            |label: &str| OptionManifest { label: label.into(), value: label.into(), words: None };
        let field = FieldManifest {
            kind: FieldType::Choice,
            from: Some("Lora.name".into()),
            ..FieldManifest::default()
        };
        assert_eq!(askable(&field, &[option("oil")], "", ""), [("oil".to_owned(), json!("oil"))]);
        let own = FieldManifest { options: vec![option("ink")], ..field };
        assert_eq!(askable(&own, &[option("oil")], "", ""), [("ink".to_owned(), json!("ink"))]);
    }
}
