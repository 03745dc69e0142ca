//! What every door does that runs a published workflow: counted, submitted, waited for.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use bytes::Bytes;
use tokio::time::Instant;
use wire::{Event, Inputs, Job, JobId, JobStatus, Output, OutputId, ToViewer};

use super::parlor::wishes::preferred_wait;
use super::parlor::workflows;
use crate::app::App;
use crate::auth::{Principal, Sealed};
use crate::db::{OutputRow, Used};
use crate::error::{Error, Result};
use crate::events::Told;
use crate::jobs::{Line, Submitted, Terms};
use crate::limits::Ask;
use crate::people::Whence;
use crate::workflows::{Published, Unasked};

/// Who asks, and from where.
pub(super) type Caller<'a> = (&'a Principal, &'a Whence);

/// A durable job of this workflow, counted among those of whoever asks.
///
/// # Errors
///
/// safety 11: a workflow that is for others is as good as none.
pub(super) async fn start(
    app: &App,
    (principal, whence): Caller<'_>,
    (slug, inputs): (&str, Inputs),
    terms: impl Into<Terms>,
) -> Result<Submitted> {
    let workflow = workflows::find(app, principal, slug)?;
    let ask = (Ask::Job, &*workflow);
    let charge = app.limits.admit_run((principal, whence.hash), ask).await?;
    let asker = principal.asker(whence.hash);
    let submitted = app.jobs.submit(asker, slug, inputs, terms).await;
    let submitted = submitted.map_err(|error| beside_node(&workflow, error))?;
    if submitted.replayed {
        drop(charge);
    } else {
        charge.keep(Used { jobs: 1, cost: submitted.cost, bytes: 0 }).await?;
    }
    Ok(submitted)
}

/// [`start`] for many at once, in the order of their lines: all of them are taken, or none.
///
/// # Errors
///
/// What is wrong with the first line of which no job can be made.
pub(super) async fn start_all(
    app: &App,
    (principal, whence): Caller<'_>,
    (workflow, lines): (&Published, Vec<Line>),
) -> Result<Vec<JobId>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let count = lines.len() as u32;
    let who = (principal, whence.hash);
    let ask = |cost| (Ask::Jobs { count, cost }, workflow);
    // Nobody makes us check what cannot be taken anyway.
    drop(app.limits.admit_run(who, ask(0)).await?);
    let prepared = app.jobs.prepare_batch(principal.asker(whence.hash), workflow, &lines).await?;
    let cost = prepared.cost;
    let charge = app.limits.admit_run(who, ask(cost)).await?;
    let batch = app.jobs.submit_batch(prepared, (None, None)).await?;
    charge.keep(Used { jobs: count.into(), cost, bytes: 0 }).await?;
    Ok(app.jobs.members((principal.id, batch.id)).await?)
}

/// How long is waited for whoever sends these headers: as `Prefer: wait=` says, in seconds, and
/// no longer than `longest`.
pub(super) fn patience(headers: &HeaderMap, longest: Duration) -> Duration {
    preferred_wait(headers).map_or(longest, |seconds| longest.min(Duration::from_secs(seconds)))
}

/// Why something that was filled into this workflow cannot be used, with the node that it is for.
pub(super) fn beside_node(workflow: &Published, error: impl Into<Error>) -> Error {
    error.into().with_node(|field| workflow.node_of(field).map(str::to_owned))
}

