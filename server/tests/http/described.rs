//! The description of the API and the routes of the code are one.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::WebhookEvent;

use super::house::{API, House, small};
use super::matrix::TABLE;
use super::rules::Rule;
use super::webhooks::Receiver;

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

async fn description(house: &House) -> Value {
    let answer = house.get(&format!("{API}/openapi.json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

/// Method and path of every operation, with the operation.
fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            Some(((method.to_uppercase(), path.clone()), item.get(method)?))
        })
    });
    all.collect()
}

/// What the description calls a rule of the table.
fn word(rule: Rule) -> &'static str {
    match rule {
        Rule::Arrives => "anybody",
        Rule::Inside | Rule::Sees => "inside",
        Rule::Acts | Rule::Changes => "acting",
        Rule::Graph => "graph",
        Rule::Own => "own",
        Rule::Account => "account",
        Rule::Studio => "studio",
        Rule::House => "owner",
        Rule::Sealed => "sealed",
        other => panic!("{other:?} is no rule of Parlor's own door"),
    }
}

// safety 11
#[tokio::test]
async fn every_route_of_our_own_door_is_described_with_who_may_come() {
    let house = House::quiet().await;
    let document = description(&house).await;
    let described: BTreeMap<_, _> = operations(&document)
        .into_iter()
        .map(|(name, operation)| (name, operation["x-needs"].as_str().unwrap().to_owned()))
        .collect();
    let routes: BTreeMap<_, _> = TABLE
        .iter()
        .filter_map(|(method, path, before, rule)| {
            let below = before.strip_prefix(API)?;
            Some((((*method).to_owned(), format!("{below}{path}")), word(*rule).to_owned()))
        })
        .collect();
    for (route, needs) in &routes {
        let found = described.get(route);
        assert_eq!(
            found,
            Some(needs),
            "describe {route:?} in crates/openapi/src/routes, with who may come as in matrix.rs"
        );
    }
    let gone: Vec<_> = described.keys().filter(|one| !routes.contains_key(*one)).collect();
    assert!(gone.is_empty(), "these are no routes any more: {gone:?}");
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_words() {
    let house = House::quiet().await;
    let document = description(&house).await;
    let mut names = BTreeSet::new();
    for (route, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} is two operations");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{route:?} says nothing");
        let responses = operation["responses"].as_object().unwrap();
        let well = responses.keys().any(|status| status.starts_with(['1', '2', '3']));
        assert!(well, "{route:?} never answers");
    }
}

/// Every `$ref` in it, with where it stands.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(to) if key == "$ref" => found.push(to),
                    value => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}

fn leads_nowhere_else(document: &Value) {
    let mut found = Vec::new();
    references(document, &mut found);
    assert!(found.len() > 20);
    for to in found {
        assert!(document.pointer(to.trim_start_matches('#')).is_some(), "{to} leads nowhere");
    }
}

#[tokio::test]
async fn what_webhooks_are_sent_is_described_as_it_is() {
    let house = House::working_with(&["--fetch-http", "--fetch-network", "127.0.0.1/32"]).await;
    let document = description(&house).await;
    let described = document["webhooks"].as_object().unwrap();
    let all = std::iter::once(WebhookEvent::Started).chain(WebhookEvent::ENDS);
    let all: BTreeSet<_> = all.map(|event| json!(event).as_str().unwrap().to_owned()).collect();
    assert_eq!(described.keys().cloned().collect::<BTreeSet<_>>(), all);

    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let mut wanted = small("a red hill");
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let events = ["job.started", "job.succeeded"];
    wanted["webhook"] = json!({ "url": receiver.url, "secret": secret, "events": events });
    me.submit(&wanted).await;
    for _ in events {
        let (_, told) = receiver.next().await;
        let post = &described[told["type"].as_str().unwrap()]["post"];
        let body = &post["requestBody"]["content"]["application/json"]["schema"];
        let members = |value: &Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(members(&told), members(&body["properties"]));
        assert_eq!(told["type"], body["properties"]["type"]["const"]);
        let job = members(&document["components"]["schemas"]["Job"]["properties"]);
        assert_eq!(members(&told["data"]), job);
    }
}

