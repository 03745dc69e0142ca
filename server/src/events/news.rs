//! What is told to all who listen, made and encoded once.

use std::sync::OnceLock;

use axum::extract::ws::Utf8Bytes;
use wire::ToViewer;

/// One message to viewers, shared by all of them.
#[derive(Debug)]
pub struct News {
    message: ToViewer,
    text: OnceLock<Utf8Bytes>,
}

impl News {
    pub(super) fn new(message: ToViewer) -> Self {
        Self { message, text: OnceLock::new() }
    }

    /// What is told.
    pub fn message(&self) -> &ToViewer {
        &self.message
    }

    /// As it goes over the wire; encoded when it is first asked for.
    pub fn text(&self) -> &Utf8Bytes {
        self.text.get_or_init(|| {
            serde_json::to_string(&self.message).expect("wire types have string keys only").into()
        })
    }
}

impl PartialEq for News {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message
    }
}
