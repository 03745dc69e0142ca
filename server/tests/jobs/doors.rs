//! What a principal can do with its jobs, and with those of others.

use parlor::db::JobFilter;
use parlor::jobs::{Limits, QueueLimits, SubmitError};
use serde_json::{Value, json};
use wire::{JobId, JobStatus, ToViewer};

use crate::fake::Fake;
use crate::house::{House, message, somebody};

/// A house without a backend: everything waits.
async fn closed_house(limits: Limits) -> House {
    House::open_with(&[], limits).await
}

async fn refusal(house: &House, slug: &str, inputs: Value) -> (String, String) {
    match house.submit(somebody(1), slug, inputs).await {
        Err(SubmitError::Field { field, message }) => (field, message),
        other => panic!("{other:?}"),
    }
}

fn titles(list: &wire::JobList) -> Vec<&str> {
    list.jobs.iter().map(|job| job.inputs["prompt"].as_str().unwrap()).collect()
}

async fn ask(house: &House, filter: JobFilter) -> wire::JobList {
    house.jobs.list(somebody(1), &filter).await.unwrap()
}

async fn prompt(house: &House, words: &str) -> JobId {
    let inputs = json!({ "prompt": words });
    house.submit(somebody(1), "text-to-picture", inputs).await.unwrap().id
}

// safety 11, 12
#[tokio::test]
async fn anothers_job_is_as_good_as_none() {
    let house = closed_house(Limits::default()).await;
    let job = house.paint(somebody(1)).await;
    let stranger = somebody(2);
    let jobs = &house.jobs;
    assert_eq!(jobs.find(stranger, job).await.unwrap(), None);
    assert_eq!(jobs.cancel(stranger, job).await.unwrap(), None);
    assert_eq!(jobs.graph(stranger, job).await.unwrap(), None);
    assert_eq!(jobs.events_after(stranger, job, 0).await.unwrap(), None);
    assert_eq!(jobs.set_favourite(stranger, job, true).await.unwrap(), None);
    assert!(!jobs.delete(stranger, job).await.unwrap());
    assert_eq!(jobs.list(stranger, &JobFilter::default()).await.unwrap().total, 0);
    let mine = house.find(somebody(1), job).await;
    assert_eq!((mine.status, mine.favourite), (JobStatus::Queued, false));
}

// safety 6
#[tokio::test]
async fn anothers_picture_is_refused_beside_the_field() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let upload = house.upload(somebody(2)).await;
    let painted = house.paint(somebody(2)).await;
    house.until_status(somebody(2), painted, JobStatus::Succeeded).await;
    for picture in [json!({ "upload": upload }), json!({ "job": painted, "output": 0 })] {
        let (field, message) = refusal(&house, "upscale", json!({ "picture": picture })).await;
        assert_eq!(field, "picture");
        assert_eq!(message, "This file is not here: choose a picture again.");
    }
}

#[tokio::test]
async fn bad_input_makes_no_job() {
    let house = closed_house(Limits::default()).await;
    let (field, _) =
        refusal(&house, "text-to-picture", json!({ "prompt": "x".repeat(100_000) })).await;
    assert_eq!(field, "prompt");
    let missing = house.submit(somebody(1), "no-such", json!({})).await;
    assert!(matches!(missing, Err(SubmitError::NoSuchWorkflow)));
    assert_eq!(ask(&house, JobFilter::default()).await.total, 0);
}

// safety 38
#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let queue = QueueLimits { all: 3, each: 2 };
    let house = closed_house(Limits { queue, ..Limits::default() }).await;
    prompt(&house, "one").await;
    prompt(&house, "two").await;
    let third = house.submit(somebody(1), "text-to-picture", json!({ "prompt": "three" })).await;
    assert!(matches!(third, Err(SubmitError::QueueFull { retry_after: 1.. })), "{third:?}");
    house.paint(somebody(2)).await;
    let fourth = house.submit(somebody(3), "text-to-picture", json!({ "prompt": "four" })).await;
    assert!(matches!(fourth, Err(SubmitError::QueueFull { .. })), "{fourth:?}");
}

