//! `GET /jobs/{id}/events`: what happens to a job, as server-sent events.
//!
//! Numbered events carry their number as `id`, so a client that comes back
//! with `Last-Event-ID` gets what it missed, once and in order. `progress` and
//! `position` carry none: only the latest counts. The stream ends with the job.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use futures_util::{Stream, stream};
use wire::{Event, JobId, ToViewer};

use super::links::{Links, encoded};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::events::{Told, Watch};
use crate::extract::Path;

pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(job): Path<JobId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    // Listening first, looking second: nothing falls between the two.
    let watch = app.hub.watch_job(principal.id, job);
    let mut feed = Feed {
        app,
        principal,
        job,
        watch,
        last: last.unwrap_or(0),
        ready: VecDeque::new(),
        over: false,
    };
    if !feed.catch_up().await? {
        return Err(Error::NotFound("job"));
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
    job: JobId,
    watch: Watch,
    /// Number of the last event that was put into `ready`.
    last: u64,
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

    async fn take(&mut self, told: Told) {
        let told = match told {
            Told::Preview(_) => return,
            Told::Resync(_) => {
                // A failure here is logged where it happens; the client comes back.
                self.over |= !self.catch_up().await.unwrap_or(false);
                return;
            }
            Told::Text(text) => serde_json::from_str(&text),
        };
        match told {
            Ok(ToViewer::Event { seq, event, .. }) => self.push(seq, event),
            Ok(told @ ToViewer::Progress { .. }) => self.ready.push_back(named("progress", &told)),
            Ok(told @ ToViewer::Position { .. }) => self.ready.push_back(named("position", &told)),
            Ok(told @ ToViewer::Gone { .. }) => {
                self.ready.push_back(named("gone", &told));
                self.over = true;
            }
            _ => (),
        }
    }

    /// Takes what is stored after the last event. Whether there is such a job.
    async fn catch_up(&mut self) -> Result<bool> {
        let stored = self.app.jobs.events_after(self.principal.id, self.job, self.last).await?;
        let Some(stored) = stored else { return Ok(false) };
        for (seq, event) in stored {
            self.push(seq, event);
        }
        if self.ready.is_empty() && !self.over {
            // It may have been over before: then nothing will come any more.
            let job = self.app.jobs.find(self.principal.id, self.job).await?;
            self.over = job.is_none_or(|job| job.status.is_over());
        }
        Ok(true)
    }

    fn push(&mut self, seq: u64, event: Event) {
        if seq <= self.last {
            return;
        }
        self.last = seq;
        self.over |= matches!(event, Event::Finished { .. });
        let event = Links::new(&self.app, &self.principal).event(event);
        let told = ToViewer::Event { job: self.job, seq, event };
        self.ready.push_back(named("event", &told).id(seq.to_string()));
    }
}

fn named(name: &str, told: &ToViewer) -> sse::Event {
    let text = encoded(told);
    sse::Event::default().event(name).data(String::from_utf8_lossy(&text))
}
