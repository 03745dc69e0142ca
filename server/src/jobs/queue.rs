//! Who is next: principals take turns, each in the order they asked; guests from
//! one address share theirs.
//!
//! However many jobs one principal has waiting, another's first is delayed by
//! one of them at most. `Line` is that rule and nothing else; `Queue` is a line
//! that tasks share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wire::JobId;

use crate::auth::{Asker, PrincipalId};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) job: JobId,
    pub(super) principal: PrincipalId,
    /// Whose turn it takes.
    turn: PrincipalId,
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
        Self { job, principal, turn, workflow, needs: Arc::default(), setbacks: 0 }
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
    fn push(&mut self, waiting: Waiting) {
        self.own(waiting.turn).push_back(waiting);
    }

    /// Back to where it came from: before the others of its principal.
    fn push_front(&mut self, waiting: Waiting) {
        self.own(waiting.turn).push_front(waiting);
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
        let line = self.lock();
        let place = line.in_order().iter().position(|waiting| waiting.job == job)?;
        u32::try_from(place).ok()
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
    pub(super) fn fill(self, workflow: &str, jobs: impl IntoIterator<Item = (JobId, Needs)>) {
        let mut line = self.queue.lock();
        for (job, needs) in jobs {
            line.push(Waiting::new((self.asker, job), workflow.to_owned()).needing(needs));
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
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn queue(all: usize, each: usize) -> Queue {
        Queue::new(QueueLimits { all, each })
    }

    fn waiting(principal: u128, job: u128) -> Waiting {
        let about = (PrincipalId(Uuid::from_u128(principal)).into(), JobId(Uuid::from_u128(job)));
        Waiting::new(about, String::new())
    }

    fn take(queue: &Queue) -> Option<u128> {
        queue.take_if(nobody, |_| Some(())).map(|(waiting, ())| waiting.job.0.as_u128())
    }

    fn nobody(_: &Waiting) -> bool {
        false
    }

    // safety 38
    #[test]
    fn a_thousand_jobs_of_one_delay_anothers_first_by_one_at_most() {
        let queue = queue(2_000, 2_000);
        for job in 0..1_000 {
            queue.push(waiting(1, job));
        }
        queue.push(waiting(2, 5_000));
        assert_eq!(queue.position(waiting(2, 5_000).job), Some(1));
        assert_eq!((take(&queue), take(&queue)), (Some(0), Some(5_000)));
    }

    // safety 38
    #[test]
    fn guests_from_one_address_share_their_turns_and_places() {
        let queue = queue(10, 2);
        let id = |n| PrincipalId(Uuid::from_u128(n));
        let guest = |n| Asker { principal: id(n), turn: id(100) };
        for n in [1, 2] {
            let place = queue.reserve(guest(n), 1).unwrap();
            place.fill("", [(JobId(Uuid::from_u128(n)), Needs::default())]);
        }
        assert_eq!(queue.reserve(guest(3), 1).unwrap_err(), Full, "a new cookie is no new place");
        queue.push(waiting(4, 4));
        let order: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
        assert_eq!(order, [1, 4, 2]);
    }

    // safety 38
    #[test]
    fn a_full_queue_takes_no_more_and_places_are_given_back() {
        let queue = queue(3, 2);
        let [one, two] = [1, 2].map(|n| Asker::from(PrincipalId(Uuid::from_u128(n))));
        let kept = [queue.reserve(one, 1).unwrap(), queue.reserve(one, 1).unwrap()];
        assert_eq!(queue.reserve(one, 1).unwrap_err(), Full, "one principal has its share");
        let _third = queue.reserve(two, 1).unwrap();
        assert_eq!(queue.reserve(two, 1).unwrap_err(), Full, "all places are promised");
        drop(kept);
        assert!(queue.reserve(one, 1).is_ok());
    }

    #[test]
    fn a_filled_place_is_counted_once() {
        let queue = queue(10, 10);
        let reserved = queue.reserve(PrincipalId(Uuid::nil()).into(), 1).unwrap();
        assert_eq!(queue.len(), 1);
        reserved.fill("", [(JobId(Uuid::nil()), Needs::default())]);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn a_job_without_a_place_to_run_stays_first() {
        let queue = queue(10, 10);
        queue.push(waiting(1, 1));
        assert_eq!(queue.take_if(nobody, |_| None::<()>), None);
        assert_eq!(take(&queue), Some(1));
    }

    #[test]
    fn nobody_waits_for_a_place_that_only_anothers_job_needs() {
        let queue = queue(10, 10);
        for (principal, job) in [(1, 1), (2, 2), (1, 3)] {
            queue.push(waiting(principal, job));
        }
        let but_one = |waiting: &Waiting| (waiting.job.0.as_u128() != 1).then_some(());
        let taken = |found: Option<(Waiting, ())>| found.map(|(one, ())| one.job.0.as_u128());
        assert_eq!(taken(queue.take_if(nobody, but_one)), Some(2));
        assert_eq!(taken(queue.take_if(nobody, but_one)), None, "each keeps its own order");
        assert_eq!((take(&queue), take(&queue)), (Some(1), Some(3)));
    }

    #[test]
    fn what_is_held_delays_nobody_and_keeps_its_place() {
        let queue = queue(10, 10);
        for (principal, job) in [(1, 1), (1, 2), (2, 3), (2, 4), (1, 5)] {
            queue.push(waiting(principal, job));
        }
        let odd = |waiting: &Waiting| waiting.job.0.as_u128() % 2 == 1;
        let taken = || queue.take_if(odd, |_| Some(())).map(|(one, ())| one.job.0.as_u128());
        assert_eq!([taken(), taken(), taken()], [Some(2), Some(4), None], "turn by turn");
        let rest: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
        assert_eq!(rest, [1, 3, 5], "in the order in which they were asked for");
    }

    #[test]
    fn a_job_that_comes_back_is_before_the_others_of_its_principal() {
        let queue = queue(10, 10);
        queue.push(waiting(1, 2));
        queue.push_front(waiting(1, 1));
        assert_eq!((take(&queue), take(&queue)), (Some(1), Some(2)));
    }

    proptest! {
        #[test]
        fn positions_are_the_order_in_which_jobs_are_taken(
            principals in proptest::collection::vec(0u128..4, 0..40),
            removed in proptest::collection::vec(0u128..40, 0..10),
        ) {
            let queue = queue(100, 100);
            for (job, principal) in principals.iter().enumerate() {
                queue.push(waiting(*principal, job as u128));
            }
            for job in removed {
                queue.remove(JobId(Uuid::from_u128(job)));
            }
            let told: Vec<_> = queue.in_order().iter().map(|w| w.job.0.as_u128()).collect();
            let taken: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
            prop_assert_eq!(told, taken);
        }
    }
}
