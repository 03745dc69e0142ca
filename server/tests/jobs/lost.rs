//! Backends that go away, and come back or do not.

use parlor::events::Told;
use parlor::jobs::Limits;
use wire::{Event, Job, JobStatus};

use crate::fake::{Fake, Mood};
use crate::house::{House, eventually, somebody};

/// Steps that the sampler has made, as far as that was heard.
fn steps(job: &Job) -> u32 {
    let nodes = job.progress.as_ref().map(|progress| &progress.nodes);
    nodes.and_then(|nodes| nodes.get("3")).map_or(0, |node| node.value)
}

fn reasons(events: &[Event]) -> Vec<&str> {
    let waiting = events.iter().filter_map(|event| match event {
        Event::Waiting { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    waiting.collect()
}

// safety 34
#[tokio::test]
async fn a_job_is_tried_again_when_its_backend_dies_and_comes_back() {
    let mut fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    let job = house.paint(somebody(1)).await;
    fake.allow(1);
    house.until(somebody(1), job, |job| job.progress.is_some()).await;
    fake.kill();
    house.until_status(somebody(1), job, JobStatus::Queued).await;
    let events = house.events(somebody(1), job).await;
    let reasons = reasons(&events);
    assert_eq!(reasons[0], "The workshop was lost. The job is tried again.");

    let _again = Fake::restart(fake.address);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.outputs.len()), (2, 1));
}

// safety 34
#[tokio::test]
async fn another_backend_takes_over() {
    let (mut one, two) = (Fake::start_held(), Fake::start_held());
    let house = House::open(&[one.url(), two.url()]).await;
    let job = house.paint(somebody(1)).await;
    let running = house.until_status(somebody(1), job, JobStatus::Running).await;
    let other = if running.backend.as_deref() == Some("one") {
        one.kill();
        two
    } else {
        let mut two = two;
        two.kill();
        std::mem::replace(&mut one, two)
    };
    other.allow(3);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_ne!(done.backend, running.backend);
    assert_eq!(done.attempt, 2);
}

#[tokio::test]
async fn a_job_that_loses_every_backend_fails_and_says_so() {
    let mut fake = Fake::start_held();
    let limits = Limits { attempts: 2, ..Limits::default() };
    let house = House::open_with(&[fake.url()], limits).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    fake.kill();
    house.until_status(somebody(1), job, JobStatus::Queued).await;
    let mut again = Fake::restart_held(fake.address);
    house.until_status(somebody(1), job, JobStatus::Running).await;
    again.kill();
    let failed = house.until_status(somebody(1), job, JobStatus::Failed).await;
    let failure = failed.failure.unwrap();
    assert_eq!(failure.code, "backend_lost");
    assert!(failure.message.contains("2 times"), "{}", failure.message);
}

#[tokio::test]
async fn a_run_goes_on_unseen_when_only_the_socket_is_lost() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    fake.allow(1);
    house.until(somebody(1), job, |job| job.progress.is_some()).await;
    fake.drop_sockets();
    fake.allow(2);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, fake.accepted().len()), (1, 1));

    eventually("there is a socket again", || fake.has_sockets()).await;
    fake.allow(3);
    let next = house.paint(somebody(1)).await;
    house.until_status(somebody(1), next, JobStatus::Succeeded).await;
}

#[tokio::test]
async fn the_rest_of_a_run_is_seen_when_the_socket_is_back() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    fake.allow(1);
    house.until(somebody(1), job, |job| steps(job) == 1).await;
    let before = fake.sockets();
    fake.drop_sockets();
    eventually("there is a socket again", || fake.has_sockets()).await;
    assert_eq!(fake.sockets(), before, "under the id that the run was begun with");

    let mut watch = house.parts.hub.watch_job(somebody(1), job);
    fake.allow(1);
    house.until(somebody(1), job, |job| steps(job) == 2).await;
    let mut told = std::iter::from_fn(|| watch.try_next());
    assert!(told.any(|told| matches!(told, Told::Preview(_))));
    fake.allow(1);
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;

    fake.drop_sockets();
    eventually("there is a socket again", || fake.has_sockets()).await;
    assert_ne!(fake.sockets(), before, "nothing is awaited under it any more");
}

#[tokio::test]
async fn a_deaf_socket_is_replaced_and_the_run_is_followed_all_the_same() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    eventually("there is a socket", || fake.has_sockets()).await;
    let first = fake.sockets();
    fake.set(Mood::Mute);
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    eventually("another socket is there", || fake.sockets().iter().any(|id| !first.contains(id)))
        .await;
}

#[tokio::test]
async fn a_job_waits_for_a_backend_that_is_not_there_and_is_told_so() {
    let mut fake = Fake::start();
    fake.kill();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let waiting = house.until(somebody(1), job, |job| job.seq > 1).await;
    assert_eq!((waiting.status, waiting.position), (JobStatus::Queued, Some(0)));
    let events = house.events(somebody(1), job).await;
    assert!(reasons(&events)[0].contains("closed"), "{events:?}");

    let _again = Fake::restart(fake.address);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!(done.attempt, 1, "what never began is no attempt");
}

// safety 10
#[tokio::test]
async fn a_backend_that_runs_nothing_is_taken_out() {
    let stuck = Fake::start();
    stuck.set(Mood::Stuck);
    let well = Fake::start_held();
    let house = House::open(&[stuck.url(), well.url()]).await;
    eventually("both are open", || house.parts.backends.status().iter().all(|one| one.open)).await;
    let jobs = [house.paint(somebody(1)).await, house.paint(somebody(2)).await];
    eventually("both have one", || stuck.accepted().len() + well.accepted().len() == 2).await;
    well.allow(10);
    for (job, who) in jobs.iter().zip([1, 2]) {
        let done = house.until_status(somebody(who), *job, JobStatus::Succeeded).await;
        assert_eq!(done.backend.as_deref(), Some("two"));
    }
    let status = &house.parts.backends.status()[0];
    assert!(stuck.inner.pending.lock().unwrap().is_empty(), "its prompt was taken back");
    assert!(status.open || status.reason.as_deref() == Some("it answers, but runs nothing"));
}

// safety 10
#[tokio::test]
async fn the_last_backend_is_never_taken_out() {
    let fake = Fake::start();
    fake.set(Mood::Stuck);
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    eventually("it was asked often enough", || fake.asked() > 8).await;
    assert!(house.parts.backends.any_open());
    fake.set(Mood::Well);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, fake.accepted().len()), (1, 1));
}
