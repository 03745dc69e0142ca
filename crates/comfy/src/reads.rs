//! Which inputs of a graph name files: what may be handed in to be read.

use crate::definitions::{Definitions, Kind, Upload};
use crate::form::inputs;
use crate::graph::{Graph, Input, NodeId};

/// An input that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reads {
    /// The node that reads it.
    pub node: NodeId,
    /// Which of its inputs.
    pub input: String,
    /// The value as it stands there; texts as they are, anything else (links too, which might bring
    /// any name) as JSON.
    pub value: String,
    /// What sort of file it takes.
    pub sort: Upload,
}

/// Lists of files that the catalogue does not call so.
const LISTS_OF_FILES: [(&str, &str); 1] = [("LoadLatent", "latent")];

/// Whether the choices of this input are files that were handed in, though the catalogue does not say so.
pub fn lists_files(class: &str, input: &str) -> bool {
    LISTS_OF_FILES.contains(&(class, input))
}

/// What ComfyUI takes for the name of a folder, at the end of a file's name.
const FOLDERS: [&str; 3] = ["[input]", "[output]", "[temp]"];

/// Every input of `graph` that names a file, by what any of these catalogues
/// says of it. A value in another input that names a folder of the server
/// (`x.png [output]`) counts as one, but for texts of several lines.
pub fn reads(graph: &Graph, definitions: &[&Definitions]) -> Vec<Reads> {
    let mut found = Vec::new();
    for (id, node) in &graph.nodes {
        for (name, input) in &node.inputs {
            let text = input.as_str().unwrap_or_default();
            if matches!(input, Input::Value(value) if value.is_null() || value == "") {
                continue; // nothing was chosen
            }
            let kinds = definitions.iter().filter_map(|all| {
                let definition = all.node(&node.class_type)?;
                inputs::find(definition, node, name).or_else(|| definition.input(name))
            });
            let mut sorts = kinds.map(|input| sort(&input.kind, text)).peekable();
            let unknown = sorts.peek().is_none() && names_a_folder(text);
            let listed = lists_files(&node.class_type, name);
            let said = sorts.flatten().next();
            if let Some(sort) = said.or((listed || unknown).then_some(Upload::File)) {
                let value = input.as_str().map_or_else(|| input.to_value().to_string(), Into::into);
                found.push(Reads { node: id.clone(), input: name.clone(), value, sort });
            }
        }
    }
    found
}

/// What sort of file an input of this kind names, holding this text.
fn sort(kind: &Kind, text: &str) -> Option<Upload> {
    match kind {
        Kind::Choice(list) if list.upload.is_some() => list.upload,
        Kind::Autogrow(grown) => grown.template.iter().find_map(|input| sort(&input.kind, text)),
        Kind::Text { multiline: true, .. } => None,
        _ => names_a_folder(text).then_some(Upload::File),
    }
}

fn names_a_folder(text: &str) -> bool {
    FOLDERS.iter().any(|folder| text.trim_end().ends_with(folder))
}

impl Graph {
    /// Puts the name of a file where [`reads()`] found one.
    pub fn set_file(&mut self, node: &NodeId, input: &str, name: &str) {
        if let Some(slot) = self.nodes.get_mut(node).and_then(|node| node.inputs.get_mut(input)) {
            *slot = Input::Value(name.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(inputs: &Value) -> Vec<(String, Upload)> {
        let catalogue = json!({ "Load": { "input": { "required": {
            "image": [["a.png"], { "image_upload": true }],
            "clip": ["COMBO", { "options": [], "video_upload": true }],
            "model": [["a"]], "text": ["STRING", { "multiline": true }], "path": ["STRING", {}],
        } }, "output": [] } });
        let definitions = Definitions::parse(catalogue.to_string().as_bytes()).unwrap();
        let graph = json!({ "1": { "class_type": "Load", "inputs": inputs } });
        let found = reads(&Graph::parse(&graph).unwrap(), &[&definitions]);
        found.into_iter().map(|one| (one.input, one.sort)).collect()
    }

    // safety 6
    #[test]
    fn inputs_that_name_files_are_found_by_the_catalogue() {
        let found = found(&json!({ "image": "x.png", "clip": 5, "model": "a", "text": "a fox" }));
        assert_eq!(found, [("image".into(), Upload::Image), ("clip".into(), Upload::Video)]);
    }

    // safety 6
    #[test]
    fn whatever_names_a_folder_of_the_server_counts() {
        let found = found(&json!({
            "model": "x.png [output]", "path": "y [temp] ", "new": "z [input]", "text": "a [output]",
            "image": { "__value__": "wrapped.png" },
        }));
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["model", "path", "new", "image"]);
    }

    #[test]
    fn what_is_not_set_names_nothing() {
        assert_eq!(found(&json!({ "image": "", "clip": null, "path": ["2", 0] })), []);
    }
}
