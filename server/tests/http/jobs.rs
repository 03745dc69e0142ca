//! A run through the API, from the asking to the deleting.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::{Job, JobList, JobStatus, ToViewer, Workflow, WorkflowSummary};

use super::house::{API, House, Visitor, post, small};

const RUN: &str = "/api/parlor/v1/workflows/text-to-picture/jobs";

#[tokio::test]
async fn workflows_are_listed_and_shown_and_need_not_be_sent_twice() {
    let house = House::quiet().await;
    let list: Vec<WorkflowSummary> = house.get(&format!("{API}/workflows")).await.json();
    for about in list {
        let uri = format!("{API}/workflows/{}", about.slug);
        let answer = house.get(&uri).await;
        assert_eq!(answer.json::<Workflow>().about, about);
        let again = Request::get(&uri).header("if-none-match", answer.header("etag"));
        let again = house.answer(again.body(Body::empty()).unwrap()).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn asking_without_waiting_is_answered_at_once() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let answer = visitor.submit(&small("a red hill")).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.header("preference-applied"), "respond-async");
    let job: Job = answer.json();
    assert_eq!(answer.header("location"), format!("{API}/jobs/{}", job.id));
    assert_eq!(job.status, JobStatus::Queued);
}

#[tokio::test]
async fn waiting_ends_with_the_time_when_the_job_does_not() {
    let house = House::quiet().await;
    let mut asked = post(&format!("{API}/workflows/text-to-picture/jobs"), &small("x"));
    asked.headers_mut().insert("prefer", "wait=1".parse().unwrap());
    let answer = house.visitor().await.send(asked).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.header("preference-applied"), "wait=1");
}

// safety 33
#[tokio::test]
async fn the_same_key_makes_one_job() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let ask = |inputs: &Value| {
        let mut asked = post(&format!("{API}/workflows/text-to-picture/jobs"), inputs);
        asked.headers_mut().insert("idempotency-key", "k-1".parse().unwrap());
        asked
    };
    let first = visitor.send(ask(&small("a"))).await;
    let second = visitor.send(ask(&small("a"))).await;
    assert_eq!(first.json::<Job>().id, second.json::<Job>().id);
    assert_eq!(
        (first.header("idempotent-replayed"), second.header("idempotent-replayed")),
        ("", "true")
    );
    let other = visitor.send(ask(&small("b"))).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

// safety 39
#[tokio::test]
async fn a_picture_can_be_fetched_kept_and_deleted() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let job = visitor.picture().await;
    let output = &job.outputs[0];
    let uri = format!("/{}", output.url);

    let whole = visitor.get(&uri).await;
    assert_eq!((whole.status, whole.body.len() as u64), (StatusCode::OK, output.bytes));
    assert_eq!(whole.header("cache-control"), "private, max-age=31536000, immutable");
    assert!(whole.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(image::load_from_memory(&whole.body).unwrap().width(), 256);

    let known = with(&visitor, &uri, ("if-none-match", whole.header("etag"))).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let part = with(&visitor, &uri, ("range", "bytes=2-5")).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.header("content-range"), format!("bytes 2-5/{}", output.bytes));
    assert_eq!(part.body, whole.body.slice(2..6));
    let beyond = with(&visitor, &uri, ("range", "bytes=99999999-")).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", output.bytes));
    let saved = visitor.get(&format!("{uri}?download=1")).await;
    assert!(saved.header("content-disposition").starts_with("attachment; filename="));

    let small = visitor.get(&format!("{uri}/thumb?w=100")).await;
    assert_eq!(small.header("content-type"), "image/jpeg");
    assert_eq!(image::load_from_memory(&small.body).unwrap().width(), 160);

    let gone = visitor.call("DELETE", &format!("{API}/jobs/{}", job.id)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    for uri in [format!("{API}/jobs/{}", job.id), uri.clone(), format!("{uri}/thumb?w=100")] {
        assert_eq!(visitor.get(&uri).await.status, StatusCode::NOT_FOUND, "{uri}");
    }
}

