//! `GET /status`: everything that was said of a task so far. Also after a
//! restart, for it is made of what is stored.

use std::sync::Arc;

use axum::extract::State;
use comfy::Message;
use comfy::message::{Executing, Status};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Event, Job, JobId, NodeState};

use super::order::Wishes;
use super::results;
use crate::api::native::words::Result;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::events::ending;
use crate::extract::Query;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    task_id: String,
    /// Besides those that it was begun with: one that came by another door had none.
    #[serde(flatten)]
    wishes: Wishes,
}

/// A list of messages; the last is of type `serverless_api` when it is over.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Value>> {
    wanted.wishes.check(&app)?;
    let (id, kept) = match app.db.task(principal.id, &wanted.task_id).await? {
        Some((job, wishes)) => (job, serde_json::from_value(wishes).unwrap_or_default()),
        None => (wanted.task_id.parse().map_err(|_| Error::NotFound("task"))?, Wishes::default()),
    };
    let job = app.jobs.find(principal.id, id).await?.ok_or(Error::NotFound("task"))?;
    let stored = app.jobs.events_after(principal.id, id, 0).await?;
    let stored = stored.ok_or(Error::NotFound("task"))?;
    let mut told: Vec<Value> = Vec::with_capacity(stored.len() + 1);
    for (_, event) in &stored {
        if !joins(told.last_mut(), event) {
            told.extend(said(&job, event));
        }
    }
    if job.status.is_over() {
        let owner = principal.id;
        told.push(results::message(&app, (&job, owner), wanted.wishes.and(kept)).await?);
    }
    Ok(axum::Json(told.into()))
}

/// ComfyUI names all cached nodes at once: whether this one is added to the last message.
fn joins(last: Option<&mut Value>, event: &Event) -> bool {
    let Event::Node { node, state: NodeState::Cached } = event else { return false };
    let last = last.filter(|last| last["type"] == "execution_cached");
    let nodes = last.and_then(|last| last.pointer_mut("/data/nodes")?.as_array_mut());
    nodes.map(|nodes| nodes.push(node.as_str().into())).is_some()
}

/// What ComfyUI would have said.
fn said(job: &Job, event: &Event) -> Option<Value> {
    let prompt_id = job.id.to_string();
    let message = match event {
        Event::Queued { .. } => Message::Status(Status::of(1)),
        Event::Started { at, .. } => Message::ExecutionStart { prompt_id, timestamp: *at },
        Event::Node { node, state: NodeState::Running } => executing(job.id, node),
        Event::Node { node, state: NodeState::Cached } => {
            let nodes = vec![node.as_str().into()];
            let timestamp = job.started_at.unwrap_or_default();
            Message::ExecutionCached { nodes, prompt_id, timestamp }
        }
        Event::Output { output } => {
            let file = json!({ "filename": output.name, "subfolder": "", "type": "output" });
            let data = json!({ "node": output.node, "display_node": output.node,
                               "output": { "images": [file] }, "prompt_id": prompt_id });
            return Some(json!({ "type": "executed", "data": data }));
        }
        Event::Finished { at, status, failure, .. } => {
            ending((job.id, *at), (*status, failure.as_ref()), None)
        }
        Event::Waiting { .. } | Event::Canceling { .. } | Event::Node { .. } => return None,
    };
    serde_json::to_value(message).ok()
}

fn executing(job: JobId, node: &str) -> Message {
    Message::Executing(Executing {
        node: Some(node.into()),
        display_node: Some(node.into()),
        prompt_id: Some(job.to_string()),
    })
}
