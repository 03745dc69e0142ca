//! The same doors in front of the demo engine: real pictures over the real wire.

use engine::{Engine, Options};
use parlor::events::Told;
use serde_json::json;
use tempfile::TempDir;
use wire::{JobStatus, OutputKind, ToViewer};

use crate::house::{House, message, somebody, told_until_over};

async fn engine(step_delay: std::time::Duration) -> (TempDir, Engine) {
    let folder = TempDir::new().unwrap();
    let options = Options { step_delay, ..Options::new(folder.path()) };
    (folder, Engine::start(options).await.unwrap())
}

const SMALL: u32 = 256;

#[tokio::test]
async fn words_become_a_picture_with_previews_on_the_way() {
    let (_folder, engine) = engine(std::time::Duration::ZERO).await;
    let house = House::open(&[engine.url()]).await;
    let mut watch = house.parts.hub.watch_mine(somebody(1));
    let size = json!({ "width": SMALL, "height": SMALL });
    let inputs = json!({ "prompt": "a red sunset over the sea", "size": size, "steps": 6 });
    let job = house.submit(somebody(1), "text-to-picture", inputs).await.unwrap();
    let told = told_until_over(&mut watch).await;
    let done = house.until_status(somebody(1), job.id, JobStatus::Succeeded).await;

    let output = &done.outputs[0];
    assert_eq!(
        (output.kind, output.width, output.height),
        (OutputKind::Image, Some(SMALL), Some(SMALL))
    );
    assert!(told.iter().any(|told| matches!(told, Told::Preview(_))), "no preview");
    let steps = told.iter().filter_map(|told| match message(told)? {
        ToViewer::Progress { progress, .. } => Some(progress.nodes.get("3")?.value),
        _ => None,
    });
    assert!(steps.max() >= Some(5));
    engine.stop().await;
}

#[tokio::test]
async fn a_picture_is_varied_and_enlarged() {
    let (_folder, engine) = engine(std::time::Duration::ZERO).await;
    let house = House::open(&[engine.url()]).await;
    let size = json!({ "width": SMALL, "height": SMALL });
    let inputs = json!({ "prompt": "green hills", "size": size, "steps": 4 });
    let first = house.submit(somebody(1), "text-to-picture", inputs).await.unwrap();
    house.until_status(somebody(1), first.id, JobStatus::Succeeded).await;

    let picture = json!({ "job": first.id, "output": 0 });
    let inputs =
        json!({ "picture": picture, "prompt": "blue hills", "steps": 4, "megapixels": 0.1 });
    let varied = house.submit(somebody(1), "picture-to-picture", inputs).await.unwrap();
    house.until_status(somebody(1), varied.id, JobStatus::Succeeded).await;

    let inputs = json!({ "picture": picture, "factor": 1.5 });
    let larger = house.submit(somebody(1), "upscale", inputs).await.unwrap();
    let larger = house.until_status(somebody(1), larger.id, JobStatus::Succeeded).await;
    assert_eq!(larger.outputs[0].width, Some(SMALL * 3 / 2));
    engine.stop().await;
}

#[tokio::test]
async fn a_slow_run_can_be_stopped_between_steps() {
    let (_folder, engine) = engine(std::time::Duration::from_secs(1)).await;
    let house = House::open(&[engine.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until(somebody(1), job, |job| job.progress.is_some()).await;
    house.jobs.cancel(somebody(1), job).await.unwrap();
    house.until_status(somebody(1), job, JobStatus::Canceled).await;
    engine.stop().await;
}

#[tokio::test]
async fn films_sounds_animations_and_latents_arrive_without_their_graph() {
    let (_folder, engine) = engine(std::time::Duration::ZERO).await;
    let house = House::open(&[engine.url()]).await;
    let animate = json!({ "images": ["2", 0], "filename_prefix": "x", "fps": 4.0, "lossless": true,
                          "quality": 80, "method": "default" });
    let save_film = json!({ "video": ["3", 0], "filename_prefix": "x", "format": "auto", "format.codec": "auto" });
    let silence = json!({ "duration": 0.1, "sample_rate": 8000, "channels": 1 });
    let empty = json!({ "width": 64, "height": 64, "batch_size": 1 });
    let nodes = json!({
        "2": { "class_type": "RepeatImageBatch", "inputs": { "image": ["1", 0], "amount": 3 } },
        "3": { "class_type": "CreateVideo", "inputs": { "images": ["2", 0], "fps": 4.0 } },
        "4": { "class_type": "EmptyAudio", "inputs": silence },
        "5": { "class_type": "EmptyLatentImage", "inputs": empty },
        "10": { "class_type": "SaveAnimatedWEBP", "inputs": animate },
        "11": { "class_type": "SaveVideo", "inputs": save_film },
        "12": { "class_type": "SaveAudio", "inputs": { "audio": ["4", 0], "filename_prefix": "x" } },
        "13": { "class_type": "SaveLatent", "inputs": { "samples": ["5", 0], "filename_prefix": "x" } },
        "14": { "class_type": "SaveImageWebsocket", "inputs": { "images": ["2", 0] } },
    });
    let order = "results = [\"9\", \"10\", \"11\", \"12\", \"13\", \"14\"]";
    house.publish("everything", order, nodes).await;
    let job = house.submit(somebody(1), "everything", json!({})).await.unwrap();
    let (job, contents) = house.made(somebody(1), job.id).await;
    let made: Vec<_> = job.outputs.iter().map(|one| (one.mime.as_str(), one.animated)).collect();
    let still = ("image/png", false);
    let expected = [
        still,
        ("image/webp", true),
        ("video/mp4", false),
        ("audio/flac", false),
        ("application/octet-stream", false),
        still,
        still,
        still,
    ];
    assert_eq!(made, expected);
    for (output, content) in job.outputs.iter().zip(&contents) {
        let says = content.windows(10).any(|at| at == b"class_type");
        assert!(!says, "{} says how it was made", output.name);
    }
    engine.stop().await;
}
