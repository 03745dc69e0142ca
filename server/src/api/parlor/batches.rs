//! `POST /workflows/{slug}/batches`, `/batches/{id}`: many jobs at once.
//!
//! Each is a job like any other, seen and stopped by itself too. All of them are
//! taken, or none.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde::Deserialize;
use tokio::time::Instant;
use wire::{Batch, BatchId, BatchJob, BatchPage, Event, JobId, ToViewer};

use super::inside::{self, Brought};
use super::lines::{self, Asked};
use super::links::Links;
use super::wishes::{Answer, Applied, Wishes, about, at};
use super::{repeat, workflows};
use crate::api::feed::{self, Listener, Said, last_event, named, unknown_event};
use crate::api::running::{Caller, beside_node};
use crate::app::App;
use crate::auth::Principal;
use crate::db::{Idempotency, Used};
use crate::error::{Error, Result};
use crate::events::Told;
use crate::extract::{Path, Query};
use crate::jobs::{AtLine, Line, SubmittedBatch};
use crate::limits::Ask;
use crate::people::Whence;
use crate::webhooks::told_too;

/// Jobs on one page.
const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// Which jobs of a batch to list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The last line of the page before.
    cursor: Option<u32>,
    limit: Option<u32>,
}

/// 202 at once, or 200 with the finished batch when the caller waits for it; or what happens to
/// it, when the caller wants that.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(slug): Path<String>,
    (wishes, whence): (Wishes, Whence),
    request: Request,
) -> Result<Response> {
    let asked = lines::read(request).await?;
    run(app, (principal, whence), (slug, asked), wishes).await
}

/// Makes a job of every line, and answers as is wished.
pub(super) async fn run(
    app: Arc<App>,
    (principal, whence): (Principal, Whence),
    (slug, mut asked): (String, Asked),
    mut wishes: Wishes,
) -> Result<Response> {
    asked.webhook = wishes.webhook(asked.webhook)?;
    if let Answer::Output(_) = wishes.answer {
        let why = "many jobs make more than one picture: ask for the batch, then for its ZIP";
        return Err(Error::BadRequest(why.into()));
    }
    let Wishes { wait, key, answer, .. } = wishes.waiting(asked.wait);
    let hash = || told_too(asked.written.hash(&slug), asked.webhook.as_ref());
    let key = key.map(|key| key.standing_for(hash));
    let mut asking = repeat::begin(&app, principal.id, key).await?;
    if answer == Answer::Job
        && let Some(answer) = asking.before()
    {
        return Ok(answer);
    }
    let SubmittedBatch { id, replayed } = match asking.batch() {
        Some(id) => SubmittedBatch { id, replayed: true },
        None => start(&app, (&principal, &whence), (&slug, asked), asking.key()).await?,
    };
    let location = at(&app, &format!("batches/{id}"));
    if answer == Answer::Events {
        drop(asking);
        let headers = about(location, Applied { wait: None, replayed });
        return Ok((headers, stream(app, principal, (id, 0)).await?).into_response());
    }
    let batch = match wait {
        Some(wait) => finished(&app, &principal, (id, wait)).await?,
        None => find(&app, &principal, id).await?,
    };
    let status = if batch.finished_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let page = page(&app, &principal, (batch, Wanted::default())).await?;
    asking.answered((status, about(location, Applied { wait, replayed })), &page).await
}

/// A durable batch, counted among the jobs of whoever asks; for all lines, or for none.
async fn start(
    app: &App,
    (principal, whence): Caller<'_>,
    (slug, asked): (&str, Asked),
    key: Option<Idempotency>,
) -> Result<SubmittedBatch> {
    let workflow = &*workflows::find(app, principal, slug)?;
    let webhook = app.webhooks.for_jobs(principal, asked.webhook).await?;
    let mut lines = asked.written.lines(workflow)?;
    let count = lines.len() as u32;
    let who = (principal, whence.hash);
    let ask = |cost| (Ask::Jobs { count, cost }, workflow);
    // Nobody makes us check a thousand lines that cannot be taken anyway.
    drop(app.limits.admit_run(who, ask(0)).await?);
    let mut brought = Brought::default();
    for Line { line, inputs } in &mut lines {
        let handed_in = inside::hand_in(app, (principal, whence), (workflow, inputs, &mut brought));
        let handed_in = handed_in.await.map_err(|error| beside_node(workflow, error));
        handed_in.map_err(|error| error.at_line(*line))?;
    }
    let prepared = app.jobs.prepare_batch(principal.asker(whence.hash), workflow, &lines).await;
    let prepared = prepared.map_err(|error| beside_node(workflow, error))?;
    let cost = prepared.cost;
    let charge = app.limits.admit_run(who, ask(cost)).await?;
    let submitted = app.jobs.submit_batch(prepared, (key, webhook)).await?;
    if submitted.replayed {
        drop(charge);
    } else {
        charge.keep(Used { jobs: count.into(), cost, bytes: 0 }).await?;
    }
    Ok(submitted)
}

/// `GET /batches/{id}`
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<BatchId>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<BatchPage>> {
    let batch = find(&app, &principal, id).await?;
    Ok(axum::Json(page(&app, &principal, (batch, wanted)).await?))
}

/// `POST /batches/{id}/cancel`: how it fares then.
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<BatchId>,
) -> Result<axum::Json<BatchPage>> {
    let batch = app.jobs.cancel_batch((principal.id, id)).await?;
    let batch = batch.ok_or(Error::NotFound("batch"))?;
    Ok(axum::Json(page(&app, &principal, (batch, Wanted::default())).await?))
}

