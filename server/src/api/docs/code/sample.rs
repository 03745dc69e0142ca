//! Values for a workflow's fields that are good to begin with: what its form holds when it is opened.

use serde_json::Value;
use wire::{Field, FieldKind, Media, Workflow};

/// What people write who have nothing to write.
const WORDS: &str = "Dunes at dusk under a low full moon";

/// What goes into one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sample {
    Value(Value),
    File(SampleFile),
}

/// A file of the reader's own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SampleFile {
    /// Of the variable that holds the id of its upload.
    pub(super) variable: String,
    /// What it may be called on the reader's disk.
    pub(super) name: String,
    pub(super) mime: &'static str,
}

/// A value for each field that counts when all have their default. Files only where nothing runs
/// without them.
pub(super) fn inputs(form: &Workflow) -> Vec<(&str, Sample)> {
    let mut files = 0;
    let counting = form.fields.iter().filter(|field| counts(form, field));
    let filled = counting.filter_map(|field| {
        let sample = match &field.kind {
            FieldKind::Image { .. } | FieldKind::File { .. } if !field.required => return None,
            FieldKind::Image { .. } | FieldKind::File { .. } => {
                files += 1;
                Sample::File(file(&field.kind, files))
            }
            kind => Sample::Value(value(field, kind)),
        };
        Some((field.name.as_str(), sample))
    });
    filled.collect()
}

fn counts(form: &Workflow, field: &Field) -> bool {
    let mut at = field;
    // Conditions lead somewhere; publishing saw to it.
    for _ in 0..=form.fields.len() {
        let Some(when) = &at.when else { return true };
        let Some(other) = form.fields.iter().find(|one| one.name == when.field) else {
            return false;
        };
        if !when.is_met_by(&value(other, &other.kind)) {
            return false;
        }
        at = other;
    }
    false
}

fn value(field: &Field, kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text { default, .. } if field.required && default.trim().is_empty() => {
            WORDS.into()
        }
        kind => super::default_of(kind),
    }
}

fn file(kind: &FieldKind, number: usize) -> SampleFile {
    let (stem, ending, mime) = match kind {
        FieldKind::Image { .. } => ("picture", "png", "image/png"),
        FieldKind::File { media: Media::Video, .. } => ("video", "mp4", "video/mp4"),
        FieldKind::File { media: Media::Audio, .. } => ("sound", "wav", "audio/wav"),
        FieldKind::File { media: Media::Model, .. } => ("model", "glb", "model/gltf-binary"),
        _ => ("file", "bin", "application/octet-stream"),
    };
    let stem = if number == 1 { stem.to_owned() } else { format!("{stem}_{number}") };
    SampleFile { name: format!("{stem}.{ending}"), variable: stem, mime }
}
