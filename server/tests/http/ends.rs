//! Jobs that do not end well, and what whoever waits for their pictures is told.

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{ErrorCode, Job, JobList, JobStatus};

use super::house::{API, Answer, House, Visitor, keyed, post, small};
use super::studio::{import, publish, put};
use super::webhooks::{NEAR, Receiver, SECRET};

const RUN: &str = "/api/parlor/v1/workflows/text-to-picture/jobs";
const FAILS: &str = "/api/parlor/v1/workflows/fails/jobs";

/// A house with a workflow whose every job fails at its node 2.
async fn failing(args: &[&str]) -> House {
    let house = House::failing(args).await;
    while house.app.backends.definitions().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let size = json!({ "width": 64, "height": 64, "batch_size": 1, "color": 0 });
    let fails = json!({ "image": ["1", 0], "message": "told to fail" });
    let saves = json!({ "images": ["2", 0], "filename_prefix": "x" });
    let graph = json!({
        "1": { "class_type": "EmptyImage", "inputs": size },
        "2": { "class_type": "ParlorTestFail", "inputs": fails },
        "9": { "class_type": "SaveImage", "inputs": saves },
    });
    let bench: Bench = import(&house, "fails.json", graph.to_string()).await.json();
    let mut manifest = bench.draft.manifest.clone();
    manifest.fields.clear();
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    house
}

async fn jobs(visitor: &Visitor<'_>) -> Vec<Job> {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().jobs
}

/// The status and the code of a refusal that says which job it is about.
async fn told(visitor: &Visitor<'_>, answer: &Answer) -> (u16, ErrorCode, JobStatus) {
    let job: Job = visitor.get(answer.header("location")).await.json();
    let problem = answer.problem();
    (problem.status, problem.code, job.status)
}

// safety 33
#[tokio::test]
async fn a_picture_whose_job_failed_is_no_fault_of_the_caller_and_stays_so_under_its_key() {
    let house = failing(&[]).await;
    let me = house.visitor().await;
    let asked = || keyed(post(&format!("{FAILS}?output=0"), &json!({})), "k");
    let first = me.send(asked()).await;
    assert_eq!(told(&me, &first).await, (502, ErrorCode::JobFailed, JobStatus::Failed));
    let problem = first.problem();
    assert_eq!((problem.node.as_deref(), problem.instance.as_deref()), (Some("2"), Some(FAILS)));
    assert!(problem.detail.contains("could not do its part"), "{}", problem.detail);
    assert_eq!(first.header("x-should-retry"), "false", "it would run again");
    let again = me.send(asked()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (first.status, "true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.problem().detail, problem.detail);
    assert_eq!(jobs(&me).await.len(), 1, "what failed does not run again by itself");
    let other = me.send(keyed(post(&format!("{FAILS}?output=0"), &json!({})), "another")).await;
    assert_ne!(other.header("location"), first.header("location"));
}

#[tokio::test]
async fn a_picture_whose_job_was_stopped_is_a_conflict() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let stop = async {
        let job = loop {
            if let Some(job) = jobs(&me).await.first() {
                break job.id;
            }
        };
        me.post(&format!("{API}/jobs/{job}/cancel"), &json!({})).await
    };
    let asked = me.send(post(&format!("{RUN}?output=0"), &small("x")));
    let (answer, _) = tokio::join!(asked, stop);
    assert_eq!(told(&me, &answer).await, (409, ErrorCode::Conflict, JobStatus::Canceled));
}

// safety 33
#[tokio::test]
async fn a_picture_that_is_late_is_waited_for_on_under_the_same_key() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    for replayed in ["", "true"] {
        let asked = keyed(post(&format!("{RUN}?output=0&wait=1"), &small("x")), "k");
        let answer = me.send(asked).await;
        assert_eq!(told(&me, &answer).await, (504, ErrorCode::Unavailable, JobStatus::Queued));
        assert_eq!(answer.header("preference-applied"), "wait=1");
        assert_eq!(answer.header("idempotent-replayed"), replayed);
    }
    assert_eq!(jobs(&me).await.len(), 1);
}

// safety 31
#[tokio::test]
async fn programs_are_told_that_a_job_failed_and_why() {
    let house = failing(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let webhook = json!({ "url": receiver.url, "secret": SECRET });
    let job: Job = me.post(FAILS, &json!({ "webhook": webhook })).await.json();
    let (_, told) = receiver.next().await;
    assert_eq!((&told["type"], &told["data"]["id"]), (&json!("job.failed"), &json!(job.id)));
    let failure = &told["data"]["failure"];
    assert_eq!((&failure["code"], &failure["node"]), (&json!("node_failed"), &json!("2")));
}

// safety 31
#[tokio::test]
async fn programs_are_told_that_a_job_was_stopped_and_the_log_is_read_page_by_page() {
    let house = House::with(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let mut wanted = small("x");
    wanted["webhook"] = json!({ "url": receiver.url, "secret": SECRET });
    let mut ids = Vec::new();
    for _ in 0..3 {
        let job: Job = me.submit(&wanted).await.json();
        me.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await;
        let (id, told) = receiver.next().await;
        assert_eq!((&told["type"], &told["data"]["id"]), (&json!("job.canceled"), &json!(job.id)));
        ids.push(id);
    }
    ids.reverse();
    let log = format!("{API}/webhooks/deliveries?limit=2");
    let page = async |uri: &str| {
        let page: Value = me.get(uri).await.json();
        let ids = page["deliveries"].as_array().unwrap().iter();
        let ids: Vec<_> = ids.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        (ids, page["next"].as_str().map(str::to_owned))
    };
    let (first, next) = page(&log).await;
    let (rest, end) = page(&format!("{log}&cursor={}", next.unwrap())).await;
    assert_eq!([first, rest].concat(), ids, "the newest first, each once");
    assert_eq!(end, None);
    for odd in ["cursor=x", "limit=-1", "page=2"] {
        let refused = me.get(&format!("{API}/webhooks/deliveries?{odd}")).await;
        assert_eq!(refused.problem().status, 400, "{odd}");
    }
}
