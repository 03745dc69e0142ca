//! Graphs of somebody's own, in front of the demo engine.

use std::collections::HashMap;

use comfy::Graph;
use engine::{Engine, Options};
use parlor::auth::PrincipalId;
use parlor::db::Asked;
use parlor::jobs::{IdempotencyKey, KnownFile, Raw, SubmitError, SubmittedGraph};
use serde_json::{Map, Number, Value, json};
use tempfile::TempDir;
use wire::{Event, JobId, JobStatus};

use crate::fake::{Fake, picture};
use crate::house::{House, eventually, somebody};

async fn engine() -> (TempDir, Engine, House) {
    let folder = TempDir::new().unwrap();
    let engine = Engine::start(Options::new(folder.path())).await.unwrap();
    let house = House::open(&[engine.url()]).await;
    eventually("the nodes are known", || !house.parts.backends.definitions().is_empty()).await;
    (folder, engine, house)
}

fn raw(graph: &Value) -> Raw {
    Raw { graph: Graph::parse(graph).unwrap(), ..Raw::default() }
}

async fn submit(
    house: &House,
    who: PrincipalId,
    graph: &Value,
) -> Result<SubmittedGraph, SubmitError> {
    house.jobs.submit_graph(who, raw(graph), None).await
}

/// Loads `image`, inverts it, saves and shows it.
fn inverts(image: impl Into<Value>) -> Value {
    json!({
        "1": { "class_type": "LoadImage", "inputs": { "image": image.into() } },
        "2": { "class_type": "ImageInvert", "inputs": { "image": ["1", 0] } },
        "3": { "class_type": "SaveImage", "inputs": { "images": ["2", 0], "filename_prefix": "../mine" } },
        "4": { "class_type": "PreviewImage", "inputs": { "images": ["1", 0] } },
    })
}

