//! Many jobs at once.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::{Batch, BatchJob, BatchPage, Job, JobList, JobStatus};

use super::house::{API, Answer, House, Visitor, post, small};

const BATCHES: &str = "/api/parlor/v1/workflows/text-to-picture/batches";

fn lines(kind: &str, text: impl Into<Body>) -> Request<Body> {
    Request::post(BATCHES).header("content-type", kind).body(text.into()).unwrap()
}

fn prompts(page: &BatchPage) -> Vec<(u32, &str)> {
    page.jobs.iter().map(|one| (one.line, one.job.inputs["prompt"].as_str().unwrap())).collect()
}

async fn total(visitor: &Visitor<'_>) -> u64 {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().total
}

#[tokio::test]
async fn every_line_is_a_job_however_it_is_written() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let matrix = json!({ "inputs": { "steps": 3 }, "matrix": { "prompt": ["a, b", "c"] } });
    for (kind, text, numbers) in [
        (
            "application/jsonl",
            "{\"prompt\":\"a, b\",\"steps\":3}\n\n{\"prompt\":\"c\",\"steps\":3}".into(),
            [1, 3],
        ),
        (
            "application/x-ndjson; charset=utf-8",
            "{\"prompt\":\"a, b\",\"steps\":3}\r\n{\"prompt\":\"c\",\"steps\":3}\r\n".into(),
            [1, 2],
        ),
        ("text/csv", "prompt,steps,size\r\n\"a, b\",3,\r\nc,3,256x256\r\n".into(), [2, 3]),
        ("application/json", matrix.to_string(), [1, 2]),
    ] {
        let answer = visitor.send(lines(kind, text)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{kind}: {}", answer.text());
        let page: BatchPage = answer.json();
        assert_eq!(answer.header("location"), format!("{API}/batches/{}", page.batch.id));
        assert_eq!(prompts(&page), [(numbers[0], "a, b"), (numbers[1], "c")], "{kind}");
        assert!(page.jobs.iter().all(|one| one.job.inputs["steps"] == 3));
        let batch = &page.batch;
        assert_eq!((batch.total, batch.counts.queued, batch.finished_at), (2, 2, None));
        let list: JobList = visitor.get(&format!("{API}/jobs?batch={}", batch.id)).await.json();
        assert_eq!(list.total, 2);
    }
    assert_eq!(total(&visitor).await, 8);
}

#[tokio::test]
async fn what_is_wrong_with_one_line_is_said_with_its_number_and_makes_nothing() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let steps =
        |steps: &str| format!("{{\"prompt\":\"a\"}}\n\n{{\"prompt\":\"b\",\"steps\":{steps}}}");
    let inside = "{\"prompt\":\"a\"}\n{\"promt\":\"b\"}".to_owned();
    for (kind, text, line, field, status) in [
        ("application/jsonl", steps("9999"), Some(3), Some("steps"), 422),
        ("application/jsonl", steps("\"x\""), Some(3), Some("steps"), 422),
        ("application/jsonl", inside, Some(2), Some("promt"), 422),
        ("application/jsonl", "{\"prompt\":\"a\"}\n[]".into(), Some(2), None, 400),
        ("application/jsonl", "\n".into(), None, None, 400),
        ("text/csv", "prompt,steps\na,5\nb,many".into(), Some(3), Some("steps"), 422),
        ("text/csv", "prompt,steps\na,5\nb".into(), Some(3), None, 400),
        ("text/csv", "prompt\n\"a".into(), Some(2), None, 400),
        ("text/csv", "prompt,prompt\na,b".into(), Some(1), Some("prompt"), 422),
        (
            "application/json",
            json!({ "inputs": { "prompt": "a" }, "matrix": { "steps": [5, 9999] } }).to_string(),
            Some(2),
            Some("steps"),
            422,
        ),
        (
            "application/json",
            json!({ "matrix": { "steps": 5 } }).to_string(),
            None,
            Some("steps"),
            422,
        ),
        ("application/json", json!({ "prompt": "a" }).to_string(), None, None, 400),
        ("text/plain", "{}".into(), None, None, 415),
    ] {
        let answer = visitor.send(lines(kind, text.clone())).await;
        assert_eq!(answer.status.as_u16(), status, "{text}: {}", answer.text());
        let problem = answer.problem();
        assert_eq!((problem.line, problem.field.as_deref()), (line, field), "{text}: {problem:?}");
    }
    assert_eq!(total(&visitor).await, 0);
}

