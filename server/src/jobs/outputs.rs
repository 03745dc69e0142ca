//! What of all that the nodes showed is kept.
//!
//! Nodes show files under whatever key they like, name files of others, show
//! texts, and one class sends its pictures over the socket. All of it is looked
//! at; which of it counts, the handling says. ComfyUI protocol notes §5.

use std::collections::HashSet;

use bytes::Bytes;
use comfy::NodeId;
use comfy::history::{self, FileRef, Folder};
use comfy::message::ImageFormat;
use indexmap::IndexMap;
use serde_json::Value;

use super::handling::Handling;

/// Most outputs of one job.
pub(super) const MAX_OUTPUTS: usize = 256;

/// Under which keys nodes show what is to be read.
const TEXTS: [&str; 3] = ["text", "texts", "string"];

/// One thing that a node showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) node: NodeId,
    pub(super) what: What,
}

/// What it is, and where to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// On the backend.
    File(FileRef),
    /// On the backend, if a node that only names it is right.
    Named(FileRef),
    Text(String),
    /// Came over the socket, whole.
    Sent(ImageFormat, Bytes),
}

impl What {
    /// What its backend calls it, if it is a file there.
    pub(super) fn file(&self) -> Option<&FileRef> {
        match self {
            Self::File(file) | Self::Named(file) => Some(file),
            Self::Text(_) | Self::Sent(..) => None,
        }
    }

    pub(super) fn is_from(&self, source: Option<&FileRef>) -> bool {
        source.is_some() && self.file() == source
    }

    /// Somebody wanted it kept, not only looked at.
    fn is_saved(&self) -> bool {
        match self {
            Self::File(file) | Self::Named(file) => file.folder == Folder::Output,
            Self::Sent(..) => true,
            Self::Text(_) => false,
        }
    }

    /// A preview that counts only when nothing was saved. Texts always count:
    /// nobody saves them.
    fn is_preview(&self) -> bool {
        !self.is_saved() && !matches!(self, Self::Text(_))
    }
}

/// What is kept of all that was `shown`, and of the pictures that were `sent`
/// over the socket, in the order in which it is shown to people.
pub(super) fn chosen(
    shown: &IndexMap<NodeId, Value>,
    sent: impl Iterator<Item = (NodeId, ImageFormat, Bytes)>,
    handling: &Handling,
) -> Vec<Shown> {
    let mut all = everything(shown);
    all.extend(sent.map(|(node, format, image)| Shown { node, what: What::Sent(format, image) }));
    let mut results: Vec<_> =
        all.iter().filter_map(|one| Some((handling.rank(&one.node)?, one.clone()))).collect();
    // Stable: what one node made stays in its order.
    results.sort_by_key(|(rank, _)| *rank);
    let mut kept: Vec<_> = results.into_iter().map(|(_, one)| one).collect();
    if kept.is_empty() {
        if !handling.previews && all.iter().any(|one| one.what.is_saved()) {
            all.retain(|one| !one.what.is_preview());
        }
        kept = all;
    }
    kept.truncate(MAX_OUTPUTS);
    kept
}

/// Every file once, and every text.
fn everything(shown: &IndexMap<NodeId, Value>) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |node: &NodeId, what: What| all.push(Shown { node: node.clone(), what });
    for (node, output) in shown {
        for file in made_by(output) {
            if seen.insert(file.clone()) {
                add(node, What::File(file));
            }
        }
        for text in texts(output) {
            add(node, What::Text(text));
        }
    }
    // After all files: mostly these are named by another node as well.
    for (node, output) in shown {
        for file in history::named_files(output).filter(|file| file.folder != Folder::Input) {
            if seen.insert(file.clone()) {
                add(node, What::Named(file));
            }
        }
    }
    all
}

/// The files that a node showed and that it made, each once.
pub(super) fn made_by(output: &Value) -> impl Iterator<Item = FileRef> {
    let mut seen = HashSet::new();
    // What was handed in is nothing that was made.
    let made = history::files(output).filter(|file| file.folder != Folder::Input);
    made.filter(move |file| seen.insert(file.clone()))
}

