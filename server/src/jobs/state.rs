//! The life of a job as a table: which change is possible when, and what it
//! leads to. No I/O; the database asks it inside each transaction.
//!
//! ```text
//! queued → running → succeeded | failed | expired
//! queued | running → canceling → canceled
//! running → queued, when its backend is lost
//! ```

use wire::{Failure, JobStatus, NodeState, Progress};

use crate::db::NewOutput;

/// Something that happens to a job.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// It has to wait for more than its turn.
    Wait { reason: String },
    /// A backend took it.
    Start { backend: String },
    /// A node began, ended, or needed no run.
    Node { node: String, state: NodeState },
    /// Something that it made is here, while it goes on.
    Bring(Box<NewOutput>),
    /// Its backend is lost; it goes back to the queue.
    Lose { reason: String },
    /// Somebody wants it stopped.
    Stop,
    /// It is over. `progress` is where it stopped.
    Finish { end: End, progress: Option<Progress> },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// With these outputs, all stored.
    Succeeded(Vec<NewOutput>),
    Failed(Failure),
    /// It was stopped before its end.
    Stopped,
    /// It waited longer than the house allows.
    Expired,
}

impl Change {
    /// The status that this change leads to from `status`, or `None` when it
    /// makes no sense there: late news about a job that is over, for one.
    pub(crate) fn apply_to(&self, status: JobStatus) -> Option<JobStatus> {
        use JobStatus::{Canceled, Canceling, Expired, Failed, Queued, Running, Succeeded};
        Some(match (status, self) {
            (Queued, Self::Wait { .. }) | (Running, Self::Lose { .. }) => Queued,
            (Queued, Self::Start { .. }) => Running,
            (Running | Canceling, Self::Node { .. }) | (Running, Self::Bring(_)) => status,
            (Running, Self::Stop) => Canceling,
            // Whatever it came to meanwhile, it was stopped.
            (Queued, Self::Stop) | (Canceling, Self::Finish { .. }) => Canceled,
            (Queued | Running, Self::Finish { end, .. }) => match end {
                End::Succeeded(_) => Succeeded,
                End::Failed(_) => Failed,
                End::Stopped => Canceled,
                End::Expired => Expired,
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::OutputKind;

    use super::*;
    use crate::files::{Hash, Stored};

    const ALL: [JobStatus; 7] = [
        JobStatus::Queued,
        JobStatus::Running,
        JobStatus::Canceling,
        JobStatus::Canceled,
        JobStatus::Succeeded,
        JobStatus::Failed,
        JobStatus::Expired,
    ];

    fn failure() -> Failure {
        Failure {
            code: "node_failed".into(),
            message: String::new(),
            hint: None,
            node: None,
            node_title: None,
            details: None,
        }
    }

    fn output() -> NewOutput {
        let stored = Stored {
            hash: Hash([0; 32]),
            bytes: 0,
            mime: String::new(),
            kind: OutputKind::Image,
            width: None,
            height: None,
            blur: None,
            animated: false,
            extension: None,
        };
        let (name, node) = (String::new(), String::new());
        NewOutput { stored, name, text: None, node, native: None, source: None }
    }

    fn changes() -> Vec<Change> {
        let finish = |end| Change::Finish { end, progress: None };
        vec![
            Change::Wait { reason: String::new() },
            Change::Start { backend: String::new() },
            Change::Node { node: "1".into(), state: NodeState::Running },
            Change::Bring(Box::new(output())),
            Change::Lose { reason: String::new() },
            Change::Stop,
            finish(End::Succeeded(Vec::new())),
            finish(End::Failed(failure())),
            finish(End::Stopped),
            finish(End::Expired),
        ]
    }

    #[test]
    fn nothing_happens_to_a_job_that_is_over() {
        for status in ALL.into_iter().filter(|status| status.is_over()) {
            for change in changes() {
                assert_eq!(change.apply_to(status), None, "{change:?} to {status:?}");
            }
        }
    }

    #[test]
    fn a_job_that_is_being_stopped_can_only_become_canceled() {
        for change in changes() {
            let next = change.apply_to(JobStatus::Canceling);
            let expected = [None, Some(JobStatus::Canceling), Some(JobStatus::Canceled)];
            assert!(expected.contains(&next), "{change:?} leads to {next:?}");
        }
    }

    #[test]
    fn every_job_that_is_not_over_can_be_stopped_or_is() {
        assert_eq!(Change::Stop.apply_to(JobStatus::Queued), Some(JobStatus::Canceled));
        assert_eq!(Change::Stop.apply_to(JobStatus::Running), Some(JobStatus::Canceling));
        assert_eq!(Change::Stop.apply_to(JobStatus::Canceling), None);
    }

    #[test]
    fn a_lost_run_waits_again() {
        let lose = Change::Lose { reason: String::new() };
        assert_eq!(lose.apply_to(JobStatus::Running), Some(JobStatus::Queued));
        assert_eq!(lose.apply_to(JobStatus::Queued), None);
    }

    #[test]
    fn a_run_starts_once_per_attempt() {
        let start = Change::Start { backend: String::new() };
        assert_eq!(start.apply_to(JobStatus::Queued), Some(JobStatus::Running));
        assert_eq!(start.apply_to(JobStatus::Running), None);
    }
}
