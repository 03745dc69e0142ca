//! One attempt at a job, from the queue to its end or back.

use std::sync::Arc;
use std::time::Duration;

use comfy::prompt::PromptRequest;
use comfy::{BackendError, Graph};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wire::{JobId, JobStatus, Progress};

use super::follow::{Follow, Over};
use super::queue::Waiting;
use super::state::{Change, End};
use super::{Jobs, failure};
use crate::backends::{Backend, Listener, Slot};
use crate::db::{Attempt, ToRun};

/// How an attempt ended.
pub(super) enum Outcome {
    /// The job is over.
    Over(End, Option<Progress>),
    /// The backend is lost, or cannot take it; the job goes back to the queue.
    Back(Setback),
    /// Nothing is left to be done: it was stopped before, or deleted.
    Nothing,
    /// The house is closing. The next process goes on.
    Closing,
}

/// Why a job goes back to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setback {
    /// What its owner is told.
    pub(super) reason: String,
    /// The backend was there and yet could not do it. That is not tried for ever.
    pub(super) counts: bool,
}

/// How often a job goes back to the queue because of [`Setback::counts`].
const SETBACKS: u32 = 5;

/// How long storage that failed is left alone.
const RECOVERING: Duration = Duration::from_secs(2);

/// A prompt that a backend has.
struct Handed {
    prompt_id: Uuid,
    /// None when it was handed over under the id of a socket that is gone.
    listener: Option<Listener>,
}

/// What came of handing a prompt over.
enum Handing {
    Done(Handed),
    Not(Outcome),
}

/// One job and what its task needs all the time.
pub(super) struct Run<'a> {
    pub(super) jobs: &'a Jobs,
    pub(super) id: JobId,
    pub(super) backend: &'a Arc<Backend>,
    pub(super) row: ToRun,
    pub(super) graph: Graph,
    pub(super) stop: CancellationToken,
}

impl Jobs {
    /// Runs the job on the backend of `slot`, once.
    pub(super) async fn run(&self, waiting: Waiting, slot: Slot) {
        let id = waiting.job;
        let concluded = match self.attempt(id, slot).await {
            Ok(outcome) => self.conclude(waiting.clone(), outcome).await,
            Err(error) => Err(error),
        };
        if let Err(error) = concluded {
            tracing::error!(job.id = %id, error = format!("{error:#}"), "the attempt failed");
            self.try_later(waiting).await;
        }
    }

    /// safety 36: our own storage failed. The job stays as it is, and when it
    /// is taken up again, what its backend made is found there.
    async fn try_later(&self, mut waiting: Waiting) {
        self.active().remove(&waiting.job);
        tokio::select! {
            () = sleep(RECOVERING) => (),
            () = self.shutdown.started() => return,
        }
        waiting.setbacks += 1;
        if waiting.setbacks < SETBACKS {
            return self.queue.push_front(waiting);
        }
        let end = End::Failed(failure::internal());
        if let Err(error) = self.record(waiting.job, Change::Finish { end, progress: None }).await {
            // The row stays as it is: the next start takes it up.
            tracing::error!(job.id = %waiting.job, error = format!("{error:#}"), "given up");
        }
    }

    async fn attempt(&self, id: JobId, slot: Slot) -> anyhow::Result<Outcome> {
        let Some(row) = self.parts.db.to_run(id).await? else { return Ok(Outcome::Nothing) };
        if row.status.is_over() {
            return Ok(Outcome::Nothing);
        }
        let stop = self.active().entry(id).or_default().stop.clone();
        if row.status == JobStatus::Canceling {
            stop.cancel();
        }
        let backend = Arc::clone(&slot.backend);
        let graph = Graph::parse(&row.graph)?;
        let run = Run { jobs: self, id, backend: &backend, row, graph, stop };
        run.go(slot).await
    }

    async fn conclude(&self, waiting: Waiting, outcome: Outcome) -> anyhow::Result<()> {
        match outcome {
            Outcome::Nothing | Outcome::Closing => (),
            Outcome::Over(end, progress) => {
                self.record(waiting.job, Change::Finish { end, progress }).await?;
            }
            Outcome::Back(setback) => {
                // Before it is queued: its next task has an entry of its own.
                self.active().remove(&waiting.job);
                return self.send_back(waiting, setback).await;
            }
        }
        self.active().remove(&waiting.job);
        Ok(())
    }

