//! What the policy of a workflow makes of its jobs.

use serde_json::json;
use sqlx::Connection as _;
use wire::{JobStatus, Millis};

use crate::fake::{Fake, picture};
use crate::house::{House, eventually, somebody};
use crate::outputs::film;

const DAY: Millis = 24 * 60 * 60 * 1000;

fn shows(fake: &Fake) {
    let file = |name: &str| json!({ "filename": name, "type": "output" });
    fake.show(
        json!({ "2": { "images": [file("draft.png")] }, "9": { "images": [file("final.png"), file("film.mp4")] } }),
        [
            ("draft.png", picture([1; 3], "PNG")),
            ("final.png", picture([2; 3], "PNG")),
            ("film.mp4", film()),
        ],
    );
}

fn is(content: &[u8], format: image::ImageFormat) -> bool {
    image::guess_format(content).is_ok_and(|found| found == format)
}

#[tokio::test]
async fn results_are_kept_converted_and_with_what_they_say() {
    let fake = Fake::start();
    shows(&fake);
    let house = House::open(&[fake.url()]).await;
    let save = json!({ "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "x" } });
    let policy = "results = [\"9\"]\n[policy]\nmetadata = \"kept\"\nformat = { kind = \"webp\", quality = 80 }";
    house.publish("kept", policy, json!({ "2": save })).await;
    let job = house.submit(somebody(1), "kept", json!({})).await.unwrap();
    let (job, contents) = house.made(somebody(1), job.id).await;
    let names: Vec<_> = job.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(names, ["parlor.webp", "parlor-2.mp4"]);
    assert!(is(&contents[0], image::ImageFormat::WebP));
    assert_eq!((job.outputs[0].mime.as_str(), job.outputs[0].width), ("image/webp", Some(32)));
    assert_eq!(contents[1], film(), "films are never converted, and keep what they say");
}

#[tokio::test]
async fn what_only_browsers_read_is_known_all_the_same() {
    let fake = Fake::start();
    shows(&fake);
    let house = House::open(&[fake.url()]).await;
    let policy = "results = [\"9\"]\n[policy]\nformat = { kind = \"avif\", quality = 60 }";
    house.publish("small", policy, json!({})).await;
    let job = house.submit(somebody(1), "small", json!({})).await.unwrap();
    let (job, contents) = house.made(somebody(1), job.id).await;
    let made = &job.outputs[0];
    assert_eq!((made.name.as_str(), made.mime.as_str()), ("parlor.avif", "image/avif"));
    assert_eq!((made.width, made.height), (Some(32), Some(24)));
    assert!(made.blur.is_some());
    assert_eq!(&contents[0][4..12], b"ftypavif");
}

#[tokio::test]
async fn a_job_is_handled_as_the_version_it_ran_says() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let sampler = json!({ "class_type": "KSampler", "inputs": { "steps": 1 } });
    house.publish("changing", "", json!({ "5": sampler })).await;
    let before = house.submit(somebody(1), "changing", json!({})).await.unwrap().id;
    house.until_status(somebody(1), before, JobStatus::Running).await;
    let policy = "[policy]\nformat = { kind = \"jpeg\" }\nkeep_days = 2";
    house.publish("changing", policy, json!({ "5": sampler })).await;
    let after = house.submit(somebody(1), "changing", json!({})).await.unwrap().id;
    fake.allow(2);
    let (before, contents) = house.made(somebody(1), before).await;
    assert!(is(&contents[0], image::ImageFormat::Png));
    assert_eq!((before.workflow_version, before.expires_at), (1, None));
    let (after, contents) = house.made(somebody(1), after).await;
    assert!(is(&contents[0], image::ImageFormat::Jpeg));
    assert_eq!(after.workflow_version, 2);
    assert_eq!(after.expires_at, after.finished_at.map(|at| at + 2 * DAY));
}

/// Writes into the database of a house that is closed.
async fn sql(folder: &std::path::Path, statement: &'static str) {
    let path = format!("sqlite://{}", folder.join("parlor.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&path).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

// safety 39
#[tokio::test]
async fn what_is_kept_no_longer_goes_with_its_files_also_after_a_restart() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    house.publish("short", "[policy]\nkeep_days = 1", json!({})).await;
    let mut jobs = Vec::new();
    for (who, level) in [(1, 10), (2, 20), (3, 30)] {
        fake.show(
            json!({ "9": { "images": [{ "filename": "a.png" }] } }),
            [("a.png", picture([level; 3], "PNG"))],
        );
        let job = house.submit(somebody(who), "short", json!({})).await.unwrap();
        let (job, _) = house.made(somebody(who), job.id).await;
        let row = house.parts.db.find_output(somebody(who), job.outputs[0].id).await;
        jobs.push((somebody(who), job.id, row.unwrap().unwrap().hash));
    }
    let (loved, once_loved) = (jobs[1], jobs[2]);
    for (who, job, _) in [loved, once_loved] {
        let marked = house.jobs.set_favourite(who, job, true).await.unwrap().unwrap();
        assert_eq!(marked.expires_at, None, "a favourite stays");
    }
    let folder = house.close().await;
    sql(folder.path(), "UPDATE jobs SET expires_at = 1").await;

    let house = House::open_in(folder, &[fake.url()], parlor::jobs::Limits::default()).await;
    let (who, job, hash) = jobs[0];
    let mut watch = house.parts.hub.watch_job(who, job);
    while house.jobs.find(who, job).await.unwrap().is_some() {
        watch.next().await;
    }
    let gone = async || house.parts.files.open_content(hash).await.unwrap().is_none();
    while !gone().await {
        tokio::task::yield_now().await;
    }
    let (who, job, hash) = loved;
    assert!(house.jobs.find(who, job).await.unwrap().is_some());
    assert!(house.parts.files.open_content(hash).await.unwrap().is_some());
    let (who, job, _) = once_loved;
    let unmarked = house.jobs.set_favourite(who, job, false).await.unwrap().unwrap();
    assert!(unmarked.expires_at > unmarked.finished_at, "there is time to think it over");
}

#[tokio::test]
async fn the_house_says_how_long_where_the_workflow_does_not() {
    let fake = Fake::start();
    let limits = parlor::jobs::Limits { keep_days: Some(30), ..Default::default() };
    let house = House::open_with(&[fake.url()], limits).await;
    let job = house.paint(somebody(1)).await;
    let (job, _) = house.made(somebody(1), job).await;
    assert_eq!(job.expires_at, job.finished_at.map(|at| at + 30 * DAY));
}

#[tokio::test]
async fn no_more_jobs_of_a_workflow_run_at_once_than_it_allows_and_others_do_not_wait() {
    let (one, two) = (Fake::start_held(), Fake::start_held());
    let house = House::open(&[one.url(), two.url()]).await;
    let sampler = json!({ "5": { "class_type": "KSampler", "inputs": { "steps": 1 } } });
    house.publish("single", "[policy]\nat_once = 1", sampler.clone()).await;
    house.publish("free", "", sampler).await;
    let submit = async |slug: &str| house.submit(somebody(1), slug, json!({})).await.unwrap().id;
    let jobs = [submit("single").await, submit("single").await, submit("free").await];
    house.until_status(somebody(1), jobs[0], JobStatus::Running).await;
    house.until_status(somebody(1), jobs[2], JobStatus::Running).await;
    assert_eq!(house.find(somebody(1), jobs[1]).await.status, JobStatus::Queued);
    eventually("both are handed over", || one.accepted().len() + two.accepted().len() == 2).await;

    one.allow(1);
    two.allow(1);
    house.until_status(somebody(1), jobs[2], JobStatus::Succeeded).await;
    house.until_status(somebody(1), jobs[0], JobStatus::Succeeded).await;
    house.until_status(somebody(1), jobs[1], JobStatus::Running).await;
    one.allow(1);
    two.allow(1);
    house.until_status(somebody(1), jobs[1], JobStatus::Succeeded).await;
}
