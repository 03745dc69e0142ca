//! Brings home what a run made.
//!
//! A job has succeeded only when all its outputs are stored here and their rows
//! are committed, in one transaction with its end. Until all are here they wait
//! on the disk, so that slow backends hold neither memory nor deletions.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use backon::{ExponentialBuilder, Retryable as _};
use bytes::Bytes;
use comfy::history::{FileRef, HistoryEntry, Outcome as Came};
use comfy::message::ImageFormat;
use comfy::{BackendError, NodeId};
use futures_util::TryStreamExt as _;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use wire::{JobStatus, Metadata, OutputKind, Progress};

use super::failure;
use super::follow::Told;
use super::outputs::{self, MAX_OUTPUTS, Shown, What};
use super::run::{LOST, Outcome, Run, Setback};
use super::state::{Change, End};
use super::telling::{Names, Telling};
use crate::db::{Brought, Lesson, NewOutput};
use crate::files::{Arriving, Finish, Hash, Texts};

/// What a text is called.
const TEXT: &str = "text.txt";

/// Most characters of a text output that are shown with the job.
const MAX_TEXT: usize = 20_000;

/// Longest part of a file name that comes from the prompt, in characters.
const MAX_STEM: usize = 48;

/// Something made, fetched but not stored.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) node: NodeId,
    /// What it is called where ComfyUI's names are asked for.
    pub(super) native: Option<String>,
    pub(super) content: Content,
    /// What its backend calls it, if it is a file there.
    pub(super) source: Option<FileRef>,
}

/// What was made.
#[derive(Debug)]
pub(super) enum Content {
    /// With a name whose extension hints at what it is.
    File { name: String, content: Arriving },
    /// What came over the socket.
    Sent { name: String, content: Bytes },
    /// What a node showed to be read.
    Text(String),
}

/// Why something made is not here.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Our own storage failed.
    #[error(transparent)]
    Storage(#[from] anyhow::Error),
}

