//! `GET /jobs/{id}/events`: what happens to a job, as server-sent events.
//!
//! Numbered events carry their number as `id`, so a client that comes back
//! with `Last-Event-ID` gets what it missed, once and in order. `progress` and
//! `position` carry none: only the latest counts. The stream ends with the job.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, Sse};
use futures_util::Stream;
use wire::{JobId, ToViewer};

use super::links::Links;
use crate::api::feed::{self, Heard, Since, Teller, last_event, named};
use crate::app::App;
use crate::auth::Principal;
use crate::error::Result;
use crate::extract::Path;

pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(job): Path<JobId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let since = Since::Event(last_event(&headers)?.unwrap_or(0));
    let teller = AsStored { app: Arc::clone(&app), principal: principal.clone(), job };
    feed::of_job((app, principal), (job, since), teller).await
}

/// Tells things as they are kept.
struct AsStored {
    app: Arc<App>,
    principal: Principal,
    job: JobId,
}

impl Teller for AsStored {
    fn say(&mut self, heard: Heard<'_>) -> Option<sse::Event> {
        let job = self.job;
        Some(match heard {
            Heard::Event(seq, event) => {
                let event = Links::new(&self.app, &self.principal).event(event.clone());
                named("event", &ToViewer::Event { job, seq, event }).id(seq.to_string())
            }
            Heard::Progress(progress) => {
                named("progress", &ToViewer::Progress { job, progress: progress.clone() })
            }
            Heard::Position(position) => named("position", &ToViewer::Position { job, position }),
            Heard::Gone => named("gone", &ToViewer::Gone { job }),
            Heard::Preview(_) => return None,
        })
    }
}
