//! What fuzzing begins with: the fixtures of the library.

use std::path::{Path, PathBuf};
use std::{fs, io};

use comfy::json;
use serde_json::Value;

/// Recordings are long and alike: of each, this many messages of each kind.
const ALIKE: usize = 3;

/// Bytes for one target, under a name.
pub struct Seed {
    /// Which target.
    pub target: &'static str,
    /// What its file is called.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Every seed.
///
/// # Errors
///
/// When the fixtures cannot be read.
pub fn all() -> io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    conversions(&mut seeds)?;
    catalogues(&mut seeds)?;
    recordings(&mut seeds)?;
    clients(&mut seeds);
    Ok(seeds)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/comfy/tests/fixtures")
}

/// The files of a folder, by name.
fn files(folder: &str) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(fixtures().join(folder))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn seed(target: &'static str, name: &str, value: &Value) -> Seed {
    Seed { target, name: name.into(), bytes: value.to_string().into_bytes() }
}

/// Files of the editor, graphs, and a picture that carries one.
fn conversions(seeds: &mut Vec<Seed>) -> io::Result<()> {
    for path in files("conversions")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let case: Value = serde_json::from_slice(&fs::read(&path)?)?;
        for part in ["file", "graph"] {
            seeds.push(seed("document", &format!("{name}-{part}"), &case[part]));
        }
        let text = [b"prompt\0", case["graph"].to_string().as_bytes()].concat();
        let length = u32::try_from(text.len()).unwrap_or_default().to_be_bytes();
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\0\0\0\0";
        let bytes = [&head[..], &length, b"tEXt", &text, b"\0\0\0\0\0\0\0\0IEND\0\0\0\0"].concat();
        seeds.push(Seed { target: "document", name: format!("{name}-png"), bytes });
    }
    Ok(())
}

/// Our catalogue, and parts of a real one: nodes by the dozen.
fn catalogues(seeds: &mut Vec<Seed>) -> io::Result<()> {
    let ours = include_bytes!("../catalogue.json");
    seeds.push(Seed { target: "definitions", name: "ours".into(), bytes: ours.to_vec() });
    let all: Value = serde_json::from_slice(&fs::read(fixtures().join("object_info.json"))?)?;
    let nodes: Vec<_> = all.as_object().into_iter().flatten().collect();
    for (at, dozen) in nodes.chunks(12).enumerate() {
        let part: Value =
            dozen.iter().map(|(name, node)| ((*name).clone(), (*node).clone())).collect();
        seeds.push(seed("definitions", &format!("part-{at}"), &part));
    }
    Ok(())
}

/// What a real server said, a few of each kind.
fn recordings(seeds: &mut Vec<Seed>) -> io::Result<()> {
    for path in files("transcripts")? {
        let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut kinds: Vec<(String, usize)> = Vec::new();
        for line in fs::read_to_string(&path)?.lines() {
            let Ok(line) = json::lenient(line.as_bytes(), usize::MAX) else { continue };
            let (kind, bytes) = match line["kind"].as_str() {
                Some("ws-text") => (&line["body"]["type"], line["body"].to_string().into_bytes()),
                Some("ws-binary") => (&line["body"]["event"], frame(&line["body"])),
                _ => continue,
            };
            let kind = kind.to_string();
            let known = kinds.iter().filter(|(one, _)| *one == kind).count();
            if known < ALIKE {
                let name = format!("{file}-{}", kinds.len());
                kinds.push((kind, known));
                seeds.push(Seed { target: "message", name, bytes });
            }
        }
    }
    Ok(())
}

/// What clients say first, and what they should not.
fn clients(seeds: &mut Vec<Seed>) {
    let said = [
        r#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#,
        r#"{"type":"feature_flags","data":null}"#,
        r#"{"type":"feature_flags"}"#,
        "[]",
        "5",
        "null",
        "not json",
    ];
    for (at, text) in said.into_iter().enumerate() {
        let (name, bytes) = (format!("said-{at}"), text.as_bytes().to_vec());
        seeds.push(Seed { target: "client", name, bytes });
    }
}

/// A frame as it was sent, but for the picture.
fn frame(body: &Value) -> Vec<u8> {
    let event = u32::try_from(body["event"].as_u64().unwrap_or_default()).unwrap_or_default();
    let block = |text: &str| {
        let length = u32::try_from(text.len()).unwrap_or_default().to_be_bytes();
        [&length, text.as_bytes()].concat()
    };
    let rest = match event {
        3 => [block(body["node_id"].as_str().unwrap_or_default()), b"text".to_vec()].concat(),
        4 => [block(&body["metadata"].to_string()), b"\xff\xd8\xff".to_vec()].concat(),
        _ => b"\0\0\0\x01\xff\xd8\xff".to_vec(),
    };
    [&event.to_be_bytes()[..], &rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds_that_it_bears() {
        let seeds = all().unwrap();
        for (target, run) in crate::TARGETS {
            let mut own = seeds.iter().filter(|seed| seed.target == target).peekable();
            assert!(own.peek().is_some(), "{target}");
            own.for_each(|seed| run(&seed.bytes));
        }
    }
}
