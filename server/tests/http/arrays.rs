//! What a description calls an object is one: values in a row are not taken for its fields, at any door.

use axum::http::StatusCode;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use wire::{JobList, ToViewer};

use super::house::{API, Answer, House, cookie};
use super::live;
use super::openai::GENERATIONS;

/// Where the reason of a refusal stands, at each door.
const REASONS: [&str; 3] = ["/detail", "/error/message", "/error"];

fn reason(answer: &Answer) -> String {
    let told: Value = answer.json();
    let said = REASONS.iter().find_map(|place| told.pointer(place)?.as_str());
    said.unwrap_or_else(|| panic!("{told}")).to_owned()
}

#[tokio::test]
async fn values_in_a_row_are_no_object() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let own = |path: &str| format!("{API}{path}");
    for (path, body) in [
        ("/api".to_owned(), json!(["a hill"])),
        (
            "/api/generate".into(),
            json!(["a hill", [], null, null, null, null, null, null, null, false, "ada"]),
        ),
        (GENERATIONS.into(), json!(["a hill", null, 1, "256x256"])),
        ("/api/v2/jobs".into(), json!([{}])),
        (own("/workflows/text-to-picture/jobs"), json!([{ "prompt": "x" }])),
        (own("/workflows/text-to-picture/batches"), json!([{ "prompt": "x" }, { "seed": [1] }])),
        (own("/me/keys"), json!(["n", "run"])),
        (own("/webhooks"), json!(["https://a.example/"])),
        (own("/uploads"), json!(["QUFB"])),
        (own("/session"), json!(["ada", "a long password"])),
        (own("/admin/invites"), json!(["member"])),
        (own("/studio/import/from"), json!(["https://a.example/"])),
    ] {
        let answer = me.post(&path, &body).await;
        let status = if path.starts_with("/api/v2") {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(answer.status, status, "{path}");
        assert!(!reason(&answer).contains("struct"), "{path}: {}", answer.text());
    }
    assert_eq!(me.get(&own("/jobs")).await.json::<JobList>().total, 0);
    assert_eq!(me.get(&own("/me/keys")).await.json::<Value>(), json!([]));
}

#[tokio::test]
async fn values_in_a_row_are_no_object_within_another() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let row = json!(["https://a.example/", ["job.succeeded"]]);
    let run = format!("{API}/workflows/text-to-picture");
    let submit = json!({ "inputs": { "prompt": "x" }, "webhook": row });
    let matrix = json!({ "inputs": { "prompt": "x" }, "matrix": { "seed": [1] }, "webhook": row });
    for (path, body) in [("jobs", submit), ("batches", matrix)] {
        let answer = me.post(&format!("{run}/{path}"), &body).await;
        let problem = answer.problem();
        assert_eq!(problem.status, 400, "{path}: {}", problem.detail);
        assert!(problem.detail.contains("sequence"), "{path}: {}", problem.detail);
    }
}

#[tokio::test]
async fn a_viewer_who_says_a_row_is_not_understood() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let mut socket = live::open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    assert!(matches!(live::told(&mut socket).await, ToViewer::Hello { .. }));
    let nobody = "00000000-0000-0000-0000-000000000000";
    for row in [json!(["watch_mine"]), json!(["watch", nobody]), json!(["unwatch", nobody])] {
        socket.send(Message::text(row.to_string())).await.unwrap();
        let told = live::told(&mut socket).await;
        let ToViewer::Refused { job: None, message } = told else { panic!("{row}: {told:?}") };
        assert!(message.contains("cannot be understood"), "{row}: {message}");
    }
}
