//! What the stage shows of a job: a truthful sentence, the strip of nodes, and which job it is.

use wire::{Job, JobId, JobStatus, Millis, NodeInfo, NodeState, Workflow};

use super::{
    jobs::{Jobs, Row},
    results::Results,
};

/// Where a job stands, as far as a person wants to know.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// Sent, with this many before it.
    Queued {
        before: u32,
        starts_in: Option<Millis>,
    },
    /// Back in the queue for a reason, or waiting for a backend.
    Waiting {
        reason: Option<String>,
    },
    /// A backend has it and has not begun to count.
    Starting,
    Running {
        percent: u32,
        node: Option<Step>,
        remaining: Option<Millis>,
    },
    Stopping,
    /// Done, after so many milliseconds.
    Ready {
        took: Option<Millis>,
    },
    Failed,
    Stopped,
    Expired,
}

/// The node that runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) title: String,
    /// Steps done and steps in all, when it counts.
    pub(crate) count: Option<(u32, u32)>,
}

impl Phase {
    /// Where `row` stands. `open` says whether a backend can take work.
    pub(crate) fn of(row: &Row, workflow: &Workflow, open: bool) -> Self {
        let job = &row.job;
        match job.status {
            JobStatus::Queued if row.waiting.is_some() || !open => {
                Self::Waiting { reason: row.waiting.clone() }
            }
            JobStatus::Queued => queued(job, workflow),
            JobStatus::Running => running(row, workflow),
            JobStatus::Canceling => Self::Stopping,
            JobStatus::Succeeded => Self::Ready { took: took(job) },
            JobStatus::Failed => Self::Failed,
            JobStatus::Canceled => Self::Stopped,
            JobStatus::Expired => Self::Expired,
        }
    }
}

fn queued(job: &Job, workflow: &Workflow) -> Phase {
    let before = job.position.unwrap_or(0);
    let starts_in = workflow.usual_ms.map(|usual| usual * Millis::from(before));
    Phase::Queued { before, starts_in: starts_in.filter(|time| *time > 0) }
}

fn running(row: &Row, workflow: &Workflow) -> Phase {
    let Some(progress) = &row.job.progress else { return Phase::Starting };
    let node = progress.node.as_ref().map(|id| {
        let counted = progress.nodes.get(id).filter(|node| node.max > 1);
        let known = workflow.nodes.iter().find(|node| node.id == *id);
        Step {
            title: known.map_or_else(|| id.clone(), |node| node.title.clone()),
            count: counted.map(|node| (node.value, node.max)),
        }
    });
    Phase::Running { percent: row.percent(), node, remaining: progress.remaining_ms }
}

/// How long a job ran, in milliseconds.
pub(crate) fn took(job: &Job) -> Option<Millis> {
    Some((job.finished_at? - job.started_at?).max(0))
}

/// One node of the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) title: String,
    pub(crate) state: MarkState,
    /// Percent of its own steps, while it runs.
    pub(crate) percent: u32,
}

/// How a node of the strip is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkState {
    Waiting,
    Running,
    Cached,
    Done,
    Failed,
}

/// The graph in the order it runs, with what is known of each node.
pub(crate) fn strip(row: &Row, workflow: &Workflow) -> Vec<Mark> {
    workflow.nodes.iter().map(|node| mark(node, &row.job)).collect()
}

fn mark(node: &NodeInfo, job: &Job) -> Mark {
    let known = job.progress.as_ref().and_then(|progress| progress.nodes.get(&node.id));
    let failed =
        job.failure.as_ref().is_some_and(|failure| failure.node.as_ref() == Some(&node.id));
    let state = match known.map(|known| known.state) {
        _ if failed => MarkState::Failed,
        // All of it was needed: a node that said nothing was not worth a word.
        _ if job.status == JobStatus::Succeeded && known.is_none() => MarkState::Cached,
        Some(NodeState::Cached) => MarkState::Cached,
        _ if job.status == JobStatus::Succeeded => MarkState::Done,
        None => MarkState::Waiting,
        // It stopped with the job.
        Some(NodeState::Running) if job.status.is_over() => MarkState::Waiting,
        Some(NodeState::Running) => MarkState::Running,
        Some(NodeState::Done) => MarkState::Done,
        Some(NodeState::Failed) => MarkState::Failed,
    };
    let percent =
        known.filter(|known| known.max > 0).map_or(0, |known| known.value * 100 / known.max);
    Mark { title: node.title.clone(), state, percent: percent.min(100) }
}

/// Which job the stage shows. A job under way stays until it is over, a failure until something new
/// is asked for; otherwise the stage moves on to what is under way, and rests on the newest result.
pub(crate) fn choose(
    slug: &str,
    pinned: Option<JobId>,
    shown: Option<JobId>,
    (jobs, results): (&Jobs, &Results),
) -> Option<JobId> {
    let status = |id: JobId| jobs.get(id).map(|row| row.job.status);
    let candidates = || pinned.into_iter().chain(shown);
    let is_under_way = |id: &JobId| status(*id).is_some_and(|status| !status.is_over());
    let has_failed =
        |id: &JobId| matches!(status(*id), Some(JobStatus::Failed | JobStatus::Expired));
    let ours = || jobs.under_way().filter(|row| row.job.workflow == slug).rev();
    let running = || ours().find(|row| row.job.status != JobStatus::Queued);
    let known = |id: &JobId| status(*id).is_some() || results.get(*id).is_some();

    candidates()
        .find(is_under_way)
        .or_else(|| candidates().find(has_failed))
        .or_else(|| running().or_else(|| ours().next()).map(|row| row.job.id))
        .or_else(|| candidates().find(known))
        .or_else(|| results.of_workflow(slug).next().map(|job| job.id))
}

