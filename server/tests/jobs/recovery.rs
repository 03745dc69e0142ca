//! What a new process finds of the old one's work.

use std::cell::{Cell, RefCell};

use parlor::events::Told;
use parlor::jobs::{IdempotencyKey, Limits};
use serde_json::json;
use wire::{Event, JobStatus};

use crate::fake::Fake;
use crate::house::{House, eventually, inputs_of, somebody};

// safety 32
#[tokio::test]
async fn what_waited_still_waits_in_its_order() {
    let house = House::open(&[]).await;
    let jobs = [house.paint(somebody(1)).await, house.paint(somebody(1)).await];
    let folder = house.close().await;

    let fake = Fake::start();
    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    for job in jobs {
        house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    }
    let [first, second] = jobs.map(|job| house.find(somebody(1), job));
    assert!(first.await.started_at <= second.await.started_at);
}

// safety 32
#[tokio::test]
async fn a_run_is_found_again_where_it_runs() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let folder = house.close().await;

    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    assert_eq!(house.find(somebody(1), job).await.status, JobStatus::Running);
    fake.allow(3);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.outputs.len(), fake.accepted().len()), (1, 1, 1));
}

#[tokio::test]
async fn the_rest_of_a_run_is_seen_by_the_next_process() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let inputs = json!({ "prompt": "a fox", "steps": 60 });
    let job = house.submit(somebody(1), "text-to-picture", inputs).await.unwrap().id;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let folder = house.close().await;
    eventually("the old process hung up", || !fake.has_sockets()).await;

    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    let listener = fake.inner.accepted.lock().unwrap()[0].client_id.clone();
    eventually("it is listened to again", || fake.sockets() == [listener.clone()]).await;
    house.until_open().await;
    let watch = RefCell::new(house.parts.hub.watch_job(somebody(1), job));
    let looks = Cell::new(0);
    eventually("a step is seen", || {
        // Not all at once: the first may be made before the run is found.
        looks.set(looks.get() + 1);
        fake.allow(usize::from(looks.get() % 20 == 0));
        matches!(watch.borrow_mut().try_next(), Some(Told::Preview(_)))
    })
    .await;
    fake.allow(60);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, fake.accepted().len()), (1, 1));
}

// safety 32
#[tokio::test]
async fn a_run_that_ended_meanwhile_is_brought_home() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let folder = house.close().await;
    fake.allow(3);
    eventually("it is over", || fake.inner.running.lock().unwrap().is_none()).await;

    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.outputs.len(), fake.accepted().len()), (1, 1, 1));
}

// safety 32, 34
#[tokio::test]
async fn a_run_that_its_backend_forgot_is_begun_anew() {
    let mut fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let folder = house.close().await;
    fake.kill();
    let again = Fake::restart(fake.address);

    let house = House::open_in(folder, &[again.url()], Limits::default()).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.outputs.len()), (2, 1));
    let events = house.events(somebody(1), job).await;
    assert!(events.iter().any(|event| matches!(event, Event::Waiting { .. })), "{events:?}");
}

// safety 32
#[tokio::test]
async fn a_run_whose_backend_is_not_configured_any_more_goes_elsewhere() {
    let (fake, other) = (Fake::start_held(), Fake::start());
    let house = House::open(&[fake.url(), other.url()]).await;
    eventually("both are open", || house.parts.backends.status().iter().all(|one| one.open)).await;
    let job = house.paint(somebody(1)).await;
    let running = house.until(somebody(1), job, |job| job.status != JobStatus::Queued).await;
    assert_eq!(running.backend.as_deref(), Some("one"));
    let folder = house.close().await;
    drop(fake);

    let house = House::open_without_names(folder, &[other.url()]).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.backend.as_deref()), (2, Some("other")));
}

// safety 32
#[tokio::test]
async fn a_job_that_was_being_stopped_is_stopped() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    // The backend is too slow to confirm before the house closes.
    house.jobs.cancel(somebody(1), job).await.unwrap();
    let folder = house.close().await;

    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    house.until_status(somebody(1), job, JobStatus::Canceled).await;
}

// safety 33
#[tokio::test]
async fn an_idempotency_key_is_remembered_across_restarts() {
    let submit = async |house: &House, steps: u32| {
        let inputs = inputs_of(json!({ "prompt": "a fox", "steps": steps }));
        house
            .jobs
            .submit(somebody(1), "text-to-picture", inputs, IdempotencyKey::parse("key"))
            .await
    };
    let house = House::open(&[]).await;
    let first = submit(&house, 3).await.unwrap();
    let house = House::open_in(house.close().await, &[], Limits::default()).await;
    let again = submit(&house, 3).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.job.id, first.job.id);
    assert!(submit(&house, 4).await.is_err());
}

// safety 32
#[tokio::test]
async fn every_acknowledged_job_reaches_an_end_however_often_the_house_restarts() {
    let fake = Fake::start();
    let mut house = House::open(&[fake.url()]).await;
    let mut jobs = Vec::new();
    for round in 0..8_u64 {
        for _ in 0..3 {
            jobs.push(house.paint(somebody(1)).await);
        }
        // A different moment each time: after so many prompts were handed over.
        let handed = fake.accepted().len() as u64 + round % 3;
        let enough = || fake.accepted().len() as u64 >= handed || house.jobs.queued() == 0;
        eventually("the moment has come", enough).await;
        house = House::open_in(house.close().await, &[fake.url()], Limits::default()).await;
    }
    for job in &jobs {
        let done = house.until_status(somebody(1), *job, JobStatus::Succeeded).await;
        let events = house.events(somebody(1), *job).await;
        let ends = events.iter().filter(|event| matches!(event, Event::Finished { .. })).count();
        assert_eq!((ends, done.outputs.len()), (1, 1));
    }
    assert_eq!(fake.accepted().len(), jobs.len(), "none was run twice");
}
