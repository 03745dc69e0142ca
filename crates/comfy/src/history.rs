//! What is left of a job when it is over, and the files it made.
//!
//! ComfyUI protocol notes §5 and §8.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::NodeId;
use crate::message::{ExecutionError, Message};

/// One finished job, as `GET /history/{prompt_id}` tells it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The queue item it was: `[number, prompt_id, graph, extra_data, outputs]`.
    #[serde(default)]
    pub prompt: Value,
    /// What each output node showed. Any JSON: custom nodes use their own keys.
    #[serde(default)]
    pub outputs: IndexMap<NodeId, Value>,
    /// How it ended. Absent for an entry that was never run.
    #[serde(default)]
    pub status: Option<HistoryStatus>,
    /// Where each output node came from (expanded nodes have parents).
    #[serde(default)]
    pub meta: Value,
}

/// How a job ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryStatus {
    /// `success` or `error`; an interrupted job says `error`.
    #[serde(default)]
    pub status_str: String,
    /// Whether it ran to its end.
    #[serde(default)]
    pub completed: bool,
    /// What the WebSocket said of its beginning and its end.
    #[serde(default, with = "messages")]
    pub messages: Vec<Message>,
}

/// Which of the ends a job came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'a> {
    /// Every output was computed.
    Success,
    /// A node failed. The details are missing when the server kept none.
    Error(Option<&'a ExecutionError>),
    /// Somebody stopped it.
    Interrupted,
}

impl HistoryEntry {
    /// How the job ended. Only the messages tell an interruption from an error.
    pub fn outcome(&self) -> Outcome<'_> {
        let Some(status) = &self.status else { return Outcome::Error(None) };
        // The last word counts: a blocked branch reports an error, then the job succeeds.
        let ends = status.messages.iter().rev().find_map(|message| match message {
            Message::ExecutionSuccess { .. } => Some(Outcome::Success),
            Message::ExecutionInterrupted { .. } => Some(Outcome::Interrupted),
            Message::ExecutionError(error) => Some(Outcome::Error(Some(error))),
            _ => None,
        });
        ends.unwrap_or(match status.status_str.as_str() {
            "success" => Outcome::Success,
            _ => Outcome::Error(None),
        })
    }

    /// Every file of every output node, in the order of the nodes.
    pub fn files(&self) -> impl Iterator<Item = (&NodeId, FileRef)> {
        self.outputs.iter().flat_map(|(node, output)| files(output).map(move |file| (node, file)))
    }
}

/// One file on the server: what `Client::view` fetches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileRef {
    /// Its name, with extension, without folder. Names are reused after
    /// deletion, so this does not identify its content.
    pub filename: String,
    /// The folder below the one that `folder` names; often empty.
    #[serde(default)]
    pub subfolder: String,
    /// Which of the server's three folders it lies in.
    #[serde(default, rename = "type")]
    pub folder: Folder,
}

/// The folders a server keeps files in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    /// What was uploaded.
    Input,
    /// What was saved.
    #[default]
    Output,
    /// What was only previewed; gone after a restart.
    Temp,
}

impl Folder {
    /// The word the server uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Temp => "temp",
        }
    }
}

/// Deepest that lists and objects are looked into for files.
const MAX_DEPTH: u32 = 6;

/// The files in what one node showed: in `images`, `audio`, `gifs`, `3d`,
/// whatever a custom node calls it, in lists of lists or alone. What is no file
/// is passed over.
pub fn files(output: &Value) -> impl Iterator<Item = FileRef> + use<> {
    let mut found = Vec::new();
    if let Value::Object(fields) = output {
        fields.values().for_each(|value| collect(value, MAX_DEPTH, &mut found));
    }
    found.into_iter()
}

fn collect(value: &Value, depth: u32, found: &mut Vec<FileRef>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth - 1, found)),
        Value::Object(fields) => match FileRef::deserialize(value) {
            Ok(file) => found.push(file),
            Err(_) => fields.values().for_each(|value| collect(value, depth - 1, found)),
        },
        _ => (),
    }
}

/// Extensions of what is shown in three dimensions.
const MODELS: [&str; 11] =
    ["glb", "gltf", "obj", "fbx", "stl", "ply", "splat", "spz", "ksplat", "usdz", "usd"];

/// The files that one node only names: viewers of models say
/// `"result": ["3d/house.glb", …]` or `"model_file": "house.glb [temp]"` of
/// what another node saved. A name is no promise that the file is there.
pub fn named_files(output: &Value) -> impl Iterator<Item = FileRef> + use<> {
    let values = ["result", "model_file", "3d"].into_iter().filter_map(|key| output.get(key));
    let mut names = Vec::new();
    for value in values {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        names.extend(items.iter().filter_map(Value::as_str).filter_map(model_named));
    }
    names.into_iter()
}

