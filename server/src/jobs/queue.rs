//! Who is next: principals take turns, each in the order they asked, but for those of
//! their own jobs that they want sooner or later; guests from one address share theirs.
//!
//! However many jobs one principal has waiting, another's first is delayed by
//! one of them at most. `Line` is that rule and nothing else; `Queue` is a line
//! that tasks share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wire::JobId;

use super::made_at;
use crate::auth::{Asker, PrincipalId};
use crate::db::NewJob;
use crate::workflows::Needs;

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Jobs of everybody together.
    pub all: usize,
    /// Jobs of one principal, or of all guests from one address.
    pub each: usize,
}

/// A job that waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waiting {
    pub(super) job: JobId,
    pub(super) principal: PrincipalId,
    /// Whose turn it takes.
    turn: PrincipalId,
    /// Among the jobs of its principal the lowest is first: when it was made, in milliseconds, unless they said
    /// otherwise.
    place: f64,
    /// Slug of its workflow.
    pub(super) workflow: String,
    /// What its backend needs to have.
    pub(super) needs: Arc<Needs>,
    /// How often a backend that was there could not take it.
    pub(super) setbacks: u32,
}

impl Waiting {
    /// A job that has not been tried yet.
    pub(super) fn new((asker, job): (Asker, JobId), workflow: String) -> Self {
        let Asker { principal, turn } = asker;
        let place = made_at(job) as f64;
        Self { job, principal, turn, place, workflow, needs: Arc::default(), setbacks: 0 }
    }

    /// At the place that was asked for, if one was; no number that is none.
    pub(super) fn at(self, place: Option<f64>) -> Self {
        Self { place: place.unwrap_or(self.place), ..self }
    }

    /// With what its backend needs to have.
    pub(super) fn needing(self, needs: Needs) -> Self {
        Self { needs: needs.into(), ..self }
    }
}

/// Everything that waits, in turns.
#[derive(Debug, Default)]
struct Line {
    /// Principals (of guests addresses) with waiting jobs, whose turn is next
    /// first.
    turns: VecDeque<PrincipalId>,
    /// By turn.
    waiting: HashMap<PrincipalId, VecDeque<Waiting>>,
    /// Places promised to jobs that are being committed, by turn.
    reserved: HashMap<PrincipalId, usize>,
}

impl Line {
    fn push(&mut self, mut waiting: Waiting) {
        let own = self.own(waiting.turn);
        // Who asks for a thousand pictures asks for the same each time.
        if let Some(alike) = own.back().filter(|last| last.needs == waiting.needs) {
            waiting.needs = Arc::clone(&alike.needs);
        }
        own.push_back(waiting);
        let backwards = (0..own.len()).rev();
        sort_in(own, backwards, |one, before| one.place < before.place);
    }

    /// Back to where it came from: before the others of its principal, but for those that are wanted sooner.
    fn push_front(&mut self, waiting: Waiting) {
        let own = self.own(waiting.turn);
        own.push_front(waiting);
        let forwards = 0..own.len();
        sort_in(own, forwards, |one, behind| one.place > behind.place);
    }

    fn own(&mut self, turn: PrincipalId) -> &mut VecDeque<Waiting> {
        if !self.waiting.contains_key(&turn) {
            self.turns.push_back(turn);
        }
        self.waiting.entry(turn).or_default()
    }

    /// The first in turn for which `place` finds one; its principal goes to the
    /// end of the turns. Those for which there is none keep their turns. Jobs
    /// that are `held` stay, and those behind them do not wait for them.
    fn take_if<T>(
        &mut self,
        held: impl Fn(&Waiting) -> bool,
        mut place: impl FnMut(&Waiting) -> Option<T>,
    ) -> Option<(Waiting, T)> {
        let mut heads = self.turns.iter().enumerate().filter_map(|(turn, principal)| {
            let own = self.waiting.get(principal)?;
            let at = own.iter().position(|waiting| !held(waiting))?;
            Some((turn, at, &own[at]))
        });
        let (turn, at, place) =
            heads.find_map(|(turn, at, head)| Some((turn, at, place(head)?)))?;
        let principal = self.turns.remove(turn)?;
        let own = self.waiting.get_mut(&principal)?;
        let next = own.remove(at)?;
        if own.is_empty() {
            self.waiting.remove(&principal);
        } else {
            self.turns.push_back(principal);
        }
        Some((next, place))
    }

    fn remove(&mut self, job: JobId) -> bool {
        let found = self.waiting.iter_mut().find_map(|(principal, own)| {
            let place = own.iter().position(|waiting| waiting.job == job)?;
            own.remove(place);
            Some((*principal, own.is_empty()))
        });
        if let Some((principal, true)) = found {
            self.waiting.remove(&principal);
            self.turns.retain(|turn| *turn != principal);
        }
        found.is_some()
    }

    /// How many will be taken before this one. Whoever waits has had as many turns as the job has before it in its
    /// own line, or has none left; those whose turn is before its own have one more.
    fn position(&self, job: JobId) -> Option<usize> {
        let place = |own: &VecDeque<Waiting>| own.iter().rposition(|waiting| waiting.job == job);
        let mut found = self.waiting.iter();
        let (principal, place) = found.find_map(|(one, own)| Some((*one, place(own)?)))?;
        let turn = self.turns.iter().position(|turn| *turn == principal)?;
        let taken = self.turns.iter().enumerate().filter_map(|(at, one)| {
            let turns = place + usize::from(at < turn);
            Some(self.waiting.get(one)?.len().min(turns))
        });
        Some(taken.sum())
    }

