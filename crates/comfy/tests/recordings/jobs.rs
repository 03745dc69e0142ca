//! Jobs as they were sent, and what was answered.

use std::collections::BTreeMap;

use comfy::graph::{Graph, GraphError};
use comfy::history::{HistoryEntry, Outcome};
use comfy::prompt::{Accepted, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lines::{incoming, plain, recordings};

#[test]
fn every_graph_is_written_back_as_it_was() {
    let mut read = 0;
    for (file, line) in recordings() {
        let graph = &line["body"]["prompt"];
        if line["dir"] != "out" || line["path"] != "/prompt" || !graph.is_object() {
            continue;
        }
        match Graph::parse(graph) {
            Ok(parsed) => {
                assert_eq!(parsed.to_value(), *graph, "{file}");
                read += 1;
            }
            // Some were sent broken on purpose, and ComfyUI did not like them either.
            Err(error) => {
                assert_ne!(error, GraphError::NotAnObject);
                assert_eq!(file, "d_validation", "{error}: {graph}");
            }
        }
    }
    assert!(read > 100, "{read}");
}

/// Bodies of answers to requests of `method` to paths that start so.
fn bodies(method: &str, path: &str, status: u16) -> Vec<(String, Value)> {
    let mut lines = incoming("http");
    lines.retain(|(_, line)| {
        let asked = line["path"].as_str().unwrap_or_default();
        line["method"] == method && asked.starts_with(path) && line["status"] == status
    });
    lines.into_iter().map(|(file, mut line)| (file, line["body"].take())).collect()
}

fn assert_lossless<T: Serialize + DeserializeOwned>(file: &str, body: &Value) -> T {
    let read: T =
        serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{file}: {error}"));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(plain(written).to_string(), plain(body.clone()).to_string(), "{file}");
    read
}

#[test]
fn answers_to_submissions_lose_nothing() {
    let (accepted, refused) = (bodies("POST", "/prompt", 200), bodies("POST", "/prompt", 400));
    assert!(accepted.len() > 50 && refused.len() > 15);
    for (file, body) in accepted {
        assert_eq!(body["prompt_id"], assert_lossless::<Accepted>(&file, &body).prompt_id);
    }
    for (file, body) in refused {
        let refusal: Refusal = assert_lossless(&file, &body);
        assert!(refusal.to_string().len() > 10, "{file}: {refusal}");
    }
}

#[test]
fn a_refusal_says_which_input_of_which_node_is_wrong() {
    let said: Vec<String> = bodies("POST", "/prompt", 400)
        .into_iter()
        .map(|(_, body)| serde_json::from_value::<Refusal>(body).unwrap().to_string())
        .collect();
    for expected in [
        "node 5 (KSampler): Value not in list: sampler_name: 'nope' not in (list of length 44)",
        "node 5 (KSampler): Required input is missing: steps",
        "Prompt has no outputs",
    ] {
        assert!(said.iter().any(|sentence| sentence == expected), "{expected}: {said:#?}");
    }
}

#[test]
fn history_loses_nothing_and_tells_how_each_job_ended() {
    let mut ends = BTreeMap::new();
    for (file, body) in bodies("GET", "/history", 200) {
        // What was too long to record is a text that says so.
        for entry in body.as_object().into_iter().flat_map(|entries| entries.values()) {
            let entry: HistoryEntry = assert_lossless(&file, entry);
            let end = match entry.outcome() {
                Outcome::Success => "success",
                Outcome::Error(Some(_)) => "error",
                Outcome::Error(None) => "error without details",
                Outcome::Interrupted => "interrupted",
            };
            *ends.entry(end).or_insert(0) += 1;
        }
    }
    assert_eq!(ends.keys().copied().collect::<Vec<_>>(), ["error", "interrupted", "success"]);
}
