//! `GET /jobs/{id}/events`: `status`, `progress`, `preview` and `output`.
//!
//! First comes how the job is now, or, after `Last-Event-ID`, what was missed;
//! then what happens, until it is over. Only numbered things carry an id, and none of them waits;
//! how far it is and how it looks is said about twice a second.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, Sse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use comfy::Graph;
use futures_util::Stream;
use serde_json::{Value, json};
use tokio::time::Instant;
use wire::{Event, Job, JobId, JobStatus, PreviewHeader, Progress};

use super::links::Links;
use super::pace::Paced;
use super::refusal::Refused;
use super::{jobs, shapes};
use crate::api::feed::{self, Heard, Since, Teller, last_event, named};
use crate::app::App;
use crate::auth::{Principal, PrincipalId};
use crate::extract::Path;

pub(super) async fn stream(
    State(app): State<Arc<App>>,
    principal: Principal,
    (links, headers): (Links, HeaderMap),
    Path(job): Path<JobId>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, Refused> {
    let since = last_event(&headers).map_err(Refused::House)?.map_or(Since::Now, Since::Event);
    let graph = jobs::graph(&app, &principal, job).await?;
    let teller = InV2 {
        links,
        principal: principal.id,
        job,
        graph,
        node: None,
        progress: Paced::default(),
        preview: Paced::default(),
    };
    // The contract knows no way to go on: what is wrong with that is said as HTTP has it.
    feed::of_job((app, principal), (job, since), teller).await.map_err(Refused::House)
}

/// Tells things in the words of the contract.
struct InV2 {
    links: Links,
    principal: PrincipalId,
    job: JobId,
    /// For the names of classes.
    graph: Option<Graph>,
    /// The node that runs: previews do not say.
    node: Option<String>,
    progress: Paced<Value>,
    /// The node and its frame.
    preview: Paced<(String, Bytes)>,
}

impl Teller for InV2 {
    fn begin(&mut self, job: &Job) -> Vec<sse::Event> {
        let status = named("status", &status(job.status, job.position));
        let mut said = vec![status.id(job.seq.to_string())];
        if let Some(progress) = job.progress.as_ref().filter(|_| !job.status.is_over()) {
            said.extend(self.progress(progress));
        }
        said
    }

    fn say(&mut self, heard: Heard<'_>) -> Option<sse::Event> {
        match heard {
            Heard::Event(seq, event) => Some(self.event(event)?.id(seq.to_string())),
            Heard::Progress(progress) => self.progress(progress),
            Heard::Position(position) => {
                Some(named("status", &status(JobStatus::Queued, Some(position))))
            }
            Heard::Preview(frame) => {
                let node = self.node.clone().unwrap_or_default();
                preview(self.preview.hear((node, frame.clone()), Instant::now())?)
            }
            Heard::Gone => None,
        }
    }

    fn due(&self) -> Option<Instant> {
        self.progress.due().into_iter().chain(self.preview.due()).min()
    }

    fn release(&mut self, by: Option<Instant>) -> Vec<sse::Event> {
        let now = Instant::now();
        let is_due = |due: Option<Instant>| due.is_some_and(|due| by.is_none_or(|by| due <= by));
        let mut said = Vec::new();
        if is_due(self.progress.due()) {
            said.extend(self.progress.release(now).map(|told| named("progress", told)));
        }
        // How it looked is of no use once it is over.
        if by.is_some() && is_due(self.preview.due()) {
            said.extend(self.preview.release(now).and_then(preview));
        }
        said
    }
}

impl InV2 {
    fn event(&self, event: &Event) -> Option<sse::Event> {
        let now = match event {
            Event::Queued { .. } | Event::Waiting { .. } => JobStatus::Queued,
            Event::Started { .. } => JobStatus::Running,
            Event::Canceling { .. } => JobStatus::Canceling,
            Event::Finished { status, .. } => *status,
            Event::Output { output } => {
                let by = (&self.links, self.principal);
                return Some(named("output", &shapes::output(output, self.job, by)));
            }
            Event::Node { .. } => return None,
        };
        Some(named("status", &status(now, None)))
    }

    fn progress(&mut self, progress: &Progress) -> Option<sse::Event> {
        self.node.clone_from(&progress.node);
        let told = shapes::progress(progress, self.graph.as_ref());
        self.progress.hear(told, Instant::now()).map(|told| named("progress", told))
    }
}

/// How the picture of a node looks now.
fn preview((node, frame): &(String, Bytes)) -> Option<sse::Event> {
    let (header, image) = PreviewHeader::decode(frame)?;
    let told = json!({
        "node_id": node,
        "content_type": header.format.mime(),
        "data_base64": BASE64_STANDARD.encode(image),
    });
    Some(named("preview", &told))
}

fn status(status: JobStatus, position: Option<u32>) -> Value {
    json!({ "status": status, "queue_position": position })
}
