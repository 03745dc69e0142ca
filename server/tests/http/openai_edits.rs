//! The door of OpenAI's images API: edits, several pictures at once, and what is too late or refused.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{Job, JobList};

use super::house::{API, Answer, House, Visitor, post};
use super::openai::{GENERATIONS, decoded, events, small};
use super::studio::{import, publish};

/// A field of a form: its name, and a text or a picture.
pub type Part<'a> = (&'a str, Result<&'a str, &'a [u8]>);

pub fn form(parts: &[Part<'_>]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in parts {
        let named = format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"");
        body.extend(named.bytes());
        match value {
            Ok(text) => body.extend(format!("\r\n\r\n{text}\r\n").bytes()),
            Err(picture) => {
                body.extend(b"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n");
                body.extend(*picture);
                body.extend(b"\r\n");
            }
        }
    }
    body.extend(b"--x--\r\n");
    Request::post("/v1/images/edits")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap()
}

/// A picture, the left half of which is clear where it is a mask.
pub fn picture(mask: bool) -> Vec<u8> {
    let image = image::RgbaImage::from_fn(64, 64, |x, y| {
        image::Rgba([200, x as u8, y as u8, if mask && x < 32 { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn error(answer: &Answer) -> Value {
    answer.json::<Value>()["error"].take()
}

/// Publishes what paints anew where a mask is clear.
pub async fn inpaint(house: &House) {
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    let graph = json!({
        "1": node("CheckpointLoaderSimple", json!({ "ckpt_name": "parlor-painter.safetensors" })),
        "2": node("CLIPTextEncode", json!({ "text": "", "clip": ["1", 1] })),
        "3": node("LoadImage", json!({ "image": "a.png" })),
        "4": node("LoadImageMask", json!({ "image": "a.png", "channel": "alpha" })),
        "5": node("VAEEncodeForInpaint", json!({
            "pixels": ["3", 0], "vae": ["1", 2], "mask": ["4", 0], "grow_mask_by": 6 })),
        "6": node("KSampler", json!({
            "seed": 0, "steps": 2, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal",
            "denoise": 1.0, "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0],
            "latent_image": ["5", 0] })),
        "7": node("VAEDecode", json!({ "samples": ["6", 0], "vae": ["1", 2] })),
        "8": node("SaveImage", json!({ "images": ["7", 0], "filename_prefix": "x" })),
    });
    let bench: Bench = import(house, "inpaint.json", graph.to_string()).await.json();
    let published = publish(house, &bench).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text());
}

#[tokio::test]
async fn an_edit_takes_a_mask_where_the_workflow_does() {
    let house = House::working(0).await;
    house.is_known().await;
    inpaint(&house).await;
    let me = house.visitor().await;
    let (image, mask) = (picture(false), picture(true));
    let parts: [Part; 4] = [
        ("image", Err(&image)),
        ("mask", Err(&mask)),
        ("prompt", Ok("at night")),
        ("model", Ok("inpaint")),
    ];
    let answer = me.send(form(&parts)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    image::load_from_memory(&decoded(&answer.json::<Value>()["data"][0]["b64_json"])).unwrap();
    let jobs: JobList = me.get(&format!("{API}/jobs")).await.json();
    let files = jobs.jobs[0].inputs.values().filter(|value| value["upload"].is_string()).count();
    assert_eq!(files, 2, "{:?}", jobs.jobs[0].inputs);

    let other = [&parts[..3], &[("model", Ok("picture-to-picture"))]].concat();
    let refused = me.send(form(&other)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(error(&refused)["param"], "mask", "{}", refused.text());
}

#[tokio::test]
async fn an_edit_is_shown_while_it_is_made() {
    let house = House::working(5).await;
    house.is_known().await;
    let me = house.visitor().await;
    let image = picture(false);
    let parts: [Part; 6] = [
        ("image", Err(&image)),
        ("prompt", Ok("at night")),
        ("model", Ok("picture-to-picture")),
        ("stream", Ok("true")),
        ("partial_images", Ok("1")),
        ("steps", Ok("12")),
    ];
    let answer = me.send(form(&parts)).await;
    assert_eq!(answer.header("content-type"), "text/event-stream", "{}", answer.text());
    let told = events(&answer.text());
    let kinds: Vec<_> = told.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image_edit.partial_image", "image_edit.completed"]);
    image::load_from_memory(&decoded(&told[1]["b64_json"])).unwrap();
}

#[tokio::test]
async fn several_pictures_to_edit_are_refused_by_name() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let image = picture(false);
    for name in ["image[]", "image", "mask"] {
        let parts: [Part; 4] = [
            ("image[]", Err(&image)),
            (name, Err(&image)),
            (name, Err(&image)),
            ("prompt", Ok("at night")),
        ];
        let refused = me.send(form(&parts)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert_eq!(error(&refused)["param"], name.trim_end_matches("[]"), "{}", refused.text());
    }
}

async fn jobs(visitor: &Visitor<'_>) -> Vec<Job> {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().jobs
}

#[tokio::test]
async fn of_several_pictures_each_has_a_seed_of_its_own() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let answer = me.post(GENERATIONS, &small(&json!({ "n": 3, "seed": u64::MAX }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut seeds: Vec<_> = jobs(&me).await.iter().map(|job| job.inputs["seed"].clone()).collect();
    seeds.sort_by_key(Value::as_u64);
    assert_eq!(seeds, [json!(0), json!(1), json!(u64::MAX)]);
    let told: Value = answer.json();
    let pictures: Vec<_> =
        told["data"].as_array().unwrap().iter().map(|one| decoded(&one["b64_json"])).collect();
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
}

#[tokio::test]
async fn several_pictures_are_taken_whole_or_not_at_all() {
    let house = House::engaged(60_000, &["--queue-jobs-each", "2"]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let full = me.post(GENERATIONS, &small(&json!({ "n": 3 }))).await;
    assert_eq!(full.status, StatusCode::TOO_MANY_REQUESTS, "{}", full.text());
    assert_eq!(error(&full)["type"], "rate_limit_error");
    assert!(jobs(&me).await.is_empty());
}

#[tokio::test]
async fn a_link_in_another_format_is_refused() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let asked = small(&json!({ "response_format": "url", "output_format": "webp" }));
    let refused = me.post(GENERATIONS, &asked).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(error(&refused)["param"], "output_format");
    assert!(jobs(&me).await.is_empty());
}

#[tokio::test]
async fn who_waits_no_longer_is_told_that_the_picture_is_late() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut request = post(GENERATIONS, &small(&json!({})));
    request.headers_mut().insert("prefer", "wait=0".parse().unwrap());
    let late = me.send(request).await;
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
    assert_eq!(error(&late)["type"], "server_error");
    assert_eq!(jobs(&me).await.len(), 1, "it goes on");
}

#[tokio::test]
async fn a_run_that_failed_is_a_fault_of_the_server() {
    let house = super::recipes_limits::failing().await;
    let me = house.visitor().await;
    let asked = json!({ "model": "fails", "prompt": "a hill", "steps": 2 });
    let failed = me.post(GENERATIONS, &asked).await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", failed.text());
    let told = error(&failed);
    assert_eq!((&told["type"], &told["code"]), (&json!("server_error"), &json!("job_failed")));
    assert_eq!(failed.header("x-should-retry"), "false", "it would fail again");
    let mut streamed = asked.clone();
    streamed["stream"] = true.into();
    let told = events(&me.post(GENERATIONS, &streamed).await.text());
    assert_eq!(told.last().unwrap()["error"]["type"], "server_error", "{told:?}");
}
