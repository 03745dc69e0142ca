//! Forms: what is marked is followed, in every convention; where nothing is
//! marked, what people want to set is found.

mod chosen;
mod hostile;
mod marked;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use comfy::convert::Document;
use comfy::form::{Field, Kind};
use comfy::{Definitions, Form, Graph};
use serde_json::Value;

/// The catalogue of a real server.
static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/object_info.json");
    Definitions::parse(fs::read_to_string(path).unwrap().as_bytes()).unwrap()
});

fn form(file: &Value) -> (Graph, Form) {
    let document = Document::from_json(file).unwrap();
    Form::of(&document, &DEFINITIONS).unwrap()
}

/// The fields as one reads them: group, label, and the inputs that get the value.
fn lines(form: &Form) -> Vec<String> {
    form.fields.iter().map(line).collect()
}

fn line(field: &Field) -> String {
    let targets = field.kind.targets().map(|target| format!("{}.{}", target.node, target.input));
    let targets: Vec<_> = targets.collect();
    format!("{:?} {}: {} {}", field.group, field.label, name(&field.kind), targets.join(" "))
}

fn name(kind: &Kind) -> String {
    match kind {
        Kind::Text { .. } => "text".into(),
        Kind::Integer { min, max, step, default, .. } => {
            format!("integer {default} of {min}..{max} by {step}")
        }
        Kind::Number { min, max, step, default, .. } => {
            format!("number {default} of {min}..{max} by {step}")
        }
        Kind::Boolean { default, .. } => format!("boolean {default}"),
        Kind::Choice { options, default, .. } => format!("choice {default} of {}", options.len()),
        Kind::Seed { .. } => "seed".into(),
        Kind::Size { default: (width, height), step, .. } => {
            format!("size {width}×{height} by {step}")
        }
        Kind::File { media, .. } => format!("file {media:?}"),
    }
}
