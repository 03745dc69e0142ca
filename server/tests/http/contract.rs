//! What the published contract of Comfy API v2 asks of a server, as facts: which statuses each operation
//! has and which members each object must have. Our own description of it, which programs of others are let loose
//! upon, says the same; and so do real answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::comfy_v2::{form, picture};
use super::house::{House, post};

/// Method, path and statuses of every operation of the contract.
const OPERATIONS: [(&str, &str, &[u16]); 11] = [
    ("post", "/api/v2/assets", &[200, 201, 401, 403, 409, 422, 500]),
    ("post", "/api/v2/assets/from-hash", &[200, 201, 401, 403, 404, 500]),
    ("head", "/api/v2/assets/by-hash/{hash}", &[200, 401, 404, 500]),
    ("get", "/api/v2/assets/{id}", &[200, 401, 403, 404, 500]),
    ("delete", "/api/v2/assets/{id}", &[204, 401, 403, 404, 409, 500]),
    ("get", "/api/v2/assets/{id}/content", &[200, 206, 302, 401, 403, 404, 416, 500]),
    ("post", "/api/v2/jobs", &[201, 401, 402, 403, 422, 429, 500]),
    ("get", "/api/v2/jobs/{id}", &[200, 401, 403, 404, 429, 500]),
    ("get", "/api/v2/jobs/{id}/workflow", &[200, 401, 403, 404, 429, 500]),
    ("get", "/api/v2/jobs/{id}/events", &[200, 401, 403, 404, 429, 500, 501]),
    ("post", "/api/v2/jobs/{id}/cancel", &[200, 401, 403, 404, 429, 500]),
];

/// What HTTP itself has besides where a body is sent: too large (RFC 9110 §15.5.14), of a type that is
/// not read (§15.5.16). And a body that is no request of that operation, for which the contract has no status.
const BESIDES: [(&str, &[u16]); 3] = [
    ("/api/v2/assets", &[413, 415]),
    ("/api/v2/assets/from-hash", &[413, 415, 422]),
    ("/api/v2/jobs", &[413, 415]),
];

/// Objects, and the members that each must have.
const REQUIRED: [(&str, &[&str]); 7] = [
    ("Asset", &["content_type", "created_at", "hash", "id", "size_bytes", "url", "url_expires_at"]),
    (
        "Job",
        &[
            "completed_at",
            "created_at",
            "error",
            "expires_at",
            "id",
            "outputs",
            "progress",
            "queue_position",
            "started_at",
            "status",
            "urls",
        ],
    ),
    (
        "Output",
        &[
            "content_type",
            "hash",
            "id",
            "name",
            "node_id",
            "size_bytes",
            "type",
            "url",
            "url_expires_at",
        ],
    ),
    ("Progress", &["nodes_done", "nodes_total", "value"]),
    ("JobError", &["code", "message"]),
    ("Refusal", &["error"]),
    ("JobUrls", &["cancel", "events", "self"]),
];

/// What a job can be.
const STATUSES: [&str; 7] =
    ["canceled", "canceling", "expired", "failed", "queued", "running", "succeeded"];

fn description() -> Value {
    serde_json::from_str(include_str!("../../../end2end/clients/contracts/comfy-v2.json")).unwrap()
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn required(name: &str) -> BTreeSet<String> {
    let (_, members) = REQUIRED.iter().find(|(one, _)| *one == name).unwrap();
    members.iter().map(ToString::to_string).collect()
}

#[test]
fn our_description_has_the_operations_and_statuses_of_the_contract_and_no_other() {
    let description = description();
    let mut described = BTreeMap::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap().keys();
            let numbers: BTreeSet<u16> =
                statuses.map(|status| status.parse().expect("no status stands for all")).collect();
            described.insert((method.clone(), path.clone()), numbers);
        }
    }
    let mut expected = BTreeMap::new();
    for (method, path, statuses) in OPERATIONS {
        let besides = BESIDES.iter().filter(|(one, _)| *one == path).flat_map(|(_, more)| *more);
        let all: BTreeSet<u16> = statuses.iter().chain(besides).copied().collect();
        expected.insert((method.to_owned(), path.to_owned()), all);
    }
    assert_eq!(described, expected);
}

#[test]
fn our_description_requires_the_members_that_the_contract_requires() {
    let schemas = description()["components"]["schemas"].take();
    for (name, _) in REQUIRED {
        let schema = match name {
            "JobUrls" => &schemas["Job"]["properties"]["urls"],
            name => &schemas[name],
        };
        assert_eq!(texts(&schema["required"]), required(name), "{name}");
    }
    let known: BTreeSet<_> = STATUSES.iter().map(ToString::to_string).collect();
    assert_eq!(texts(&schemas["JobStatus"]["enum"]), known);
}

/// That all members are there that must be.
fn is_whole(name: &str, told: &Value) {
    let members = told.as_object().unwrap_or_else(|| panic!("{name}: {told}"));
    let missing: Vec<_> =
        required(name).into_iter().filter(|member| !members.contains_key(member)).collect();
    assert!(missing.is_empty(), "{name} lacks {missing:?}: {told}");
}

/// The data of all events of this name.
fn events(text: &str, name: &str) -> Vec<Value> {
    let all = text.split("\n\n").filter(|event| event.contains(&format!("event: {name}\n")));
    let data = all.filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[tokio::test]
async fn real_answers_have_every_member_that_the_contract_requires() {
    let house = House::working(5).await;
    let me = house.visitor().await;
    me.picture().await;
    let texts = [("content_type", "image/png"), ("file_path", "photo.png")];
    let asset: Value = me.send(form(&texts, Some(&picture()))).await.json();
    is_whole("Asset", &asset);
    let graph = json!({ "workflow": super::serverless::painted(7) });
    let job: Value = me.send(post("/api/v2/jobs", &graph)).await.json();
    is_whole("Job", &job);
    let told = me.get(job["urls"]["events"].as_str().unwrap()).await.text();
    let (progress, outputs) = (events(&told, "progress"), events(&told, "output"));
    assert!(!progress.is_empty() && !outputs.is_empty(), "{told}");
    for (name, all) in [("Progress", &progress), ("Output", &outputs)] {
        for one in all {
            is_whole(name, one);
        }
    }
    for status in events(&told, "status") {
        assert!(STATUSES.contains(&status["status"].as_str().unwrap()), "{status}");
    }
    for preview in events(&told, "preview") {
        for member in ["node_id", "content_type", "data_base64"] {
            assert!(preview[member].is_string(), "{preview}");
        }
        assert_eq!(preview["node_id"], "5", "the node whose picture it is");
    }
    let job: Value = me.get(job["urls"]["self"].as_str().unwrap()).await.json();
    is_whole("Job", &job);
    is_whole("JobUrls", &job["urls"]);
    is_whole("Output", &job["outputs"][0]);
    let made = format!("/api/v2/assets/{}", job["outputs"][0]["id"].as_str().unwrap());
    is_whole("Asset", &me.get(&made).await.json());
    let refused = me.post("/api/v2/jobs", &json!({})).await;
    is_whole("Refusal", &refused.json());
    is_whole("JobError", &refused.json::<Value>()["error"]);
}