impl Run<'_> {
    /// What came of a run that is over.
    pub(super) async fn end(
        &self,
        entry: Option<Box<HistoryEntry>>,
        (told, telling): (Told, Telling),
    ) -> anyhow::Result<Outcome> {
        let (account, mut names) = telling.conclude(entry.as_deref());
        self.jobs.parts.db.keep_account(self.id, &account).await?;
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
        let sent = told.pictures.iter().cloned();
        let mut chosen = outputs::chosen(&shown, sent, &self.row.handling);
        let here = self.jobs.parts.db.brought(self.id).await?;
        chosen.retain(|one| !here.iter().any(|here| one.what.is_from(here.source.as_ref())));
        chosen.truncate(MAX_OUTPUTS.saturating_sub(here.len()));
        match self.fetch_all(chosen, &mut names, &here).await {
            // A workflow promises something; a graph of somebody's own may well show nothing.
            Ok(made) if made.is_empty() && !self.row.workflow.is_empty() => {
                failed(failure::no_output())
            }
            Ok(made) => self.succeed((made, here.len()), told).await,
            Err(FetchError::Storage(error)) => Err(error),
            Err(error) if may_pass(&error) => {
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

    /// Stores everything and ends the job; what was stored in vain is deleted.
    async fn succeed(
        &self,
        (made, before): (Vec<Made>, usize),
        told: Told,
    ) -> anyhow::Result<Outcome> {
        let mut files = Vec::with_capacity(made.len());
        let ended = self.keep((made, before), told.progress, &mut files).await;
        if !matches!(ended, Ok(Some(JobStatus::Succeeded)))
            && let Err(error) = self.jobs.clear_away(files).await
        {
            let error = format!("{error:#}");
            tracing::warn!(job.id = %self.id, error, "files that nobody needs remain");
        }
        ended?;
        // The nodes of one graph say nothing of the next one's.
        if !told.took.is_empty() && !self.row.workflow.is_empty() {
            let lesson = Lesson {
                workflow: self.row.workflow.clone(),
                version: self.row.workflow_version,
                whole_ms: told.whole_ms,
                nodes: told.took,
            };
            self.jobs.parts.db.learn(lesson).await?;
        }
        Ok(Outcome::Nothing)
    }

    /// Stores one after the other, so that one is in memory, and ends the job;
    /// its status then. So many were here `before`. `files` are those that were stored, whatever happens.
    async fn keep(
        &self,
        (made, before): (Vec<Made>, usize),
        progress: Progress,
        files: &mut Vec<Hash>,
    ) -> anyhow::Result<Option<JobStatus>> {
        let _no_file_is_deleted_meanwhile = self.jobs.parts.db.storing().await;
        let mut outputs = Vec::with_capacity(made.len());
        let finish = self.finish().await?;
        for (number, one) in made.into_iter().enumerate() {
            let output = self.store((before + number, finish.clone()), one).await?;
            files.push(output.stored.hash);
            outputs.push(output);
        }
        let end = End::Succeeded(outputs);
        self.jobs.record(self.id, Change::Finish { end, progress: Some(progress) }).await
    }

    /// What becomes of a file before it is stored.
    pub(super) async fn finish(&self) -> anyhow::Result<Finish> {
        Ok(Finish { texts: self.texts().await?, ..self.row.handling.finish() })
    }

    /// What pictures say of how they were made, where they may: the caller's own graph, and as their
    /// editor showed it. It goes into their own file and nowhere else. (safety 2, 8)
    async fn texts(&self) -> anyhow::Result<Texts> {
        if self.row.handling.metadata != Metadata::Kept {
            return Ok(Texts::default());
        }
        let Some(asked) = self.jobs.parts.db.asked(self.id).await? else {
            return Ok(self
                .graph_as_sent()
                .map_or_else(Texts::default, |graph| Texts::new(&graph, None)));
        };
        let shown = asked.extra_data.get("extra_pnginfo").and_then(|info| info.get("workflow"));
        let shown = shown.filter(|workflow| workflow.is_object());
        Ok(Texts::new(&Value::Object(asked.prompt.clone()), shown))
    }

    /// The graph as it was sent, if another one runs.
    fn graph_as_sent(&self) -> Option<Value> {
        let as_sent = Some(&self.row.as_sent).filter(|said| !said.is_empty())?;
        let mut graph = self.graph.to_value();
        as_sent.put_back(&mut graph);
        Some(graph)
    }

    /// Stores one output, number `place` of its job.
    pub(super) async fn store(
        &self,
        (place, finish): (usize, Finish),
        made: Made,
    ) -> anyhow::Result<NewOutput> {
        let (files, node) = (&self.jobs.parts.files, made.node.to_string());
        let (native, source) = (made.native, made.source);
        let (stored, made) = match made.content {
            Content::Text(text) => (files.store_text(&text).await?, TEXT.into()),
            Content::Sent { name, content } => {
                (files.store_output(&name, content, finish).await?, name)
            }
            Content::File { name, content } => {
                (files.store_arrived(&name, content, finish).await?, name)
            }
        };
        // A graph of somebody's own says what its files are called.
        let own = native.clone().filter(|_| self.row.workflow.is_empty());
        let name =
            own.unwrap_or_else(|| file_name(&self.row.words, place, (&made, stored.extension)));
        let text = match stored.kind {
            OutputKind::Text => Some(self.beginning(stored.hash).await?),
            _ => None,
        };
        Ok(NewOutput { stored, name, text, node, native, source })
    }

    /// What is shown of a stored text.
    async fn beginning(&self, hash: Hash) -> anyhow::Result<String> {
        let file = self.jobs.parts.files.open_content(hash).await?;
        let file = file.context("a file is gone that was just stored")?;
        let mut bytes = Vec::new();
        // No character is longer than four bytes.
        file.take(4 * MAX_TEXT as u64).read_to_end(&mut bytes).await?;
        Ok(String::from_utf8_lossy(&bytes).chars().take(MAX_TEXT).collect())
    }

    /// Fetches what is `chosen` beside what is `here`.
    async fn fetch_all(
        &self,
        chosen: Vec<Shown>,
        names: &mut Names,
        here: &[Brought],
    ) -> Result<Vec<Made>, FetchError> {
        let mut made = Vec::with_capacity(chosen.len());
        let bytes: u64 = here.iter().map(|one| one.bytes).sum();
        let mut room = self.jobs.limits.job_bytes.saturating_sub(bytes as usize);
        for (place, Shown { node, what }) in (here.len()..).zip(chosen) {
            let source = what.file().cloned();
            let native = match &what {
                What::File(file) | What::Named(file) => names.of(file),
                What::Text(_) => Some(names.beside(&node, (place, TEXT))),
                What::Sent(format, _) => Some(names.beside(&node, (place, &sent_name(*format)))),
            };
            let content = match what {
                What::Text(text) => Content::Text(text),
                What::Sent(format, content) => Content::Sent { name: sent_name(format), content },
                What::File(file) => self.fetch_file(file, &mut room).await?,
                What::Named(file) => match self.fetch_file(file, &mut room).await {
                    Ok(content) => content,
                    // A name is no promise.
                    Err(FetchError::Backend(BackendError::Status(_))) => continue,
                    Err(error) => return Err(error),
                },
            };
            made.push(Made { node, native, content, source });
        }
        Ok(made)
    }

    /// Fetches a file, which takes from the room of its job.
    pub(super) async fn fetch_file(
        &self,
        file: FileRef,
        room: &mut usize,
    ) -> Result<Content, FetchError> {
        let limit = self.jobs.limits.output_bytes.min(*room);
        let fetch = || self.fetch(&file, limit);
        let retry = ExponentialBuilder::default().with_min_delay(Duration::from_millis(100));
        let content = fetch.retry(retry.with_max_times(2)).when(may_pass).await?;
        *room -= content.length() as usize;
        Ok(Content::File { name: file.filename, content })
    }

    async fn fetch(&self, file: &FileRef, limit: usize) -> Result<Arriving, FetchError> {
        let mut view = self.backend.client.view(file).await?;
        let mut content = self.jobs.parts.files.arriving().await?;
        while let Some(piece) = view.body.try_next().await? {
            if content.length() + piece.len() as u64 > limit as u64 {
                return Err(BackendError::TooLarge { limit: limit as u64 }.into());
            }
            content.add(&piece).await?;
        }
        Ok(content)
    }
}

/// What another try may mend.
fn may_pass(error: &FetchError) -> bool {
    use BackendError::{Broken, Timeout, Unreachable};

    matches!(error, FetchError::Backend(Broken(_) | Timeout | Unreachable(_)))
}

/// What a picture from the socket is called.
fn sent_name(format: ImageFormat) -> String {
    match format {
        ImageFormat::Png => "picture.png".into(),
        ImageFormat::Jpeg => "picture.jpg".into(),
    }
}

/// A name for saving: the first words of the prompt, a number after the first,
/// and the extension of what it is, else the one that the backend gave it.
fn file_name(words: &str, place: usize, (made, known): (&str, Option<&str>)) -> String {
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
    let extension = known.or(extension.filter(plain)).unwrap_or("bin").to_ascii_lowercase();
    format!("{stem}{number}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 25
    #[test]
    fn a_name_for_saving_is_never_a_path() {
        let name = |words: &str, place, made| file_name(words, place, (made, None));
        assert_eq!(name("A fox, in the snow!", 0, "parlor_00001_.png"), "A-fox-in-the-snow.png");
        assert_eq!(name("../../etc/passwd\u{202e}", 1, "x.PNG"), "etc-passwd-2.png");
        assert_eq!(name("", 0, "../x.p/ng"), "parlor.bin");
        assert_eq!(name("狐", 0, "noextension"), "狐.bin");
        assert!(name(&"word ".repeat(1_000), 0, "x.webp").chars().count() < 60);
    }

    #[test]
    fn a_name_ends_in_what_the_file_is() {
        assert_eq!(file_name("a fox", 0, ("parlor_00001_.png", Some("webp"))), "a-fox.webp");
    }
}
