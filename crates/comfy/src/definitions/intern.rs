//! One copy of every text and list of a catalogue.
//!
//! Names, types and whole lists of models repeat in hundreds of nodes; a server
//! with a thousand models would otherwise keep each name a dozen times.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::Choice;

/// What has been seen so far.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: HashSet<Arc<str>>,
    lists: HashSet<Arc<[Choice]>>,
}

impl Interner {
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.texts.insert(text.clone());
        text
    }

    pub(super) fn list(&mut self, list: Vec<Choice>) -> Arc<[Choice]> {
        if let Some(known) = self.lists.get(list.as_slice()) {
            return known.clone();
        }
        let list: Arc<[Choice]> = list.into();
        self.lists.insert(list.clone());
        list
    }

    /// `None` for what nobody can choose: lists, objects, `null`.
    pub(super) fn choice(&mut self, value: &Value) -> Option<Choice> {
        match value {
            Value::String(text) => Some(Choice::Text(self.text(text))),
            Value::Number(number) => Some(Choice::Number(number.clone())),
            Value::Bool(yes) => Some(Choice::Bool(*yes)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub(super) fn choices(&mut self, values: &[Value]) -> Arc<[Choice]> {
        let list = values.iter().filter_map(|value| self.choice(value)).collect();
        self.list(list)
    }
}
