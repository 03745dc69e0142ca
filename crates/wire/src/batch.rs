//! Many runs of one workflow, asked for at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{BatchId, Inputs, Job, JobStatus, Millis, NewWebhook};

/// Body of `POST /workflows/{slug}/batches` when it is JSON: every combination
/// of the values in `matrix`, each put into `inputs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// What all have in common.
    #[serde(default)]
    pub inputs: Inputs,
    /// Values by field: a list for each. The first field changes slowest, the
    /// last with every job.
    pub matrix: serde_json::Map<String, Value>,
    /// Where to be told what becomes of each job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<NewWebhook>,
    /// Seconds that the answer may take until all are over; as in [`crate::Submit`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u64>,
}

/// How a batch fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Batch {
    pub id: BatchId,
    /// Slug.
    pub workflow: String,
    pub workflow_title: String,
    pub created_at: Millis,
    /// When its last job ended; `None`: not all are over.
    pub finished_at: Option<Millis>,
    /// Jobs that were asked for. Those that were deleted since are in no count.
    pub total: u32,
    pub counts: Counts,
}

/// Jobs of a batch by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    pub queued: u32,
    pub running: u32,
    pub canceling: u32,
    pub canceled: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub expired: u32,
}

impl Counts {
    /// How many are in this status.
    pub fn of(&mut self, status: JobStatus) -> &mut u32 {
        match status {
            JobStatus::Queued => &mut self.queued,
            JobStatus::Running => &mut self.running,
            JobStatus::Canceling => &mut self.canceling,
            JobStatus::Canceled => &mut self.canceled,
            JobStatus::Succeeded => &mut self.succeeded,
            JobStatus::Failed => &mut self.failed,
            JobStatus::Expired => &mut self.expired,
        }
    }

    /// How many are not over.
    pub fn unfinished(self) -> u32 {
        self.queued + self.running + self.canceling
    }
}

/// Answer to `POST /workflows/{slug}/batches` and `GET /batches/{id}`: the batch
/// and one page of its jobs, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchPage {
    #[serde(flatten)]
    pub batch: Batch,
    pub jobs: Vec<BatchJob>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next: Option<String>,
}

/// A job of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchJob {
    /// Where it was asked for: the number of its line in JSON lines or CSV, of
    /// its combination in a matrix; from 1.
    pub line: u32,
    #[serde(flatten)]
    pub job: Job,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_page_of_a_batch_has_this_exact_json() {
        let batch = Batch {
            id: BatchId(Uuid::nil()),
            workflow: "w".into(),
            workflow_title: "W".into(),
            created_at: 1,
            finished_at: None,
            total: 2,
            counts: Counts { queued: 2, ..Counts::default() },
        };
        let page = BatchPage { batch, jobs: Vec::new(), next: None };
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"id":"00000000-0000-0000-0000-000000000000","workflow":"w","workflow_title":"W","created_at":1,"finished_at":null,"total":2,"counts":{"queued":2,"running":0,"canceling":0,"canceled":0,"succeeded":0,"failed":0,"expired":0},"jobs":[],"next":null}"#,
        );
    }
}