/// `DELETE /batches/{id}`: as [`super::jobs::delete`] deletes one job, also one that is not over.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<BatchId>,
) -> Result<StatusCode> {
    let deleted = app.jobs.delete_batch((principal.id, id)).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound("batch")) }
}

/// `GET /batches/{id}/events`: `job` for each that ends, whole, once and in the order of their
/// ends, resumable by `Last-Event-ID`; `batch` whenever the counts change.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<BatchId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let last = last_event(&headers)?.unwrap_or(0);
    let batch = find(&app, &principal, id).await?;
    let last = u32::try_from(last).ok().filter(|last| *last <= batch.total);
    stream(app, principal, (id, last.ok_or_else(unknown_event)?)).await
}

async fn find(app: &App, principal: &Principal, id: BatchId) -> Result<Batch> {
    app.jobs.batch(principal.id, id).await?.ok_or(Error::NotFound("batch"))
}

async fn page(
    app: &App,
    principal: &Principal,
    (batch, wanted): (Batch, Wanted),
) -> Result<BatchPage> {
    let limit = wanted.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let from = (wanted.cursor.unwrap_or(0), limit + 1);
    let mut jobs = app.jobs.jobs_of_batch((principal.id, batch.id), from).await?;
    let more = jobs.len() > limit as usize;
    jobs.truncate(limit as usize);
    let next = jobs.last().filter(|_| more).map(|last| last.line.to_string());
    let links = Links::new(app, principal);
    let jobs = jobs.into_iter().map(|one| linked(links, one)).collect();
    Ok(BatchPage { batch, jobs, next })
}

fn linked(links: Links<'_>, BatchJob { line, job }: BatchJob) -> BatchJob {
    BatchJob { line, job: links.job(job) }
}

/// The batch once all its jobs are over, or as it is when the time is.
async fn finished(
    app: &App,
    principal: &Principal,
    (id, wait): (BatchId, Duration),
) -> Result<Batch> {
    let deadline = Instant::now() + wait;
    let members = members(app, principal, id).await?;
    // Listening first, looking second: the end cannot fall between the two.
    let mut watch = app.hub.watch_mine(principal.id);
    loop {
        let batch = find(app, principal, id).await?;
        let is_late = Instant::now() >= deadline || app.shutdown.has_started();
        if batch.finished_at.is_some() || is_late {
            return Ok(batch);
        }
        tokio::select! {
            () = async { while !concerns(&members, &watch.next().await) {} } => (),
            () = tokio::time::sleep_until(deadline) => (),
            () = app.shutdown.started() => (),
        }
    }
}

async fn members(app: &App, principal: &Principal, id: BatchId) -> Result<HashSet<JobId>> {
    Ok(app.jobs.members((principal.id, id)).await?.into_iter().collect())
}

/// Whether the counts of a batch may be others after this.
fn concerns(members: &HashSet<JobId>, told: &Told) -> bool {
    let job = match told {
        Told::Preview(_) => return false,
        Told::Resync(job) => *job,
        Told::News(news) => match news.message() {
            ToViewer::Event { event: Event::Node { .. } | Event::Output { .. }, .. } => {
                return false;
            }
            ToViewer::Event { job, .. } | ToViewer::Gone { job } => *job,
            _ => return false,
        },
    };
    members.contains(&job)
}

/// What happens to a batch after so many of its jobs have ended.
async fn stream(
    app: Arc<App>,
    principal: Principal,
    (id, ended): (BatchId, u32),
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let watch = app.hub.watch_mine(principal.id);
    let members = members(&app, &principal, id).await?;
    let mut listener =
        OfBatch { app: Arc::clone(&app), principal: principal.clone(), id, members, ended };
    let mut said = Said::default();
    if !listener.catch_up(&mut said).await? {
        return Err(Error::NotFound("batch"));
    }
    Ok(feed::stream((app, principal), watch, (listener, said)))
}

/// Listens to the jobs of one batch.
struct OfBatch {
    app: Arc<App>,
    principal: Principal,
    id: BatchId,
    members: HashSet<JobId>,
    /// Ends that were told.
    ended: u32,
}

impl Listener for OfBatch {
    async fn hear(&mut self, told: Told, said: &mut Said) {
        if concerns(&self.members, &told) {
            // A failure here is logged where it happens; the client comes back.
            said.over |= !self.catch_up(said).await.unwrap_or(false);
        }
    }
}

impl OfBatch {
    /// Says which jobs have ended since, and how the batch fares. Whether there is such a batch.
    async fn catch_up(&mut self, said: &mut Said) -> Result<bool> {
        // What ends from here on is news again.
        let Some(batch) = self.app.jobs.batch(self.principal.id, self.id).await? else {
            return Ok(false);
        };
        loop {
            let about = (self.principal.id, self.id);
            let page = self.app.jobs.ended_of_batch(about, (self.ended, PAGE)).await?;
            let links = Links::new(&self.app, &self.principal);
            for (number, job) in &page {
                let job = linked(links, job.clone());
                said.say([named("job", &job).id(number.to_string())]);
                self.ended = *number;
            }
            if page.len() < PAGE as usize {
                break;
            }
        }
        said.over |= batch.finished_at.is_some();
        said.say([named("batch", &batch)]);
        Ok(true)
    }
}

impl From<AtLine> for Error {
    fn from(AtLine { line, error }: AtLine) -> Self {
        let error = Self::from(error);
        match line {
            Some(line) => error.at_line(line),
            None => error,
        }
    }
}
