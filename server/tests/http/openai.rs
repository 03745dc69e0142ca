//! The door that clients of OpenAI's images API come in by.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::house::{House, Visitor};

pub const GENERATIONS: &str = "/v1/images/generations";

pub fn small(more: &Value) -> Value {
    let mut asked = json!({ "prompt": "a red hill", "size": "256x256", "steps": 2 });
    asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    asked
}

pub fn decoded(b64: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(b64.as_str().unwrap()).unwrap()
}

/// The data of server-sent events.
pub fn events(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

async fn edit(
    visitor: &Visitor<'_>,
    fields: &[(&str, &str)],
    picture: Option<&[u8]>,
) -> super::house::Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    if let Some(picture) = picture {
        let head = "--x\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
                    content-type: application/octet-stream\r\n\r\n";
        body.extend(head.bytes());
        body.extend(picture);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    let request = Request::post("/v1/images/edits")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body));
    visitor.send(request.unwrap()).await
}

#[tokio::test]
async fn as_many_pictures_as_asked_for_come_in_the_format_asked_for() {
    let house = House::working(0).await;
    house.is_known().await;
    let visitor = house.visitor().await;
    let asked = small(&json!({ "n": 2, "output_format": "jpeg", "output_compression": 60 }));
    let answer = visitor.post(GENERATIONS, &asked).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let told: Value = answer.json();
    let pictures = told["data"].as_array().unwrap();
    assert_eq!(pictures.len(), 2);
    for one in pictures {
        let picture = decoded(&one["b64_json"]);
        assert_eq!(image::guess_format(&picture).unwrap(), image::ImageFormat::Jpeg);
        assert_eq!(image::load_from_memory(&picture).unwrap().width(), 256);
    }
    assert!(told["created"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn a_link_works_without_a_key() {
    let house = House::working(0).await;
    house.is_known().await;
    let asked = small(&json!({ "response_format": "url" }));
    let told: Value = house.visitor().await.post(GENERATIONS, &asked).await.json();
    let url = told["data"][0]["url"].as_str().unwrap();
    let path = &url[url.find("/api/").unwrap()..];
    assert_eq!(house.get(path).await.header("content-type"), "image/png");
}

#[tokio::test]
async fn a_stream_shows_the_picture_while_it_is_made() {
    let house = House::working(5).await;
    house.is_known().await;
    let asked = small(&json!({ "stream": true, "partial_images": 2, "steps": 12 }));
    let answer = house.visitor().await.post(GENERATIONS, &asked).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let told = events(&answer.text());
    let kinds: Vec<_> = told.iter().map(|one| one["type"].as_str().unwrap()).collect();
    let partial = "image_generation.partial_image";
    assert_eq!(kinds, [partial, partial, "image_generation.completed"]);
    assert_eq!(
        (&told[0]["partial_image_index"], &told[1]["partial_image_index"]),
        (&json!(0), &json!(1))
    );
    for one in &told {
        image::load_from_memory(&decoded(&one["b64_json"])).unwrap();
    }
    assert_eq!(told[2]["size"], "256x256");
}

#[tokio::test]
async fn an_edit_begins_with_the_picture_that_was_sent() {
    let house = House::working(0).await;
    house.is_known().await;
    let visitor = house.visitor().await;
    let told: Value = visitor.post(GENERATIONS, &small(&json!({}))).await.json();
    let picture = decoded(&told["data"][0]["b64_json"]);
    let fields =
        [("prompt", "at night"), ("model", "picture-to-picture"), ("n", "1"), ("steps", "2")];
    let answer = edit(&visitor, &fields, Some(&picture)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let told: Value = answer.json();
    image::load_from_memory(&decoded(&told["data"][0]["b64_json"])).unwrap();
}

#[tokio::test]
async fn workflows_are_models_also_by_the_names_that_the_host_gives_them() {
    let house = House::working_with(&["--alias", "gpt-image-1=text-to-picture"]).await;
    house.is_known().await;
    let visitor = house.visitor().await;
    let told: Value = visitor.get("/v1/models").await.json();
    let ids: Vec<_> =
        told["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["text-to-picture", "picture-to-picture", "upscale", "gpt-image-1"]);
    let one: Value = visitor.get("/v1/models/gpt-image-1").await.json();
    assert_eq!((&one["id"], &one["object"]), (&json!("gpt-image-1"), &json!("model")));
    let made = visitor.post(GENERATIONS, &small(&json!({ "model": "gpt-image-1" }))).await;
    assert_eq!(made.status, StatusCode::OK);
}

#[tokio::test]
async fn every_refusal_is_in_openais_form() {
    let house = House::working(0).await;
    house.is_known().await;
    let visitor = house.visitor().await;
    for (body, status, param) in [
        (json!({}), 400, Value::Null),
        (small(&json!({ "n": 11 })), 422, json!("n")),
        (small(&json!({ "size": "big" })), 422, json!("size")),
        (small(&json!({ "size": "8x8" })), 422, json!("size")),
        (small(&json!({ "quality": "superb" })), 422, json!("quality")),
        (small(&json!({ "model": "none-such" })), 404, Value::Null),
        (small(&json!({ "model": "upscale" })), 422, json!("prompt")),
        (small(&json!({ "stream": true, "n": 2 })), 422, json!("n")),
        (small(&json!({ "stream": true, "partial_images": 4 })), 422, json!("partial_images")),
        (small(&json!({ "partial_images": 4 })), 422, json!("partial_images")),
        (small(&json!({ "output_compression": 101 })), 422, json!("output_compression")),
    ] {
        let answer = visitor.post(GENERATIONS, &body).await;
        let told: Value = answer.json();
        assert_eq!(answer.status.as_u16(), status, "{body}: {told}");
        assert!(
            told["error"]["message"].is_string() && told["error"]["type"].is_string(),
            "{told}"
        );
        assert_eq!(told["error"]["param"], param, "{told}");
    }
    let nothing = edit(&visitor, &[("prompt", "x")], None).await;
    assert_eq!(nothing.json::<Value>()["error"]["param"], "image");
    let long = "x".repeat(200 << 10);
    let picture = b"\x89PNG\r\n\x1a\n";
    assert!(edit(&visitor, &[("prompt", &long)], Some(picture)).await.status.is_client_error());
    let unknown = visitor.get("/v1/embeddings").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.json::<Value>()["error"]["message"].is_string());
    // safety 16
    let stranger = house
        .showing("authorization", "Bearer sk-wrong")
        .post(GENERATIONS, &small(&json!({})))
        .await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.json::<Value>()["error"]["code"], "invalid_api_key");
}
