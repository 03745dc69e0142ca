//! Types on the page: what they are called, what they are made of.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::html::{WRITES, escaped, inline, words};
use super::{HERE, text};

/// Every type, by name.
pub fn section(document: &Value) -> String {
    let mut out = String::from(
        "<section class=\"docs__group\" aria-labelledby=\"types\"><h2 id=\"types\">Types</h2>\
         <p class=\"docs__about\">What goes to and fro. A name that ends with Input is what you send, \
         where more may be left out.</p>",
    );
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let about = words(text(&schema["description"]));
        let made = made_of(schema);
        write!(
            out,
            "<article class=\"type\" id=\"type-{name}\"><h3>{name}</h3>{about}{made}</article>"
        )
        .expect(WRITES);
    }
    out + "</section>"
}

/// What a type is made of.
fn made_of(schema: &Value) -> String {
    let mut out = String::new();
    if let Some(properties) = schema["properties"].as_object() {
        out.push_str(&members(properties, &schema["required"]));
    }
    let variants = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    match variants.and_then(Value::as_array) {
        Some(variants) => {
            out.push_str("<dl class=\"members\">");
            for one in variants {
                variant(&mut out, one);
            }
            out.push_str("</dl>");
        }
        None if out.is_empty() => {
            write!(out, "<p class=\"kind\">{}</p>", kind(schema)).expect(WRITES);
        }
        None => (),
    }
    out
}

fn members(properties: &Map<String, Value>, required: &Value) -> String {
    let mut list = String::from("<dl class=\"members\">");
    for (name, schema) in properties {
        let must = required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let may = if must { "" } else { " · may be left out" };
        let about = inline(text(&schema["description"]));
        write!(list, "<div><dt><code>{name}</code> <span class=\"kind\">{}{may}</span></dt><dd>{about}</dd></div>", kind(schema)).expect(WRITES);
    }
    list + "</dl>"
}

/// One of several forms: by its word if it has one.
fn variant(out: &mut String, schema: &Value) {
    let about = inline(text(&schema["description"]));
    let values = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
    let mut named = false;
    for value in values {
        named = true;
        write!(out, "<div><dt><code>{}</code></dt><dd>{about}</dd></div>", value_text(value))
            .expect(WRITES);
    }
    if named {
        return;
    }
    let Some(properties) = schema["properties"].as_object() else {
        write!(
            out,
            "<div><dt><span class=\"kind\">{}</span></dt><dd>{about}</dd></div>",
            kind(schema)
        )
        .expect(WRITES);
        return;
    };
    let mut rest = properties.clone();
    let word = properties.get("type").and_then(|word| word.get("const")).cloned();
    if word.is_some() {
        rest.remove("type");
    }
    let name = word
        .map_or_else(|| "an object".into(), |word| format!("<code>{}</code>", value_text(&word)));
    let within = if rest.is_empty() { String::new() } else { members(&rest, &schema["required"]) };
    write!(out, "<div class=\"variant\"><dt>{name}</dt><dd>{about}{within}</dd></div>")
        .expect(WRITES);
}

/// What sort of value it is, in a few words; types of ours are links.
pub fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return format!("<a href=\"{HERE}#type-{name}\">{name}</a>");
    }
    if let Some(any) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
    {
        let all: Vec<_> = any.iter().map(kind).collect();
        return all.join(" or ");
    }
    if let Some(word) = schema.get("const") {
        return format!("<code>{}</code>", value_text(word));
    }
    if let Some(values) = schema["enum"].as_array() {
        let all: Vec<_> =
            values.iter().map(|one| format!("<code>{}</code>", value_text(one))).collect();
        return all.join(" or ");
    }
    match &schema["type"] {
        Value::String(one) => plain(one, schema),
        Value::Array(several) => {
            let all: Vec<_> = several.iter().map(|one| plain(text(one), schema)).collect();
            all.join(" or ")
        }
        _ => "any value".into(),
    }
}

fn plain(kind_of: &str, schema: &Value) -> String {
    match kind_of {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" => match schema.get("additionalProperties") {
            Some(of @ Value::Object(_)) => format!("object of {}", kind(of)),
            _ => "object".into(),
        },
        "integer" => format!("whole number{}", limits(schema)),
        "number" => format!("number{}", limits(schema)),
        "boolean" => "true or false".into(),
        "null" => "<code>null</code>".into(),
        "string" => match text(&schema["format"]) {
            "uuid" => "id".into(),
            _ => schema["maxLength"]
                .as_u64()
                .map_or_else(|| "text".into(), |most| format!("text of at most {most} characters")),
        },
        other => escaped(other),
    }
}

/// From where to where; what a type of numbers cannot hold anyway is not said.
fn limits(schema: &Value) -> String {
    let limit = |key: &str, beyond: &[f64]| {
        schema[key].as_f64().filter(|limit| !beyond.contains(limit)).map(|limit| limit.to_string())
    };
    let least = limit("minimum", &[0.0]);
    let most =
        limit("maximum", &[255.0, 65_535.0, f64::from(u32::MAX), i64::MAX as f64, u64::MAX as f64]);
    match (least, most) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (None, Some(most)) => format!(" up to {most}"),
        (Some(least), None) => format!(" from {least}"),
        (None, None) => String::new(),
    }
}

fn value_text(value: &Value) -> String {
    escaped(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_told_in_words() {
        for (schema, said) in [
            (json!({"type": "array", "items": {"type": "string"}}), "list of text"),
            (
                json!({"type": ["integer", "null"], "minimum": 0}),
                "whole number or <code>null</code>",
            ),
            (
                json!({"type": "integer", "minimum": 1, "maximum": 200}),
                "whole number from 1 to 200",
            ),
            (
                json!({"anyOf": [{"$ref": "#/components/schemas/Job"}, {"type": "null"}]}),
                "<a href=\"api/docs#type-Job\">Job</a> or <code>null</code>",
            ),
            (json!(true), "any value"),
        ] {
            assert_eq!(kind(&schema), said);
        }
    }
}
