//! Any file that a person may drop: what workflow is in it.

use serde_json::Value;

use super::carry::{self, Carried};
use super::{Conversion, ConvertError, EditorFile, convert};
use crate::definitions::Definitions;
use crate::graph::Graph;
use crate::json;

/// The largest JSON that is read, in bytes. The largest real workflow seen has
/// under one million.
pub const MAX_BYTES: usize = 32 << 20;

/// What a file holds: a graph, what the editor drew it from, or both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The graph in API format, as it was run or exported.
    pub graph: Option<Graph>,
    /// The editor's file. It alone knows what its author marked.
    pub editor: Option<EditorFile>,
}

impl Document {
    /// Reads JSON in either format, or a picture (PNG, WebP, JPEG), a video (MP4,
    /// WebM) or a model (safetensors) that carries one. What it is shows by its
    /// first bytes; names of files are not trusted.
    ///
    /// JSON is read strictly: no `NaN`, no more than [`json::STRICT_DEPTH`]
    /// levels, at most [`MAX_BYTES`].
    pub fn read(bytes: &[u8]) -> Result<Self, ConvertError> {
        if let Some(carrier) = carry::Carrier::of(bytes) {
            return Self::carried(carrier.name(), carrier.read(bytes)?);
        }
        if bytes.len() > MAX_BYTES {
            return Err(ConvertError::TooLarge { length: bytes.len(), limit: MAX_BYTES });
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Self::from_json(&json::strict(text, MAX_BYTES)?)
    }

    /// Reads JSON: one of the formats, or an object that holds both, as an answer
    /// of the server or an export of the page does.
    pub fn from_json(value: &Value) -> Result<Self, ConvertError> {
        if EditorFile::is_one(value) {
            return Ok(Self { graph: None, editor: Some(EditorFile::parse(value)?) });
        }
        let Some(fields) = value.as_object() else {
            return Err(ConvertError::NotAWorkflow("it is no JSON object".into()));
        };
        let editor = fields.get("workflow").filter(|inner| EditorFile::is_one(inner));
        let graph = ["prompt", "output"].into_iter().find_map(|name| fields.get(name));
        // A finished job keeps its graph in a list.
        let graph = graph.map(|graph| graph.get(2).unwrap_or(graph)).filter(|it| is_graph(it));
        if editor.is_some() || graph.is_some() {
            return Ok(Self {
                graph: graph.map(Graph::parse).transpose()?,
                editor: editor.map(EditorFile::parse).transpose()?,
            });
        }
        if !is_graph(value) {
            let reason = "it has neither the editor's nodes nor a class_type anywhere";
            return Err(ConvertError::NotAWorkflow(reason.into()));
        }
        Ok(Self { graph: Some(Graph::parse(value)?), editor: None })
    }

    /// The graph: as it stands, or converted for a server with these definitions.
    pub fn graph(&self, definitions: &Definitions) -> Result<Graph, ConvertError> {
        Ok(self.conversion(definitions)?.graph)
    }

    /// The graph, and which of its values belong together.
    pub fn conversion(&self, definitions: &Definitions) -> Result<Conversion, ConvertError> {
        match (&self.graph, &self.editor) {
            (Some(graph), _) => Ok(Conversion { graph: graph.clone(), shared: Vec::new() }),
            (None, Some(editor)) => convert(editor, definitions),
            (None, None) => Err(ConvertError::NotAWorkflow("it is empty".into())),
        }
    }

    /// What a picture carries was written by ComfyUI and is read as such; if one
    /// of the two is broken the other is enough.
    fn carried(carrier: &'static str, carried: Carried) -> Result<Self, ConvertError> {
        let read = |text: Option<String>| {
            text.map(|text| json::lenient(text.as_bytes(), MAX_BYTES).map_err(ConvertError::from))
        };
        let editor = read(carried.workflow).map(|value| EditorFile::parse(&value?));
        let graph = read(carried.prompt).map(|value| Ok(Graph::parse(&value?)?));
        match (graph, editor) {
            (None, None) => Err(ConvertError::Empty(carrier)),
            (Some(Err(error)), None) | (None | Some(Err(_)), Some(Err(error))) => Err(error),
            (graph, editor) => {
                Ok(Self { graph: graph.and_then(Result::ok), editor: editor.and_then(Result::ok) })
            }
        }
    }
}

/// Whether it looks like the API format: an object of which something has a
/// class. What is wrong with it is then told node by node.
fn is_graph(value: &Value) -> bool {
    let Some(nodes) = value.as_object() else { return false };
    nodes.values().any(|node| node.get("class_type").is_some())
}
