//! What reads other people's bytes, for whoever makes up bytes.
//!
//! Each function takes any bytes and must return: a panic, a hang or gigabytes of memory are faults.
//! `seeds` is what fuzzing begins with, `mutate` changes JSON so that it stays JSON.

pub mod mutate;
pub mod seeds;

use std::collections::HashSet;
use std::sync::LazyLock;

use bytes::Bytes;
use comfy::convert::Document;
use comfy::{Definitions, Form, Frame, Message, check, form};

/// Most bytes of a message, as the house has it.
const MAX_MESSAGE: usize = 8 << 20;

/// A catalogue with an input of every kind.
static CATALOGUE: LazyLock<Definitions> = LazyLock::new(|| {
    Definitions::parse(include_bytes!("../catalogue.json")).expect("the catalogue is ours")
});

/// Any file that is dropped on the studio: read, converted, its form found, its inputs listed, its
/// faults named.
pub fn document(bytes: &[u8]) {
    let Ok(document) = Document::read(bytes) else { return };
    if let Some(editor) = &document.editor {
        let _ = comfy::convert::strangers(editor, &CATALOGUE);
    }
    let Ok((graph, form)) = Form::of(&document, &CATALOGUE) else { return };
    let mut names = HashSet::new();
    for field in &form.fields {
        assert!(names.insert(&field.name), "two fields are called {}", field.name);
        for target in field.kind.targets() {
            assert!(graph.input(&target.node, &target.input).is_some(), "{target:?} is not there");
        }
    }
    for (id, fields) in form::every_input(&graph, &CATALOGUE) {
        let node = graph.node(id.as_str());
        assert!(fields.is_empty() || node.is_some(), "{id} is not there");
    }
    for fault in check::check(&graph, &CATALOGUE) {
        assert!(!fault.to_string().is_empty());
    }
    let _ = graph.cost().total();
    assert_eq!(comfy::Graph::parse(&graph.to_value()).as_ref(), Ok(&graph), "it reads back");
}

/// Any answer to `/object_info`.
pub fn definitions(bytes: &[u8]) {
    let Ok(definitions) = Definitions::parse(bytes) else { return };
    for node in definitions.iter() {
        let _ = node.title();
        for input in &node.inputs {
            let _ = input.kind.default_value();
        }
    }
}

/// Anything that comes through a WebSocket of a ComfyUI, as text and as a binary frame.
pub fn message(bytes: &[u8]) {
    if let Ok(message) = Message::parse(bytes, MAX_MESSAGE) {
        let _ = message.prompt_id();
        let (kind, data) = message.to_parts();
        let _ = Message::from_parts(&kind, data);
        assert!(Message::parse(message.encode().as_bytes(), usize::MAX).is_ok(), "it reads back");
    }
    if let Ok(frame) = Frame::parse(Bytes::copy_from_slice(bytes)) {
        assert_eq!(Frame::parse(frame.encode()).as_ref(), Ok(&frame), "it reads back");
    }
}

/// Anything that a client says on the WebSocket of a house, or of the engine.
pub fn client(bytes: &[u8]) {
    if comfy::message::asked_for_flags(bytes).is_some() {
        let said = std::str::from_utf8(bytes).expect("JSON is UTF-8");
        assert!(said.contains("feature_flags") || said.contains('\\'), "it asks for them");
    }
}

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 4] = [
    ("document", document),
    ("definitions", definitions),
    ("message", message),
    ("client", client),
];