/// The job once it is over, or as it is when the time is.
pub(super) async fn finished(
    app: &App,
    principal: &Principal,
    id: JobId,
    wait: Duration,
) -> Result<Job> {
    let deadline = Instant::now() + wait;
    // Listening first, looking second: the end cannot fall between the two.
    let mut watch = app.hub.watch_job(principal.id, id);
    loop {
        let job = app.jobs.find(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
        if job.status.is_over() || Instant::now() >= deadline || app.shutdown.has_started() {
            return Ok(job);
        }
        tokio::select! {
            () = async { while !may_be_the_end(&watch.next().await) {} } => (),
            () = tokio::time::sleep_until(deadline) => (),
            () = app.shutdown.started() => (),
        }
    }
}

/// That the job has made what it was to make.
///
/// # Errors
///
/// What became of it instead.
pub(super) fn succeeded(job: &Job) -> Result<()> {
    if let Some(failure) = &job.failure {
        let hint = failure.hint.as_deref().unwrap_or_default();
        let message = format!("{} {hint}", failure.message).trim_end().to_owned();
        return Err(Error::JobFailed { node: failure.node.clone(), message });
    }
    match job.status {
        JobStatus::Succeeded => Ok(()),
        JobStatus::Canceled | JobStatus::Canceling => Err(Error::Stopped),
        JobStatus::Expired => {
            Err(Error::Late("the job waited longer than this house allows, and was given up"))
        }
        JobStatus::Failed => {
            let message = "the job failed, and nobody knows why".into();
            Err(Error::JobFailed { node: None, message })
        }
        JobStatus::Queued | JobStatus::Running => {
            Err(Error::Late("the job was not done in time, and goes on; ask for it later"))
        }
    }
}

/// Whether a job may be over after this.
pub(super) fn may_be_the_end(told: &Told) -> bool {
    match told {
        Told::News(news) => matches!(
            news.message(),
            ToViewer::Event { event: Event::Finished { .. }, .. } | ToViewer::Gone { .. }
        ),
        Told::Preview(_) => false,
        Told::Resync(_) => true,
    }
}

/// What a job made, as it is kept.
///
/// # Errors
///
/// [`Error::NotFound`] when it was deleted meanwhile.
pub(super) async fn made(app: &App, principal: &Principal, id: OutputId) -> Result<OutputRow> {
    let row = app.db.find_output(principal.id, id).await?;
    row.ok_or(Error::NotFound("output any more"))
}

/// [`made`], and all of its bytes.
pub(super) async fn content(
    app: &App,
    principal: &Principal,
    id: OutputId,
) -> Result<(OutputRow, Bytes)> {
    let row = made(app, principal, id).await?;
    let content = app.files.read(row.hash).await?;
    Ok((row, content))
}

/// The workflow of this name, or the one that is run when none is named: the host's choice, or
/// else the first that makes pictures of words.
pub(super) fn workflow(
    app: &App,
    principal: &Principal,
    name: Option<&str>,
) -> Result<Arc<Published>> {
    if let Some(name) = name {
        return workflows::find(app, principal, aliased(app, name).unwrap_or(name));
    }
    if let Some(slug) = &app.config.default_workflow {
        return workflows::find(app, principal, slug);
    }
    let first = all(app, principal).find(|one| one.paints());
    first.ok_or(Error::NotFound("workflow that makes pictures of words"))
}

/// The workflow of this name for a picture that is to become another one; `masked`: where a mask says.
///
/// The host's name for one stands for whatever does what programs ask for by it, and so does the
/// workflow that is run when none is named: where it takes no picture, or no mask, the first that does.
pub(super) fn editor(
    app: &App,
    principal: &Principal,
    (name, masked): (Option<&str>, bool),
) -> Result<Arc<Published>> {
    let slug = match name {
        Some(name) => match aliased(app, name) {
            Some(slug) => Some(slug),
            None => return workflows::find(app, principal, name),
        },
        None => app.config.default_workflow.as_deref(),
    };
    let meant = slug.map(|slug| workflows::find(app, principal, slug)).transpose()?;
    let able: Vec<_> =
        meant.into_iter().chain(all(app, principal)).filter(|one| one.edits(false)).collect();
    // One that takes no mask says so best itself.
    let best = able.iter().find(|one| one.edits(masked)).or(able.first()).cloned();
    best.ok_or(Error::NotFound("workflow that makes pictures of pictures and words"))
}

/// The workflow that the host gave this name, too.
fn aliased<'a>(app: &'a App, name: &str) -> Option<&'a str> {
    let alias = app.config.aliases.iter().find(|alias| alias.name == name);
    alias.map(|alias| alias.workflow.as_str())
}

/// Whatever whoever asks may run, in the host's order.
fn all<'a>(app: &App, principal: &'a Principal) -> impl Iterator<Item = Arc<Published>> + use<'a> {
    let all = app.workflows.list().into_iter();
    all.filter(|one| principal.may_run(one.slug(), one.access()))
}

/// That something can be made now, for whoever waits for it on the line.
///
/// # Errors
///
/// [`Error::Unavailable`] while no backend is open: what is durable waits, but nobody knows how long.
pub(super) fn must_be_open(app: &App) -> Result<()> {
    let closed = Error::Unavailable("no ComfyUI answers now; try again soon");
    if app.backends.any_open() { Ok(()) } else { Err(closed) }
}

impl From<Unasked> for Error {
    fn from(unasked: Unasked) -> Self {
        Self::field(unasked.0.name(), unasked.to_string())
    }
}

/// A link to the file that works for a day without a key, for whoever has it.
pub(super) fn link(app: &App, principal: &Principal, output: &Output) -> String {
    let id = output.id.0;
    let seal = app.visitors.seal(principal.id, Sealed::Output(id), SystemTime::now());
    let house = app.address();
    format!("{}/api/parlor/v1/signed/{seal}/outputs/{id}", house.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn over(status: &str, failure: &serde_json::Value) -> Error {
        let job = json!({
            "id": JobId(uuid::Uuid::nil()), "workflow": "w", "workflow_title": "W", "workflow_version": 1,
            "status": status, "seq": 1, "created_at": 1, "inputs": {}, "outputs": [],
            "failure": failure, "favourite": false, "attempt": 1,
        });
        succeeded(&serde_json::from_value(job).unwrap()).unwrap_err()
    }

    #[test]
    fn a_job_that_made_nothing_says_what_became_of_it() {
        let failure =
            json!({ "code": "node_failed", "message": "It broke.", "hint": "Try.", "node": "3" });
        let Error::JobFailed { node, message } = over("failed", &failure) else {
            panic!("it failed")
        };
        assert_eq!((node.as_deref(), message.as_str()), (Some("3"), "It broke. Try."));
        for stopped in ["canceled", "canceling"] {
            assert!(matches!(over(stopped, &json!(null)), Error::Stopped), "{stopped}");
        }
        let [given_up, late] = ["expired", "running"].map(|status| over(status, &json!(null)));
        assert!(matches!(given_up, Error::Late(why) if why.contains("given up")));
        assert!(matches!(late, Error::Late(why) if why.contains("goes on")));
    }
}
