//! Brings jobs and backends together, and says who is how far from that.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use wire::{JobId, Millis};

use super::queue::Waiting;
use super::state::{Change, End};
use super::{Active, Jobs};
use crate::backends::Slot;
use crate::db;

/// How often it is looked for jobs that have waited too long.
const EXPIRY: Duration = Duration::from_mins(1);

/// Positions are told at most this often.
const POSITIONS: Duration = Duration::from_millis(50);

/// How long there may be no backend before that is worth telling: at the start
/// of the house it takes a moment to see that they are well.
const OPENING: Duration = Duration::from_secs(2);

/// What a waiting job is told while there is no backend.
const CLOSED: &str = "The workshop is closed at the moment. The job starts as soon as it opens.";

impl Jobs {
    /// Gives jobs to backends until shutdown begins.
    pub(super) async fn dispatch(self) {
        let stop = self.shutdown.started();
        let mut stop = std::pin::pin!(stop);
        let mut told = HashSet::new();
        let mut closed: Option<Instant> = None;
        let mut expired: Option<Instant> = None;
        loop {
            if expired.is_none_or(|last| last.elapsed() >= EXPIRY) {
                expired = Some(Instant::now());
                self.expire().await;
            }
            while let Some((waiting, slot)) = self.next() {
                self.start_run(waiting, slot);
            }
            if self.parts.backends.any_open() {
                closed = None;
                told.clear();
            } else if closed.get_or_insert_with(Instant::now).elapsed() >= OPENING
                && let Err(error) = self.tell_waiting(&mut told).await
            {
                tracing::error!(error = format!("{error:#}"), "could not tell who waits");
            }
            let pause = if closed.is_some() { OPENING } else { EXPIRY };
            tokio::select! {
                () = self.queue.grown.notified() => (),
                () = self.parts.backends.changed() => (),
                () = sleep(pause) => (),
                () = &mut stop => return,
            }
        }
    }

    /// The next job, with a backend for it.
    fn next(&self) -> Option<(Waiting, Slot)> {
        let backends = &self.parts.backends;
        if !backends.any_free() {
            return None;
        }
        let full = self.full();
        let held = |waiting: &Waiting| full.contains(&waiting.workflow);
        self.queue.take_if(held, |waiting| backends.try_acquire(&waiting.needs))
    }

    /// The workflows of which as many jobs run as may at once.
    fn full(&self) -> HashSet<String> {
        let mut running: HashMap<String, u32> = HashMap::new();
        for active in self.active().values() {
            *running.entry(active.workflow.clone()).or_default() += 1;
        }
        let workflows = &self.parts.workflows;
        let most = |slug: &str| workflows.get(slug)?.policy().at_once;
        running.retain(|slug, running| most(slug).is_some_and(|most| *running >= most));
        running.into_keys().collect()
    }

    /// A task takes care of the job from now on.
    pub(super) fn start_run(&self, waiting: Waiting, slot: Slot) {
        self.active().insert(waiting.job, Active::of(&waiting.workflow));
        let jobs = self.clone();
        self.shutdown.spawn(async move { jobs.run(waiting, slot).await });
    }

    /// Tells every waiting job, once, that no backend is open.
    async fn tell_waiting(&self, told: &mut HashSet<JobId>) -> anyhow::Result<()> {
        for waiting in self.queue.in_order() {
            if told.insert(waiting.job) {
                self.record_soon(waiting.job, Change::Wait { reason: CLOSED.into() }).await?;
            }
        }
        Ok(())
    }

    /// Ends what has waited too long.
    async fn expire(&self) {
        let oldest = db::now() - self.limits.patience_ms;
        let late = self.queue.in_order().into_iter().filter(|one| made_at(one.job) < oldest);
        for waiting in late {
            if !self.queue.remove(waiting.job) {
                continue;
            }
            let expired = Change::Finish { end: End::Expired, progress: None };
            if let Err(error) = self.record(waiting.job, expired).await {
                tracing::error!(job.id = %waiting.job, error = format!("{error:#}"), "expiring");
            }
        }
    }

    /// Tells viewers where their jobs stand, whenever that changes. Of those whom nobody watches nothing is kept:
    /// who comes is told with everything else.
    pub(super) async fn publish_positions(self) {
        let mut stop = std::pin::pin!(self.shutdown.started());
        let mut last: HashMap<JobId, u32> = HashMap::new();
        loop {
            tokio::select! {
                () = self.queue.moved.notified() => (),
                () = &mut stop => return,
            }
            let watched = self.parts.hub.watched_principals();
            let line = if watched.is_empty() { Vec::new() } else { self.queue.places() };
            let mut now = HashMap::new();
            for (position, about) in (0..).zip(line) {
                if !watched.contains(&about.0) {
                    continue;
                }
                if last.get(&about.1) != Some(&position) {
                    self.parts.hub.position(about, position);
                }
                now.insert(about.1, position);
            }
            last = now;
            sleep(POSITIONS).await;
        }
    }
}

/// When the job was made: its id says so.
pub(super) fn made_at(job: JobId) -> Millis {
    let (seconds, nanos) = job.0.get_timestamp().map_or((0, 0), |time| time.to_unix());
    seconds as Millis * 1000 + Millis::from(nanos / 1_000_000)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_job_knows_when_it_was_made() {
        let before = db::now();
        let made = made_at(JobId(Uuid::now_v7()));
        assert!((before..=db::now()).contains(&made), "{made} is not about {before}");
    }
}
