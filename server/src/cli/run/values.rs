//! What is given on the command line for the fields of a workflow.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow, ensure};
use serde_json::Value;
use wire::{Field, FieldKind, Workflow};

use crate::workflows::written;

/// What a field gets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    Value(Value),
    /// To be handed in first.
    File(PathBuf),
}

/// Reads all that is given.
///
/// # Errors
///
/// As [`read`], and when a field is given twice.
pub(super) fn read_all<'a>(
    workflow: &'a Workflow,
    given: &[String],
) -> anyhow::Result<Vec<(&'a Field, Given)>> {
    let mut all: Vec<(&Field, Given)> = Vec::new();
    for given in given {
        let (field, value) = read(workflow, given)?;
        let name = &field.name;
        ensure!(all.iter().all(|(known, _)| known.name != *name), "`{name}` is given twice");
        all.push((field, value));
    }
    Ok(all)
}

/// Reads `name=value` as the field of that name takes it.
///
/// # Errors
///
/// With the names there are, or what the field takes.
fn read<'a>(workflow: &'a Workflow, given: &str) -> anyhow::Result<(&'a Field, Given)> {
    let (name, text) = given
        .split_once('=')
        .with_context(|| format!("`{given}` is no input: write it as NAME=VALUE"))?;
    let field = workflow.fields.iter().find(|field| field.name == name).with_context(|| {
        let names: Vec<_> = workflow.fields.iter().map(|field| field.name.as_str()).collect();
        format!("this workflow has no field `{name}`; it has {}", names.join(", "))
    })?;
    let value = value(&field.kind, text);
    let value = value.map_err(|wanted| anyhow!("`{name}` takes {wanted}, not `{text}`"))?;
    Ok((field, value))
}

/// The value, or what is wanted instead.
fn value(kind: &FieldKind, text: &str) -> Result<Given, String> {
    match (kind, written::value(kind, text)?) {
        (FieldKind::Image { .. } | FieldKind::File { .. }, _) => Ok(Given::File(text.into())),
        (FieldKind::Choice { options, .. }, value)
            if !options.iter().any(|one| one.value == value) =>
        {
            Err(choices(options))
        }
        (_, value) => Ok(Given::Value(value)),
    }
}

/// The words to choose among.
fn choices(options: &[wire::Choice]) -> String {
    let words: Vec<_> = options.iter().map(|one| one.label.as_str()).collect();
    format!("one of {}", words.join(", "))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// One field of most kinds.
    pub(in crate::cli::run) fn workflow() -> Workflow {
        let field = |name: &str, kind: Value| {
            let mut field = json!({ "name": name, "label": name });
            field.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
            field
        };
        serde_json::from_value(json!({
            "slug": "a", "title": "A", "summary": "", "cover": null, "makes": ["image"],
            "version": 1, "nodes": [], "usual_ms": null,
            "fields": [
                field("prompt", json!({ "type": "text", "max_length": 100 })),
                field("steps", json!({ "type": "integer", "min": 1, "max": 100, "default": 20 })),
                field("keep", json!({ "type": "number", "min": 0.0, "max": 1.0, "step": 0.1, "default": 0.5 })),
                field("tiled", json!({ "type": "boolean" })),
                field("factor", json!({ "type": "choice", "default": 2, "options": [{ "value": 2, "label": "twice" }] })),
                field("seed", json!({ "type": "seed" })),
                field("size", json!({
                    "type": "size", "shapes": [], "min": 64, "max": 2048, "step": 8, "default": { "width": 64, "height": 64 },
                })),
                field("picture", json!({ "type": "image", "max_bytes": 1000, "accept": [] })),
            ],
        }))
        .unwrap()
    }

    #[test]
    fn each_field_reads_what_it_takes() {
        for (given, value) in [
            ("prompt=a=b, 5", json!("a=b, 5")),
            ("steps=7", json!(7)),
            ("keep=0.25", json!(0.25)),
            ("tiled=yes", json!(true)),
            ("factor=2", json!(2)),
            ("factor=twice", json!(2)),
            ("seed=18446744073709551615", json!(u64::MAX)),
            ("size=960x640", json!({ "width": 960, "height": 640 })),
        ] {
            let workflow = workflow();
            assert_eq!(read(&workflow, given).unwrap().1, Given::Value(value), "{given}");
        }
        let picture = read(&workflow(), "picture=a/fox.png").unwrap().1;
        assert_eq!(picture, Given::File("a/fox.png".into()));
    }

    #[test]
    fn what_it_does_not_take_is_said_with_what_it_does() {
        for (given, words) in [
            ("a fox", "write it as NAME=VALUE"),
            ("promt=a fox", "it has prompt, steps"),
            ("steps=many", "a whole number from 1 to 100"),
            ("tiled=maybe", "true or false"),
            ("factor=3", "one of twice"),
            ("size=big", "960x640"),
        ] {
            let refused = read(&workflow(), given).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