fn refused(answer: Result<SubmittedGraph, SubmitError>) -> comfy::Refusal {
    match answer {
        Err(SubmitError::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_graph_becomes_a_job_like_any_other() {
    let (_folder, engine, house) = engine().await;
    let me = somebody(1);
    house.hand_in(me, "me.png", picture([9, 99, 199], "PNG")).await;
    let taken = submit(&house, me, &inverts("me.png")).await.unwrap();
    assert_eq!((taken.outputs, taken.node_errors.len()), (vec!["3".into(), "4".into()], 0));
    let (job, contents) = house.made(me, taken.submitted.job.id).await;
    assert_eq!((job.workflow.as_str(), job.workflow_title.as_str()), ("", "Graph"));
    let mut nodes: Vec<_> = job.outputs.iter().map(|output| output.node.as_str()).collect();
    nodes.sort_unstable();
    assert_eq!(nodes, ["3", "4"], "what is only shown is kept too");
    assert_ne!(contents[0], contents[1]);
    let events = house.events(me, job.id).await;
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
    assert!(house.jobs.find(somebody(2), job.id).await.unwrap().is_none());
    assert!(house.jobs.delete(me, job.id).await.unwrap());
    engine.stop().await;
}

// safety 2, 7
#[tokio::test]
async fn names_on_the_backend_are_ours() {
    let (_folder, engine, house) = engine().await;
    let upload = house.upload(somebody(1)).await;
    let taken = submit(&house, somebody(1), &inverts(upload.to_string())).await.unwrap();
    let graph = house.jobs.graph(somebody(1), taken.submitted.job.id).await.unwrap().unwrap();
    assert_eq!(graph["3"]["inputs"]["filename_prefix"], "parlor");
    let image = graph["1"]["inputs"]["image"].as_str().unwrap();
    assert!(image.starts_with("parlor-") && image.rsplit('.').next() == Some("png"), "{image}");
    engine.stop().await;
}

// safety 6, 11
#[tokio::test]
async fn only_ones_own_files_are_read() {
    let (_folder, engine, house) = engine().await;
    let theirs = house.hand_in(somebody(2), "theirs.png", picture([1, 2, 3], "PNG")).await;
    house.hand_in(somebody(1), "words.txt", b"three words only".to_vec()).await;
    let taken = submit(&house, somebody(2), &inverts("theirs.png [input]")).await.unwrap();
    let (job, _) = house.made(somebody(2), taken.submitted.job.id).await;
    let stored = house.jobs.graph(somebody(2), job.id).await.unwrap().unwrap();
    let stored = stored["1"]["inputs"]["image"].clone();
    for image in [
        json!("theirs.png"),
        json!(theirs.to_string()),
        stored,
        json!("parlor_00001_.png [output]"),
        json!("../theirs.png"),
        json!("/etc/passwd"),
        json!("input/../output/x.png"),
        json!("words.txt"),
        json!({ "__value__": "theirs.png" }),
        json!(["2", 0]),
        json!(5),
    ] {
        let refusal = refused(submit(&house, somebody(1), &inverts(image.clone())).await);
        let told = serde_json::to_string(&refusal).unwrap();
        // A link is no file, whatever it leads to.
        let kind =
            if image.is_array() { "return_type_mismatch" } else { "custom_validation_failed" };
        assert_eq!(refusal.node_errors["1"].errors[0].kind, kind, "{image}: {told}");
    }
    let known = KnownFile::Upload(theirs);
    let files = HashMap::from([(("1".into(), "image".to_owned()), known)]);
    let stolen = Raw { files, ..raw(&inverts("x")) };
    refused(house.jobs.submit_graph(somebody(1), stolen, None).await);
    engine.stop().await;
}

#[tokio::test]
async fn what_an_earlier_job_made_can_be_read() {
    let (_folder, engine, house) = engine().await;
    let me = somebody(1);
    house.hand_in(me, "me.png", picture([9, 99, 199], "PNG")).await;
    let first = submit(&house, me, &inverts("me.png")).await.unwrap().submitted.job.id;
    house.made(me, first).await;
    let files =
        |n| HashMap::from([(("1".into(), "image".to_owned()), KnownFile::Output(first, n))]);
    let again = |n| Raw { files: files(n), ..raw(&inverts("x")) };
    let second = house.jobs.submit_graph(me, again(0), None).await.unwrap().submitted.job.id;
    house.made(me, second).await;
    refused(house.jobs.submit_graph(me, again(7), None).await);
    engine.stop().await;
}

// safety 5
#[tokio::test]
async fn what_cannot_run_is_refused_in_the_words_of_the_protocol() {
    let (_folder, engine, house) = engine().await;
    let mut unknown = inverts("x");
    unknown["9"] = json!({ "class_type": "Shell", "inputs": { "run": "true" } });
    let refusal = refused(submit(&house, somebody(1), &unknown).await);
    assert_eq!(refusal.error.kind, "missing_node_type");
    assert_eq!(refusal.error.extra_info["node_id"], "9");
    let broken =
        json!({ "3": { "class_type": "SaveImage", "inputs": { "filename_prefix": "x" } } });
    let refusal = refused(submit(&house, somebody(1), &broken).await);
    assert_eq!(refusal.node_errors["3"].errors[0].kind, "required_input_missing");
    engine.stop().await;
}

#[tokio::test]
async fn only_the_outputs_that_are_wanted_run() {
    let (_folder, engine, house) = engine().await;
    house.hand_in(somebody(1), "me.png", picture([9, 99, 199], "PNG")).await;
    let wanted = Raw { targets: Some(vec!["4".into()]), ..raw(&inverts("me.png")) };
    let taken = house.jobs.submit_graph(somebody(1), wanted, None).await.unwrap();
    let (job, _) = house.made(somebody(1), taken.submitted.job.id).await;
    assert_eq!((job.outputs.len(), job.outputs[0].node.as_str()), (1, "4"));
    engine.stop().await;
}

// safety 33
#[tokio::test]
async fn a_key_makes_one_job() {
    let (_folder, engine, house) = engine().await;
    house.hand_in(somebody(1), "me.png", picture([9, 99, 199], "PNG")).await;
    let key = || IdempotencyKey::parse("once");
    let again =
        async |image: &str| house.jobs.submit_graph(somebody(1), raw(&inverts(image)), key()).await;
    let first = again("me.png").await.unwrap().submitted;
    let second = again("me.png").await.unwrap().submitted;
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!((first.job.id, second.cost), (second.job.id, 0));
    let other = again("me.png [input]").await;
    assert!(matches!(other, Err(SubmitError::IdempotencyConflict)), "{other:?}");
    engine.stop().await;
}

#[tokio::test]
async fn as_long_as_no_node_is_known_nothing_is_taken() {
    let house = House::open(&["http://127.0.0.1:9".to_owned()]).await;
    let answer = submit(&house, somebody(1), &inverts("x")).await;
    assert!(matches!(answer, Err(SubmitError::Opening)), "{answer:?}");
}

// safety 32
#[tokio::test]
async fn graphs_that_wait_are_found_again_after_a_restart_in_the_order_that_was_wanted() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    eventually("the nodes are known", || !house.parts.backends.definitions().is_empty()).await;
    let image = json!({ "width": 64, "height": 64, "batch_size": 1, "color": 0 });
    let graph = json!({
        "1": { "class_type": "EmptyImage", "inputs": image },
        "9": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "x" } },
    });
    let blocks = house.paint(somebody(1)).await;
    house.until_status(somebody(1), blocks, JobStatus::Running).await;
    let taken = submit(&house, somebody(1), &graph).await.unwrap();
    let waits: JobId = taken.submitted.job.id;
    let asked = Asked {
        number: Number::from_f64(-0.5).unwrap(),
        prompt: graph.as_object().unwrap().clone(),
        extra_data: Map::new(),
        outputs: Vec::new(),
        client: None,
    };
    let wanted = Raw { asked: Some(asked), ..raw(&graph) };
    let taken = house.jobs.submit_graph(somebody(1), wanted, None).await.unwrap();
    let is_wanted_sooner = taken.submitted.job.id;
    let folder = house.close().await;
    let house = House::open_in(folder, &[fake.url()], parlor::jobs::Limits::default()).await;
    fake.allow(1_000);
    let (second, _) = house.made(somebody(1), waits).await;
    let (first, _) = house.made(somebody(1), is_wanted_sooner).await;
    assert!(first.started_at < second.started_at, "{first:?} {second:?}");
}
