//! The jobs that the page follows: those under way, and those that ended while it looked on.

use wire::{Event, Job, JobId, JobStatus, NodeProgress, NodeState, ToViewer};

/// How many jobs that are over are remembered.
const KEEP_OVER: usize = 20;

/// Jobs, newest first. `apply` takes what the server says; repeats and stragglers do no harm.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Jobs {
    rows: Vec<Row>,
}

/// One job as the page knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) job: Job,
    /// Why it went back to the queue, in the server's words.
    pub(crate) waiting: Option<String>,
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Applied {
    /// Taken in, or known already.
    Done,
    /// About a job that is not known, or with something missing before it: ask for the whole job.
    Gap(JobId),
    /// This job is over now.
    Over(Box<Job>),
    /// This job is there no more.
    Gone(JobId),
}

impl From<Job> for Row {
    fn from(job: Job) -> Self {
        Self { job, waiting: None }
    }
}

impl Jobs {
    /// The job with this id.
    pub(crate) fn get(&self, id: JobId) -> Option<&Row> {
        self.rows.iter().find(|row| row.job.id == id)
    }

    /// Jobs that are not over, newest first.
    pub(crate) fn under_way(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.job.status.is_over())
    }

    /// Takes in what the server says.
    pub(crate) fn apply(&mut self, told: ToViewer) -> Applied {
        match told {
            ToViewer::Snapshot { job } => self.put(job),
            ToViewer::Event { job, seq, event } => self.event(job, seq, event),
            ToViewer::Progress { job, progress } => self.change(job, |row| {
                // A straggler must not make a finished job look busy.
                if !row.job.status.is_over() {
                    row.job.progress = Some(progress);
                }
            }),
            ToViewer::Position { job, position } => self.change(job, |row| {
                if row.job.status == JobStatus::Queued {
                    row.job.position = Some(position);
                }
            }),
            ToViewer::Gone { job } => {
                self.rows.retain(|row| row.job.id != job);
                Applied::Gone(job)
            }
            ToViewer::Hello { .. } | ToViewer::Refused { .. } | ToViewer::Restarting { .. } => {
                Applied::Done
            }
        }
    }

    /// A whole job: replaces what was known, unless that is newer.
    fn put(&mut self, job: Job) -> Applied {
        let was_over = match self.row(job.id) {
            Some(row) if row.job.seq > job.seq => return Applied::Done,
            Some(row) => {
                let was_over = row.job.status.is_over();
                let waiting = row.waiting.take().filter(|_| job.status == JobStatus::Queued);
                *row = Row { job: job.clone(), waiting };
                was_over
            }
            None => {
                self.insert(job.clone());
                false
            }
        };
        if job.status.is_over() && !was_over { Applied::Over(Box::new(job)) } else { Applied::Done }
    }

    fn insert(&mut self, job: Job) {
        // Ids sort by time.
        let place = self.rows.partition_point(|row| row.job.id > job.id);
        self.rows.insert(place, job.into());
        let mut over = 0;
        self.rows.retain(|row| {
            over += usize::from(row.job.status.is_over());
            !row.job.status.is_over() || over <= KEEP_OVER
        });
    }

    fn event(&mut self, id: JobId, seq: u64, event: Event) -> Applied {
        let Some(row) = self.row(id) else { return Applied::Gap(id) };
        if seq <= row.job.seq {
            return Applied::Done;
        }
        if seq > row.job.seq + 1 {
            return Applied::Gap(id);
        }
        row.job.seq = seq;
        let was_over = row.job.status.is_over();
        row.take_in(event);
        if row.job.status.is_over() && !was_over {
            return Applied::Over(Box::new(row.job.clone()));
        }
        Applied::Done
    }

    fn change(&mut self, id: JobId, change: impl FnOnce(&mut Row)) -> Applied {
        match self.row(id) {
            Some(row) => {
                change(row);
                Applied::Done
            }
            None => Applied::Gap(id),
        }
    }

    fn row(&mut self, id: JobId) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.job.id == id)
    }
}

impl Row {
    /// Percent of the whole run, while it runs.
    pub(crate) fn percent(&self) -> u32 {
        let fraction = self.job.progress.as_ref().map_or(0.0, |progress| progress.fraction);
        (fraction.clamp(0.0, 1.0) * 100.0) as u32
    }