    /// Back to the queue, unless it was tried often enough.
    pub(super) async fn send_back(
        &self,
        mut waiting: Waiting,
        setback: Setback,
    ) -> anyhow::Result<()> {
        let Some(row) = self.parts.db.to_run(waiting.job).await? else { return Ok(()) };
        waiting.setbacks += u32::from(setback.counts);
        let tired = row.attempt >= self.limits.attempts || waiting.setbacks >= SETBACKS;
        let again = match row.status {
            JobStatus::Queued => waiting.setbacks < SETBACKS,
            JobStatus::Running if !tired => {
                let lose = Change::Lose { reason: setback.reason };
                self.record(waiting.job, lose).await?.is_some()
            }
            _ => false,
        };
        if again {
            self.queue.push_front(waiting);
            return Ok(());
        }
        // What was to be stopped meanwhile becomes canceled by this, too.
        let end = End::Failed(failure::backend_lost(row.attempt.max(waiting.setbacks)));
        self.record(waiting.job, Change::Finish { end, progress: None }).await?;
        Ok(())
    }
}

impl Run<'_> {
    async fn go(mut self, slot: Slot) -> anyhow::Result<Outcome> {
        let handed = match self.adopt().await? {
            Some(handing) => handing,
            None => self.hand_over().await?,
        };
        let handed = match handed {
            Handing::Done(handed) => handed,
            Handing::Not(outcome) => return Ok(outcome),
        };
        if self.row.status == JobStatus::Queued && !self.started().await? {
            self.take_back(handed.prompt_id).await;
            return Ok(Outcome::Nothing);
        }
        let prompt_id = handed.prompt_id;
        let follow = Follow::new(&self, (prompt_id, handed.listener)).await?;
        let (over, told) = follow.until_over().await;
        // What was made can be fetched while the next job runs.
        drop(slot);
        match over {
            Over::Closing => Ok(Outcome::Closing),
            Over::Lost { reason, forgotten } => {
                if forgotten {
                    self.jobs.parts.db.end_attempt(prompt_id).await?;
                }
                Ok(Outcome::Back(Setback { reason, counts: false }))
            }
            Over::Ended(entry) => self.end(entry, told).await,
        }
    }

    /// safety 3: an earlier attempt on this backend, the outcome of which is
    /// not known, is looked for before another is made.
    async fn adopt(&mut self) -> anyhow::Result<Option<Handing>> {
        for attempt in self.jobs.parts.db.open_attempts(self.id).await? {
            if attempt.backend != self.backend.name() {
                continue;
            }
            match find(self.backend, attempt.prompt_id).await {
                Ok(true) => {
                    tracing::info!(job.id = %self.id, "found again on its backend");
                    let prompt_id = attempt.prompt_id;
                    return Ok(Some(Handing::Done(Handed { prompt_id, listener: None })));
                }
                Ok(false) => self.jobs.parts.db.end_attempt(attempt.prompt_id).await?,
                Err(error) => return Ok(Some(Handing::Not(self.unreachable(&error)))),
            }
        }
        // None of them is left: what was running is not any more.
        let lost = self.row.status != JobStatus::Queued;
        Ok(lost.then(|| {
            let reason = lost_by(self.backend);
            Handing::Not(Outcome::Back(Setback { reason, counts: false }))
        }))
    }

    /// Sends the files and the graph. The attempt is committed before.
    async fn hand_over(&mut self) -> anyhow::Result<Handing> {
        if let (Some(workflow), Some(definitions)) =
            (self.jobs.parts.workflows.get(&self.row.workflow), self.backend.definitions())
            && workflow.version() == self.row.workflow_version
        {
            workflow.fit(&mut self.graph, &definitions);
        }
        if let Err(error) = self.send_files().await? {
            return Ok(Handing::Not(self.unreachable(&error)));
        }
        if self.stop.is_cancelled() {
            return Ok(Handing::Not(Outcome::Over(End::Stopped, None)));
        }
        let prompt_id = Uuid::new_v4();
        let attempt = Attempt { prompt_id, backend: self.backend.name().to_owned() };
        self.jobs.parts.db.add_attempt(self.id, attempt).await?;
        let listener = self.backend.listen(prompt_id);
        let since = Instant::now();
        let client_id = self.backend.client_id();
        let heard = client_id.is_some();
        match self.backend.client.prompt(&self.request(prompt_id, client_id)).await {
            Ok(_) => {
                self.backend.expect_status(since);
                Ok(Handing::Done(Handed { prompt_id, listener: heard.then_some(listener) }))
            }
            Err(BackendError::Refused(refusal)) => {
                self.jobs.parts.db.end_attempt(prompt_id).await?;
                let failure = failure::rejected(&refusal, &self.graph);
                Ok(Handing::Not(Outcome::Over(End::Failed(failure), None)))
            }
            Err(error) => self.unknown(prompt_id, (listener, error)).await,
        }
    }

    /// It is not known whether the backend has the prompt: look for it.
    async fn unknown(
        &self,
        prompt_id: Uuid,
        (listener, error): (Listener, BackendError),
    ) -> anyhow::Result<Handing> {
        if !error.surely_not_done() {
            match find(self.backend, prompt_id).await {
                Ok(true) => {
                    return Ok(Handing::Done(Handed { prompt_id, listener: Some(listener) }));
                }
                Ok(false) => (),
                // The attempt stays open: it is looked for when this one is back.
                Err(error) => return Ok(Handing::Not(self.unreachable(&error))),
            }
        }
        self.jobs.parts.db.end_attempt(prompt_id).await?;
        Ok(Handing::Not(self.unreachable(&error)))
    }

    fn unreachable(&self, error: &BackendError) -> Outcome {
        self.backend.close(&error.to_string());
        let counts = !matches!(error, BackendError::Unreachable(_));
        Outcome::Back(Setback { reason: lost_by(self.backend), counts })
    }

    /// safety 2, 8: every field of a request is ours.
    fn request(&self, prompt_id: Uuid, client_id: Option<String>) -> PromptRequest {
        // Without a socket nobody is to be told: previews of prompts without an
        // owner go to everyone.
        let client_id = client_id.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
        let previews = Map::from_iter([("preview_method".to_owned(), Value::from("auto"))]);
        PromptRequest {
            extra_data: previews,
            ..PromptRequest::new(self.graph.clone(), prompt_id, client_id)
        }
    }

    /// Uploads what the graph reads, and writes the names the backend gave.
    async fn send_files(&mut self) -> anyhow::Result<Result<(), BackendError>> {
        for file in &self.row.files {
            let content = self.jobs.parts.files.read(file.hash).await?;
            let stored = match self.backend.client.upload_image(&file.name, content).await {
                Ok(stored) => stored.as_input(),
                Err(error) => return Ok(Err(error)),
            };
            if stored != file.name {
                rename(&mut self.graph, &file.name, &stored);
            }
        }
        Ok(Ok(()))
    }

    /// Notes that the backend took it. `false` when it was stopped meanwhile.
    async fn started(&self) -> anyhow::Result<bool> {
        let start = Change::Start { backend: self.backend.name().to_owned() };
        Ok(self.jobs.record(self.id, start).await?.is_some())
    }

    /// The job was stopped or deleted before the backend had begun.
    async fn take_back(&self, prompt_id: Uuid) {
        if let Err(error) = self.backend.client.cancel(prompt_id).await {
            tracing::warn!(job.id = %self.id, %error, "an unwanted prompt may run");
        }
    }
}

/// Whether the backend knows the prompt, in whichever state.
async fn find(backend: &Backend, prompt_id: Uuid) -> Result<bool, BackendError> {
    let id = prompt_id.to_string();
    let queue = backend.client.queue().await?;
    // History second: a prompt goes from the queue to history and never back.
    Ok(queue.is_running(&id)
        || queue.is_waiting(&id)
        || backend.client.history(prompt_id).await?.is_some())
}

/// What a job is told when it has to go back to the queue.
pub(super) fn lost_by(backend: &Backend) -> String {
    format!("The workshop “{}” was lost. The job is tried again.", backend.name())
}

fn rename(graph: &mut Graph, ours: &str, theirs: &str) {
    let inputs = graph.nodes.values_mut().flat_map(|node| node.inputs.values_mut());
    for input in inputs.filter(|input| input.as_str() == Some(ours)) {
        *input = comfy::Input::Value(theirs.into());
    }
}
