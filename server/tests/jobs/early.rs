//! What is here of a job before it is over.

use comfy::Graph;
use parlor::jobs::{Limits, Raw};
use serde_json::{Value, json};
use wire::{Event, Job, JobId, JobStatus};

use crate::fake::{Fake, picture};
use crate::house::{House, eventually, somebody};

/// Saves an empty picture, and then one that takes eight steps.
fn graph() -> Value {
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    let saved =
        |from: &str| node("SaveImage", json!({ "images": [from, 0], "filename_prefix": "x" }));
    json!({
        "1": node("EmptyImage", json!({ "width": 64, "height": 64, "batch_size": 1, "color": 0 })),
        "2": saved("1"),
        "3": node("CheckpointLoaderSimple", json!({ "ckpt_name": "parlor-painter.safetensors" })),
        "4": node("CLIPTextEncode", json!({ "text": "a red fox", "clip": ["3", 1] })),
        "5": node("EmptyLatentImage", json!({ "width": 64, "height": 64, "batch_size": 1 })),
        "6": node("KSampler", json!({
            "seed": 5, "steps": 8, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal",
            "denoise": 1.0, "model": ["3", 0], "positive": ["4", 0], "negative": ["4", 0],
            "latent_image": ["5", 0],
        })),
        "7": node("VAEDecode", json!({ "samples": ["6", 0], "vae": ["3", 2] })),
        "9": saved("7"),
    })
}

fn shows(fake: &Fake) {
    let file = |name: &str| json!({ "filename": name, "subfolder": "", "type": "output" });
    let shown = json!({ "2": { "images": [file("a.png")] }, "9": { "images": [file("b.png")] } });
    let [first, second] = [[1, 1, 1], [9, 9, 9]].map(|colour| picture(colour, "PNG"));
    fake.show(shown, [("a.png", first), ("b.png", second)]);
}

/// A backend whose sampler waits, and a house before it.
async fn held() -> (Fake, House) {
    let fake = Fake::start_held();
    shows(&fake);
    let house = House::open(&[fake.url()]).await;
    eventually("the nodes are known", || !house.parts.backends.definitions().is_empty()).await;
    (fake, house)
}

async fn submit(house: &House) -> JobId {
    let raw = Raw { graph: Graph::parse(&graph()).unwrap(), ..Raw::default() };
    house.jobs.submit_graph(somebody(1), raw, None).await.unwrap().submitted.job.id
}

/// The job as soon as something is here of it.
async fn until_something_is_here(house: &House, job: JobId) -> Job {
    house.until(somebody(1), job, |job| !job.outputs.is_empty()).await
}

fn nodes(job: &Job) -> Vec<&str> {
    job.outputs.iter().map(|output| output.node.as_str()).collect()
}

#[tokio::test]
async fn what_a_node_saved_is_here_while_the_run_goes_on() {
    let (fake, house) = held().await;
    let id = submit(&house).await;
    let early = until_something_is_here(&house, id).await;
    assert_eq!((early.status, nodes(&early)), (JobStatus::Running, vec!["2"]));
    fake.allow(8);
    let (_, contents) = house.made(somebody(1), id).await;
    assert_ne!(contents[0], contents[1]);
    let done = house.find(somebody(1), id).await;
    assert_eq!(nodes(&done), ["2", "9"]);
    assert_eq!(done.outputs[0], early.outputs[0], "it stays what it was");
    assert_eq!(fake.viewed(), 2, "nothing is fetched twice");
    let events = house.events(somebody(1), id).await;
    let told = events.iter().filter(|event| matches!(event, Event::Output { .. }));
    assert_eq!(told.count(), 2);
}

// safety 32
#[tokio::test]
async fn what_is_here_is_not_brought_again_after_a_restart() {
    let (fake, house) = held().await;
    let id = submit(&house).await;
    let early = until_something_is_here(&house, id).await;
    let folder = house.close().await;
    let house = House::open_in(folder, &[fake.url()], Limits::default()).await;
    fake.allow(8);
    let done = house.until_status(somebody(1), id, JobStatus::Succeeded).await;
    assert_eq!(nodes(&done), ["2", "9"]);
    assert_eq!((&done.outputs[0], done.attempt), (&early.outputs[0], 1));
    assert_eq!(fake.viewed(), 2);
}

// safety 34
#[tokio::test]
async fn what_a_lost_backend_made_is_not_there_twice() {
    let (mut fake, house) = held().await;
    let id = submit(&house).await;
    let early = until_something_is_here(&house, id).await;
    fake.kill();
    house.until_status(somebody(1), id, JobStatus::Queued).await;
    let again = Fake::restart_held(fake.address);
    shows(&again);
    again.allow(8);
    let done = house.until_status(somebody(1), id, JobStatus::Succeeded).await;
    assert_eq!((done.attempt, nodes(&done)), (2, vec!["2", "9"]));
    assert_eq!(done.outputs[0], early.outputs[0]);
}

#[tokio::test]
async fn what_is_here_of_a_job_that_is_stopped_stays() {
    let (_fake, house) = held().await;
    let id = submit(&house).await;
    until_something_is_here(&house, id).await;
    house.jobs.cancel(somebody(1), id).await.unwrap();
    let stopped = house.until_status(somebody(1), id, JobStatus::Canceled).await;
    assert_eq!(nodes(&stopped), ["2"]);
    assert!(house.jobs.delete(somebody(1), id).await.unwrap());
}

#[tokio::test]
async fn what_could_not_be_brought_at_once_is_brought_in_the_end() {
    let (fake, house) = held().await;
    let hidden = fake.inner.files.lock().unwrap().remove("a.png").unwrap();
    let id = submit(&house).await;
    eventually("it was asked for", || fake.viewed() == 1).await;
    fake.inner.files.lock().unwrap().insert("a.png".into(), hidden);
    fake.allow(8);
    let done = house.until_status(somebody(1), id, JobStatus::Succeeded).await;
    let mut nodes = nodes(&done);
    nodes.sort_unstable();
    assert_eq!(nodes, ["2", "9"]);
}
