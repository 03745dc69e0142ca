//! Batches that are stopped, deleted, and told of.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::{BatchPage, Job, JobList, JobStatus};

use super::house::{API, House, Visitor, post, small};
use super::webhooks::{NEAR, Receiver, SECRET};

const BATCHES: &str = "/api/parlor/v1/workflows/text-to-picture/batches";

/// Three jobs, each of which takes a while.
async fn slow(visitor: &Visitor<'_>) -> String {
    let mut asked = small("a red hill");
    asked["inputs"]["steps"] = 60.into();
    asked["count"] = 3.into();
    let made: BatchPage = visitor.submit(&asked).await.json();
    format!("{API}/batches/{}", made.batch.id)
}

/// The batch, once it is as it is to be.
async fn until(visitor: &Visitor<'_>, uri: &str, is: impl Fn(&BatchPage) -> bool) -> BatchPage {
    loop {
        let page: BatchPage = visitor.get(uri).await.json();
        if is(&page) {
            return page;
        }
        assert!(page.batch.finished_at.is_none(), "it is over: {page:?}");
        tokio::task::yield_now().await;
    }
}

fn runs(page: &BatchPage) -> bool {
    page.batch.counts.running > 0
}

#[tokio::test]
async fn stopping_a_batch_stops_the_job_that_runs_too() {
    let house = House::working(100).await;
    let me = house.visitor().await;
    let uri = slow(&me).await;
    until(&me, &uri, runs).await;
    let stopped: BatchPage = me.post(&format!("{uri}/cancel"), &json!({})).await.json();
    let counts = stopped.batch.counts;
    assert_eq!((counts.canceled + counts.canceling, counts.queued), (3, 0), "{counts:?}");
    let over = until(&me, &uri, |page| page.batch.finished_at.is_some()).await;
    assert_eq!(over.batch.counts.canceled, 3);
    assert_eq!(me.picture().await.status, JobStatus::Succeeded, "and others run");
}

// safety 11, 39
#[tokio::test]
async fn deleting_a_batch_deletes_its_jobs_also_those_that_run() {
    let house = House::working(100).await;
    let (me, stranger) = (house.visitor().await, house.visitor().await);
    let uri = slow(&me).await;
    until(&me, &uri, runs).await;
    assert_eq!(stranger.call("DELETE", &uri).await.problem().status, 404);
    let other: Job = me.submit(&small("stays")).await.json();
    assert_eq!(me.call("DELETE", &uri).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.call("DELETE", &uri).await.problem().status, 404);
    assert_eq!(me.get(&uri).await.status, StatusCode::NOT_FOUND);
    let left: JobList = me.get(&format!("{API}/jobs")).await.json();
    assert_eq!(left.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [other.id]);
    assert_eq!(me.picture().await.status, JobStatus::Succeeded, "and others run");
}

// safety 39
#[tokio::test]
async fn a_batch_goes_with_all_that_it_made() {
    let house = House::working(0).await;
    let me = house.visitor().await;
    let mut asked = small("a red hill");
    (asked["count"], asked["wait"]) = (2.into(), 60.into());
    let made = me.submit(&asked).await;
    assert_eq!((made.status, made.header("preference-applied")), (StatusCode::OK, "wait=60"));
    let made: BatchPage = made.json();
    let files = made.jobs.iter().map(|one| format!("/{}", one.job.outputs[0].url));
    let files: Vec<_> = files.collect();
    assert_eq!(me.get(&files[0]).await.status, StatusCode::OK);
    let gone = me.call("DELETE", &format!("{API}/batches/{}", made.batch.id)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    for file in files {
        assert_eq!(me.get(&file).await.status, StatusCode::NOT_FOUND);
    }
    let kept = std::fs::read_dir(house.folder().join("files/content")).unwrap();
    let kept = kept.flat_map(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap());
    assert_eq!(kept.count(), 0, "nothing is left on the disk");
}

/// With who is to be told in its headers.
fn telling(kind: &str, body: String, headers: &[(&str, &str)]) -> Request<Body> {
    let asked = Request::post(BATCHES).header("content-type", kind);
    let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
    asked.body(Body::from(body)).unwrap()
}

// safety 31
#[tokio::test]
async fn lines_and_tables_say_in_headers_who_is_told() {
    let house = House::working_with(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let url = receiver.url.clone();
    let headers = [
        ("webhook-url", url.as_str()),
        ("webhook-secret", SECRET),
        ("webhook-events", "job.succeeded"),
    ];
    let line = json!({ "prompt": "a", "steps": 3, "size": { "width": 256, "height": 256 } });
    for (kind, body) in [
        ("application/jsonl", format!("{line}\n{line}")),
        ("text/csv", "prompt,steps,size\na,3,256x256\nb,3,256x256".to_owned()),
    ] {
        let answer = me.send(telling(kind, body, &headers)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let made: BatchPage = answer.json();
        let mut told = Vec::new();
        for _ in 0..2 {
            let (_, message) = receiver.next().await;
            assert_eq!(message["type"], "job.succeeded");
            told.push(message["data"]["id"].clone());
        }
        assert!(made.jobs.iter().all(|one| told.contains(&json!(one.job.id))), "{kind}");
    }
    let webhook: Value = json!({ "url": url, "secret": SECRET });
    let matrix = json!({ "matrix": { "prompt": ["a"] }, "webhook": webhook }).to_string();
    let twice = me.send(telling("application/json", matrix, &headers)).await;
    assert_eq!(twice.problem().status, 400);
    let nobody = telling("application/jsonl", line.to_string(), &headers[1..]);
    assert_eq!(me.send(nobody).await.problem().status, 400);
    let no_secret = telling("application/jsonl", line.to_string(), &headers[..1]);
    let no_secret = me.send(no_secret).await.problem();
    assert_eq!((no_secret.status, no_secret.field.as_deref()), (422, Some("webhook.secret")));
}

// safety 11
#[tokio::test]
async fn guests_tell_nobody_of_a_batch_either() {
    let house = House::with(&["--public-url", "http://art.example.org", "--open"]).await;
    let guest = house.visitor().await;
    let headers = [("webhook-url", "https://shop.example.org/hook"), ("webhook-secret", SECRET)];
    let asked = telling("application/jsonl", "{\"prompt\":\"a\"}".into(), &headers);
    assert_eq!(guest.send(asked).await.problem().status, 403);
    let list: JobList = guest.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.total, 0);
    // What has a place for it in its body says it there.
    let mut asked = small("a");
    asked["webhook"] = json!({ "url": headers[0].1, "secret": SECRET });
    assert_eq!(guest.send(post(BATCHES, &asked)).await.problem().status, 400, "no matrix");
}
