//! What doors that speak ComfyUI's own words are told of a run, and what is kept
//! of it for their history.
//!
//! A backend's words are passed on with our ids in the place of its own, and with
//! names of ours for the files it made: under these they are found here as soon
//! as the job is over. What a server says of itself is left out.

use std::collections::HashMap;

use bytes::Bytes;
use comfy::history::{self, Folder};
use comfy::message::{ExecutionError, ImageFormat, PreviewMeta};
use comfy::{FileRef, HistoryEntry, Message, NodeId};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use wire::JobId;

use super::failure::scrubbed;
use super::prefix;
use crate::auth::PrincipalId;
use crate::db::{Asked, Brought};
use crate::events::{Client, Hub, Preview, Said};
use crate::workflows::AsSent;

/// Deepest that what a node shows is looked into for files.
const MAX_DEPTH: u32 = 6;

/// Longest part of a file's name that its graph chose, in characters.
const MAX_PREFIX: usize = 48;

/// What is kept of a run for those who ask for its history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// What each output node showed, with our names.
    pub(crate) outputs: IndexMap<NodeId, Value>,
    /// Where each output node came from.
    pub(crate) meta: Value,
    /// The beginning, as it was said.
    pub(crate) began: Vec<Message>,
    /// The end, as its backend said it.
    pub(crate) ended: Option<Message>,
}

/// Passes on what is said of one run.
#[derive(Debug)]
pub(super) struct Telling {
    hub: Hub,
    about: (PrincipalId, JobId),
    previews: bool,
    names: Names,
    account: Account,
}

/// What our files are called where ComfyUI's names are asked for.
#[derive(Debug)]
pub(super) struct Names {
    job: JobId,
    /// The last letters of its id.
    tag: String,
    /// What nodes were to call their files, by node.
    prefixes: HashMap<String, String>,
    given: HashMap<FileRef, String>,
    /// Names of an earlier attempt, which nothing else shall have.
    taken: usize,
}

impl Telling {
    /// Of an attempt at a job whose graph was `as_sent` and of which this is `here`, for whoever
    /// `asked` for it by such a door.
    pub(super) fn new(
        hub: &Hub,
        about: (PrincipalId, JobId),
        asked: Option<&Asked>,
        (as_sent, here): (&AsSent, &[Brought]),
    ) -> Self {
        let client = match asked.map(|asked| &asked.client) {
            None => Client::Elsewhere,
            Some(None) => Client::Nobody,
            Some(Some(client)) => Client::Named(client.as_str().into()),
        };
        hub.enters(about, client);
        let none = |asked: &Asked| asked.extra_data.get("preview_method") == Some(&json!("none"));
        Self {
            hub: hub.clone(),
            about,
            previews: !asked.is_some_and(none),
            names: Names::new(about.1, as_sent, here),
            account: Account::default(),
        }
    }

    /// What we call a file of the backend, if it was told of.
    pub(super) fn name_of(&self, file: &FileRef) -> Option<String> {
        self.names.of(file)
    }

    /// A message of the backend.
    pub(super) fn message(&mut self, message: &Message) {
        let Some(told) = self.ours(message) else { return };
        match &told {
            Message::ExecutionStart { .. } => self.account.began = vec![told.clone()],
            Message::ExecutionCached { .. } => self.account.began.push(told.clone()),
            Message::Executed(executed) if !executed.output.is_null() => {
                self.account.outputs.insert(executed.node.clone(), executed.output.clone());
            }
            Message::ExecutionError(error) if !error.is_blocked() => {
                self.account.ended = Some(told.clone());
            }
            Message::ExecutionInterrupted { .. } => self.account.ended = Some(told.clone()),
            _ => (),
        }
        self.hub.says(self.about, Said::Message(Arc::new(told)));
    }

    /// A preview.
    pub(super) fn preview(
        &self,
        format: ImageFormat,
        (image, meta): (&Bytes, Option<&PreviewMeta>),
    ) {
        // Pictures that are sent and not saved are no previews.
        if !self.previews && format == ImageFormat::Jpeg {
            return;
        }
        let prompt_id = self.about.1.to_string();
        let meta = meta.map(|meta| Arc::new(PreviewMeta { prompt_id, ..meta.clone() }));
        let preview = Preview { meta, format, image: image.clone() };
        self.hub.says(self.about, Said::Preview(preview));
    }

    /// Something a node wants people to read.
    pub(super) fn text(&self, node: NodeId, text: &str) {
        self.hub.says(self.about, Said::Text { node, text: text.into() });
    }

