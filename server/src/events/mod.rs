//! The hub: what happens to jobs goes in, viewers take it out.
//!
//! Every principal has one topic. A topic holds what viewers may not have seen
//! yet, each thing encoded once and shared by all; a viewer is no more than a
//! number, the version up to which it has seen its topic. Events come in order;
//! of progress, position and preview only the latest of each job exists. So a
//! viewer that does not read costs nothing and slows nobody: what it missed
//! either still lies there or is replaced by the advice to take a snapshot.
//!
//! `stage` is the same in ComfyUI's own words, for the doors that speak them.

mod ending;
mod news;
mod stage;
mod topic;
mod watch;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use wire::{Event, JobId, JobStatus, PreviewFormat, PreviewHeader, Progress, ToViewer};

use crate::auth::PrincipalId;
use crate::db::now;
use stage::Stages;
use topic::{Payload, Slot, Topic};

pub(crate) use ending::ending;
pub use news::News;
pub(crate) use stage::{Behind, Client, Ear, Line, Preview, Said, To};
pub use watch::{Told, Watch};

/// Where job events meet viewers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Hub {
    /// Principals that have a viewer or a job that is not over, no others: a
    /// topic goes when the last of both does.
    topics: Arc<Mutex<HashMap<PrincipalId, Arc<Topic>>>>,
    stages: Stages,
}

impl Hub {
    /// Everything that happens to the jobs of `principal` from now on.
    pub fn watch_mine(&self, principal: PrincipalId) -> Watch {
        self.watch(principal, None)
    }

    /// Everything that happens to one job from now on. Whether it is this
    /// principal's is for the snapshot to find out: of others nothing comes.
    pub fn watch_job(&self, principal: PrincipalId, job: JobId) -> Watch {
        self.watch(principal, Some(job))
    }

    /// How many watches there are, for the metrics.
    pub fn watches(&self) -> usize {
        self.lock().values().map(|topic| topic.watches()).sum()
    }

    /// A numbered event. After `Finished` the job is forgotten by and by.
    pub(crate) fn event(&self, (principal, job): (PrincipalId, JobId), seq: u64, event: &Event) {
        let payload = match event {
            // Viewers know nothing of a new job: an event would not tell them enough.
            Event::Queued { .. } => Payload::Resync,
            event => Payload::news(ToViewer::Event { job, seq, event: event.clone() }),
        };
        let over = matches!(event, Event::Finished { .. });
        self.append((principal, job), payload, over);
        match event {
            Event::Queued { .. } | Event::Started { .. } => self.tell_queue(principal),
            Event::Waiting { .. } => self.leaves((principal, job)),
            Event::Finished { at, status, failure, .. } => {
                let how = (*status, failure.as_ref());
                self.tell_end((principal, job), |said| ending((job, *at), how, said));
            }
            Event::Node { .. } | Event::Output { .. } | Event::Canceling { .. } => (),
        }
    }

    /// How many jobs of `principal` wait or run.
    pub(crate) fn unfinished(&self, principal: PrincipalId) -> u64 {
        self.lock().get(&principal).map_or(0, |topic| topic.running())
    }

    /// A job of an earlier process goes on.
    pub(crate) fn resume(&self, principal: PrincipalId, job: JobId) {
        self.lock().entry(principal).or_default().resume(job);
    }

    /// What is not over of `from`'s is `to`'s from now on.
    pub(crate) fn change_hands(&self, from: PrincipalId, to: PrincipalId) {
        let mut topics = self.lock();
        let Some(former) = topics.get(&from).cloned() else { return };
        for job in former.jobs() {
            former.append(job, Payload::news(ToViewer::Gone { job }), true);
            topics.entry(to).or_default().resume(job);
        }
        if former.is_idle() {
            topics.remove(&from);
        }
    }

    /// Something of the job is other than its events say: viewers ask for it.
    pub(crate) fn changed(&self, about: (PrincipalId, JobId)) {
        self.append(about, Payload::Resync, false);
    }

    /// The job was deleted.
    pub(crate) fn gone(&self, principal: PrincipalId, job: JobId) {
        self.append((principal, job), Payload::news(ToViewer::Gone { job }), true);
        let how = (JobStatus::Canceled, None);
        self.tell_end((principal, job), |said| ending((job, now()), how, said));
    }

    /// How far the job is: latest wins.
    pub(crate) fn progress(&self, (principal, job): (PrincipalId, JobId), progress: &Progress) {
        if let Some(topic) = self.watched(principal) {
            let told = ToViewer::Progress { job, progress: progress.clone() };
            topic.replace(job, Slot::Progress, Payload::news(told));
        }
    }

    /// How many jobs are before it: latest wins.
    pub(crate) fn position(&self, (principal, job): (PrincipalId, JobId), position: u32) {
        if let Some(topic) = self.watched(principal) {
            let told = ToViewer::Position { job, position };
            topic.replace(job, Slot::Position, Payload::news(told));
        }
    }

    /// How the picture looks now: latest wins, and late viewers get it too.
    pub(crate) fn preview(
        &self,
        (principal, job): (PrincipalId, JobId),
        format: PreviewFormat,
        image: &[u8],
    ) {
        let Some(topic) = self.lock().get(&principal).cloned() else { return };
        let header = PreviewHeader { format, job }.encode();
        let mut frame = BytesMut::with_capacity(header.len() + image.len());
        frame.extend_from_slice(&header);
        frame.extend_from_slice(image);
        topic.replace(job, Slot::Preview, Payload::Preview(frame.freeze()));
    }

    fn append(&self, (principal, job): (PrincipalId, JobId), payload: Payload, over: bool) {
        let mut topics = self.lock();
        let topic = topics.entry(principal).or_default();
        topic.append(job, payload, over);
        if topic.is_idle() {
            topics.remove(&principal);
        }
    }

    /// A watch begins under the lock, so that its topic cannot go meanwhile.
    fn watch(&self, principal: PrincipalId, job: Option<JobId>) -> Watch {
        let mut topics = self.lock();
        let topic = Arc::clone(topics.entry(principal).or_default());
        Watch::new(self.clone(), principal, (topic, job))
    }

    /// The topic of `principal` if somebody watches it: a snapshot tells those
    /// who come later.
    fn watched(&self, principal: PrincipalId) -> Option<Arc<Topic>> {
        self.lock().get(&principal).filter(|topic| topic.watches() > 0).cloned()
    }

    /// Everybody whose jobs somebody watches.
    pub(crate) fn watched_principals(&self) -> HashSet<PrincipalId> {
        let topics = self.lock();
        topics.iter().filter(|(_, topic)| topic.watches() > 0).map(|(who, _)| *who).collect()
    }

    /// Drops the topic of `principal` if nobody watches and nothing runs.
    fn forget_idle(&self, principal: PrincipalId) {
        let mut topics = self.lock();
        if topics.get(&principal).is_some_and(|topic| topic.is_idle()) {
            topics.remove(&principal);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PrincipalId, Arc<Topic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
