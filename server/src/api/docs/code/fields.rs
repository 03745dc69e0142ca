//! What each field of a workflow takes, in words.

use std::fmt::Write as _;

use wire::{Field, FieldKind, Workflow};

use super::default_of;
use crate::api::docs::html::escaped;
use crate::workflows::sort;

/// Options that are named one by one; of more, only how many.
const NAMED: usize = 12;

pub(super) fn section(form: &Workflow) -> String {
    if form.fields.is_empty() {
        return String::new();
    }
    let mut out = String::from("<section><h2 id=\"fields\">Its fields</h2><dl class=\"members\">");
    for field in &form.fields {
        let name = escaped(&field.name);
        let (kind, about) = (kind(&field.kind), about(field));
        write!(
            out,
            "<div><dt><code>{name}</code> <span class=\"kind\">{kind}</span></dt><dd>{about}</dd></div>"
        )
        .expect("writing to a string does not fail");
    }
    out + "</dl></section>"
}

fn about(field: &Field) -> String {
    let mut said = vec![escaped(&field.label) + "."];
    said.extend(field.help.as_deref().map(escaped));
    if let Some(when) = &field.when {
        let values: Vec<_> = when.is.iter().map(|value| code(&value.to_string())).collect();
        said.push(format!("Counts when {} is {}.", code(&when.field), values.join(" or ")));
    }
    if field.required {
        said.push("Needed.".into());
    }
    let default = default_of(&field.kind);
    if !default.is_null() && default != "" {
        said.push(format!("Else {}.", code(&default.to_string())));
    }
    said.join(" ")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { max_length, .. } => format!("text of at most {max_length} characters"),
        FieldKind::Integer { min, max, step: 1, .. } => format!("whole number from {min} to {max}"),
        FieldKind::Integer { min, max, step, .. } => {
            format!("whole number from {min} to {max} in steps of {step}")
        }
        FieldKind::Number { min, max, .. } => format!("number from {min} to {max}"),
        FieldKind::Boolean { .. } => "true or false".into(),
        FieldKind::Choice { options, .. } if options.len() > NAMED => {
            format!("one of {}, which its form has", options.len())
        }
        FieldKind::Choice { options, .. } => {
            let values: Vec<_> = options.iter().map(|one| code(&one.value.to_string())).collect();
            values.join(" or ")
        }
        FieldKind::Seed => "whole number, or <code>null</code> for any".into(),
        FieldKind::Size { min, max, step, .. } => format!(
            "<code>width</code> and <code>height</code> from {min} to {max} in steps of {step}"
        ),
        FieldKind::Image { .. } | FieldKind::File { .. } => format!(
            "{}: <code>upload</code>, <code>job</code> with <code>output</code>, <code>url</code> or \
             <code>base64</code>",
            sort(kind)
        ),
    }
}
