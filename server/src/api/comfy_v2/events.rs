//! `GET /jobs/{id}/events`: `status`, `progress`, `preview` and `output`.
//!
//! First comes how the job is now, or, after `Last-Event-ID`, what was missed;
//! then what happens, until it is over. Only numbered things carry an id.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use comfy::Graph;
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use wire::{Event, JobId, JobStatus, PreviewHeader, Progress, ToViewer};

use super::links::Links;
use super::refusal::Refused;
use super::{jobs, shapes};
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::events::{Told, Watch};
use crate::extract::Path;

pub(super) async fn stream(
    State(app): State<Arc<App>>,
    principal: Principal,
    (links, headers): (Links, HeaderMap),
    Path(job): Path<JobId>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, Refused> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    // Listening first, looking second: nothing falls between the two.
    let watch = app.hub.watch_job(principal.id, job);
    let graph = jobs::graph(&app, &principal, job).await?;
    let ready = VecDeque::new();
    let mut feed =
        Feed { app, principal, links, job, graph, watch, last: 0, node: None, ready, over: false };
    match last {
        Some(last) => {
            feed.last = last;
            feed.catch_up().await?;
        }
        None => feed.begin().await?,
    }
    let events = stream::unfold(feed, |mut feed| async {
        let event = feed.next().await?;
        Some((Ok(event), feed))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// One open stream.
struct Feed {
    app: Arc<App>,
    principal: Principal,
    links: Links,
    job: JobId,
    /// For the names of classes.
    graph: Option<Graph>,
    watch: Watch,
    /// Number of the last event that was told.
    last: u64,
    /// The node that runs: previews do not say.
    node: Option<String>,
    ready: VecDeque<sse::Event>,
    /// The last event is in `ready`.
    over: bool,
}

impl Feed {
    /// `None` when the job is over, was deleted, or the server stops; and when
    /// whoever listens was signed out.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            let told = tokio::select! {
                told = self.watch.next() => told,
                () = self.app.shutdown.started() => return None,
                () = self.principal.ended() => return None,
            };
            self.take(told).await;
        }
    }

    /// How the job is now.
    async fn begin(&mut self) -> Result<(), Refused> {
        let job = self.app.jobs.find(self.principal.id, self.job).await?;
        let job = job.ok_or(Error::NotFound("job"))?;
        self.last = job.seq;
        self.over = job.status.is_over();
        let status = named("status", &status(job.status, job.position));
        self.ready.push_back(status.id(job.seq.to_string()));
        if let Some(progress) = job.progress.filter(|_| !self.over) {
            self.progress(&progress);
        }
        Ok(())
    }

    /// What is stored after the last event that was told.
    async fn catch_up(&mut self) -> Result<(), Refused> {
        let stored = self.app.jobs.events_after(self.principal.id, self.job, self.last).await?;
        for (seq, event) in stored.ok_or(Error::NotFound("job"))? {
            self.push(seq, &event);
        }
        if self.ready.is_empty() && !self.over {
            // It may have been over before: then nothing will come any more.
            let job = self.app.jobs.find(self.principal.id, self.job).await?;
            self.over = job.is_none_or(|job| job.status.is_over());
        }
        Ok(())
    }

    async fn take(&mut self, told: Told) {
        let text = match told {
            Told::Preview(frame) => return self.preview(&frame),
            // A failure here is logged where it happens; the client comes back.
            Told::Resync(_) => {
                self.over |= self.catch_up().await.is_err();
                return;
            }
            Told::Text(text) => text,
        };
        match serde_json::from_str(&text) {
            Ok(ToViewer::Event { seq, event, .. }) => self.push(seq, &event),
            Ok(ToViewer::Progress { progress, .. }) => self.progress(&progress),
            Ok(ToViewer::Position { position, .. }) => {
                let status = status(JobStatus::Queued, Some(position));
                self.ready.push_back(named("status", &status));
            }
            Ok(ToViewer::Gone { .. }) => self.over = true,
            _ => (),
        }
    }

    fn push(&mut self, seq: u64, event: &Event) {
        if seq <= self.last {
            return;
        }
        self.last = seq;
        let told = match event {
            Event::Queued { .. } | Event::Waiting { .. } => {
                named("status", &status(JobStatus::Queued, None))
            }
            Event::Started { .. } => named("status", &status(JobStatus::Running, None)),
            Event::Canceling { .. } => named("status", &status(JobStatus::Canceling, None)),
            Event::Finished { status: end, .. } => {
                self.over = true;
                named("status", &status(*end, None))
            }
            Event::Output { output } => {
                let by = (&self.links, self.principal.id);
                named("output", &shapes::output(output, self.job, by))
            }
            Event::Node { .. } => return,
        };
        self.ready.push_back(told.id(seq.to_string()));
    }

    fn progress(&mut self, progress: &Progress) {
        self.node.clone_from(&progress.node);
        let told = shapes::progress(progress, self.graph.as_ref());
        self.ready.push_back(named("progress", &told));
    }

    fn preview(&mut self, frame: &[u8]) {
        let Some((header, image)) = PreviewHeader::decode(frame) else { return };
        let told = json!({
            "node_id": self.node.as_deref().unwrap_or_default(),
            "content_type": header.format.mime(),
            "data_base64": BASE64_STANDARD.encode(image),
        });
        self.ready.push_back(named("preview", &told));
    }
}

fn status(status: JobStatus, position: Option<u32>) -> Value {
    json!({ "status": status, "queue_position": position })
}

fn named(name: &str, told: &Value) -> sse::Event {
    sse::Event::default().event(name).data(told.to_string())
}
