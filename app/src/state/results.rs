//! What was made: finished jobs that have something to show.

use wire::{Job, JobId, JobStatus, Output, OutputKind};

/// Finished jobs by id, and so by time. Everything that shows results reads them here, so a
/// favourite or a deletion is seen everywhere at once.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Results {
    /// Oldest first.
    jobs: Vec<Job>,
}

impl Results {
    /// Takes in a job if it made something; a known one is replaced.
    pub(crate) fn add(&mut self, job: Job) {
        if job.status == JobStatus::Succeeded && !job.outputs.is_empty() {
            match self.place(job.id) {
                Ok(place) => self.jobs[place] = job,
                Err(place) => self.jobs.insert(place, job),
            }
        }
    }

    /// Takes in a page of a list.
    pub(crate) fn extend(&mut self, jobs: impl IntoIterator<Item = Job>) {
        jobs.into_iter().for_each(|job| self.add(job));
    }

    /// Forgets a job. Returns it, in case that is to be undone.
    pub(crate) fn remove(&mut self, id: JobId) -> Option<Job> {
        self.place(id).ok().map(|place| self.jobs.remove(place))
    }

    /// Marks a job as a favourite, or no longer.
    pub(crate) fn set_favourite(&mut self, id: JobId, favourite: bool) {
        if let Ok(place) = self.place(id) {
            self.jobs[place].favourite = favourite;
        }
    }

    /// The job with this id.
    pub(crate) fn get(&self, id: JobId) -> Option<&Job> {
        self.place(id).ok().map(|place| &self.jobs[place])
    }

    /// Where it is, or belongs.
    fn place(&self, id: JobId) -> Result<usize, usize> {
        self.jobs.binary_search_by_key(&id, |job| job.id)
    }

    /// All of them, newest first.
    pub(crate) fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.iter().rev()
    }

    /// Those of one workflow, newest first.
    pub(crate) fn of_workflow(&self, slug: &str) -> impl DoubleEndedIterator<Item = &Job> {
        self.newest_first().filter(move |job| job.workflow == slug)
    }

    /// The newest picture of a workflow made before the job `before`, or at all.
    pub(crate) fn newest_picture(&self, slug: &str, before: Option<JobId>) -> Option<&Output> {
        self.of_workflow(slug)
            .filter(|job| before.is_none_or(|before| job.id < before))
            .find_map(|job| job.outputs.iter().find(|output| output.kind == OutputKind::Image))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::{job, made};

    #[test]
    fn only_jobs_that_made_something_are_results() {
        let mut results = Results::default();
        results.extend([job(1), made(2), Job { outputs: Vec::new(), ..made(3) }]);
        let ids: Vec<JobId> = results.newest_first().map(|job| job.id).collect();
        assert_eq!(ids, [made(2).id]);
    }

    #[test]
    fn the_picture_before_a_job_is_older_than_it() {
        let mut results = Results::default();
        results.extend([made(1), made(5)]);
        let before = |n| results.newest_picture("text-to-picture", Some(job(n).id));
        assert_eq!(before(3), made(1).outputs.first());
        assert_eq!(before(1), None);
        assert_eq!(results.newest_picture("another", None), None);
    }
}
