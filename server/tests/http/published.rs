//! Files that nobody here made a form for become pages as they are, and run where the engine knows
//! their nodes: the cases of the converter, and the graphs that were sent to a real server.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use comfy::check::check;
use comfy::convert::Document;
use comfy::{Definitions, Graph};
use parlor::workflows::Published;
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{FieldKind, Inputs, Job, JobStatus, Workflow};

use super::house::{API, House, post};

/// Recordings of jobs that end well; in the others something is wrong on purpose.
const RECORDINGS: [&str; 4] =
    ["a_txt2img_legacy_preview", "b_cached", "i_outputs_and_fields", "o_v3_inputs"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/comfy/tests/fixtures")
}

/// The catalogue of a real server.
fn catalogue() -> Definitions {
    let text = fs::read_to_string(fixtures().join("object_info.json")).unwrap();
    Definitions::parse(text.as_bytes()).unwrap()
}

/// The files of the converter's cases, by name.
fn cases() -> BTreeMap<String, Value> {
    let case = |entry: fs::DirEntry| {
        let mut case: Value =
            serde_json::from_str(&fs::read_to_string(entry.path()).unwrap()).unwrap();
        let name = entry.path().file_stem().unwrap().to_string_lossy().replace('_', "-");
        (name, case["file"].take())
    };
    let folder = fs::read_dir(fixtures().join("conversions")).unwrap();
    folder.map(|entry| case(entry.unwrap())).collect()
}

/// Graphs that a real server took, each once, by name.
fn sent() -> BTreeMap<String, Value> {
    let mut graphs: BTreeMap<String, Value> = BTreeMap::new();
    for file in RECORDINGS {
        let path = fixtures().join(format!("transcripts/{file}.jsonl"));
        let mut asked = Value::Null;
        for line in fs::read_to_string(path).unwrap().lines() {
            let mut line = comfy::json::lenient(line.as_bytes(), 8 << 20).unwrap();
            if line["path"] != "/prompt" {
                continue;
            }
            if line["dir"] == "out" {
                asked = line["body"]["prompt"].take();
            } else if line["status"] == 200 && !graphs.values().any(|one| *one == asked) {
                let name = format!("{}-{}", file.replace('_', "-"), graphs.len());
                graphs.insert(name, asked.take());
            }
        }
    }
    graphs
}

/// Whether a server with these definitions runs it as it is.
fn can_run(graph: &Graph, definitions: &Definitions) -> bool {
    let saves = |class: &str| definitions.node(class).is_some_and(|node| node.output_node);
    check(graph, definitions).is_empty() && graph.classes().any(saves)
}

#[test]
fn every_file_and_every_graph_that_was_sent_can_be_published_as_it_is() {
    let catalogue = catalogue();
    let (cases, sent) = (cases(), sent());
    assert!(cases.len() > 20 && sent.len() > 10, "{} and {}", cases.len(), sent.len());
    for (name, file) in cases.iter().chain(&sent) {
        let published = Published::of_file(file.to_string().as_bytes(), name, &catalogue);
        let published = published.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let form = published.form(&[&catalogue], None);
        let prepared = published.prepare(&filled_in(&form), &catalogue);
        // Only what is not there keeps it from being prepared.
        if let Err(error) = prepared {
            assert!(error.to_string().contains("does not have"), "{name}: {error:#}");
        }
    }
}

/// Words and files for what must be given; the rest stays open.
fn filled_in(form: &Workflow) -> Inputs {
    let given = |field: &wire::Field| match field.kind {
        FieldKind::Text { .. } => json!("a hill"),
        _ => json!({ "upload": "01890000-0000-7000-8000-000000000001" }),
    };
    let required = form.fields.iter().filter(|field| field.required);
    required.map(|field| (field.name.clone(), given(field))).collect()
}

#[tokio::test]
async fn whatever_the_engine_knows_runs_as_a_guest_would_run_it() {
    let house = House::working(0).await;
    while house.app.backends.definitions().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let known = house.app.backends.definitions().remove(0);
    let guest = house.visitor().await;
    let mut ran = 0;
    for (name, file) in cases().iter().chain(&sent()) {
        let graph = Document::from_json(file).and_then(|document| document.graph(&known));
        if !graph.is_ok_and(|graph| can_run(&graph, &known)) {
            continue;
        }
        let request = Request::post(format!("{API}/studio/import?name={name}.json"))
            .header("content-type", "application/octet-stream");
        let bench = house.answer(request.body(Body::from(file.to_string())).unwrap()).await;
        assert_eq!(bench.status, StatusCode::CREATED, "{name}: {}", bench.text());
        let bench: Bench = bench.json();
        let uri = format!("{API}/studio/workflows/{}/publish", bench.entry.slug);
        let answer = house.answer(post(&uri, &json!({ "revision": bench.draft.revision }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text());

        let uri = format!("{API}/workflows/{}", bench.entry.slug);
        let form: Workflow = guest.get(&uri).await.json();
        let is_file =
            |kind: &FieldKind| matches!(kind, FieldKind::Image { .. } | FieldKind::File { .. });
        if form.fields.iter().any(|field| is_file(&field.kind)) {
            continue; // The file that it was saved with is not here.
        }
        let answer = guest
            .post(&format!("{uri}/jobs?wait=60"), &json!({ "inputs": filled_in(&form) }))
            .await;
        let job: Job = answer.json();
        assert_eq!(job.status, JobStatus::Succeeded, "{name}: {:?}", job.failure);
        ran += 1;
    }
    assert!(ran >= 10, "only {ran} of them ran");
}