    /// Everything that waits, in the order in which it will be taken.
    fn in_order(&self) -> Vec<&Waiting> {
        let longest = self.waiting.values().map(VecDeque::len).max().unwrap_or_default();
        let round = |place: usize| {
            self.turns.iter().filter_map(move |principal| self.waiting.get(principal)?.get(place))
        };
        (0..longest).flat_map(round).collect()
    }

    fn len_of(&self, turn: PrincipalId) -> usize {
        let waiting = self.waiting.get(&turn).map_or(0, VecDeque::len);
        waiting + self.reserved.get(&turn).copied().unwrap_or_default()
    }

    fn len(&self) -> usize {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        waiting + self.reserved.values().sum::<usize>()
    }
}

/// Moves the first of these jobs on for as long as it and the next one of its principal are the wrong way round.
/// Those of others, who share the line, stay where they are: nobody comes before them by wanting to.
fn sort_in(
    own: &mut VecDeque<Waiting>,
    mut turns: impl Iterator<Item = usize>,
    is_wrong: impl Fn(&Waiting, &Waiting) -> bool,
) {
    let Some(mut at) = turns.next() else { return };
    let principal = own[at].principal;
    for other in turns {
        if own[other].principal != principal {
            continue;
        }
        if !is_wrong(&own[at], &own[other]) {
            return;
        }
        own.swap(at, other);
        at = other;
    }
}

/// A line that tasks share. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    /// Never held across an await.
    line: Arc<Mutex<Line>>,
    limits: QueueLimits,
    /// Wakes the dispatcher.
    pub(super) grown: Arc<Notify>,
    /// Wakes whoever publishes positions.
    pub(super) moved: Arc<Notify>,
}

/// A job that was committed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ready {
    pub(super) job: JobId,
    /// Where its principal wants it among their own, if they said so.
    pub(super) place: Option<f64>,
}

impl From<&NewJob> for Ready {
    fn from(job: &NewJob) -> Self {
        Self { job: job.id, place: job.asked.as_ref().and_then(|asked| asked.number.as_f64()) }
    }
}

/// The queue takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl Queue {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self { line: Arc::default(), limits, grown: Arc::default(), moved: Arc::default() }
    }

    /// Places for jobs that are about to be committed: for all of them, or none.
    pub(super) fn reserve(&self, asker: Asker, jobs: usize) -> Result<Reservation, Full> {
        let mut line = self.lock();
        let QueueLimits { all, each } = self.limits;
        if line.len() + jobs > all || line.len_of(asker.turn) + jobs > each {
            return Err(Full);
        }
        *line.reserved.entry(asker.turn).or_default() += jobs;
        Ok(Reservation { queue: self.clone(), asker, jobs })
    }

    /// Adds a job without asking for room: it was promised some before.
    pub(super) fn push(&self, waiting: Waiting) {
        self.lock().push(waiting);
        self.changed();
    }

    /// Puts a job back to where it was taken from.
    pub(super) fn push_front(&self, waiting: Waiting) {
        self.lock().push_front(waiting);
        self.changed();
    }

    /// Takes the next job that is not `held` and for which `place` finds one.
    /// Nobody waits for a place that only another's job needs.
    pub(super) fn take_if<T>(
        &self,
        held: impl Fn(&Waiting) -> bool,
        place: impl FnMut(&Waiting) -> Option<T>,
    ) -> Option<(Waiting, T)> {
        let taken = self.lock().take_if(held, place)?;
        self.moved.notify_one();
        Some(taken)
    }

    /// Takes a job out; whether it was there.
    pub(super) fn remove(&self, job: JobId) -> bool {
        let removed = self.lock().remove(job);
        self.moved.notify_one();
        removed
    }

    /// How many jobs are before this one, if it waits.
    pub(super) fn position(&self, job: JobId) -> Option<u32> {
        u32::try_from(self.lock().position(job)?).ok()
    }

    /// Whose job waits, and which, in the order in which they will be taken.
    pub(super) fn places(&self) -> Vec<(PrincipalId, JobId)> {
        self.lock().in_order().into_iter().map(|one| (one.principal, one.job)).collect()
    }

    /// Everything that waits, in the order in which it will be taken.
    pub(super) fn in_order(&self) -> Vec<Waiting> {
        self.lock().in_order().into_iter().cloned().collect()
    }

    /// How many jobs wait.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn changed(&self) {
        self.grown.notify_one();
        self.moved.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Promised places. Dropping it gives them back.
#[derive(Debug)]
pub(super) struct Reservation {
    queue: Queue,
    asker: Asker,
    jobs: usize,
}

impl Reservation {
    /// The jobs, of one workflow, take their places in this order.
    pub(super) fn fill(self, workflow: &str, jobs: impl IntoIterator<Item = (Ready, Needs)>) {
        let mut line = self.queue.lock();
        for (Ready { job, place }, needs) in jobs {
            let waiting = Waiting::new((self.asker, job), workflow.to_owned());
            line.push(waiting.at(place).needing(needs));
        }
        drop(line);
        self.queue.changed();
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut line = self.queue.lock();
        if let Some(reserved) = line.reserved.get_mut(&self.asker.turn) {
            *reserved -= self.jobs;
            if *reserved == 0 {
                line.reserved.remove(&self.asker.turn);
            }
        }
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
