//! Backends that are broken, hostile, or none at all.

use parlor::jobs::Limits;
use serde_json::json;
use wire::JobStatus;

use crate::fake::{Fake, Mood};
use crate::house::{House, eventually, somebody};

/// Words of the host's machine that no guest may read.
const SECRETS: [&str; 4] = ["/home", "127.0.0.1", "execution.py", "traceback"];

// safety 4, 9
#[tokio::test]
async fn nonsense_repeats_and_nan_harm_nobody() {
    let fake = Fake::start();
    fake.set(Mood::Odd);
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.outputs.len(), done.attempt), (1, 1));
}

// safety 9
#[tokio::test]
async fn a_web_server_is_no_backend() {
    let (web, well) = (Fake::start(), Fake::start());
    web.set(Mood::Html);
    let house = House::open(&[web.url(), well.url()]).await;
    let job = house.paint(somebody(1)).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!(done.backend.as_deref(), Some("two"));
    let status = &house.parts.backends.status()[0];
    assert!(!status.open);
    let reason = status.reason.as_ref().unwrap();
    assert!(reason.contains("something else listening"), "{reason}");
}

// safety 9
#[tokio::test]
async fn a_backend_that_turns_into_a_web_server_in_the_middle_costs_no_job() {
    let (one, two) = (Fake::start_held(), Fake::start_held());
    let house = House::open(&[one.url(), two.url()]).await;
    let job = house.paint(somebody(1)).await;
    let running = house.until_status(somebody(1), job, JobStatus::Running).await;
    let (bad, good) =
        if running.backend.as_deref() == Some("one") { (&one, &two) } else { (&two, &one) };
    bad.set(Mood::Html);
    bad.drop_sockets();
    good.allow(3);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_ne!(done.backend, running.backend);
}

// safety 9
#[tokio::test]
async fn a_backend_that_never_answers_holds_up_nobody() {
    let (silent, well) = (Fake::start(), Fake::start());
    silent.set(Mood::Silent);
    let house = House::open(&[silent.url(), well.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;
}

// safety 3
#[tokio::test]
async fn after_an_unknown_outcome_the_first_attempt_is_looked_for() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    fake.set(Mood::Vague);
    let job = house.paint(somebody(1)).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, fake.accepted().len()), (1, 1));
}

// safety 9
#[tokio::test]
async fn a_file_without_end_costs_one_job() {
    let fake = Fake::start();
    let limits = Limits { output_bytes: 1 << 20, ..Limits::default() };
    let house = House::open_with(&[fake.url()], limits).await;
    fake.set(Mood::Endless);
    let job = house.paint(somebody(1)).await;
    let failed = house.until_status(somebody(1), job, JobStatus::Failed).await;
    assert_eq!(failed.failure.unwrap().code, "output_lost");
    fake.set(Mood::Well);
    let next = house.paint(somebody(1)).await;
    house.until_status(somebody(1), next, JobStatus::Succeeded).await;
}

// safety 13
#[tokio::test]
async fn a_failure_is_explained_without_the_hosts_secrets() {
    for (mood, code, words) in [
        (Mood::Failing, "node_failed", "ran out of memory"),
        (Mood::Refusing, "rejected", "is not in the workshop"),
    ] {
        let fake = Fake::start();
        fake.set(mood);
        let house = House::open(&[fake.url()]).await;
        let job = house.paint(somebody(1)).await;
        let failed = house.until_status(somebody(1), job, JobStatus::Failed).await;
        let text = serde_json::to_string(&failed).unwrap();
        let failure = failed.failure.unwrap();
        assert_eq!(failure.code, code);
        assert!(failure.message.contains(words), "{}", failure.message);
        assert!(failure.node_title.is_some() && failure.hint.is_some());
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

// safety 36
#[tokio::test]
async fn a_job_outlives_storage_that_fails_for_a_while() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let (files, aside) = (house.folder.path().join("files"), house.folder.path().join("aside"));
    std::fs::rename(&files, &aside).unwrap();
    std::fs::write(&files, "in the way").unwrap();
    fake.allow(3);
    eventually("an output was asked for", || fake.viewed() > 0).await;
    std::fs::remove_file(&files).unwrap();
    std::fs::rename(&aside, &files).unwrap();
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, done.outputs.len(), fake.accepted().len()), (1, 1, 1));
}

#[tokio::test]
async fn a_backend_that_refuses_a_file_again_and_again_is_not_asked_for_ever() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    fake.set(Mood::NoUploads);
    let upload = house.upload(somebody(1)).await;
    let inputs = json!({ "picture": { "upload": upload } });
    let job = house.submit(somebody(1), "upscale", inputs).await.unwrap();
    let failed = house.until_status(somebody(1), job.id, JobStatus::Failed).await;
    assert_eq!(failed.failure.unwrap().code, "backend_lost");
}