#[tokio::test]
async fn more_than_a_batch_has_is_refused_before_it_is_looked_at() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let many = visitor.send(lines("application/jsonl", "{}\n".repeat(1_001))).await;
    assert_eq!((many.status, many.problem().line), (StatusCode::PAYLOAD_TOO_LARGE, Some(1_001)));
    let large = visitor.send(lines("text/csv", " ".repeat((4 << 20) + 1))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let ten: Vec<u32> = (0..10).collect();
    let product = json!({ "matrix": { "a": ten, "b": ten, "c": ten, "d": ten } });
    let product = visitor.send(lines("application/json", product.to_string())).await;
    assert_eq!(product.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_count_is_so_many_jobs_each_with_its_own_seed() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let seeds = async |inputs: Value| {
        let answer = visitor.submit(&json!({ "inputs": inputs, "count": 4 })).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let page: BatchPage = answer.json();
        page.jobs.iter().map(|one| one.job.inputs["seed"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let drawn: HashSet<_> = seeds(json!({ "prompt": "a" })).await.into_iter().collect();
    assert_eq!(drawn.len(), 4);
    assert_eq!(seeds(json!({ "prompt": "a", "seed": 7 })).await, [7, 8, 9, 10]);

    let one = visitor.submit(&json!({ "inputs": { "prompt": "a" }, "count": 1 })).await;
    assert_eq!(one.json::<Job>().status, JobStatus::Queued, "one is a job and no batch");
    for count in [0, 1_001] {
        let refused = visitor.submit(&json!({ "inputs": { "prompt": "a" }, "count": count })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.problem().field.as_deref(), Some("count"));
    }
    let uri = format!("{API}/workflows/text-to-picture/jobs?output=0");
    let picture = visitor.post(&uri, &json!({ "inputs": { "prompt": "a" }, "count": 2 })).await;
    assert_eq!(picture.status, StatusCode::BAD_REQUEST, "which of them?");
}

#[tokio::test]
async fn the_jobs_of_a_batch_come_page_by_page_in_the_order_of_their_lines() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let text: Vec<String> =
        (1..=7).map(|n| json!({ "prompt": n.to_string() }).to_string()).collect();
    let made: BatchPage = visitor.send(lines("application/jsonl", text.join("\n"))).await.json();
    let uri = format!("{API}/batches/{}?limit=3", made.batch.id);
    let (mut seen, mut next) = (Vec::new(), Some("0".to_owned()));
    while let Some(cursor) = next {
        let page: BatchPage = visitor.get(&format!("{uri}&cursor={cursor}")).await.json();
        assert!(page.jobs.len() <= 3);
        seen.extend(page.jobs.iter().map(|one| one.line));
        next = page.next;
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
}

/// An open house, with more flags.
async fn open(flags: &[&str]) -> House {
    House::with(&[&["--public-url", "http://art.example.org", "--open"], flags].concat()).await
}

// safety 7, 22
#[tokio::test]
async fn a_batch_is_within_what_somebody_may_or_there_is_none() {
    let house = open(&["--guest-jobs", "5"]).await;
    let guest = house.visitor().await;
    let of = |count: usize| lines("application/jsonl", "{\"prompt\":\"a\"}\n".repeat(count));
    let never = guest.send(of(6)).await;
    assert_eq!(never.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", never.text());
    assert!(never.problem().detail.contains("6 jobs, and 5"), "{}", never.text());
    assert_eq!(guest.send(of(3)).await.status, StatusCode::ACCEPTED);
    let now = guest.send(of(3)).await;
    assert_eq!(now.status, StatusCode::TOO_MANY_REQUESTS, "{}", now.text());
    assert!(!now.header("retry-after").is_empty());
    assert_eq!(total(&guest).await, 3, "of what is refused nothing is made");
    assert_eq!(guest.send(of(2)).await.status, StatusCode::ACCEPTED);
}

// safety 7
#[tokio::test]
async fn what_a_batch_costs_is_admitted_for_all_of_it() {
    // A picture of 256 × 256 in 3 steps is 196,608 pixel steps.
    let house = open(&["--guest-cost-per-day", "1"]).await;
    let guest = house.visitor().await;
    let asked = |count: u32| {
        let mut asked = small("a");
        asked["count"] = count.into();
        asked
    };
    let dear = guest.submit(&asked(6)).await;
    assert_eq!(dear.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", dear.text());
    assert!(dear.problem().detail.contains("pixel steps"), "{}", dear.text());
    assert_eq!(guest.submit(&asked(3)).await.status, StatusCode::ACCEPTED);
    assert_eq!(guest.submit(&asked(3)).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guest.submit(&asked(2)).await.status, StatusCode::ACCEPTED, "this is left");
}

// safety 38
#[tokio::test]
async fn a_batch_of_a_thousand_delays_anothers_first_by_one_at_most() {
    let house = House::quiet().await;
    let (one, other) = (house.visitor().await, house.visitor().await);
    let answer = one.send(lines("application/jsonl", "{\"prompt\":\"a\"}\n".repeat(1_000))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let page: BatchPage = answer.json();
    assert_eq!((page.batch.counts.queued, page.jobs.len()), (1_000, 50));
    let job: Job = other.submit(&small("b")).await.json();
    assert!(job.position.unwrap() <= 1, "{job:?}");
}

#[tokio::test]
async fn stopping_a_batch_stops_all_that_is_not_over() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let made: BatchPage =
        visitor.send(lines("application/jsonl", "{\"prompt\":\"a\"}\n".repeat(40))).await.json();
    let uri = format!("{API}/batches/{}/cancel", made.batch.id);
    let stopped: BatchPage = visitor.post(&uri, &json!({})).await.json();
    assert_eq!(stopped.batch.counts.canceled, 40, "{:?}", stopped.batch);
    assert!(stopped.batch.finished_at.is_some());
    let job: Job = visitor.submit(&small("b")).await.json();
    assert_eq!(job.position, Some(0), "they left the queue");
}

// safety 11, 39
#[tokio::test]
async fn a_batch_is_its_owners_and_goes_with_its_last_job() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let made: BatchPage = visitor
        .send(lines("application/jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}"))
        .await
        .json();
    let uri = format!("{API}/batches/{}", made.batch.id);
    let stranger = house.visitor().await;
    for uri in [uri.clone(), format!("{uri}/events"), format!("{uri}/outputs.zip")] {
        assert_eq!(stranger.get(&uri).await.status, StatusCode::NOT_FOUND, "{uri}");
    }
    let cancel = stranger.post(&format!("{uri}/cancel"), &json!({})).await;
    assert_eq!(cancel.status, StatusCode::NOT_FOUND);
    let list: JobList = stranger.get(&format!("{API}/jobs?batch={}", made.batch.id)).await.json();
    assert_eq!(list.total, 0);
    for (left, one) in [1, 0].into_iter().zip(&made.jobs) {
        let gone = visitor.call("DELETE", &format!("{API}/jobs/{}", one.job.id)).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let answer = visitor.get(&uri).await;
        let found = (answer.status == StatusCode::OK).then(|| answer.json::<BatchPage>());
        assert_eq!(found.map_or(0, |page| page.jobs.len()), left);
    }
    assert_eq!(visitor.get(&uri).await.status, StatusCode::NOT_FOUND);
}

/// Every block of a stream: its event, its id, its data.
fn told(answer: &Answer) -> Vec<(String, Option<u32>, Value)> {
    let text = answer.text();
    let blocks = text.split("\n\n").filter(|block| !block.trim().is_empty());
    let line = |block: &str, name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned))
    };
    blocks
        .filter_map(|block| {
            let data = serde_json::from_str(&line(block, "data: ")?).unwrap();
            let id = line(block, "id: ").map(|id| id.parse().unwrap());
            Some((line(block, "event: ")?, id, data))
        })
        .collect()
}

// safety 35
#[tokio::test]
async fn a_batch_is_heard_of_waited_for_and_taken_home_as_one_archive() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let mut asked = small("a red hill");
    asked["count"] = 3.into();
    let uri = format!("{API}/workflows/text-to-picture/jobs");
    let mut heard = post(&uri, &asked);
    heard.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
    let heard = told(&visitor.send(heard).await);
    let ends: Vec<_> = heard.iter().filter(|(name, ..)| name == "job").collect();
    assert!(ends.iter().map(|(_, id, _)| id.unwrap()).eq([1, 2, 3]), "{heard:?}");
    let made =
        ends.iter().map(|(.., job)| serde_json::from_value::<BatchJob>(job.clone()).unwrap());
    assert!(made.clone().all(|one| one.job.status == JobStatus::Succeeded));
    let lines: HashSet<_> = made.map(|one| one.line).collect();
    assert_eq!(lines, HashSet::from([1, 2, 3]), "each once");
    let (name, _, last) = heard.last().unwrap();
    let batch: Batch = serde_json::from_value(last.clone()).unwrap();
    assert_eq!((name.as_str(), batch.counts.succeeded), ("batch", 3));

    let uri = format!("{API}/batches/{}", batch.id);
    let resumed = Request::get(format!("{uri}/events")).header("last-event-id", "2");
    let resumed = told(&visitor.send(resumed.body(Body::empty()).unwrap()).await);
    let names: Vec<_> = resumed.iter().map(|(name, id, _)| (name.as_str(), *id)).collect();
    assert_eq!(names, [("job", Some(3)), ("batch", None)]);

    let archive = visitor.get(&format!("{uri}/outputs.zip")).await;
    assert_eq!(archive.header("content-type"), "application/zip");
    let pictures = archive.body.windows(8).filter(|at| at == b"\x89PNG\r\n\x1a\n").count();
    assert_eq!(pictures, 3);
    assert!(!archive.body.windows(10).any(|at| at == b"about.json"), "of the batch alone");
}

#[tokio::test]
async fn a_batch_can_be_waited_for() {
    let house = House::working(0).await;
    let mut asked = small("a red hill");
    asked["count"] = 2.into();
    let uri = format!("{API}/workflows/text-to-picture/jobs?wait=60");
    let answer = house.visitor().await.post(&uri, &asked).await;
    assert_eq!((answer.status, answer.header("preference-applied")), (StatusCode::OK, "wait=60"));
    let page: BatchPage = answer.json();
    assert_eq!(page.batch.counts.succeeded, 2);
    assert!(page.jobs.iter().all(|one| one.job.outputs.len() == 1));
}

#[tokio::test]
async fn a_file_that_all_lines_share_is_handed_in_once() {
    use base64::Engine as _;

    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let mut picture = Vec::new();
    image::RgbImage::new(64, 64)
        .write_to(&mut std::io::Cursor::new(&mut picture), image::ImageFormat::Png)
        .unwrap();
    let base64 = base64::prelude::BASE64_STANDARD.encode(&picture);
    let uri = format!("{API}/workflows/upscale/batches");
    let body =
        json!({ "inputs": { "picture": { "base64": base64 } }, "matrix": { "factor": [2, 4] } });
    let answer = visitor.post(&uri, &body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let page: BatchPage = answer.json();
    let uploads: HashSet<_> =
        page.jobs.iter().map(|one| one.job.inputs["picture"]["upload"].to_string()).collect();
    assert_eq!(uploads.len(), 1);
}