/// `sub/house.glb`, `house.glb [temp]`.
fn model_named(text: &str) -> Option<FileRef> {
    let folders =
        [(" [output]", Folder::Output), (" [input]", Folder::Input), (" [temp]", Folder::Temp)];
    let annotated =
        folders.iter().find_map(|(end, folder)| Some((text.strip_suffix(end)?, *folder)));
    let (path, folder) = annotated.unwrap_or((text, Folder::Output));
    let (subfolder, filename) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = filename.rsplit_once('.')?;
    let is_model = !stem.is_empty() && MODELS.contains(&extension.to_ascii_lowercase().as_str());
    let file = FileRef { filename: filename.into(), subfolder: subfolder.into(), folder };
    is_model.then_some(file)
}

/// Where an upload was stored. The server changes a name that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredName {
    /// The name it has now.
    pub name: String,
    /// The folder below `folder`; empty unless the upload named one.
    #[serde(default)]
    pub subfolder: String,
    /// `Input` unless the upload named another.
    #[serde(default = "input", rename = "type")]
    pub folder: Folder,
}

fn input() -> Folder {
    Folder::Input
}

impl StoredName {
    /// What an input such as `LoadImage.image` is set to.
    pub fn as_input(&self) -> String {
        match self.subfolder.as_str() {
            "" => self.name.clone(),
            folder => format!("{folder}/{}", self.name),
        }
    }
}

/// Messages as `[[type, data], …]`.
mod messages {
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    use crate::message::Message;

    pub(super) fn serialize<S: Serializer>(messages: &[Message], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(messages.iter().map(Message::to_parts))
    }

    /// Entries of another shape are passed over.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Message>, D::Error> {
        let pairs = Vec::<Value>::deserialize(from)?;
        let message = |mut pair: Value| {
            let data = pair.get_mut(1)?.take();
            Some(Message::from_parts(pair[0].as_str()?, data))
        };
        Ok(pairs.into_iter().filter_map(message).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(status: &str, messages: &Value) -> HistoryEntry {
        let entry =
            json!({"status": {"status_str": status, "completed": true, "messages": messages}});
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn a_blocked_branch_does_not_make_a_job_fail() {
        let blocked = json!([
            ["execution_error", {"prompt_id": "p", "exception_type": "ExecutionBlocked"}],
            ["execution_success", {"prompt_id": "p", "timestamp": 1}],
        ]);
        assert_eq!(entry("success", &blocked).outcome(), Outcome::Success);
    }

    #[test]
    fn only_the_messages_tell_an_interruption_from_an_error() {
        let stopped = json!([["execution_interrupted",
            {"prompt_id": "p", "node_id": "1", "node_type": "A", "executed": [], "timestamp": 1}]]);
        assert_eq!(entry("error", &stopped).outcome(), Outcome::Interrupted);
        assert_eq!(entry("error", &json!([])).outcome(), Outcome::Error(None));
        assert_eq!(entry("success", &json!([])).outcome(), Outcome::Success);
    }

    #[test]
    fn messages_of_another_shape_are_passed_over() {
        let odd = json!([5, [], ["execution_start"], [1, {}], ["own", {"x": 1}]]);
        let messages = entry("success", &odd).status.unwrap().messages;
        assert_eq!(messages, [Message::Other { kind: "own".into(), data: json!({"x": 1}) }]);
    }

    #[test]
    fn files_are_found_under_any_name_and_nothing_else_is_taken_for_one() {
        let file = json!({"filename": "a.mp4", "subfolder": "x", "type": "temp", "frame_rate": 8});
        let output = json!({
            "gifs": [file], "animated": [true], "text": ["a.png"], "lists": [[file]], "one": file,
            "odd": [{"filename": 5}, {"filename": "b", "type": "elsewhere"}, {"filename": "c.png"}],
            "deep": {"inside": [{"picture": {"filename": "d.png", "type": "output"}}]},
        });
        let names: Vec<_> = files(&output).map(|file| (file.filename, file.folder)).collect();
        let video = || ("a.mp4".into(), Folder::Temp);
        let pictures = ["c.png", "d.png"].map(|name| (name.into(), Folder::Output));
        let [c, d] = pictures;
        assert_eq!(names, [video(), video(), video(), c, d]);
        assert_eq!(files(&Value::Null).count(), 0);
    }

    #[test]
    fn files_nested_without_end_are_not_followed_without_end() {
        let bottom = json!({"filename": "a.png"});
        let deep = (0..100).fold(bottom, |inner, _| json!([inner]));
        assert_eq!(files(&json!({ "images": deep })).count(), 0);
    }

    #[test]
    fn a_model_that_a_viewer_names_is_a_file() {
        let named = |output: Value| -> Vec<_> {
            named_files(&output).map(|file| (file.subfolder, file.filename, file.folder)).collect()
        };
        let shown = json!({"result": ["3d/house.GLB", {"position": 1}, "camera.png", ""]});
        assert_eq!(named(shown), [("3d".into(), "house.GLB".into(), Folder::Output)]);
        let temp = json!({"model_file": "a.ply [temp]", "text": ["b.glb"], "name": "c.glb"});
        assert_eq!(named(temp), [(String::new(), "a.ply".into(), Folder::Temp)]);
    }
}
