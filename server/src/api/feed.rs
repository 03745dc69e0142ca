//! One open stream of server-sent events, however its door words them.
//!
//! `stream` is the loop that all share: listen, say, end. A [`Listener`] hears all
//! that happens to whoever asked; [`OfJob`] is the one for a single job, and leaves to its
//! [`Teller`] what the door calls things.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};
use wire::{Event, Job, JobId, Progress, ToViewer};

use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::events::{Told, Watch};

/// What is still to be said at a stream.
#[derive(Debug, Default)]
pub(super) struct Said {
    ready: VecDeque<sse::Event>,
    /// After what is ready nothing more comes.
    pub(super) over: bool,
}

impl Said {
    pub(super) fn say(&mut self, event: impl IntoIterator<Item = sse::Event>) {
        self.ready.extend(event);
    }

    pub(super) fn is_silent(&self) -> bool {
        self.ready.is_empty()
    }
}

/// Makes of what happens what is said at a stream.
pub(super) trait Listener: Send + 'static {
    fn hear(&mut self, told: Told, said: &mut Said) -> impl Future<Output = ()> + Send;

    /// When to say what it holds back, if it holds anything back.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Says what is due.
    fn release(&mut self, _said: &mut Said) {}
}

/// Until then; for ever, if there is no such time.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// The stream. It ends when its listener says so, when the server stops, and when whoever listens
/// was signed out.
///
/// `watch` began before `said` was filled: listening first, looking second, nothing falls between
/// the two.
pub(super) fn stream(
    (app, principal): (Arc<App>, Principal),
    watch: Watch,
    (listener, said): (impl Listener, Said),
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let open = (app, principal, watch, listener, said);
    let events =
        stream::unfold(open, |(app, principal, mut watch, mut listener, mut said)| async {
            loop {
                if let Some(event) = said.ready.pop_front() {
                    return Some((Ok(event), (app, principal, watch, listener, said)));
                }
                if said.over {
                    return None;
                }
                let told = tokio::select! {
                    told = watch.next() => told,
                    () = until(listener.due()) => {
                        listener.release(&mut said);
                        continue;
                    }
                    () = app.shutdown.started() => return None,
                    () = principal.ended() => return None,
                };
                listener.hear(told, &mut said).await;
            }
        });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Something that happens to one job.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heard<'a> {
    /// Numbered, and told once.
    Event(u64, &'a Event),
    /// Only the latest counts.
    Progress(&'a Progress),
    /// How many jobs are before it; only the latest counts.
    Position(u32),
    /// A whole frame, as [`wire::PreviewHeader`] has it.
    Preview(&'a Bytes),
    /// It was deleted.
    Gone,
}

/// How a door words what happens to a job.
pub(super) trait Teller: Send + 'static {
    /// What is said first of a job, to whoever does not go on from an event.
    fn begin(&mut self, _job: &Job) -> Vec<sse::Event> {
        Vec::new()
    }

    fn say(&mut self, heard: Heard<'_>) -> Option<sse::Event>;

    /// When to say what it holds back, if it holds anything back.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// What it held back and is due by then; all of it, if there is no later.
    fn release(&mut self, _by: Option<Instant>) -> Vec<sse::Event> {
        Vec::new()
    }

    /// What is said last, when the job is over.
    fn end(&mut self) -> impl Future<Output = Option<sse::Event>> + Send {
        async { None }
    }
}

/// Where a stream of one job begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Behind the event of this number, with what was missed.
    Event(u64),
    /// With how the job is now.
    Now,
}

/// The number in `Last-Event-ID`. An empty one is none, as browsers have it.
///
/// # Errors
///
/// [`Error::BadRequest`] when it is no number of ours: whoever begins anew by mistake hears
/// everything twice.
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<u64>> {
    let Some(id) = headers.get("last-event-id").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let digits = id.to_str().ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|id| id.parse().ok()).map(Some).ok_or_else(unknown_event)
}

/// What is said to whoever goes on from an event that there was not.
pub(super) fn unknown_event() -> Error {
    let cure = "there was no event of this Last-Event-ID: send the `id` of the last that came, or \
                none";
    Error::BadRequest(cure.into())
}

/// Listens to one job.
struct OfJob<T> {
    app: Arc<App>,
    principal: Principal,
    job: JobId,
    teller: T,
    /// Number of the last event that was told.
    last: u64,
}

/// What happens to a job of `principal`, told by `teller` until it is over.
///
/// # Errors
///
/// [`Error::NotFound`] when it is not theirs, [`Error::BadRequest`] when it is to go on from an event
/// that there has not been.
pub(super) async fn of_job<T: Teller>(
    (app, principal): (Arc<App>, Principal),
    (job, since): (JobId, Since),
    teller: T,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let watch = app.hub.watch_job(principal.id, job);
    let mut said = Said::default();
    let mut listener =
        OfJob { app: Arc::clone(&app), principal: principal.clone(), job, teller, last: 0 };
    let is_there = match since {
        Since::Event(last) => {
            listener.last = last;
            listener.has_been(last).await? && listener.catch_up(&mut said).await?
        }
        Since::Now => listener.begin(&mut said).await?,
    };
    if !is_there {
        return Err(Error::NotFound("job"));
    }
    Ok(stream((app, principal), watch, (listener, said)))
}

impl<T: Teller> Listener for OfJob<T> {
    async fn hear(&mut self, told: Told, said: &mut Said) {
        let heard = match &told {
            Told::Preview(frame) => Heard::Preview(frame),
            Told::Resync(_) => {
                // A failure here is logged where it happens; the client comes back.
                said.over |= !self.catch_up(said).await.unwrap_or(false);
                return;
            }
            Told::News(news) => match news.message() {
                ToViewer::Event { seq, event, .. } => return self.push(*seq, event, said).await,
                ToViewer::Progress { progress, .. } => Heard::Progress(progress),
                ToViewer::Position { position, .. } => Heard::Position(*position),
                ToViewer::Gone { .. } => {
                    said.over = true;
                    Heard::Gone
                }
                _ => return,
            },
        };
        said.say(self.teller.say(heard));
    }

    fn due(&self) -> Option<Instant> {
        self.teller.due()
    }

    fn release(&mut self, said: &mut Said) {
        said.say(self.teller.release(Some(Instant::now())));
    }
}

impl<T: Teller> OfJob<T> {
    /// Says how the job is now. Whether there is such a job.
    async fn begin(&mut self, said: &mut Said) -> Result<bool> {
        let job = self.app.jobs.find(self.principal.id, self.job).await?;
        let Some(job) = job else { return Ok(false) };
        self.last = job.seq;
        said.say(self.teller.begin(&job));
        if job.status.is_over() {
            self.end(said).await;
        }
        Ok(true)
    }

    /// Whether there is such a job, of which this event has been told.
    async fn has_been(&self, event: u64) -> Result<bool> {
        if event == 0 {
            return Ok(true);
        }
        let job = self.app.jobs.find(self.principal.id, self.job).await?;
        let Some(job) = job else { return Ok(false) };
        if job.seq < event { Err(unknown_event()) } else { Ok(true) }
    }

    /// Says what is stored behind the last event. Whether there is such a job.
    async fn catch_up(&mut self, said: &mut Said) -> Result<bool> {
        let stored = self.app.jobs.events_after(self.principal.id, self.job, self.last).await?;
        let Some(stored) = stored else { return Ok(false) };
        for (seq, event) in stored {
            self.push(seq, &event, said).await;
        }
        if said.is_silent() && !said.over {
            // It may have been over before: then nothing will come any more.
            let job = self.app.jobs.find(self.principal.id, self.job).await?;
            if job.is_none_or(|job| job.status.is_over()) {
                self.end(said).await;
            }
        }
        Ok(true)
    }

    async fn push(&mut self, seq: u64, event: &Event, said: &mut Said) {
        if seq <= self.last {
            return;
        }
        self.last = seq;
        let is_last = matches!(event, Event::Finished { .. });
        if is_last {
            said.say(self.teller.release(None));
        }
        said.say(self.teller.say(Heard::Event(seq, event)));
        if is_last {
            self.end(said).await;
        }
    }

    async fn end(&mut self, said: &mut Said) {
        said.over = true;
        said.say(self.teller.end().await);
    }
}

/// An event of this name.
pub(super) fn named(name: &str, told: &impl Serialize) -> sse::Event {
    let text = serde_json::to_string(told).expect("what is told has only text keys");
    sse::Event::default().event(name).data(text)
}