/// What a node showed to be read; nothing of it is empty.
fn texts(output: &Value) -> impl Iterator<Item = String> {
    let values = TEXTS.into_iter().filter_map(|key| output.get(key));
    let items = values
        .flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    items.filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: &Value) -> IndexMap<NodeId, Value> {
        serde_json::from_value(value.clone()).unwrap()
    }

    fn file(name: &str, folder: &str) -> Value {
        json!({ "filename": name, "subfolder": "", "type": folder })
    }

    /// What is kept, by file name or text.
    fn kept(value: &Value, results: &[&str]) -> Vec<String> {
        let results = results.iter().map(ToString::to_string).collect();
        let handling = Handling { results, ..Handling::default() };
        let sent = [("7".into(), ImageFormat::Png, Bytes::new())];
        let sent = sent.into_iter().filter(|_| value.get("7").is_some());
        let chosen = chosen(&shown(value), sent, &handling);
        let word = |one: Shown| match one.what {
            What::File(file) | What::Named(file) => file.filename,
            What::Text(text) => text,
            What::Sent(..) => "sent".into(),
        };
        chosen.into_iter().map(word).collect()
    }

    #[test]
    fn files_are_kept_under_whatever_key_and_once() {
        let shown = json!({
            "9": { "images": [file("a.png", "output"), file("a.png", "output")], "animated": [true] },
            "10": { "gifs": [file("b.mp4", "output")], "audio": [file("c.flac", "output")] },
            "11": null,
            "12": { "odd": [1, "x", [file("nested.bin", "output")]], "3d": [file("d.glb", "output")] },
            "13": { "latents": [file("e.latent", "output")], "video": file("f.webm", "output") },
            "14": { "result": ["d.glb", { "camera": 1 }], "model_file": "sub/g.glb" },
        });
        let expected =
            ["a.png", "b.mp4", "c.flac", "d.glb", "nested.bin", "e.latent", "f.webm", "g.glb"];
        let mut kept = kept(&shown, &[]);
        kept.sort_by_key(|name| expected.iter().position(|one| one == name));
        assert_eq!(kept, expected);
    }

    #[test]
    fn previews_count_only_when_nothing_was_saved() {
        let saved = json!({ "images": [file("kept.png", "output")] });
        let preview = json!({ "images": [file("temp.png", "temp")] });
        let both = json!({ "1": preview, "2": saved });
        assert_eq!(kept(&both, &[]), ["kept.png"]);
        assert_eq!(kept(&json!({ "1": preview }), &[]), ["temp.png"]);
        assert_eq!(kept(&json!({ "1": preview, "7": {} }), &[]), ["sent"]);
        let texts = json!({ "1": preview, "4": { "text": ["a fox"] } });
        assert_eq!(kept(&texts, &[]), ["temp.png", "a fox"]);
    }

    #[test]
    fn results_are_the_only_outputs_and_in_their_own_order() {
        let shown = json!({
            "1": { "images": [file("draft.png", "output")] },
            "2": { "images": [file("preview.png", "temp")] },
            "7": {}, "3.0.1": { "gifs": [file("film.mp4", "output")] },
        });
        assert_eq!(kept(&shown, &["3", "2"]), ["film.mp4", "preview.png"]);
        assert_eq!(kept(&shown, &["7", "1"]), ["sent", "draft.png"]);
        let without = ["draft.png", "film.mp4", "sent"];
        assert_eq!(kept(&shown, &["99"]), without, "when the chosen made nothing, all is kept");
    }

    #[test]
    fn what_was_handed_in_is_not_what_was_made() {
        let shown = json!({
            "1": { "images": [file("mine.png", "input")] }, "2": { "result": ["theirs.glb [input]"] },
        });
        assert_eq!(kept(&shown, &[]), [""; 0]);
    }

    #[test]
    fn texts_are_outputs() {
        let shown = json!({
            "4": { "text": ["a fox", 5, "", "in the snow"] }, "5": { "string": "alone" },
        });
        assert_eq!(kept(&shown, &[]), ["a fox", "in the snow", "alone"]);
    }

    #[test]
    fn there_are_not_more_outputs_than_can_be_shown() {
        let many: Vec<_> = (0..1_000).map(|n| file(&format!("{n}.png"), "output")).collect();
        assert_eq!(kept(&json!({ "1": { "images": many } }), &[]).len(), MAX_OUTPUTS);
    }
}
