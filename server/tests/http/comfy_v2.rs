//! Comfy API v2, operation by operation, refusals included.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::house::{Answer, House, Visitor, post};

const V2: &str = "/api/v2";

/// A picture, as a program makes one: nothing is taken out of it.
pub fn picture() -> Vec<u8> {
    let image = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 7]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn hash(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

/// A form of these texts, with the file at its end.
pub fn form(texts: &[(&str, &str)], file: Option<&[u8]>) -> Request<Body> {
    let mut body = Vec::new();
    for (name, text) in texts {
        let part =
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some(file) = file {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"upload.bin\"\r\n\
                    Content-Type: application/octet-stream\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    Request::post(format!("{V2}/assets"))
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap()
}

pub async fn hand_in(visitor: &Visitor<'_>, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let texts = [&[("content_type", "image/png"), ("file_path", "photo.png")], more].concat();
    visitor.send(form(&texts, Some(bytes))).await
}

/// The code of a refusal, which must be of this door's form.
pub fn code(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.text());
    let body: Value = answer.json();
    let error = body["error"].as_object().unwrap();
    assert!(error["message"].is_string(), "{body}");
    error["code"].as_str().unwrap().to_owned()
}

/// Loads an asset, inverts it and saves it.
pub fn inverts(asset: &str) -> Value {
    json!({ "workflow": {
        "1": { "class_type": "LoadImage", "inputs": { "image": reference(asset) } },
        "2": { "class_type": "ImageInvert", "inputs": { "image": ["1", 0] } },
        "3": { "class_type": "SaveImage", "inputs": { "images": ["2", 0], "filename_prefix": "x" } },
    } })
}

fn reference(asset: &str) -> Value {
    json!({ "__type": "core/ASSET", "info": { "id": asset } })
}

/// A house whose engine has said which nodes there are.
pub async fn working() -> House {
    let house = House::working(0).await;
    house.visitor().await.picture().await;
    house
}

pub async fn finished(visitor: &Visitor<'_>, job: &Value) -> Value {
    let events = visitor.get(job["urls"]["events"].as_str().unwrap()).await;
    assert!(events.text().contains("\"succeeded\""), "{}", events.text());
    visitor.get(job["urls"]["self"].as_str().unwrap()).await.json()
}

#[tokio::test]
async fn an_asset_is_known_by_its_hash_and_served_with_ranges() {
    let house = House::quiet().await;
    let (me, bytes) = (house.visitor().await, picture());
    let by_hash = format!("{V2}/assets/by-hash/{}", hash(&bytes));
    assert_eq!(me.call("HEAD", &by_hash).await.status, StatusCode::NOT_FOUND);
    let answer = hand_in(&me, &bytes, &[("expected_hash", &hash(&bytes)), ("tags", "input")]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let asset: Value = answer.json();
    assert_eq!((&asset["created_new"], &asset["hash"]), (&json!(true), &json!(hash(&bytes))));
    assert_eq!(
        (&asset["content_type"], &asset["file_path"]),
        (&json!("image/png"), &json!("photo.png"))
    );

    assert_eq!(me.call("HEAD", &by_hash).await.status, StatusCode::OK);
    let again = me.post(&format!("{V2}/assets/from-hash"), &json!({ "hash": hash(&bytes) })).await;
    assert_eq!(again.status, StatusCode::OK);
    let again: Value = again.json();
    assert_eq!((&again["created_new"], &again["id"]), (&json!(false), &asset["id"]));
    let twice = hand_in(&me, &bytes, &[]).await;
    assert_eq!(twice.status, StatusCode::OK, "the same bytes are one asset");

    let uri = format!("{V2}/assets/{}", asset["id"].as_str().unwrap());
    let shown: Value = me.get(&uri).await.json();
    let url: axum::http::Uri = shown["url"].as_str().unwrap().parse().unwrap();
    let opened = house.get(url.path()).await;
    assert_eq!(opened.status, StatusCode::OK, "its link opens by itself");
    let part = Request::get(format!("{uri}/content")).header("range", "bytes=0-3");
    let part = me.send(part.body(Body::empty()).unwrap()).await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &opened.body[..4]));
    let beyond = Request::get(format!("{uri}/content")).header("range", "bytes=999999-");
    let beyond = me.send(beyond.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (beyond.status, &*code(&beyond)),
        (StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable")
    );

    assert_eq!(me.call("DELETE", &uri).await.status, StatusCode::NO_CONTENT);
    for method in ["DELETE", "GET"] {
        let gone = me.call(method, &uri).await;
        assert_eq!((gone.status, &*code(&gone)), (StatusCode::NOT_FOUND, "not_found"));
    }
}

// safety 11
#[tokio::test]
async fn nobody_learns_what_others_have() {
    let house = House::with(&["--public-url", "http://art.example.org", "--open"]).await;
    let (me, other, bytes) = (house.visitor().await, house.visitor().await, picture());
    let asset: Value = hand_in(&me, &bytes, &[]).await.json();
    let uri = format!("{V2}/assets/{}", asset["id"].as_str().unwrap());
    for uri in [uri.clone(), format!("{uri}/content")] {
        assert_eq!(other.get(&uri).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(other.call("DELETE", &uri).await.status, StatusCode::NOT_FOUND);
    let by_hash = format!("{V2}/assets/by-hash/{}", hash(&bytes));
    assert_eq!(other.call("HEAD", &by_hash).await.status, StatusCode::NOT_FOUND);
    let minted =
        other.post(&format!("{V2}/assets/from-hash"), &json!({ "hash": hash(&bytes) })).await;
    assert_eq!((minted.status, &*code(&minted)), (StatusCode::NOT_FOUND, "blob_not_found"));
    let theirs = hand_in(&other, &bytes, &[]).await;
    assert_eq!(theirs.status, StatusCode::CREATED, "new to them, as far as they can tell");
}

#[tokio::test]
async fn forms_are_refused_with_the_reason() {
    let house = House::quiet().await;
    let (me, bytes) = (house.visitor().await, picture());
    let wrong = hand_in(&me, &bytes, &[("expected_hash", &hash(b"other"))]).await;
    assert_eq!((wrong.status, &*code(&wrong)), (StatusCode::CONFLICT, "hash_mismatch"));
    let by_hash = format!("{V2}/assets/by-hash/{}", hash(&bytes));
    assert_eq!(me.call("HEAD", &by_hash).await.status, StatusCode::NOT_FOUND, "nothing was minted");
    for (texts, file) in [
        (&[("content_type", "image/png"), ("file_path", "a.png")][..], None),
        (&[("content_type", "image/png")], Some(&bytes[..])),
        (&[("file_path", "a.png")], Some(&bytes)),
        (
            &[("expires_in", "5"), ("content_type", "image/png"), ("file_path", "a.png")],
            Some(&bytes),
        ),
        (&[("content_type", "image/jpeg"), ("file_path", "a.png")], Some(&bytes)),
    ] {
        let answer = me.send(form(texts, file)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{texts:?}: {}", answer.text());
        assert_eq!(code(&answer), "invalid_request");
    }
    for body in
        [json!({}), json!({ "hash": 5 }), json!({ "hash": "x", "expires_in": 1 }), json!([])]
    {
        let answer = me.post(&format!("{V2}/assets/from-hash"), &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}

#[tokio::test]
async fn a_graph_runs_and_what_it_makes_is_an_asset() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let answer = me.post(&format!("{V2}/jobs"), &inverts(asset["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let job: Value = answer.json();
    assert_eq!(answer.header("location"), job["urls"]["self"]);
    let job = finished(&me, &job).await;
    assert_eq!((&job["status"], &job["error"]), (&json!("succeeded"), &Value::Null));
    let output = &job["outputs"][0];
    assert_eq!((&output["node_id"], &output["type"]), (&json!("3"), &json!("image")));
    let uri = format!("{V2}/assets/{}", output["id"].as_str().unwrap());
    let made: Value = me.get(&uri).await.json();
    assert_eq!(made["job_id"], job["id"]);
    let held = me.call("DELETE", &uri).await;
    assert_eq!((held.status, &*code(&held)), (StatusCode::CONFLICT, "asset_in_use"));
    let workflow: Value =
        me.get(&format!("{}/workflow", job["urls"]["self"].as_str().unwrap())).await.json();
    assert_eq!(
        (&workflow["format"], &workflow["workflow"]["2"]["class_type"]),
        (&json!("api"), &json!("ImageInvert"))
    );
    let next: Value =
        me.post(&format!("{V2}/jobs"), &inverts(output["id"].as_str().unwrap())).await.json();
    finished(&me, &next).await;
    let mine: Value = me.get("/api/parlor/v1/jobs").await.json();
    assert_eq!(
        (&mine["jobs"][0]["id"], &mine["jobs"][0]["workflow_title"]),
        (&next["id"], &json!("Graph"))
    );
    let over: Value = me.call("POST", job["urls"]["cancel"].as_str().unwrap()).await.json();
    assert_eq!(over["status"], "succeeded", "canceling what is over changes nothing");
}

// safety 35
#[tokio::test]
async fn events_have_numbers_and_resume() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let job: Value =
        me.post(&format!("{V2}/jobs"), &inverts(asset["id"].as_str().unwrap())).await.json();
    finished(&me, &job).await;
    let events = job["urls"]["events"].as_str().unwrap();
    let resumed = Request::get(events).header("last-event-id", "0").body(Body::empty()).unwrap();
    let resumed = me.send(resumed).await.text();
    let names: Vec<_> = resumed.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names, ["status", "status", "output", "status"], "{resumed}");
    let ids: Vec<u64> =
        resumed.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert!(ids.len() == 4 && ids.is_sorted(), "{ids:?}");
    let last = Request::get(events).header("last-event-id", ids[2].to_string());
    let last = me.send(last.body(Body::empty()).unwrap()).await.text();
    assert!(last.starts_with("event: status\n") && last.contains("succeeded"), "{last}");
    let anew = me.get(events).await.text();
    assert_eq!(anew.matches("event: ").count(), 1, "how it is, and no more: {anew}");
}

// safety 5, 6, 7
#[tokio::test]
async fn graphs_are_refused_in_the_words_of_the_contract() {
    let house = working().await;
    let me = house.visitor().await;
    let graph = |class: &str, inputs: Value| json!({ "workflow": { "1": { "class_type": class, "inputs": inputs } } });
    let none = "00000000-0000-0000-0000-000000000000";
    let size = json!({ "width": 16384, "height": 16384, "batch_size": 4096, "color": 0 });
    let huge = json!({ "workflow": { "1": { "class_type": "EmptyImage", "inputs": size },
        "2": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "" } } } });
    for (body, expected) in [
        (graph("Shell", json!({})), "invalid_workflow"),
        (graph("SaveImage", json!({ "filename_prefix": "x" })), "invalid_workflow"),
        (json!({ "workflow": {} }), "invalid_workflow"),
        (json!({ "workflow": { "1": 5 } }), "invalid_workflow"),
        (json!({ "workflow": [] }), "invalid_workflow"),
        (json!({ "workflow": { "nodes": [], "links": [] } }), "workflow_format_ui"),
        (huge, "invalid_workflow"),
        (inverts(none), "missing_asset"),
        (
            json!({ "workflow": { "1": { "class_type": "LoadImage", "inputs": { "image": "x.png [output]" } },
            "2": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "" } } } }),
            "invalid_workflow",
        ),
        (json!({ "workflow": {}, "webhook_url": "https://example.org" }), "invalid_request"),
        (json!({}), "invalid_request"),
    ] {
        let answer = me.post(&format!("{V2}/jobs"), &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.text());
        assert_eq!(code(&answer), expected, "{body}");
    }
    let unknown: Value = me.post(&format!("{V2}/jobs"), &graph("Shell", json!({}))).await.json();
    let told = &unknown["error"]["details"]["node_errors"]["1"][0];
    assert_eq!(
        (&told["field"], &told["reason"]),
        (&json!("class_type"), &json!("missing_node_type"))
    );
}

// safety 33
#[tokio::test]
async fn a_key_counts_once_and_only_for_what_was_taken() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let with_key = async |body: &Value| {
        let mut request = post(&format!("{V2}/jobs"), body);
        request.headers_mut().insert("idempotency-key", "once".parse().unwrap());
        me.send(request).await
    };
    let refused = with_key(&json!({ "workflow": {} })).await;
    assert_eq!(code(&refused), "invalid_workflow");
    let body = inverts(asset["id"].as_str().unwrap());
    assert_eq!(with_key(&body).await.status, StatusCode::CREATED, "a refusal sets the key free");
    for body in [body, inverts(asset["id"].as_str().unwrap())] {
        let again = with_key(&body).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(code(&again), "idempotency_key_reuse");
    }
}

// safety 4, 18
#[tokio::test]
async fn whatever_is_malformed_is_refused_in_this_doors_form() {
    let house = House::with(&["--open=false"]).await;
    let nobody = house.showing("accept", "*/*");
    let closed = nobody.post(&format!("{V2}/jobs"), &json!({})).await;
    assert_eq!((closed.status, &*code(&closed)), (StatusCode::UNAUTHORIZED, "unauthorized"));
    let owner = house.owner().await;
    let raw = async |kind: &str, body: String| {
        let request = Request::post(format!("{V2}/jobs")).header("content-type", kind);
        owner.send(request.body(Body::from(body)).unwrap()).await
    };
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    for (kind, body, status, expected) in [
        ("application/json", "{".to_owned(), 422, "invalid_request"),
        ("application/json", "{\"workflow\":NaN}".to_owned(), 422, "invalid_request"),
        ("application/json", deep, 422, "invalid_request"),
        ("application/json", format!("\"{}\"", "x".repeat(16 << 20)), 413, "too_large"),
        ("text/plain", "{}".to_owned(), 422, "invalid_request"),
    ] {
        let answer = raw(kind, body).await;
        assert_eq!((answer.status.as_u16(), &*code(&answer)), (status, expected));
    }
    for (method, path, status, expected) in [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/jobs", 405, "method_not_allowed"),
        ("PUT", "/assets", 405, "method_not_allowed"),
        ("GET", "/jobs/x", 404, "not_found"),
        ("GET", "/jobs/x/events", 404, "not_found"),
        ("POST", "/jobs/x/cancel", 404, "not_found"),
        ("GET", "/assets/%00", 404, "not_found"),
    ] {
        let answer = owner.call(method, &format!("{V2}{path}")).await;
        assert_eq!(
            (answer.status.as_u16(), &*code(&answer)),
            (status, expected),
            "{method} {path}"
        );
    }
    let early = owner.post(&format!("{V2}/jobs"), &json!({ "workflow": {} })).await;
    assert_eq!((early.status.as_u16(), &*code(&early)), (429, "deployment_not_ready"));
    assert!(!early.header("retry-after").is_empty());
}