async fn with(
    visitor: &Visitor<'_>,
    uri: &str,
    (name, value): (&str, &str),
) -> super::house::Answer {
    visitor.send(Request::get(uri).header(name, value).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn jobs_are_found_by_what_is_known_of_them() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let job: Job = visitor.submit(&small("a red hill")).await.json();
    visitor.submit(&small("the sea")).await;
    let marked: Job = visitor.call("PUT", &format!("{API}/jobs/{}/favourite", job.id)).await.json();
    assert!(marked.favourite);
    for (query, total) in [
        ("", 2),
        ("q=hill", 1),
        ("favourite=true", 1),
        ("status=queued&workflow=text-to-picture", 2),
        ("status=failed", 0),
    ] {
        let list: JobList = visitor.get(&format!("{API}/jobs?{query}")).await.json();
        assert_eq!(list.total, total, "{query}");
    }
    let first: JobList = visitor.get(&format!("{API}/jobs?limit=1")).await.json();
    let next = first.next.unwrap();
    let second: JobList = visitor.get(&format!("{API}/jobs?limit=1&cursor={next}")).await.json();
    assert_ne!(first.jobs[0].id, second.jobs[0].id);
    let strange = visitor.get(&format!("{API}/jobs?cursor=x")).await;
    assert_eq!(strange.problem().status, 400, "not the first page once more");
    let unmarked: Job =
        visitor.call("DELETE", &format!("{API}/jobs/{}/favourite", job.id)).await.json();
    assert!(!unmarked.favourite);
}

#[tokio::test]
async fn a_waiting_job_can_be_canceled_and_its_graph_read() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let job: Job = visitor.submit(&small("a red hill")).await.json();
    let graph: Value = visitor.get(&format!("{API}/jobs/{}/graph", job.id)).await.json();
    assert!(graph.to_string().contains("a red hill"), "{graph}");
    let over: Job = visitor.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await.json();
    assert!(matches!(over.status, JobStatus::Canceled | JobStatus::Canceling), "{:?}", over.status);
}

