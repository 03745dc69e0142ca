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

/// What we have besides where a body is sent: HTTP's own for one that is too large (RFC 9110
/// §15.5.14), and for one that is no request of that operation 422, where the contract has no status.
const BESIDES: [(&str, &[u16]); 3] = [
    ("/api/v2/assets", &[413]),
    ("/api/v2/assets/from-hash", &[413, 422]),
    ("/api/v2/jobs", &[413]),
];

/// Objects, and the members that each must have.
const REQUIRED: [(&str, &[&str]); 9] = [
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
    ("StatusEvent", &["status"]),
    ("PreviewEvent", &["content_type", "data_base64", "node_id"]),
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

/// That all members are there that must be, and all of them of their types.
fn is_whole(name: &str, told: &Value) {
    let members = told.as_object().unwrap_or_else(|| panic!("{name}: {told}"));
    let missing: Vec<_> =
        required(name).into_iter().filter(|member| !members.contains_key(member)).collect();
    assert!(missing.is_empty(), "{name} lacks {missing:?}: {told}");
    let schemas = description()["components"]["schemas"].take();
    let schema = match name {
        "JobUrls" => &schemas["Job"]["properties"]["urls"],
        name => &schemas[name],
    };
    assert!(fits(&schemas, schema, told), "{name} is none: {told}");
}

/// Whether this is what a schema says, by the words that our description uses.
fn fits(schemas: &Value, schema: &Value, told: &Value) -> bool {
    let fits_in = |schema: &Value, told: &Value| fits(schemas, schema, told);
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        assert!(schemas[name].is_object(), "there is no schema {name}");
        return fits_in(&schemas[name], told);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().any(|one| fits_in(one, told));
    }
    if let Some(all) = schema["enum"].as_array() {
        return all.contains(told);
    }
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "null" => told.is_null(),
        "string" => told.is_string(),
        "integer" => told.is_i64() || told.is_u64(),
        "number" => told.is_number(),
        "boolean" => told.is_boolean(),
        "array" => told.is_array(),
        "object" => told.is_object(),
        kind => panic!("there is no type {kind}"),
    };
    let kinds =
        schema["type"].as_array().map_or(std::slice::from_ref(&schema["type"]), Vec::as_slice);
    let within = |bound: &str, holds: fn(f64, f64) -> bool| {
        let both = told.as_f64().zip(schema[bound].as_f64());
        both.is_none_or(|(value, bound)| holds(value, bound))
    };
    // What never expires does so later than any time that jiff can place on a clock.
    let is_time = |text: &str| {
        text.strip_suffix('Z').is_some_and(|text| text.parse::<jiff::civil::DateTime>().is_ok())
    };
    let dated = schema["format"] != "date-time" || told.as_str().is_none_or(is_time);
    let members = told.as_object().into_iter().flatten().all(|(name, member)| {
        let known = schema["properties"].get(name).or(schema.get("additionalProperties"));
        known.is_none_or(|schema| fits_in(schema, member))
    });
    let items = told.as_array().into_iter().flatten();
    kinds.iter().any(is)
        && within("minimum", |value, least| value >= least)
        && within("maximum", |value, most| value <= most)
        && dated
        && members
        && items.into_iter().all(|item| fits_in(&schema["items"], item))
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
    let described = &description()["paths"]["/api/v2/jobs/{id}/events"]["get"]["x-sse-events"];
    for (event, schema) in described.as_object().unwrap() {
        let all = events(&told, event);
        assert!(!all.is_empty(), "no {event}: {told}");
        let schema = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        for one in all {
            is_whole(schema, &one);
        }
    }
    for status in events(&told, "status") {
        assert!(STATUSES.contains(&status["status"].as_str().unwrap()), "{status}");
    }
    for preview in events(&told, "preview") {
        assert_eq!(preview["node_id"], "5", "the node whose picture it is");
    }
    let job: Value = me.get(job["urls"]["self"].as_str().unwrap()).await.json();
    is_whole("Job", &job);
    is_whole("JobUrls", &job["urls"]);
    is_whole("Output", &job["outputs"][0]);
    let made = format!("/api/v2/assets/{}", job["outputs"][0]["id"].as_str().unwrap());
    is_whole("Asset", &me.get(&made).await.json());
    let content = me.get(&format!("{made}/content")).await;
    assert_eq!(content.header("content-type"), "application/octet-stream");
    let refused = me.post("/api/v2/jobs", &json!({})).await;
    is_whole("Refusal", &refused.json());
    is_whole("JobError", &refused.json::<Value>()["error"]);
}
