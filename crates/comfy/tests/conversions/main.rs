//! Files become what the editor itself would send, or are refused in a sentence.
//! The cases are in `fixtures/conversions`: what each shows, a file, its graph.

mod hostile;
mod refusals;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use comfy::Definitions;
use comfy::convert::{ConvertError, Document};
use serde_json::{Value, json};

/// The catalogue of a real server.
static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let text = fs::read_to_string(fixtures().join("object_info.json")).unwrap();
    Definitions::parse(text.as_bytes()).unwrap()
});

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Every case, by name.
fn cases() -> Vec<(String, Value)> {
    let files = fs::read_dir(fixtures().join("conversions")).unwrap();
    let mut cases: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    cases
}

fn convert(file: &Value) -> Result<Value, ConvertError> {
    let document = Document::read(file.to_string().as_bytes())?;
    Ok(document.graph(&DEFINITIONS)?.to_value())
}

#[test]
fn every_file_becomes_the_graph_beside_it() {
    let cases = cases();
    assert!(cases.len() > 20, "the fixtures are there");
    for (name, case) in cases {
        let graph = convert(&case["file"]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = &case["graph"];
        for (id, node) in expected.as_object().unwrap() {
            assert_eq!(graph.get(id), Some(node), "{name}, node {id}: {}", case["claim"]);
        }
        assert_eq!(graph.as_object().unwrap().len(), expected.as_object().unwrap().len(), "{name}");
    }
}

#[test]
fn a_graph_stays_as_it_is_wherever_it_stands() {
    let graph = &cases()[0].1["graph"];
    for wrapped in [
        graph.clone(),
        json!({"prompt": graph, "client_id": "x"}),
        json!({"prompt": [3, "id", graph, {}, []]}),
        json!({"output": graph, "workflow": {"nodes": [], "links": []}}),
    ] {
        assert_eq!(convert(&wrapped).as_ref(), Ok(graph));
    }
}

#[test]
fn nodes_keep_the_order_of_the_file_and_subgraphs_stand_where_they_are_used() {
    let (_, case) = cases().into_iter().find(|(name, _)| name == "subgraph").unwrap();
    let graph = convert(&case["file"]).unwrap();
    let ids: Vec<_> = graph.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(ids[..6], ["1", "2:11", "2:12", "2:13", "3", "4:11"]);
}
