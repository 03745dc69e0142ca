//! A template becomes a page: a manifest and a graph.

use std::{collections::BTreeSet, ffi::OsStr, fs, path::Path, process::Command};

use anyhow::Context;
use serde_json::Value;

/// Endings of files of weights.
const WEIGHTS: [&str; 7] = [".safetensors", ".sft", ".ckpt", ".gguf", ".onnx", ".pth", ".pt"];

/// A template that became a page.
#[derive(Debug)]
pub struct Page {
    /// Its name in addresses.
    pub slug: String,
    /// The classes of its nodes.
    pub classes: BTreeSet<String>,
    /// The models that it names.
    pub models: BTreeSet<String>,
}

/// What became of a file.
pub enum Outcome {
    Imported(Page),
    /// A list that lies beside them.
    NoWorkflow,
    /// In the words of the server.
    Refused(String),
}

/// Gives one file to `parlor workflow import`.
pub fn import(
    binary: &Path,
    (file, definitions): (&Path, &Path),
    into: &Path,
) -> anyhow::Result<Outcome> {
    let mut command = Command::new(binary);
    command.args(["workflow", "import"]).arg(file).arg("--definitions").arg(definitions);
    let output = command.arg("--into").arg(into).output().context("starting parlor")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("this is not a workflow") {
            return Ok(Outcome::NoWorkflow);
        }
        return Ok(Outcome::Refused(said.trim().trim_start_matches("parlor: ").to_owned()));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let mut paths = said.lines().map(Path::new);
    let graph = paths.find(|path| path.extension() == Some(OsStr::new("json")));
    let graph = graph.context("parlor did not say where the graph is")?;
    Ok(Outcome::Imported(Page::read(graph)?))
}

impl Page {
    fn read(graph: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(graph).with_context(|| graph.display().to_string())?;
        let nodes: Value = serde_json::from_str(&text).context("reading a graph")?;
        let slug = graph.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self::of(slug, &nodes))
    }

    fn of(slug: String, graph: &Value) -> Self {
        let nodes = || graph.as_object().into_iter().flatten().map(|(_, node)| node);
        let classes = nodes().filter_map(|node| node["class_type"].as_str().map(str::to_owned));
        let values = nodes().flat_map(|node| node["inputs"].as_object().into_iter().flatten());
        let names = values.filter_map(|(_, value)| value.as_str().map(str::to_owned));
        let is_model = |name: &String| WEIGHTS.iter().any(|ending| name.ends_with(ending));
        Self { slug, classes: classes.collect(), models: names.filter(is_model).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_nodes_and_models_it_needs() {
        let graph = r#"{"1": {"class_type": "A", "inputs": {"name": "x/y.safetensors", "n": 5}},
            "2": {"class_type": "B", "inputs": {"text": "a fox", "a": ["1", 0]}}}"#;
        let page = Page::of("a".into(), &serde_json::from_str(graph).unwrap());
        assert_eq!(page.classes, ["A", "B"].map(str::to_owned).into());
        assert_eq!(page.models, ["x/y.safetensors".to_owned()].into());
    }
}
