//! What `parlor workflow …` prints, and how it ends.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::parlor;

/// A folder with a catalogue, a workflow of the editor and the graph it makes.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, value: Value| fs::write(folder.path().join(name), value.to_string());
    let sizes = json!({"input": {"required": {"width": ["INT", {"min": 16, "max": 2048, "step": 8}],
        "height": ["INT", {"min": 16, "max": 2048, "step": 8}]}}, "output": ["IMAGE"]});
    let save =
        json!({"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": true});
    put("nodes.json", json!({"EmptyImage": sizes, "SaveImage": save})).unwrap();
    for part in ["files", "graphs"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    put("files/a.json", json!({"version": 0.4, "links": [[1, 1, 0, 2, 0, "IMAGE"]], "nodes": [
        {"id": 1, "type": "EmptyImage", "widgets_values": [512, 640], "title": "Canvas"},
        {"id": 2, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]},
    ]})).unwrap();
    put("graphs/a.json", graph()).unwrap();
    folder
}

fn graph() -> Value {
    json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 512, "height": 640}, "_meta": {"title": "Canvas"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}, "_meta": {"title": "SaveImage"}},
    })
}

fn workflow(folder: &Path, words: &[&str]) -> Output {
    parlor(folder).arg("workflow").args(words).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_file_becomes_the_graph_that_the_editor_would_send() {
    let folder = folder();
    let output =
        workflow(folder.path(), &["convert", "files/a.json", "--definitions", "nodes.json"]);
    assert!(output.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), graph());
}

#[test]
fn a_folder_is_compared_file_by_file_and_fails_with_the_first_that_differs() {
    let folder = folder();
    let compare = || {
        let words = ["convert", "files", "--definitions", "nodes.json", "--expect", "graphs"];
        workflow(folder.path(), &words)
    };
    fs::write(folder.path().join("files/notes.json"), "[1]").unwrap();
    let output = compare();
    assert!(output.status.success());
    assert_eq!(printed(&output), "ok    a.json: 2 nodes\nnone  notes.json\n1 of 1 converted\n");

    let mut other = graph();
    other["1"]["inputs"]["width"] = json!(8);
    fs::write(folder.path().join("graphs/a.json"), other.to_string()).unwrap();
    let output = compare();
    assert!(!output.status.success());
    let line = "FAIL  a.json: differs: /1/inputs/width is 512, expected 8\n";
    assert!(printed(&output).starts_with(line), "{}", printed(&output));
}

#[test]
fn a_check_names_what_is_missing() {
    let folder = folder();
    let check =
        |file: &str| workflow(folder.path(), &["check", file, "--definitions", "nodes.json"]);
    assert_eq!(printed(&check("files/a.json")), "this workflow can be run\n");

    let strange = json!({"7": {"class_type": "Fancy", "inputs": {}}});
    fs::write(folder.path().join("strange.json"), strange.to_string()).unwrap();
    let output = check("strange.json");
    assert!(!output.status.success());
    assert!(printed(&output).starts_with("node 7 (Fancy): this ComfyUI has no such node"));
}

#[test]
fn an_import_writes_a_manifest_and_its_graph() {
    let folder = folder();
    let words = ["import", "files/a.json", "--definitions", "nodes.json", "--into", "."];
    let output = workflow(folder.path(), &words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest = fs::read_to_string(folder.path().join("a.toml")).unwrap();
    for line in ["slug = \"a\"", "makes = [\"image\"]", "width = [\"1.width\"]", "type = \"size\""]
    {
        assert!(manifest.contains(line), "{line} in {manifest}");
    }
    let written = fs::read_to_string(folder.path().join("a.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), graph());
}

#[test]
fn without_a_catalogue_it_says_what_to_give() {
    let folder = folder();
    let output = workflow(folder.path(), &["convert", "files/a.json"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--backend URL, or --definitions FILE"), "{said}");
}

#[tokio::test]
async fn a_house_lists_its_workflows_beside_whoever_runs_it() {
    let folder = folder();
    let none = workflow(folder.path(), &["list"]);
    assert!(!none.status.success());
    assert!(String::from_utf8(none.stderr).unwrap().contains("there is no house in"));

    let house = super::house::House::quiet().await;
    let data = house.app.config.data.to_str().unwrap();
    let list = |more: &[&str]| {
        let asked = ["--data", data, "workflow", "list"];
        parlor(folder.path()).args(asked).args(more).output().unwrap()
    };
    let table = printed(&list(&[]));
    let line = table.lines().find(|line| line.starts_with("upscale ")).unwrap();
    assert!(line.ends_with("built in  no"), "{table}");
    assert!(!table.contains("no such node"), "without a catalogue only forms are checked: {table}");

    let entries = printed(&list(&["--json", "--definitions", "nodes.json"]));
    let entries: Vec<wire::studio::StudioEntry> = serde_json::from_str(&entries).unwrap();
    assert_eq!((entries.len(), entries[0].published), (3, Some(1)));
    let messages: Vec<_> = entries[0].problems.iter().map(|one| &one.message).collect();
    assert!(messages.iter().any(|text| text.contains("no such node")), "{messages:?}");
}

#[tokio::test]
async fn a_house_whose_comfyui_is_away_is_listed_all_the_same_and_one_that_is_named_must_answer() {
    let house = super::house::House::quiet().await;
    let data = house.app.config.data.to_str().unwrap();
    // Nobody listens on a port that was free a moment ago.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("http://{gone}");
    let list = |before: &[&str], more: &[&str]| {
        let mut command = parlor(data.as_ref());
        command.args(["--data", data]).args(before).args(["workflow", "list"]).args(more);
        command.output().unwrap()
    };
    let away = list(&["--backend", &gone], &["--json"]);
    let said = String::from_utf8_lossy(&away.stderr);
    assert!(away.status.success(), "{said}");
    assert_eq!(serde_json::from_slice::<Vec<Value>>(&away.stdout).unwrap().len(), 3);
    assert!(said.contains("Only the forms were checked") && said.contains("asking for its nodes"));

    let named = list(&[], &["--backend", &gone]);
    assert!(!named.status.success());
    assert!(String::from_utf8_lossy(&named.stderr).contains("asking for its nodes"));
}
