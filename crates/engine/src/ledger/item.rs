//! One submitted prompt.

use std::cmp::Ordering;

use comfy::{Graph, NodeId};
use serde_json::{Map, Number, Value, json};

/// One submitted prompt that passed validation.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Lowest first. A float when the client chose it.
    pub number: Number,
    pub prompt_id: String,
    /// As submitted, with the conversions of validation.
    pub prompt: Map<String, Value>,
    /// The same, parsed.
    pub graph: Graph,
    /// As submitted, without secrets, with `client_id` and `create_time`.
    pub extra_data: Map<String, Value>,
    /// The output nodes to run.
    pub outputs: Vec<NodeId>,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            number: 0.into(),
            prompt_id: String::new(),
            prompt: Map::new(),
            graph: Graph::default(),
            extra_data: Map::new(),
            outputs: Vec::new(),
        }
    }
}

impl Item {
    /// Whether it goes before `other` whenever it came.
    pub(crate) fn runs_before(&self, other: &Self) -> bool {
        let number = |item: &Self| item.number.as_f64().unwrap_or_default();
        let order = number(self)
            .total_cmp(&number(other))
            .then_with(|| self.prompt_id.cmp(&other.prompt_id));
        order == Ordering::Less
    }

    /// Who is told how it fares.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.extra_data.get("client_id")?.as_str()
    }

    /// When it was submitted, in milliseconds since 1970.
    pub(crate) fn create_time(&self) -> Option<i64> {
        self.extra_data.get("create_time")?.as_i64()
    }

    /// The id of the workflow it was made from, if the client said one.
    pub(crate) fn workflow_id(&self) -> Option<&str> {
        self.extra_data.get("extra_pnginfo")?.get("workflow")?.get("id")?.as_str()
    }

    /// As queue and history tell it: ComfyUI protocol notes §8.
    pub(crate) fn to_value(&self) -> Value {
        json!([self.number, self.prompt_id, self.prompt, self.extra_data, self.outputs])
    }
}
