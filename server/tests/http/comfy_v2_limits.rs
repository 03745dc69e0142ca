//! Comfy API v2 where it is too much, too often, or not here: and what each of that is in the contract.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;

use super::comfy_v2::{code, form, hash, picture};
use super::house::{Answer, House, Visitor, post};

const V2: &str = "/api/v2";

/// Saves a picture of one colour.
fn plain(colour: u32) -> Value {
    json!({ "workflow": {
        "1": { "class_type": "EmptyImage",
               "inputs": { "width": 64, "height": 64, "batch_size": 1, "color": colour } },
        "2": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "x" } },
    } })
}

/// A request from another machine.
async fn away(house: &House, request: Request<Body>) -> Answer {
    house.answer_to("192.0.2.1:40000", request).await
}

async fn hand_in(visitor: &Visitor<'_>, bytes: &[u8], key: &str) -> Answer {
    let texts = [("content_type", "image/png"), ("file_path", "photo.png")];
    let mut request = form(&texts, Some(bytes));
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    visitor.send(request).await
}

// safety 33
#[tokio::test]
async fn a_key_of_a_file_counts_once_and_only_for_what_was_kept() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let refused = hand_in(&me, b"no picture", "once").await;
    assert_eq!((refused.status.as_u16(), &*code(&refused)), (422, "invalid_request"));
    let kept = hand_in(&me, &picture(), "once").await;
    assert_eq!(kept.status, StatusCode::CREATED, "a refusal sets the key free: {}", kept.text());
    let other = { [picture(), vec![0; 9]].concat() };
    for bytes in [picture(), other] {
        let again = hand_in(&me, &bytes, "once").await;
        assert_eq!((again.status.as_u16(), &*code(&again)), (422, "idempotency_key_reuse"));
    }
    let by_hash = format!("{V2}/assets/by-hash/{}", hash(&picture()));
    assert_eq!(me.call("HEAD", &by_hash).await.status, StatusCode::OK);
    let another = house.visitor().await;
    assert_eq!(hand_in(&another, &picture(), "once").await.status, StatusCode::CREATED);
    let bad = hand_in(&me, &picture(), "two words").await;
    assert_eq!((bad.status.as_u16(), &*code(&bad)), (422, "invalid_request"));
}

// safety 33
#[tokio::test]
async fn of_two_with_one_key_at_once_one_is_kept() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let bytes = picture();
    let all = (0..6).map(|_| hand_in(&me, &bytes, "both"));
    let all = futures_util::future::join_all(all).await;
    let kept = all.iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(kept, 1, "{all:?}");
    for refused in all.iter().filter(|answer| !answer.status.is_success()) {
        assert_eq!(code(refused), "idempotency_key_reuse");
    }
}

// safety 36
#[tokio::test]
async fn a_full_queue_says_when_to_come_back_and_sets_the_key_free() {
    let house = House::engaged(60_000, &["--queue-jobs-each", "1"]).await;
    let me = house.visitor().await;
    let sampled = super::serverless::painted(1);
    house.is_known().await;
    let send = async |body: &Value, key: &str| {
        let mut request = post(&format!("{V2}/jobs"), body);
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        me.send(request).await
    };
    let first: Value = send(&json!({ "workflow": sampled }), "first").await.json();
    let own = format!("{V2}/jobs/{}", first["id"].as_str().unwrap());
    while me.get(&own).await.json::<Value>()["status"] != "running" {
        tokio::task::yield_now().await;
    }
    assert_eq!(send(&plain(1), "second").await.status, StatusCode::CREATED);
    let full = send(&plain(2), "third").await;
    assert_eq!((full.status.as_u16(), &*code(&full)), (429, "queue_full"));
    assert!(full.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    me.call("POST", &format!("{own}/cancel")).await;
    let again = loop {
        let again = send(&plain(2), "third").await;
        if again.status != StatusCode::TOO_MANY_REQUESTS {
            break again;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.text());
}

// safety 31
#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let open = ["--public-url", "http://art.example.org", "--open", "--guest-requests", "3"];
    let house = House::with(&open).await;
    let ask = |uri: &str| Request::get(uri.to_owned()).body(Body::empty()).unwrap();
    let uri = format!("{V2}/jobs/00000000-0000-0000-0000-000000000000");
    let mut last = away(&house, ask(&uri)).await;
    for _ in 0..4 {
        assert_eq!(code(&last), if last.status == 429 { "rate_limited" } else { "not_found" });
        last = away(&house, ask(&uri)).await;
    }
    assert_eq!((last.status.as_u16(), &*code(&last)), (429, "rate_limited"));
    assert!(last.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
}

// safety 11
#[tokio::test]
async fn who_may_not_run_graphs_is_forbidden_to() {
    let house = House::with(&["--public-url", "http://art.example.org", "--open"]).await;
    let answer = away(&house, post(&format!("{V2}/jobs"), &plain(1))).await;
    assert_eq!((answer.status.as_u16(), &*code(&answer)), (403, "forbidden"));
}

// safety 24
#[tokio::test]
async fn a_fault_of_ours_is_an_upstream_error_and_says_nothing_else() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let file = house.folder().join("parlor.db");
    let mut db = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::query("ALTER TABLE assets RENAME TO elsewhere").execute(&mut db).await.unwrap();
    let uri = format!("{V2}/assets/00000000-0000-0000-0000-000000000000");
    for answer in [me.get(&uri).await, me.call("DELETE", &uri).await] {
        assert_eq!((answer.status.as_u16(), &*code(&answer)), (500, "upstream_error"));
        assert!(!answer.text().contains("assets"), "{}", answer.text());
    }
}

#[tokio::test]
async fn what_is_of_a_wrong_type_is_refused_by_name() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let known = hash(&picture());
    for (field, value) in [
        ("hash", json!(5)),
        ("file_path", json!(["a"])),
        ("tags", json!("input")),
        ("tags", json!([5])),
        ("tags", json!({})),
        ("expires_in", json!("60")),
    ] {
        let mut body = json!({ "hash": known });
        body[field] = value;
        let answer = me.post(&format!("{V2}/assets/from-hash"), &body).await;
        assert_eq!((answer.status.as_u16(), &*code(&answer)), (422, "invalid_request"), "{body}");
        assert!(answer.text().contains(field), "{}", answer.text());
    }
}
