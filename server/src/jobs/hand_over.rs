//! Handing a prompt to a backend: once, and findable whatever happens.

use std::time::Duration;

use comfy::prompt::PromptRequest;
use comfy::{BackendError, Graph};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use wire::JobStatus;

use super::failure;
use super::run::{LOST, Outcome, Run, Setback};
use super::state::{Change, End};
use crate::backends::{Backend, Listener};
use crate::db::Attempt;
use crate::workflows::Lacking;

/// Looks that must find nothing before a prompt counts as not there.
const LOOKS: u32 = 3;

/// Between two of them.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A prompt that a backend has.
pub(super) struct Handed {
    pub(super) prompt_id: Uuid,
    /// None when it was handed over under the id of a socket that is gone for good.
    pub(super) listener: Option<Listener>,
}

/// What came of handing a prompt over.
pub(super) enum Handing {
    Done(Handed),
    Not(Outcome),
}

impl Run<'_> {
    /// safety 3: an earlier attempt on this backend, the outcome of which is
    /// not known, is looked for before another is made.
    pub(super) async fn adopt(&mut self) -> anyhow::Result<Option<Handing>> {
        for attempt in self.jobs.parts.db.open_attempts(self.id).await? {
            if attempt.backend != self.backend.name() {
                continue;
            }
            match find(self.backend, attempt.prompt_id).await {
                Ok(true) => {
                    tracing::info!(job.id = %self.id, "found again on its backend");
                    let prompt_id = attempt.prompt_id;
                    // The socket under its id may not be back yet.
                    let listener = attempt.client_id.map(|_| self.backend.listen(prompt_id));
                    return Ok(Some(Handing::Done(Handed { prompt_id, listener })));
                }
                Ok(false) => self.jobs.parts.db.end_attempt(attempt.prompt_id).await?,
                Err(error) => return Ok(Some(Handing::Not(self.unreachable(&error)))),
            }
        }
        // None of them is left: what was running is not any more.
        let lost = self.row.status != JobStatus::Queued;
        Ok(lost.then(|| {
            let reason = LOST.into();
            Handing::Not(Outcome::Back(Setback { reason, counts: false }))
        }))
    }

    /// Sends the files and the graph. The attempt is committed before.
    pub(super) async fn hand_over(&mut self) -> anyhow::Result<Handing> {
        if let Err(lacking) = self.fit().await? {
            let failure = failure::lacking(&lacking, &self.graph);
            return Ok(Handing::Not(Outcome::Over(End::Failed(failure), None)));
        }
        if let Err(error) = self.send_files().await? {
            return Ok(Handing::Not(self.unreachable(&error)));
        }
        if self.stop.is_cancelled() {
            return Ok(Handing::Not(Outcome::Over(End::Stopped, None)));
        }
        let prompt_id = Uuid::new_v4();
        let client_id = self.backend.client_id();
        let backend = self.backend.name().to_owned();
        let attempt = Attempt { prompt_id, backend, client_id: client_id.clone() };
        self.jobs.parts.db.add_attempt(self.id, attempt).await?;
        let listener = self.backend.listen(prompt_id);
        let since = Instant::now();
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

    /// Fits the graph to this backend. What the job says of itself follows.
    async fn fit(&mut self) -> anyhow::Result<Result<(), Lacking>> {
        let parts = &self.jobs.parts;
        let (slug, version) = (&self.row.workflow, self.row.workflow_version);
        let workflow = parts.workflows.version(slug, version).await?;
        let (Some(workflow), Some(definitions)) = (workflow, self.backend.definitions()) else {
            return Ok(Ok(()));
        };
        match workflow.fit(&mut self.graph, &definitions) {
            Err(lacking) => return Ok(Err(lacking)),
            Ok(changed) if changed.is_empty() => (),
            Ok(changed) => {
                parts.db.refit(self.id, changed, self.graph.to_value()).await?;
                parts.hub.changed((self.row.principal, self.id));
            }
        }
        Ok(Ok(()))
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
        Outcome::Back(Setback { reason: LOST.into(), counts })
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
    pub(super) async fn started(&self) -> anyhow::Result<bool> {
        let start = Change::Start { backend: self.backend.name().to_owned() };
        Ok(self.jobs.record(self.id, start).await?.is_some())
    }

    /// The job was stopped or deleted before the backend had begun.
    pub(super) async fn take_back(&self, prompt_id: Uuid) {
        if let Err(error) = self.backend.client.cancel(prompt_id).await {
            tracing::warn!(job.id = %self.id, %error, "an unwanted prompt may run");
        }
    }
}

/// Whether the backend knows the prompt, in whichever state.
async fn find(backend: &Backend, prompt_id: Uuid) -> Result<bool, BackendError> {
    let id = prompt_id.to_string();
    for _ in 0..LOOKS {
        let queue = backend.client.queue().await?;
        // History second: a prompt goes from the queue to history and never back.
        if queue.is_running(&id)
            || queue.is_waiting(&id)
            || backend.client.history(prompt_id).await?.is_some()
        {
            return Ok(true);
        }
        // Between the two there is a moment in neither.
        sleep(BETWEEN_LOOKS).await;
    }
    Ok(false)
}

fn rename(graph: &mut Graph, ours: &str, theirs: &str) {
    let inputs = graph.nodes.values_mut().flat_map(|node| node.inputs.values_mut());
    for input in inputs.filter(|input| input.as_str() == Some(ours)) {
        *input = comfy::Input::Value(theirs.into());
    }
}