#[cfg(test)]
mod tests {
    use wire::{Failure, NodeProgress, Progress, ToViewer};

    use super::*;
    use crate::state::samples::{job, made, workflow};

    fn running(value: u32, max: u32) -> Row {
        let node = NodeProgress { state: NodeState::Running, value, max };
        let progress = Progress {
            fraction: 0.625,
            remaining_ms: Some(7_200),
            node: Some("3".into()),
            nodes: [("3".to_owned(), node)].into(),
        };
        Job { status: JobStatus::Running, progress: Some(progress), ..job(1) }.into()
    }

    fn jobs(all: impl IntoIterator<Item = Job>) -> Jobs {
        let mut jobs = Jobs::default();
        for job in all {
            jobs.apply(ToViewer::Snapshot { job });
        }
        jobs
    }

    fn chosen(pinned: Option<u128>, shown: Option<u128>, jobs: &Jobs) -> Option<JobId> {
        let id = |number: u128| job(number).id;
        choose("text-to-picture", pinned.map(id), shown.map(id), (jobs, &Results::default()))
    }

    #[test]
    fn a_running_job_tells_its_node_and_step() {
        let Phase::Running { percent, node, remaining } =
            Phase::of(&running(12, 20), &workflow(), true)
        else {
            panic!("it runs");
        };
        assert_eq!((percent, remaining), (62, Some(7_200)));
        assert_eq!(node, Some(Step { title: "KSampler".into(), count: Some((12, 20)) }));
    }

    #[test]
    fn a_node_of_one_step_is_not_counted() {
        let Phase::Running { node, .. } = Phase::of(&running(0, 1), &workflow(), true) else {
            panic!("it runs");
        };
        assert_eq!(node.unwrap().count, None);
    }

    #[test]
    fn the_wait_is_guessed_from_earlier_runs() {
        let row: Row = Job { position: Some(2), ..job(1) }.into();
        let usual = Workflow { usual_ms: Some(10_000), ..workflow() };
        let expected = Phase::Queued { before: 2, starts_in: Some(20_000) };
        assert_eq!(Phase::of(&row, &usual, true), expected);
        assert_eq!(
            Phase::of(&row, &workflow(), true),
            Phase::Queued { before: 2, starts_in: None }
        );
    }

    #[test]
    fn with_no_backend_a_job_waits_for_the_workshop() {
        let phase = Phase::of(&job(1).into(), &workflow(), false);
        assert_eq!(phase, Phase::Waiting { reason: None });
    }

    #[test]
    fn the_strip_marks_the_failed_node() {
        let mut row = running(12, 20);
        row.job.status = JobStatus::Failed;
        row.job.failure = Some(Failure {
            code: "node_failed".into(),
            message: String::new(),
            hint: None,
            node: Some("3".into()),
            node_title: None,
            details: None,
        });
        let states: Vec<MarkState> =
            strip(&row, &workflow()).iter().map(|mark| mark.state).collect();
        assert_eq!(states, [MarkState::Waiting, MarkState::Failed, MarkState::Waiting]);
    }

    #[test]
    fn the_running_node_has_a_ring_of_its_own() {
        let marks = strip(&running(12, 20), &workflow());
        assert_eq!((marks[1].state, marks[1].percent), (MarkState::Running, 60));
    }

    #[test]
    fn a_second_job_does_not_take_the_stage_from_the_first() {
        assert_eq!(chosen(None, Some(1), &jobs([job(1), job(2)])), Some(job(1).id));
    }

    #[test]
    fn a_pinned_job_takes_the_stage() {
        assert_eq!(chosen(Some(2), Some(1), &jobs([job(1), job(2)])), Some(job(2).id));
    }

    #[test]
    fn the_stage_moves_on_when_a_job_is_done_but_not_when_it_failed() {
        assert_eq!(chosen(None, Some(1), &jobs([made(1), job(2)])), Some(job(2).id));
        let failed = Job { status: JobStatus::Failed, ..job(1) };
        assert_eq!(chosen(None, Some(1), &jobs([failed, job(2)])), Some(job(1).id));
    }

    #[test]
    fn after_a_reload_the_running_job_is_shown_before_the_queued() {
        let running = Job { status: JobStatus::Running, ..job(2) };
        assert_eq!(chosen(None, None, &jobs([job(1), running, job(3)])), Some(job(2).id));
    }

    #[test]
    fn with_nothing_under_way_the_newest_result_is_shown() {
        let mut results = Results::default();
        results.extend([made(1), made(4)]);
        let shown = choose("text-to-picture", None, None, (&Jobs::default(), &results));
        assert_eq!(shown, Some(made(4).id));
    }
}