#[tokio::test]
async fn a_list_is_paged_searched_and_filtered() {
    let house = closed_house(Limits::default()).await;
    for words in ["Red fox", "blue sea", "red house", "100% Fox_trot"] {
        prompt(&house, words).await;
    }
    let all = ask(&house, JobFilter::default()).await;
    assert_eq!(titles(&all), ["100% Fox_trot", "red house", "blue sea", "Red fox"]);
    assert_eq!((all.total, all.next.as_ref()), (4, None));

    let page = ask(&house, JobFilter { limit: 3, ..JobFilter::default() }).await;
    assert_eq!((page.jobs.len(), page.total), (3, 4));
    let rest = ask(&house, JobFilter { limit: 3, cursor: page.next, ..JobFilter::default() }).await;
    assert_eq!((titles(&rest), rest.next.as_ref()), (vec!["Red fox"], None));

    let search = |q: &str| JobFilter { q: Some(q.into()), ..JobFilter::default() };
    assert_eq!(titles(&ask(&house, search("RED")).await), ["red house", "Red fox"]);
    assert_eq!(titles(&ask(&house, search("fox red")).await), ["Red fox"]);
    assert_eq!(titles(&ask(&house, search("%")).await), ["100% Fox_trot"], "no wildcards");
    assert_eq!(ask(&house, search("_trot'; DROP TABLE jobs")).await.total, 0);

    let red = ask(&house, search("Red fox")).await.jobs[0].id;
    house.jobs.set_favourite(somebody(1), red, true).await.unwrap().unwrap();
    let favourites = JobFilter { favourite: Some(true), ..JobFilter::default() };
    assert_eq!(titles(&ask(&house, favourites).await), ["Red fox"]);
    let status = JobFilter { status: Some(JobStatus::Succeeded), ..JobFilter::default() };
    assert_eq!(ask(&house, status).await.total, 0);
    let workflow = JobFilter { workflow: Some("upscale".into()), ..JobFilter::default() };
    assert_eq!(ask(&house, workflow).await.total, 0);
}

// safety 39
#[tokio::test]
async fn deleting_takes_the_files_that_nobody_else_needs() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    // The fake makes the same picture each time, so both jobs share one file.
    let jobs = [house.paint(somebody(1)).await, house.paint(somebody(2)).await];
    let first = house.until_status(somebody(1), jobs[0], JobStatus::Succeeded).await;
    let second = house.until_status(somebody(2), jobs[1], JobStatus::Succeeded).await;
    let row = house.parts.db.find_output(somebody(1), first.outputs[0].id).await.unwrap().unwrap();

    let mut watch = house.parts.hub.watch_mine(somebody(1));
    assert!(house.jobs.delete(somebody(1), jobs[0]).await.unwrap());
    assert!(matches!(message(&watch.next().await), Some(ToViewer::Gone { job }) if job == jobs[0]));
    assert_eq!(house.jobs.find(somebody(1), jobs[0]).await.unwrap(), None);
    assert_eq!(house.parts.db.find_output(somebody(1), first.outputs[0].id).await.unwrap(), None);
    assert!(house.parts.files.read(row.hash).await.is_ok(), "the other job needs it");

    assert!(house.jobs.delete(somebody(2), second.id).await.unwrap());
    assert!(house.parts.files.read(row.hash).await.is_err(), "nobody needs it");
    assert!(!house.jobs.delete(somebody(2), second.id).await.unwrap());
}

#[tokio::test]
async fn deleting_a_running_job_stops_it() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    assert!(house.jobs.delete(somebody(1), job).await.unwrap());
    let next = house.paint(somebody(1)).await;
    house.until_status(somebody(1), next, JobStatus::Running).await;
    fake.allow(3);
    house.until_status(somebody(1), next, JobStatus::Succeeded).await;
}

#[tokio::test]
async fn a_job_that_waits_too_long_expires() {
    let house = closed_house(Limits::default()).await;
    let job = house.paint(somebody(1)).await;
    let limits = Limits { patience_ms: -1, ..Limits::default() };
    let house = House::open_in(house.close().await, &[], limits).await;
    house.until_status(somebody(1), job, JobStatus::Expired).await;
}