    fn take_in(&mut self, event: Event) {
        let job = &mut self.job;
        match event {
            Event::Queued { .. } => job.status = JobStatus::Queued,
            Event::Started { at, backend, attempt } => {
                job.status = JobStatus::Running;
                job.started_at = Some(at);
                job.backend = Some(backend);
                job.attempt = attempt;
                job.position = None;
                job.progress = None;
                self.waiting = None;
            }
            Event::Waiting { reason, .. } => {
                job.status = JobStatus::Queued;
                job.progress = None;
                self.waiting = Some(reason);
            }
            Event::Node { node, state } => {
                let progress = job.progress.get_or_insert_default();
                let unstarted = NodeProgress { state, value: 0, max: 0 };
                let known = progress.nodes.entry(node.clone()).or_insert(unstarted);
                // Progress may be newer than the events that come after it.
                if state == NodeState::Running && known.state != NodeState::Running {
                    return;
                }
                known.state = state;
                if state == NodeState::Running {
                    progress.node = Some(node);
                }
            }
            Event::Output { output } => {
                if !job.outputs.iter().any(|known| known.id == output.id) {
                    job.outputs.push(output);
                }
            }
            Event::Canceling { .. } => job.status = JobStatus::Canceling,
            Event::Finished { at, status, failure, expires_at } => {
                job.status = status;
                job.finished_at = Some(at);
                job.failure = failure;
                job.expires_at = expires_at;
                job.position = None;
                self.waiting = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::{job, output};

    fn with(jobs: impl IntoIterator<Item = Job>) -> Jobs {
        let mut all = Jobs::default();
        for job in jobs {
            all.apply(ToViewer::Snapshot { job });
        }
        all
    }

    fn event(job: &Job, seq: u64, event: Event) -> ToViewer {
        ToViewer::Event { job: job.id, seq, event }
    }

    fn finished(status: JobStatus) -> Event {
        Event::Finished { at: 9, status, failure: None, expires_at: None }
    }

    #[test]
    fn the_newest_job_stands_first_in_whatever_order_they_come() {
        let jobs = with([job(2), job(3), job(1)]);
        let order: Vec<JobId> = jobs.under_way().map(|row| row.job.id).collect();
        assert_eq!(order, [job(3).id, job(2).id, job(1).id]);
    }

    #[test]
    fn an_event_is_taken_in_once() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        let told = event(&made, 1, Event::Output { output: output(7) });
        jobs.apply(told.clone());
        jobs.apply(told);
        assert_eq!(jobs.get(made.id).unwrap().job.outputs.len(), 1);
    }

    #[test]
    fn a_missing_event_asks_for_the_whole_job() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        let told = event(&made, 3, Event::Canceling { at: 1 });
        assert_eq!(jobs.apply(told), Applied::Gap(made.id));
        assert_eq!(jobs.get(made.id).unwrap().job.status, JobStatus::Queued);
    }

    #[test]
    fn an_event_of_an_unknown_job_asks_for_it() {
        let told = event(&job(1), 1, Event::Queued { at: 1 });
        assert_eq!(Jobs::default().apply(told), Applied::Gap(job(1).id));
    }

    #[test]
    fn the_end_is_told_once() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        let end = event(&made, 1, finished(JobStatus::Succeeded));
        assert!(matches!(jobs.apply(end.clone()), Applied::Over(_)));
        assert_eq!(jobs.apply(end), Applied::Done);
        let again = jobs.get(made.id).unwrap().job.clone();
        assert_eq!(jobs.apply(ToViewer::Snapshot { job: again }), Applied::Done);
    }

    #[test]
    fn an_older_snapshot_does_not_undo_what_came_since() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        jobs.apply(event(&made, 1, finished(JobStatus::Failed)));
        jobs.apply(ToViewer::Snapshot { job: made.clone() });
        assert_eq!(jobs.get(made.id).unwrap().job.status, JobStatus::Failed);
    }

    #[test]
    fn late_progress_does_not_wake_a_finished_job() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        jobs.apply(event(&made, 1, finished(JobStatus::Canceled)));
        let progress = wire::Progress { fraction: 0.5, ..Default::default() };
        jobs.apply(ToViewer::Progress { job: made.id, progress });
        assert_eq!(jobs.get(made.id).unwrap().percent(), 0);
    }

    #[test]
    fn a_node_never_steps_back() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        jobs.apply(event(
            &made,
            1,
            Event::Started { at: 1, backend: "atelier".into(), attempt: 1 },
        ));
        let done = NodeProgress { state: NodeState::Done, value: 4, max: 4 };
        let progress = wire::Progress {
            node: Some("8".into()),
            nodes: [("3".to_owned(), done)].into(),
            ..wire::Progress::default()
        };
        jobs.apply(ToViewer::Progress { job: made.id, progress });
        jobs.apply(event(&made, 2, Event::Node { node: "3".into(), state: NodeState::Running }));
        let progress = jobs.get(made.id).unwrap().job.progress.clone().unwrap();
        assert_eq!(progress.nodes["3"].state, NodeState::Done);
        assert_eq!(progress.node.as_deref(), Some("8"));
    }

    #[test]
    fn a_second_attempt_starts_from_nothing() {
        let made = job(1);
        let mut jobs = with([made.clone()]);
        let start = |attempt| Event::Started { at: 1, backend: "atelier".into(), attempt };
        jobs.apply(event(&made, 1, start(1)));
        let node = Event::Node { node: "3".into(), state: NodeState::Running };
        jobs.apply(event(&made, 2, node));
        jobs.apply(event(&made, 3, Event::Waiting { at: 2, reason: "It was lost.".into() }));
        assert_eq!(jobs.get(made.id).unwrap().waiting.as_deref(), Some("It was lost."));
        jobs.apply(event(&made, 4, start(2)));
        let row = jobs.get(made.id).unwrap();
        assert_eq!((row.waiting.as_ref(), row.job.progress.as_ref()), (None, None));
        assert_eq!(row.job.attempt, 2);
    }

    #[test]
    fn jobs_that_are_over_do_not_pile_up() {
        let over = |n| Job { status: JobStatus::Succeeded, ..job(n) };
        let mut jobs = with((2..40).map(over));
        jobs.apply(ToViewer::Snapshot { job: job(1) });
        assert_eq!(jobs.rows.len(), KEEP_OVER + 1);
        assert_eq!(jobs.under_way().count(), 1);
    }
}