    /// What is kept of the run, and what its files are called: with what history
    /// says that was not heard.
    pub(super) fn conclude(mut self, entry: Option<&HistoryEntry>) -> (Account, Names) {
        if let Some(entry) = entry {
            for (node, output) in &entry.outputs {
                let mut output = output.clone();
                self.names.rewrite(node, &mut output);
                self.account.outputs.insert(node.clone(), output);
            }
            self.account.outputs.retain(|node, _| entry.outputs.contains_key(node));
            self.account.meta = entry.meta.clone();
            let said = entry.status.iter().flat_map(|status| &status.messages);
            let said: Vec<_> = said.filter_map(|message| self.ours(message)).collect();
            if self.account.began.is_empty() {
                let begins = |message: &&Message| {
                    matches!(
                        message,
                        Message::ExecutionStart { .. } | Message::ExecutionCached { .. }
                    )
                };
                self.account.began = said.iter().filter(begins).cloned().collect();
            }
        }
        (self.account, self.names)
    }

    /// The message with our id and our names; `None` for what is not about a job.
    fn ours(&mut self, message: &Message) -> Option<Message> {
        let id = self.about.1.to_string();
        message.prompt_id()?;
        let mut ours = message.clone();
        match &mut ours {
            Message::ExecutionStart { prompt_id, .. }
            | Message::ExecutionCached { prompt_id, .. }
            | Message::ExecutionSuccess { prompt_id, .. }
            | Message::ExecutionInterrupted { prompt_id, .. } => *prompt_id = id,
            Message::Executing(executing) => executing.prompt_id = Some(id),
            Message::Progress(progress) => progress.prompt_id = id,
            Message::ProgressState { prompt_id, nodes } => {
                for node in nodes.values_mut() {
                    node.prompt_id.clone_from(&id);
                }
                *prompt_id = id;
            }
            Message::Executed(executed) => {
                self.names.rewrite(&executed.node, &mut executed.output);
                executed.prompt_id = id;
            }
            Message::ExecutionError(error) => {
                error.prompt_id = id;
                clean(error);
            }
            // Of kinds nobody knows, nobody knows what they tell.
            _ => return None,
        }
        Some(ours)
    }
}

/// safety 13: paths of a server lie in what Python says of an error.
fn clean(error: &mut ExecutionError) {
    error.traceback.clear();
    error.exception_message = scrubbed(&error.exception_message);
}

impl Names {
    fn new(job: JobId, as_sent: &AsSent, here: &[Brought]) -> Self {
        let id = job.0.simple().to_string();
        let prefix = |(node, prefix): (&str, &str)| {
            (node.to_owned(), prefix.rsplit('/').next().unwrap_or(prefix).to_owned())
        };
        let prefixes = as_sent.saved().map(prefix).collect();
        let given: HashMap<_, _> = here
            .iter()
            .filter_map(|one| Some((one.source.clone()?, one.native.clone()?)))
            .collect();
        let taken = here.len() - given.len();
        Self { tag: id[20..].to_owned(), job, prefixes, given, taken }
    }

    /// What we call a file of a backend, if it was told of.
    pub(super) fn of(&self, file: &FileRef) -> Option<String> {
        self.given.get(file).cloned()
    }

    /// What we call output number `place` of the job, of which its backend has no file called
    /// so: a text, or what came over the socket.
    pub(super) fn beside(&mut self, node: &NodeId, (place, name): (usize, &str)) -> String {
        let (filename, folder) = (name.to_owned(), Folder::Output);
        // Where no backend has a file, so that it is none that was named before.
        self.give(node, &FileRef { filename, subfolder: format!("/{place}"), folder })
    }

    /// Writes our names in the place of a backend's, wherever they stand in what
    /// the node showed.
    fn rewrite(&mut self, node: &NodeId, output: &mut Value) {
        let Some(fields) = output.as_object_mut() else { return };
        for (key, value) in fields {
            // Viewers of models only name what another node saved.
            if ["result", "model_file", "3d"].contains(&key.as_str()) {
                self.rename_named(node, value);
            }
            self.rename(node, value, MAX_DEPTH);
        }
    }

