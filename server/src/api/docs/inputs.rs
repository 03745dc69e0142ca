//! A workflow's form as JSON Schema: what a program may send, as strict as the house is.

use serde_json::{Map, Value, json};
use wire::{Field, FieldKind, Size, Workflow};

/// The schema of `inputs`.
pub(super) fn schema(form: &Workflow) -> Value {
    let properties: Map<_, _> =
        form.fields.iter().map(|field| (field.name.clone(), described(field))).collect();
    let required: Vec<_> =
        form.fields.iter().filter(|field| is_needed(field)).map(|field| &field.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": "Fields left out, or `null`, take their default.",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Whether nothing runs without it.
pub(super) fn is_needed(field: &Field) -> bool {
    let has_none = match &field.kind {
        FieldKind::Text { default, .. } => default.trim().is_empty(),
        FieldKind::Image { .. } | FieldKind::File { .. } => true,
        _ => false,
    };
    field.required && has_none && field.when.is_none()
}

fn described(field: &Field) -> Value {
    let mut schema = kind(field);
    schema["title"] = field.label.clone().into();
    let counts = field.when.as_ref().map(|when| {
        let values: Vec<_> = when.is.iter().map(|value| format!("`{value}`")).collect();
        format!("Counts only when `{}` is {}.", when.field, values.join(" or "))
    });
    let words: Vec<_> = field.help.iter().chain(&counts).map(String::as_str).collect();
    if !words.is_empty() {
        schema["description"] = words.join(" ").into();
    }
    schema
}

fn kind(field: &Field) -> Value {
    match &field.kind {
        FieldKind::Text { max_length, default, .. } => {
            let mut schema = json!({"type": "string", "maxLength": max_length, "default": default});
            if field.required {
                schema["minLength"] = 1.into();
            }
            schema
        }
        FieldKind::Integer { min, max, step, default, .. } => {
            let mut schema =
                json!({"type": "integer", "minimum": min, "maximum": max, "default": default});
            // Steps begin at the least value; JSON Schema counts from 0.
            if *step > 1 && min % step == 0 {
                schema["multipleOf"] = (*step).into();
            }
            schema
        }
        FieldKind::Number { min, max, default, .. } => {
            json!({"type": "number", "minimum": min, "maximum": max, "default": default})
        }
        FieldKind::Boolean { default } => json!({"type": "boolean", "default": default}),
        FieldKind::Choice { options, default } if options.is_empty() => json!({"default": default}),
        FieldKind::Choice { options, default } => {
            let values: Vec<_> = options.iter().map(|option| &option.value).collect();
            json!({"enum": values, "default": default})
        }
        FieldKind::Seed => json!({
            "type": ["integer", "null"], "minimum": 0, "maximum": u64::MAX, "default": null,
        }),
        FieldKind::Size { min, max, step, default, .. } => size((*min, *max, *step), *default),
        FieldKind::Image { accept, .. } | FieldKind::File { accept, .. } => file(accept),
    }
}

fn size((min, max, step): (u32, u32, u32), default: Size) -> Value {
    let edge =
        json!({"type": "integer", "minimum": min, "maximum": max, "multipleOf": step.max(1)});
    json!({
        "type": "object",
        "properties": {"width": edge, "height": edge},
        "required": ["width", "height"],
        "default": default,
    })
}

fn file(accept: &[String]) -> Value {
    let one = |name: &str, schema: Value| {
        json!({
            "type": "object", "properties": {name: schema}, "required": [name],
            "additionalProperties": false,
        })
    };
    let id = || json!({"type": "string", "format": "uuid"});
    let mut job = one("job", id());
    job["properties"]["output"] = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    job["required"] = json!(["job", "output"]);
    let mut inside = json!({
        "type": "string", "contentEncoding": "base64",
        "description": "Its bytes. A request has at most 4 MiB: what is larger is handed in by `POST /uploads` first.",
    });
    if let [only] = accept {
        inside["contentMediaType"] = only.clone().into();
    }
    let ways = [
        one("upload", id()),
        job,
        one("url", json!({"type": "string", "format": "uri"})),
        one("base64", inside),
        json!({"type": "null"}),
    ];
    json!({"oneOf": ways, "default": null})
}

#[cfg(test)]
mod tests {
    use wire::{Choice, Condition, FieldGroup};

    use super::*;

    fn field(kind: FieldKind) -> Field {
        Field {
            name: "it".into(),
            label: "It".into(),
            help: Some("What it is for.".into()),
            placeholder: None,
            group: FieldGroup::Main,
            tab: None,
            when: None,
            required: true,
            kind,
        }
    }

    #[test]
    fn limits_and_defaults_of_a_field_stand_in_its_schema() {
        let steps = FieldKind::Integer { min: 8, max: 64, step: 8, default: 16, ends: None };
        assert_eq!(
            described(&field(steps)),
            json!({"type": "integer", "minimum": 8, "maximum": 64, "default": 16, "multipleOf": 8,
                "title": "It", "description": "What it is for."})
        );
        let option = |value: &str| Choice { value: value.into(), label: value.into(), thumb: None };
        let choice =
            FieldKind::Choice { options: vec![option("a"), option("b")], default: "a".into() };
        assert_eq!(described(&field(choice))["enum"], json!(["a", "b"]));
    }

    #[test]
    fn only_what_has_no_default_must_be_sent() {
        let text = |default: &str| FieldKind::Text {
            multiline: false,
            max_length: 10,
            default: default.into(),
        };
        assert!(is_needed(&field(text(" "))) && !is_needed(&field(text("a fox"))));
        let when = Some(Condition { field: "other".into(), is: vec![json!(true)] });
        let hidden = Field { when, ..field(text("")) };
        assert!(!is_needed(&hidden));
        let words = described(&hidden)["description"].clone();
        assert_eq!(words, "What it is for. Counts only when `other` is `true`.");
    }
}
