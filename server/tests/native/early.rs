//! What a run has made can be seen while it goes on.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::person::Person;
use crate::support::fresh_colour;
use crate::target::Target;

/// Saves a picture at once, and then paints another for so long that it is stopped.
fn graph() -> Value {
    json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": fresh_colour()}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "early"}},
        "3": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "parlor-painter.safetensors"}},
        "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red fox", "clip": ["3", 1]}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "6": {"class_type": "KSampler", "inputs": {
            "seed": fresh_colour(), "steps": 10_000, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal",
            "denoise": 1.0, "model": ["3", 0], "positive": ["4", 0], "negative": ["4", 0],
            "latent_image": ["5", 0]}},
        "7": {"class_type": "VAEDecode", "inputs": {"samples": ["6", 0], "vae": ["3", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["7", 0], "filename_prefix": "late"}},
    })
}

#[tokio::test]
async fn a_picture_is_shown_as_soon_as_it_is_told_of() {
    let target = Target::start(|options| options.step_delay = Duration::from_millis(50)).await;
    let one = Person::visit(&target).await;
    let mut line = one.listen("page").await;
    let job = one.queue(&graph(), "page").await;
    let told = loop {
        let message = line.next().await;
        if message["type"] == "executed" {
            break message["data"]["output"]["images"][0].clone();
        }
    };
    let part = |name: &str| told[name].as_str().unwrap().to_owned();
    let picture = format!("/view?filename={}&type={}", part("filename"), part("type"));
    let shown = one.ask(&picture).await;
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(one.get(&format!("/api/jobs/{job}")).await["status"], "in_progress");

    let same = one.get(&format!("/api/v2/jobs/{job}")).await;
    assert_eq!(same["status"], "running");
    assert_eq!(same["outputs"].as_array().map(Vec::len), Some(1), "{same}");
    one.post("/interrupt", &json!({})).await;
    line.until_end_of(&job).await;
    assert_eq!(one.ask(&picture).await.status(), StatusCode::OK, "it stays");
}
