//! What viewers of one principal may not have seen yet.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use wire::{JobId, ToViewer};

use super::News;

/// Events kept of one job. A viewer that is further behind takes a snapshot.
const EVENTS_PER_JOB: usize = 64;

/// Jobs that are over and still have events for slow viewers.
const FINISHED_JOBS: usize = 64;

/// Counts everything that happens to a topic.
pub(super) type Version = u64;

/// What viewers of one principal may not have seen yet.
#[derive(Debug, Default)]
pub(super) struct Topic {
    /// Held for a few map operations at a time, never across an await.
    state: Mutex<State>,
    /// Wakes viewers when the state has grown.
    pub(super) news: Notify,
    watches: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    /// The last version given out; 0 when nothing has happened yet.
    version: Version,
    /// What there is to see, in the order in which it happened.
    items: BTreeMap<Version, Item>,
    jobs: HashMap<JobId, InTopic>,
    /// Jobs that are over, in the order of their ends.
    finished: VecDeque<JobId>,
    running: HashSet<JobId>,
}

/// Where the things of one job lie.
#[derive(Debug, Default)]
struct InTopic {
    events: VecDeque<Version>,
    latest: HashMap<Slot, Version>,
}

/// One thing to see.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) job: JobId,
    pub(super) payload: Payload,
}

/// What is to be seen.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    News(Arc<News>),
    Preview(Bytes),
    /// Something here is not kept any more, or never was told: take a snapshot.
    Resync,
}

impl Payload {
    pub(super) fn news(message: ToViewer) -> Self {
        Self::News(Arc::new(News::new(message)))
    }
}

/// What exists once per job at most: the latest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Progress,
    Position,
    Preview,
    Resync,
}

impl Topic {
    /// Adds an event. If the job is `over`, what only showed how it ran is of no
    /// use any more.
    pub(super) fn append(&self, job: JobId, payload: Payload, over: bool) {
        let mut state = self.lock();
        let version = state.push(job, payload);
        let here = state.jobs.entry(job).or_default();
        here.events.push_back(version);
        if here.events.len() > EVENTS_PER_JOB {
            state.drop_oldest_event(job);
        }
        if over {
            state.finish(job);
        } else {
            state.running.insert(job);
        }
        drop(state);
        self.news.notify_waiters();
    }

    /// The job runs, whatever happened to it before.
    pub(super) fn resume(&self, job: JobId) {
        self.lock().running.insert(job);
    }

    /// What is not over.
    pub(super) fn jobs(&self) -> Vec<JobId> {
        self.lock().running.iter().copied().collect()
    }

    /// Puts `payload` in the place of what the slot held.
    pub(super) fn replace(&self, job: JobId, slot: Slot, payload: Payload) {
        let mut state = self.lock();
        if !state.running.contains(&job) {
            // Late news of a job that is over.
            return;
        }
        let version = state.push(job, payload);
        let former = state.jobs.entry(job).or_default().latest.insert(slot, version);
        if let Some(former) = former {
            state.items.remove(&former);
        }
        drop(state);
        self.news.notify_waiters();
    }

    /// The first thing after `seen`, of `job` if one is given.
    pub(super) fn next(&self, seen: Version, job: Option<JobId>) -> Option<(Version, Item)> {
        let state = self.lock();
        let mut items = state.items.range(seen + 1..);
        let wanted = |item: &Item| job.is_none_or(|job| job == item.job);
        items.find(|(_, item)| wanted(item)).map(|(version, item)| (*version, item.clone()))
    }

    /// The version now, and the previews that a viewer beginning now should
    /// still get: the next ones may be long in coming.
    pub(super) fn join(&self, job: Option<JobId>) -> (Version, Vec<Bytes>) {
        self.watches.fetch_add(1, Ordering::Relaxed);
        let state = self.lock();
        let wanted = state.jobs.iter().filter(|(id, _)| job.is_none_or(|job| job == **id));
        let versions = wanted.filter_map(|(_, here)| here.latest.get(&Slot::Preview));
        let previews = versions.filter_map(|version| match &state.items.get(version)?.payload {
            Payload::Preview(frame) => Some(frame.clone()),
            _ => None,
        });
        (state.version, previews.collect())
    }

    /// A viewer has gone.
    pub(super) fn leave(&self) {
        self.watches.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many watch.
    pub(super) fn watches(&self) -> usize {
        self.watches.load(Ordering::Relaxed)
    }

    /// How many jobs are not over.
    pub(super) fn running(&self) -> u64 {
        self.lock().running.len() as u64
    }

    /// Nobody watches and nothing runs.
    pub(super) fn is_idle(&self) -> bool {
        self.watches() == 0 && self.lock().running.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, job: JobId, payload: Payload) -> Version {
        self.version += 1;
        self.items.insert(self.version, Item { job, payload });
        self.version
    }

    /// In the place of the event comes the advice to take a snapshot. Only
    /// viewers that have not come so far will find it.
    fn drop_oldest_event(&mut self, job: JobId) {
        let Some(here) = self.jobs.get_mut(&job) else { return };
        let Some(oldest) = here.events.pop_front() else { return };
        let former = here.latest.insert(Slot::Resync, oldest);
        self.items.insert(oldest, Item { job, payload: Payload::Resync });
        if let Some(former) = former {
            self.items.remove(&former);
        }
    }

    fn finish(&mut self, job: JobId) {
        self.running.remove(&job);
        for slot in [Slot::Progress, Slot::Position, Slot::Preview] {
            let former = self.jobs.get_mut(&job).and_then(|here| here.latest.remove(&slot));
            if let Some(former) = former {
                self.items.remove(&former);
            }
        }
        self.finished.push_back(job);
        if self.finished.len() > FINISHED_JOBS {
            self.drop_oldest_job();
        }
    }

    fn drop_oldest_job(&mut self) {
        let Some(job) = self.finished.pop_front() else { return };
        let Some(here) = self.jobs.remove(&job) else { return };
        for version in here.events.into_iter().chain(here.latest.into_values()) {
            self.items.remove(&version);
        }
    }
}
