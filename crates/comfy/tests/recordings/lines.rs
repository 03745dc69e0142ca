//! Recordings of a real server, line by line.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// Where the recordings are.
pub fn fixtures() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"].iter().collect()
}

/// Every line of every recording, with the name of its file. Some hold `NaN`,
/// as the server sent it.
pub fn recordings() -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixtures().join("transcripts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&file).unwrap().lines() {
            lines.push((name.clone(), comfy::json::lenient(line.as_bytes(), 8 << 20).unwrap()));
        }
    }
    assert!(lines.len() > 3000, "the recordings are not all there: {} lines", lines.len());
    lines
}

/// The lines of one kind that the server sent, with the name of their file.
pub fn incoming(kind: &str) -> Vec<(String, Value)> {
    let mut lines = recordings();
    lines.retain(|(_, line)| line["kind"] == kind && line["dir"] == "in");
    lines
}

/// The same JSON with every whole number written without a point: Python writes
/// `3` or `3.0` as it pleases, and means the same.
pub fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(whole) if number.is_f64() && whole.fract() == 0.0 => (whole as i64).into(),
            _ => number.into(),
        },
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, plain(value))).collect()
        }
        other => other,
    }
}