    fn rename(&mut self, node: &NodeId, value: &mut Value, depth: u32) {
        if depth == 0 {
            return;
        }
        if let Ok(file) = FileRef::deserialize(&*value)
            && value.is_object()
        {
            let given = self.give(node, &file);
            value["filename"] = given.into();
            value["subfolder"] = "".into();
            if let Some(fields) = value.as_object_mut() {
                // Where it lies there is nobody's business.
                fields.shift_remove("fullpath");
            }
            return;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.rename(node, item, depth - 1);
                }
            }
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.rename(node, field, depth - 1);
                }
            }
            _ => (),
        }
    }

    fn rename_named(&mut self, node: &NodeId, value: &mut Value) {
        match value {
            Value::Array(items) => {
                for item in items {
                    self.rename_named(node, item);
                }
            }
            Value::String(text) => {
                let named = json!({ "result": [text] });
                let named = history::named_files(&named).next();
                if let Some(file) = named {
                    let folder = file.folder.as_str();
                    *text = format!("{} [{folder}]", self.give(node, &file));
                }
            }
            _ => (),
        }
    }

    /// Our name for a file, the same whenever it is asked for. What was handed in
    /// has ours already.
    fn give(&mut self, node: &NodeId, file: &FileRef) -> String {
        if let Some(given) = self.given.get(file) {
            return given.clone();
        }
        if file.folder == Folder::Input {
            return file.filename.clone();
        }
        let (stem, extension) = file.filename.rsplit_once('.').unwrap_or((&file.filename, ""));
        let extension = plain(extension);
        let prefix = match (file.folder, self.prefixes.get(node.as_str())) {
            (Folder::Temp, _) | (_, None) => "ComfyUI".to_owned(),
            (_, Some(prefix)) => plain(&prefix::expanded(prefix, (stem, self.job))),
        };
        let temp = if file.folder == Folder::Temp { "_temp" } else { "" };
        // Pictures end so, and sounds do not.
        let end = if stem.ends_with('_') { "_" } else { "" };
        let number = self.taken + self.given.len() + 1;
        let tag = &self.tag;
        let name = format!("{prefix}{temp}_{tag}_{number:05}{end}.{extension}");
        self.given.insert(file.clone(), name.clone());
        name
    }
}

/// What of a text may stand in a file's name anywhere.
fn plain(text: &str) -> String {
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let plain: String =
        text.chars().take(MAX_PREFIX).map(|c| if letter(c) { c } else { '_' }).collect();
    if plain.is_empty() { "file".into() } else { plain }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn names() -> Names {
        let as_sent = json!({ "9": { "filename_prefix": "a/b c" } });
        let as_sent = serde_json::from_value(as_sent).unwrap();
        Names::new(JobId(Uuid::from_u128(0xabc)), &as_sent, &[])
    }

    // safety 13
    #[test]
    fn files_are_named_by_us_whatever_a_backend_calls_them() {
        let mut names = names();
        let saved =
            json!({ "filename": "parlor_00007_.png", "subfolder": "of/another", "type": "output" });
        let mut output = json!({
            "images": [saved, { "filename": "x.flac", "subfolder": "", "type": "temp", "fullpath": "/srv" }],
            "again": [[saved]],
            "text": ["parlor_00007_.png"],
            "result": ["of/another/house.glb", 5],
            "animated": [true],
        });
        names.rewrite(&"9".into(), &mut output);
        let picture =
            json!({ "filename": "b_c_000000000abc_00001_.png", "subfolder": "", "type": "output" });
        assert_eq!(output["images"][0], picture);
        assert_eq!(output["again"], json!([[picture]]), "the same file has the same name");
        let sound = json!({ "filename": "ComfyUI_temp_000000000abc_00002.flac", "subfolder": "", "type": "temp" });
        assert_eq!(output["images"][1], sound);
        assert_eq!(output["result"], json!(["b_c_000000000abc_00003.glb [output]", 5]));
        assert_eq!(output["text"], json!(["parlor_00007_.png"]), "a text is a text");
        let known: FileRef = serde_json::from_value(saved).unwrap();
        assert_eq!(names.of(&known).as_deref(), Some("b_c_000000000abc_00001_.png"));
    }

    // safety 13
    #[test]
    fn of_an_error_neither_paths_nor_ids_of_a_backend_are_told() {
        let hub = Hub::default();
        let about = (PrincipalId(Uuid::nil()), JobId(Uuid::nil()));
        let mut telling = Telling::new(&hub, about, None, (&AsSent::default(), &[]));
        let error = ExecutionError {
            prompt_id: "theirs".into(),
            exception_message: "no such file: /srv/models/secret.safetensors".into(),
            traceback: vec!["File \"/srv/x.py\"".into()],
            ..ExecutionError::default()
        };
        telling.message(&Message::ExecutionError(Box::new(error)));
        let (account, _) = telling.conclude(None);
        let told = serde_json::to_string(&account.ended).unwrap();
        assert!(!told.contains("/srv") && !told.contains("theirs"), "{told}");
        assert!(told.contains(&Uuid::nil().to_string()), "{told}");
    }
}
