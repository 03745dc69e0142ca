//! Brings home what a run made.
//!
//! A job has succeeded only when all its outputs are stored here and their rows
//! are committed, in one transaction with its end.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use bytes::{Bytes, BytesMut};
use comfy::history::{self, FileRef, Folder, HistoryEntry, Outcome as Came};
use comfy::message::ImageFormat;
use comfy::{BackendError, NodeId};
use futures_util::TryStreamExt as _;
use indexmap::IndexMap;
use serde_json::Value;

use super::failure;
use super::follow::Told;
use super::run::{LOST, Outcome, Run, Setback};
use super::state::{Change, End};
use crate::db::{Lesson, NewOutput};

/// Most outputs of one job.
const MAX_OUTPUTS: usize = 256;

/// Most characters of a text output that are shown with the job.
const MAX_TEXT: usize = 20_000;

/// Longest part of a file name that comes from the prompt, in characters.
const MAX_STEM: usize = 48;

/// Something made, fetched but not stored.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    node: NodeId,
    /// With an extension that says what it is.
    name: String,
    content: Bytes,
    text: Option<String>,
}

impl Run<'_> {
    /// What came of a run that is over.
    pub(super) async fn end(
        &self,
        entry: Option<Box<HistoryEntry>>,
        told: Told,
    ) -> anyhow::Result<Outcome> {
        let progress = Some(told.progress.clone());
        if self.stop.is_cancelled() {
            return Ok(Outcome::Over(End::Stopped, progress));
        }
        let failed = |failure| Ok(Outcome::Over(End::Failed(failure), progress.clone()));
        self.backend.proved_well();
        match entry.as_ref().map(|entry| entry.outcome()) {
            Some(Came::Success) => (),
            Some(Came::Interrupted) => return failed(failure::interrupted()),
            Some(Came::Error(Some(error))) => {
                return failed(failure::node_failed(error, &self.graph));
            }
            None if told.success => (),
            Some(Came::Error(None)) | None => {
                return failed(match &told.error {
                    Some(error) => failure::node_failed(error, &self.graph),
                    None => failure::unexplained(),
                });
            }
        }
        let shown = entry.map_or_else(|| told.shown.clone(), |entry| entry.outputs);
        match self.fetch_all(&shown, &told).await {
            Ok(made) if made.is_empty() => failed(failure::no_output()),
            Ok(made) => self.succeed(made, told).await,
            Err(BackendError::Unreachable(_) | BackendError::Broken(_) | BackendError::Timeout) => {
                // The next attempt finds the finished prompt, if it is still there.
                let setback = Setback { reason: LOST.into(), counts: true };
                Ok(Outcome::Back(setback))
            }
            Err(error) => {
                tracing::warn!(job.id = %self.id, %error, "an output could not be fetched");
                failed(failure::output_lost())
            }
        }
    }

    /// Stores everything and ends the job.
    async fn succeed(&self, made: Vec<Made>, told: Told) -> anyhow::Result<Outcome> {
        let parts = &self.jobs.parts;
        let _no_file_is_deleted_meanwhile = parts.db.storing().await;
        let mut outputs = Vec::with_capacity(made.len());
        for (place, one) in made.into_iter().enumerate() {
            let stored = parts.files.store_output(&one.name, one.content).await?;
            let name = file_name(&self.row.words, place, &one.name);
            outputs.push(NewOutput { stored, name, text: one.text, node: one.node.to_string() });
        }
        let progress = Some(told.progress);
        self.jobs
            .record(self.id, Change::Finish { end: End::Succeeded(outputs), progress })
            .await?;
        if !told.took.is_empty() {
            let lesson = Lesson {
                workflow: self.row.workflow.clone(),
                version: self.row.workflow_version,
                whole_ms: told.whole_ms,
                nodes: told.took,
            };
            parts.db.learn(lesson).await?;
        }
        Ok(Outcome::Nothing)
    }

    async fn fetch_all(
        &self,
        shown: &IndexMap<NodeId, Value>,
        told: &Told,
    ) -> Result<Vec<Made>, BackendError> {
        let mut made = Vec::new();
        for (node, file) in wanted_files(shown) {
            let fetch = || self.fetch(&file);
            let retry = ExponentialBuilder::default().with_min_delay(Duration::from_millis(100));
            let content = fetch.retry(retry.with_max_times(2)).when(may_pass).await?;
            made.push(Made { node, name: file.filename.clone(), content, text: None });
        }
        made.extend(texts(shown));
        made.extend(told.pictures.iter().map(|(node, format, image)| Made {
            node: node.clone(),
            name: match format {
                ImageFormat::Png => "picture.png".into(),
                ImageFormat::Jpeg => "picture.jpg".into(),
            },
            content: image.clone(),
            text: None,
        }));
        made.truncate(MAX_OUTPUTS);
        Ok(made)
    }

    async fn fetch(&self, file: &FileRef) -> Result<Bytes, BackendError> {
        let mut view = self.backend.client.view(file).await?;
        let limit = self.jobs.limits.output_bytes;
        let mut content = BytesMut::new();
        while let Some(piece) = view.body.try_next().await? {
            if content.len() + piece.len() > limit {
                return Err(BackendError::TooLarge { limit: limit as u64 });
            }
            content.extend_from_slice(&piece);
        }
        Ok(content.freeze())
    }
}

