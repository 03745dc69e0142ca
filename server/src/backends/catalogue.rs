//! The catalogue of nodes as a backend tells it, for clients that want all of it:
//! with the files of whoever asks in the place of the backend's.

use std::collections::HashMap;

use comfy::Definitions;
use comfy::definitions::{Kind, Upload};
use comfy::reads::lists_files;
use comfy::validate::NodeRules;
use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::db::Offered;

/// A catalogue. Most entries are never looked into.
#[derive(Debug)]
pub(crate) struct Catalogue {
    entries: IndexMap<String, Box<RawValue>>,
    definitions: Definitions,
}

impl Catalogue {
    /// Reads what a backend said; `None` when it is no catalogue. Takes some
    /// milliseconds per megabyte.
    pub(super) fn read(bytes: &[u8], definitions: Definitions) -> Option<Self> {
        Some(Self { entries: serde_json::from_slice(bytes).ok()?, definitions })
    }

    /// All of it. safety 12: of files that people handed in, none but `files` is
    /// told.
    pub(crate) fn all(&self, files: &[Offered]) -> String {
        let mut text = String::from("{");
        for class in self.entries.keys() {
            self.add(&mut text, class, files);
        }
        text.push('}');
        text
    }

    /// One class; an empty object when it is not known.
    pub(crate) fn one(&self, class: &str, files: &[Offered]) -> String {
        let mut text = String::from("{");
        self.add(&mut text, class, files);
        text.push('}');
        text
    }

    /// What a server checks of these classes, for [`mod@comfy::validate`].
    pub(crate) fn rules<'a>(
        &self,
        classes: impl Iterator<Item = &'a str>,
    ) -> HashMap<String, NodeRules> {
        let rules = classes.filter_map(|class| {
            let entry = serde_json::from_str(self.entries.get(class)?.get()).ok()?;
            Some((class.to_owned(), NodeRules::new(&entry).of_class(class)))
        });
        rules.collect()
    }

    fn add(&self, text: &mut String, class: &str, files: &[Offered]) {
        let Some(entry) = self.entries.get(class) else { return };
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&Value::from(class).to_string());
        text.push(':');
        let inputs = self.uploads(class);
        if inputs.is_empty() {
            text.push_str(entry.get());
        } else {
            text.push_str(&with_files(entry, &inputs, files).to_string());
        }
    }

    /// The inputs of a class whose choices are files of people, with what sort of file they take.
    fn uploads(&self, class: &str) -> Vec<(&str, Upload)> {
        let node = self.definitions.node(class);
        let inputs = node.into_iter().flat_map(|node| &node.inputs);
        let files = inputs.filter_map(|input| {
            let Kind::Choice(choice) = &input.kind else { return None };
            let listed = lists_files(class, &input.name).then_some(Upload::File);
            Some((&*input.name, choice.upload.or(listed)?))
        });
        files.collect()
    }
}

/// Whether a list of this sort of file has it, as a ComfyUI lists them.
fn is_listed(sort: Upload, file: &Offered) -> bool {
    let is = |kind: &str| file.mime.starts_with(kind);
    match sort {
        Upload::Image => is("image/"),
        Upload::Video => is("video/"),
        Upload::Audio => is("audio/") || is("video/"),
        Upload::File => !(is("image/") || is("video/") || is("audio/")),
    }
}

fn with_files(entry: &RawValue, inputs: &[(&str, Upload)], files: &[Offered]) -> Value {
    let mut entry: Value = serde_json::from_str(entry.get()).unwrap_or_default();
    for (name, sort) in inputs {
        let files = files.iter().filter(|file| is_listed(*sort, file));
        let files: Vec<_> = files.map(|file| &file.name).collect();
        for section in ["required", "optional"] {
            let Some(config) = entry.pointer_mut(&format!("/input/{section}/{name}")) else {
                continue;
            };
            if config[0].is_array() {
                config[0] = json!(files);
            } else if config[1]["options"].is_array() {
                config[1]["options"] = json!(files);
            }
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use comfy::validate::Takes;

    use super::*;

    fn catalogue() -> Catalogue {
        let text = json!({
            "LoadImage": { "input": { "required": {
                "image": [["of-somebody-else.png"], { "image_upload": true }] } }, "output": [] },
            "LoadVideo": { "input": { "required": {
                "file": ["COMBO", { "options": ["theirs.mp4"], "video_upload": true }] } }, "output": [] },
            "LoadAudio": { "input": { "required": {
                "audio": [["theirs.wav"], { "audio_upload": true }] } }, "output": [] },
            "KSampler": { "input": { "required": {
                "sampler_name": [["euler"], {}] } }, "output": ["LATENT"] },
            "LoadLatent": { "input": { "required": {
                "latent": [["theirs.latent"]] } }, "output": ["LATENT"] },
            "LoadImageMask": { "input": { "required": {
                "image": [["theirs.png"], { "image_upload": true }],
                "channel": [["alpha", "red"]] } }, "output": ["MASK"] },
        });
        let text = text.to_string();
        Catalogue::read(text.as_bytes(), Definitions::parse(text.as_bytes()).unwrap()).unwrap()
    }

    // safety 12
    #[test]
    fn of_files_only_those_of_whoever_asks_are_told() {
        let file = |(name, mime): (&str, &str)| Offered { name: name.into(), mime: mime.into() };
        let files = [
            ("mine.flac", "audio/flac"),
            ("mine.json", "application/json"),
            ("mine.mp4", "video/mp4"),
            ("mine.png", "image/png"),
        ];
        let told: Value = serde_json::from_str(&catalogue().all(&files.map(file))).unwrap();
        assert_eq!(told["LoadImage"]["input"]["required"]["image"][0], json!(["mine.png"]));
        assert_eq!(
            told["LoadVideo"]["input"]["required"]["file"][1]["options"],
            json!(["mine.mp4"])
        );
        assert_eq!(
            told["LoadAudio"]["input"]["required"]["audio"][0],
            json!(["mine.flac", "mine.mp4"])
        );
        assert_eq!(told["KSampler"]["input"]["required"]["sampler_name"][0], json!(["euler"]));
        assert_eq!(told["LoadLatent"]["input"]["required"]["latent"][0], json!(["mine.json"]));
        let mask = &told["LoadImageMask"]["input"]["required"];
        assert_eq!(
            (&mask["image"][0], &mask["channel"][0]),
            (&json!(["mine.png"]), &json!(["alpha", "red"]))
        );
    }

    // safety 12, 13
    #[test]
    fn a_graph_is_not_checked_against_the_files_of_others_nor_told_them() {
        let rules = catalogue().rules(["LoadLatent", "LoadImageMask"].into_iter());
        let kind = |class: &str, input: &str| {
            let found = rules[class].inputs.iter().find(|one| one.name == input);
            found.unwrap().kind.clone()
        };
        assert_eq!(kind("LoadLatent", "latent"), Takes::File);
        assert_eq!(kind("LoadImageMask", "image"), Takes::File);
        assert!(matches!(kind("LoadImageMask", "channel"), Takes::Choice(_)));
    }

    #[test]
    fn of_a_class_that_is_not_known_nothing_is_told() {
        assert_eq!(catalogue().one("NoSuchNode", &[]), "{}");
        let one: Value = serde_json::from_str(&catalogue().one("KSampler", &[])).unwrap();
        assert_eq!(one.as_object().unwrap().len(), 1);
    }
}
