//! Turns, places and what is told of them.

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

fn ready(job: u128) -> Ready {
    Ready { job: JobId(Uuid::from_u128(job)), place: None }
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
        place.fill("", [(ready(n), Needs::default())]);
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
    reserved.fill("", [(ready(0), Needs::default())]);
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

fn order(queue: &Queue) -> Vec<u128> {
    std::iter::from_fn(|| take(queue)).collect()
}

// safety 38
#[test]
fn the_lowest_place_of_a_principal_is_first_and_no_others_turn_is_taken() {
    let queue = queue(10, 10);
    for (principal, job, place) in [
        (1, 1, None),
        (2, 2, None),
        (1, 3, None),
        (1, 4, Some(-5.0)),
        (1, 5, Some(-9.5)),
        (1, 6, Some(-5.0)),
    ] {
        queue.push(waiting(principal, job).at(place));
    }
    assert_eq!(order(&queue), [5, 2, 4, 6, 1, 3]);
}

// safety 38
#[test]
fn guests_from_one_address_come_before_none_of_them_but_themselves() {
    let queue = queue(10, 10);
    let shared = |guest, job, place| {
        let turn = PrincipalId(Uuid::from_u128(100));
        Waiting { turn, ..waiting(guest, job) }.at(place)
    };
    for (guest, job, place) in
        [(1, 1, None), (2, 2, None), (1, 3, None), (2, 4, Some(-1.0)), (2, 5, Some(-2.0))]
    {
        queue.push(shared(guest, job, place));
    }
    assert_eq!(order(&queue), [1, 5, 3, 4, 2]);
}

#[test]
fn what_comes_back_is_behind_what_is_wanted_sooner() {
    let queue = queue(10, 10);
    queue.push(waiting(1, 1));
    assert_eq!(take(&queue), Some(1));
    for (job, place) in [(2, None), (3, Some(-1.0)), (4, Some(1.0))] {
        queue.push(waiting(1, job).at(place));
    }
    queue.push_front(waiting(1, 1));
    assert_eq!(order(&queue), [3, 1, 2, 4]);
}

proptest! {
    #[test]
    fn positions_are_the_order_in_which_jobs_are_taken(
        asked in proptest::collection::vec((0u128..4, proptest::option::of(-2i8..2)), 0..40),
        removed in proptest::collection::vec(0u128..40, 0..10),
    ) {
        let queue = queue(100, 100);
        for (job, (principal, place)) in asked.iter().enumerate() {
            queue.push(waiting(*principal, job as u128).at(place.map(f64::from)));
        }
        for job in removed {
            queue.remove(JobId(Uuid::from_u128(job)));
        }
        let told: Vec<_> = queue.places().iter().map(|(_, job)| job.0.as_u128()).collect();
        for (position, (_, job)) in (0..).zip(queue.places()) {
            prop_assert_eq!(queue.position(job), Some(position));
        }
        let taken: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
        prop_assert_eq!(told, taken);
    }
}