/// What another try may mend.
fn may_pass(error: &BackendError) -> bool {
    matches!(error, BackendError::Broken(_) | BackendError::Timeout | BackendError::Unreachable(_))
}

/// Saved files; what was only previewed counts when nothing was saved.
fn wanted_files(shown: &IndexMap<NodeId, Value>) -> Vec<(NodeId, FileRef)> {
    let files = shown
        .iter()
        .flat_map(|(node, output)| history::files(output).map(move |file| (node.clone(), file)));
    let mut seen = HashSet::new();
    let files = files.filter(|(_, file)| seen.insert(file.clone()));
    let (saved, previewed): (Vec<_>, Vec<_>) =
        files.take(MAX_OUTPUTS).partition(|(_, file)| file.folder == Folder::Output);
    if saved.is_empty() { previewed } else { saved }
}

/// Texts that nodes showed.
fn texts(shown: &IndexMap<NodeId, Value>) -> impl Iterator<Item = Made> {
    let lists =
        shown.iter().filter_map(|(node, output)| Some((node, output.get("text")?.as_array()?)));
    let texts = lists.flat_map(|(node, list)| {
        list.iter().filter_map(move |text| Some((node.clone(), text.as_str()?)))
    });
    texts.map(|(node, text)| Made {
        node,
        name: "text.txt".into(),
        content: Bytes::copy_from_slice(text.as_bytes()),
        text: Some(text.chars().take(MAX_TEXT).collect()),
    })
}

/// A name for saving: the first words of the prompt, a number after the first,
/// and the extension of what the backend made.
fn file_name(words: &str, place: usize, made: &str) -> String {
    let letters = words.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let letters: String = letters.take(4 * MAX_STEM).collect();
    let mut stem = String::new();
    for word in letters.split_whitespace() {
        if stem.chars().count() + word.chars().count() >= MAX_STEM {
            break;
        }
        if !stem.is_empty() {
            stem.push('-');
        }
        stem.push_str(word);
    }
    if stem.is_empty() {
        stem.push_str("parlor");
    }
    let number = if place == 0 { String::new() } else { format!("-{}", place + 1) };
    let extension = Path::new(made).extension().and_then(|extension| extension.to_str());
    let plain =
        |text: &&str| text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let extension = extension.filter(plain).unwrap_or("bin").to_ascii_lowercase();
    format!("{stem}{number}.{extension}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: Value) -> IndexMap<NodeId, Value> {
        serde_json::from_value(value).unwrap()
    }

    fn file(name: &str, folder: &str) -> Value {
        json!({ "filename": name, "subfolder": "", "type": folder })
    }

    fn names(shown: &IndexMap<NodeId, Value>) -> Vec<String> {
        wanted_files(shown).into_iter().map(|(_, file)| file.filename).collect()
    }

    #[test]
    fn every_kind_of_file_is_taken_once() {
        let shown = shown(json!({
            "9": { "images": [file("a.png", "output"), file("a.png", "output")], "animated": [true] },
            "10": { "gifs": [file("b.mp4", "output")], "audio": [file("c.flac", "output")] },
            "11": null, "12": { "odd": [1, "x", [file("no", "output")]] },
        }));
        assert_eq!(names(&shown), ["a.png", "b.mp4", "c.flac"]);
    }

    #[test]
    fn previews_count_only_when_nothing_was_saved() {
        let both = shown(json!({
            "1": { "images": [file("temp.png", "temp")] }, "2": { "images": [file("kept.png", "output")] },
        }));
        assert_eq!(names(&both), ["kept.png"]);
        let only = shown(json!({ "1": { "images": [file("temp.png", "temp")] } }));
        assert_eq!(names(&only), ["temp.png"]);
    }

    #[test]
    fn texts_are_outputs() {
        let shown = shown(json!({ "4": { "text": ["a fox", 5, "in the snow"] } }));
        let texts: Vec<_> = texts(&shown).filter_map(|made| made.text).collect();
        assert_eq!(texts, ["a fox", "in the snow"]);
    }

    // safety 25
    #[test]
    fn a_name_for_saving_is_never_a_path() {
        assert_eq!(
            file_name("A fox, in the snow!", 0, "parlor_00001_.png"),
            "A-fox-in-the-snow.png"
        );
        assert_eq!(file_name("../../etc/passwd\u{202e}", 1, "x.PNG"), "etc-passwd-2.png");
        assert_eq!(file_name("", 0, "../x.p/ng"), "parlor.bin");
        assert_eq!(file_name("狐", 0, "noextension"), "狐.bin");
        assert!(file_name(&"word ".repeat(1_000), 0, "x.webp").chars().count() < 60);
    }
}
