//! Takes up what an earlier process left: every job that was acknowledged
//! reaches an end, and none is run twice without need. (safety 32)

use std::sync::Arc;
use std::time::Duration;

use comfy::Graph;
use tokio::time::timeout;
use wire::JobStatus;

use super::Jobs;
use super::queue::Waiting;
use super::run::Setback;
use crate::auth::Asker;
use crate::backends::Backend;
use crate::db::Unfinished;
use crate::workflows::Needs;

/// How long a backend that has a job of ours is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a job is told that has to be begun anew.
const BEGUN_ANEW: &str = "The house was restarted. The job is begun anew.";

impl Jobs {
    /// Queues what waits, and looks for what ran where it ran.
    pub(super) async fn recover(&self) -> anyhow::Result<()> {
        let unfinished = self.parts.db.unfinished().await?;
        if !unfinished.is_empty() {
            tracing::info!(jobs = unfinished.len(), "taking up what an earlier process left");
        }
        for job in unfinished {
            self.parts.hub.resume(job.principal, job.id);
            let needs = self.needs(&job).await?;
            let Unfinished { id, principal, turn, place, status, workflow, .. } = job;
            let waiting = Waiting::new((Asker { principal, turn }, id), workflow);
            let waiting = waiting.at(place).needing(needs);
            let attempts = self.parts.db.open_attempts(id).await?;
            let mut backends =
                attempts.iter().filter_map(|one| self.parts.backends.named(&one.backend));
            match (backends.next(), status) {
                (Some(backend), _) => self.look_for(waiting, backend),
                (None, JobStatus::Queued) => self.queue.push(waiting),
                (None, _) => self.send_back(waiting, begun_anew()).await?,
            }
        }
        Ok(())
    }

    /// What the job needs of its backend. Of a workflow that is no more only the nodes are known.
    async fn needs(&self, job: &Unfinished) -> anyhow::Result<Needs> {
        let Ok(graph) = Graph::parse(&job.graph) else { return Ok(Needs::default()) };
        let workflow = self.parts.workflows.version(&job.workflow, job.workflow_version).await?;
        Ok(workflow.map_or_else(|| Needs::nodes_of(&graph), |workflow| workflow.needs(&graph)))
    }

    /// Goes on with a job that a backend has, or may have.
    fn look_for(&self, waiting: Waiting, backend: &Arc<Backend>) {
        let (jobs, backend) = (self.clone(), Arc::clone(backend));
        // It is this job that the backend is busy with: no other until it is found.
        let slot = backend.try_acquire();
        self.active().insert(waiting.job, super::Active::of(&waiting.workflow));
        self.shutdown.spawn(async move {
            let found = tokio::select! {
                found = timeout(PATIENCE, backend.wait_open()) => found.is_ok(),
                () = jobs.shutdown.started() => return,
            };
            let slot = match slot {
                // Another was found first; when that is over this one is in history.
                None if found => Some(backend.acquire().await),
                slot => slot,
            };
            match slot {
                Some(slot) if found => jobs.run(waiting, slot).await,
                _ => {
                    jobs.release(waiting.job);
                    if let Err(error) = jobs.send_back(waiting, begun_anew()).await {
                        tracing::error!(
                            error = format!("{error:#}"),
                            "a job could not be taken up"
                        );
                    }
                }
            }
        });
    }
}

fn begun_anew() -> Setback {
    Setback { reason: BEGUN_ANEW.into(), counts: false }
}
