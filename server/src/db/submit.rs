//! What is asked for: a job, or many at once. How it is kept, `orders` has.

use wire::{BatchId, Inputs, Job, JobId, JobStatus, Millis};

use super::Asked;
use super::idempotency::Idempotency;
use crate::auth::PrincipalId;
use crate::files::Hash;
use crate::jobs::Handling;
use crate::webhooks::Target;
use crate::workflows::AsSent;

/// A job that is about to be.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    pub(crate) id: JobId,
    pub(crate) principal: PrincipalId,
    /// Whose turn it takes.
    pub(crate) turn: PrincipalId,
    pub(crate) workflow: String,
    pub(crate) workflow_title: String,
    pub(crate) workflow_version: u32,
    pub(crate) at: Millis,
    /// As used: defaults filled in, the seed drawn.
    pub(crate) inputs: Inputs,
    /// What a search looks in.
    pub(crate) words: String,
    /// What a backend is to run, as JSON: many at once are smaller as text.
    pub(crate) graph: String,
    /// What the graph said where names of ours stand.
    pub(crate) as_sent: AsSent,
    /// Files it reads.
    pub(crate) files: Vec<JobFile>,
    /// What is to be done with what it makes.
    pub(crate) handling: Handling,
    /// How it was asked for, by the door that speaks ComfyUI's own words.
    pub(crate) asked: Option<Asked>,
    /// Who wants to be told of it alone.
    pub(crate) webhook: Option<Target>,
    /// The batch that it belongs to, and its line there.
    pub(crate) batch: Option<(BatchId, u32)>,
}

/// What is asked for at once: a job, or a batch of them, all of one principal
/// and one workflow.
#[derive(Debug)]
pub(crate) struct Order {
    /// One at least.
    pub(crate) jobs: Vec<NewJob>,
    /// What they are together.
    pub(crate) batch: Option<BatchId>,
    pub(crate) key: Option<Idempotency>,
}

impl NewJob {
    /// As its owner sees it when it has just been made.
    pub(crate) fn as_made(&self) -> Job {
        Job {
            id: self.id,
            workflow: self.workflow.clone(),
            workflow_title: self.workflow_title.clone(),
            workflow_version: self.workflow_version,
            status: JobStatus::Queued,
            seq: 1,
            created_at: self.at,
            started_at: None,
            finished_at: None,
            inputs: self.inputs.clone(),
            position: None,
            progress: None,
            outputs: Vec::new(),
            failure: None,
            favourite: false,
            expires_at: None,
            backend: None,
            attempt: 1,
        }
    }
}

/// A file that a job reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobFile {
    pub(crate) hash: Hash,
    /// Ours; what the graph calls it.
    pub(crate) name: String,
}

/// What an order made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    Job(JobId),
    Batch(BatchId),
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submission {
    Made,
    /// The same was asked for before: this.
    Replayed(Ordered),
    /// The key was used for something else.
    Conflict,
}
