//! The jobs API: one list over what waits, runs and is over.
//!
//! ComfyUI protocol notes §9.

use std::sync::Arc;

use comfy::Message;
use serde_json::{Map, Value, json};

use crate::ledger::{Entry, Item, Snapshot};

/// The states a job can be asked for by.
pub(crate) const STATES: [&str; 5] = ["pending", "in_progress", "completed", "failed", "cancelled"];

/// What the kinds of output are called that can be shown as pictures.
const PREVIEWABLE: [&str; 1] = ["images"];

/// One job, wherever it is.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    Pending(Arc<Item>),
    Running(Arc<Item>),
    Over(Arc<Entry>),
}

/// Every job of a moment.
pub(crate) fn all(snapshot: Snapshot) -> Vec<Job> {
    let running = snapshot.running.into_iter().map(Job::Running);
    let pending = snapshot.pending.into_iter().map(Job::Pending);
    let over = snapshot.finished.into_iter().map(Job::Over);
    running.chain(pending).chain(over).collect()
}

impl Job {
    pub(crate) fn item(&self) -> &Item {
        match self {
            Self::Pending(item) | Self::Running(item) => item,
            Self::Over(entry) => &entry.item,
        }
    }

    /// One of [`STATES`].
    pub(crate) fn state(&self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Running(_) => "in_progress",
            Self::Over(entry) => match entry.messages.last() {
                Some(Message::ExecutionSuccess { .. }) => "completed",
                Some(Message::ExecutionInterrupted { .. }) => "cancelled",
                _ => "failed",
            },
        }
    }

    /// How long it ran, in milliseconds; 0 when it did not.
    pub(crate) fn duration(&self) -> i64 {
        match self {
            Self::Over(entry) => {
                let (start, end) = times(entry);
                end.zip(start).map_or(0, |(end, start)| end - start)
            }
            Self::Pending(_) | Self::Running(_) => 0,
        }
    }

    /// As the list tells it. What is not known is absent.
    pub(crate) fn summary(&self) -> Map<String, Value> {
        let item = self.item();
        let mut job = Map::new();
        job.insert("id".into(), json!(item.prompt_id));
        job.insert("status".into(), json!(self.state()));
        job.insert("priority".into(), json!(item.number));
        put(&mut job, "create_time", item.create_time());
        match self {
            Self::Over(entry) => describe_end(&mut job, entry),
            Self::Pending(_) | Self::Running(_) => {
                job.insert("outputs_count".into(), json!(0));
                job.insert("previewable_outputs_count".into(), json!(0));
            }
        }
        put(&mut job, "workflow_id", item.workflow_id());
        job
    }

    /// As it is told alone: with everything, when it is over.
    pub(crate) fn details(&self) -> Map<String, Value> {
        let mut job = self.summary();
        if let Self::Over(entry) = self {
            let item = &entry.item;
            job.insert("outputs".into(), json!(entry.outputs));
            job.insert("execution_status".into(), entry.status());
            job.insert(
                "workflow".into(),
                json!({ "prompt": item.prompt, "extra_data": item.extra_data }),
            );
        }
        job
    }
}

fn describe_end(job: &mut Map<String, Value>, entry: &Entry) {
    let (start, end) = times(entry);
    put(job, "execution_start_time", start);
    put(job, "execution_end_time", end);
    if let Some(error @ Message::ExecutionError(_)) = entry.messages.last() {
        job.insert("execution_error".into(), error.to_parts().1);
    }
    let pictures: Vec<_> = pictures(entry).collect();
    job.insert("outputs_count".into(), json!(pictures.len()));
    job.insert("previewable_outputs_count".into(), json!(pictures.len()));
    // What was saved is shown rather than what was only previewed.
    let saved = pictures.iter().find(|picture| picture["type"] == "output");
    put(job, "preview_output", saved.or(pictures.first()));
}

/// The pictures of a job, in the order of its nodes.
fn pictures(entry: &Entry) -> impl Iterator<Item = Value> {
    entry.outputs.iter().flat_map(|(node, output)| {
        PREVIEWABLE.iter().flat_map(move |kind| {
            let files = output.get(kind).and_then(Value::as_array).into_iter().flatten();
            files.map(move |file| {
                let mut file = file.clone();
                file["nodeId"] = json!(node);
                file["mediaType"] = json!(kind);
                file
            })
        })
    })
}

fn times(entry: &Entry) -> (Option<i64>, Option<i64>) {
    let start = entry.messages.iter().find_map(|message| match message {
        Message::ExecutionStart { timestamp, .. } => Some(*timestamp),
        _ => None,
    });
    let end = entry.messages.last().and_then(|message| match message {
        Message::ExecutionSuccess { timestamp, .. }
        | Message::ExecutionInterrupted { timestamp, .. } => Some(*timestamp),
        Message::ExecutionError(error) => error.timestamp,
        _ => None,
    });
    (start, end)
}

fn put(job: &mut Map<String, Value>, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        job.insert(name.into(), json!(value));
    }
}