// safety 20
#[tokio::test]
async fn a_graph_with_closed_fields_is_not_for_guests() {
    let house = House::with(&["--public-url", "http://art.example.org", "--open"]).await;
    let visitor = house.visitor().await;
    let job: Job = visitor.submit(&small("a red hill")).await.json();
    let answer = visitor.get(&format!("{API}/jobs/{}/graph", job.id)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    let member = house.member("Mia", json!(["graph"])).await;
    let job: Job = member.submit(&small("a red hill")).await.json();
    let answer = member.get(&format!("{API}/jobs/{}/graph", job.id)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

// safety 35
#[tokio::test]
async fn the_event_stream_tells_every_event_once_and_resumes() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let job = visitor.picture().await;
    let uri = format!("{API}/jobs/{}/events", job.id);
    let told = numbers(&visitor.get(&uri).await.text());
    assert_eq!(told, (1..=job.seq).collect::<Vec<_>>());
    let rest = with(&visitor, &uri, ("last-event-id", "2")).await;
    assert_eq!(numbers(&rest.text()), (3..=job.seq).collect::<Vec<_>>());
    let nothing = with(&visitor, &uri, ("last-event-id", &job.seq.to_string())).await;
    assert_eq!(nothing.text(), "");
}

/// The `id`s of a stream, each checked against its data.
fn numbers(stream: &str) -> Vec<u64> {
    let blocks = stream.split("\n\n").filter(|block| !block.is_empty());
    blocks
        .map(|block| {
            let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            let Ok(ToViewer::Event { seq, .. }) = serde_json::from_str(line("data: ").unwrap())
            else {
                panic!("no event: {block}");
            };
            assert_eq!(line("id: ").unwrap(), seq.to_string());
            seq
        })
        .collect()
}

#[tokio::test]
async fn whoever_wants_the_picture_gets_it_at_once() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    for (uri, accept) in [(RUN, "image/*"), (&format!("{RUN}?output=0"), "*/*")] {
        let mut asked = post(uri, &small("a red hill"));
        asked.headers_mut().insert("accept", accept.parse().unwrap());
        let answer = visitor.send(asked).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
        image::load_from_memory(&answer.body).unwrap();
        let job: Job = visitor.get(answer.header("location")).await.json();
        assert_eq!(job.status, JobStatus::Succeeded);
    }
    let beyond = visitor.send(post(&format!("{RUN}?output=7"), &small("a red hill"))).await;
    assert_eq!(beyond.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_wants_to_hear_it_is_told_to_the_end() {
    let house = House::working(0).await;
    let mut asked = post(RUN, &small("a red hill"));
    asked.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
    let told = house.visitor().await.send(asked).await;
    assert_eq!(told.header("content-type"), "text/event-stream");
    assert!(
        told.text().contains("\"type\":\"queued\"")
            && told.text().contains("\"status\":\"succeeded\"")
    );
}

#[tokio::test]
async fn a_file_may_come_with_the_job_that_reads_it() {
    use base64::Engine as _;

    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let drawn = visitor.send(post(&format!("{RUN}?output=0"), &small("a red hill"))).await;
    let base64 = base64::prelude::BASE64_STANDARD.encode(&drawn.body);
    let uri = format!("{API}/workflows/picture-to-picture/jobs?wait=60");
    let with = |picture: Value| json!({ "inputs": { "prompt": "at night", "steps": 2, "picture": picture } });
    let made = visitor.post(&uri, &with(json!({ "base64": base64 }))).await;
    let job: Job = made.json();
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.failure);
    assert!(job.inputs["picture"]["upload"].is_string(), "it is an upload like any other");
    for wrong in [
        json!({ "base64": "?" }),
        json!({ "base64": "QUFB" }),
        json!({ "base64": "QUFB", "url": "https://example.org" }),
        // safety 30
        json!({ "url": "http://127.0.0.1/a.png" }),
        json!({ "url": "https://127.0.0.1/a.png" }),
        json!({ "url": "file:///etc/passwd" }),
    ] {
        let refused = visitor.post(&uri, &with(wrong.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(refused.problem().field.as_deref(), Some("picture"), "{wrong}");
    }
}

#[tokio::test]
async fn how_long_to_wait_is_said_in_the_body_the_query_or_a_header() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let asked = |query: &str, body: Option<Value>, prefer: &str| {
        let mut wanted = small("x");
        if let Some(seconds) = body {
            wanted["wait"] = seconds;
        }
        let mut asked = post(&format!("{RUN}{query}"), &wanted);
        asked.headers_mut().insert("prefer", prefer.parse().unwrap());
        asked
    };
    for (request, applied) in [
        (asked("", Some(json!(1)), "respond-async"), "wait=1"),
        (asked("?wait=600", Some(json!(1)), "wait=600"), "wait=1"),
        (asked("?wait=1", None, "wait=600"), "wait=1"),
        (asked("?wait=600", Some(json!(0)), "wait=600"), "respond-async"),
    ] {
        let answer = visitor.send(request).await;
        assert_eq!(
            (answer.status, answer.header("preference-applied")),
            (StatusCode::ACCEPTED, applied)
        );
    }
    for wrong in [json!(-1), json!("60"), json!(1.5)] {
        let refused = visitor.send(asked("", Some(wrong.clone()), "wait=1")).await;
        assert_eq!(refused.problem().status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_rules_of_a_workflow_and_what_makes_its_files_are_told() {
    let house = House::working_with(&["--keep-days", "30"]).await;
    let visitor = house.visitor().await;
    visitor.picture().await;
    let told: Value = visitor.get(&format!("{API}/workflows/text-to-picture")).await.json();
    let policy = json!({ "max_cost": 500_000_000, "metadata": "stripped", "keep_days": 30 });
    assert_eq!(told["policy"], policy, "neither for whom it is nor what it is made of");
    assert_eq!(told["outputs"], json!([{ "node": "9", "kind": "image" }]));
    let uri = format!("{API}/workflows");
    let list = visitor.get(&uri).await;
    let known = with(&visitor, &uri, ("if-none-match", list.header("etag"))).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(known.header("vary"), "accept-language");
}