#[tokio::test]
async fn a_workflow_is_described_with_its_own_fields_and_nothing_beside() {
    let house = House::working(0).await;
    leads_nowhere_else(&description(&house).await);
    let own: Value =
        house.get(&format!("{API}/workflows/text-to-picture/openapi.json")).await.json();
    leads_nowhere_else(&own);
    let run = &own["paths"]["/workflows/text-to-picture/jobs"]["post"];
    let body = &run["requestBody"]["content"]["application/json"]["schema"];
    let inputs = &body["properties"]["inputs"];
    assert_eq!(inputs["properties"]["prompt"]["type"], "string");
    assert_eq!(inputs["additionalProperties"], false);
    assert_eq!(inputs["properties"]["seed"]["default"], Value::Null);
    let schemas = own["components"]["schemas"].as_object().unwrap();
    assert!(schemas.contains_key("Job") && !schemas.contains_key("Manifest"));
    let missing = house.get(&format!("{API}/workflows/nowhere/openapi.json")).await;
    assert_eq!(missing.problem().status, 404);
}

// safety 11
#[tokio::test]
async fn a_workflow_for_others_is_described_to_nobody_else() {
    let house = House::working_with(&["--open=false"]).await;
    let answer = house.get(&format!("{API}/workflows/text-to-picture/openapi.json")).await;
    assert_eq!(answer.problem().status, 401);
    let whole = house.get(&format!("{API}/openapi.json")).await;
    assert_eq!(whole.status, StatusCode::OK, "what the API is like is no secret");
}

#[tokio::test]
async fn below_a_path_the_description_says_so() {
    let house = House::with(&["--public-url", "https://example.org/art/"]).await;
    let document = description(&house).await;
    assert_eq!(document["servers"][0]["url"], "/art/api/parlor/v1");
}

// safety 21
#[tokio::test]
async fn people_read_of_every_operation_under_the_policy_of_all_pages() {
    let house = House::with(&["--public-url", "https://example.org/art/"]).await;
    let document = description(&house).await;
    let page = house.get("/api/docs").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    assert!(page.header("content-security-policy").contains("style-src 'self';"));
    let html = page.text();
    assert!(html.contains("<base href=\"/art/\">"));
    for (route, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(html.contains(&format!("id=\"{id}\"")), "{route:?}");
    }
}

#[tokio::test]
async fn whoever_writes_programs_finds_code_with_the_address_that_they_came_to() {
    let house = House::working(0).await;
    let page = house.get("/api/docs/text-to-picture").await;
    assert_eq!(page.status, StatusCode::OK);
    let html = page.text();
    for words in [
        "API=<span data-house>http://localhost:8787</span>/api/parlor/v1",
        "data-lang=\"rust\"",
        "/workflows/text-to-picture/jobs",
        "<code>prompt</code>",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert_eq!(house.get("/api/docs/nowhere").await.status, StatusCode::NOT_FOUND);
}

// safety 24
#[tokio::test]
async fn what_a_host_wrote_is_text_on_the_page_of_code() {
    let house = House::working(0).await;
    let host = house.visitor().await;
    let path = format!("{API}/studio/workflows/text-to-picture");
    let mut bench: Value = host.get(&path).await.json();
    bench["draft"]["manifest"]["title"] = "<script>alert(1)</script>{{ main }}".into();
    bench["draft"]["manifest"]["fields"][0]["default"] = "</code><b>'\"".into();
    let draft = serde_json::json!({"manifest": bench["draft"]["manifest"], "revision": bench["draft"]["revision"]});
    let saved = host.send_json("PUT", &path, &draft).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    let revision = saved.json::<Value>()["draft"]["revision"].clone();
    let published =
        host.post(&format!("{path}/publish"), &serde_json::json!({"revision": revision})).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text());
    let html = host.get("/api/docs/text-to-picture").await.text();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;{{ main }}, from code"), "{html}");
    assert!(html.contains("&lt;/code&gt;&lt;b&gt;") && !html.contains("<script>alert"));
    assert_eq!(html.matches("<main").count(), 1, "{html}");
}
