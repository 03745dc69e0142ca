//! App Mode: pairs of a node and its widget, and a list of results.
//!
//! A node is named by its id in the file, which within a subgraph is the last
//! part of its id in the graph, or as `graph:node:widget`.

use serde_json::Value;

use super::{Convention, Marked, Marks, settle};
use crate::form::field::{Mark, Target};
use crate::graph::NodeId;

impl Marks<'_> {
    pub(super) fn app_mode(&self, data: &Value) -> Option<Marked> {
        let inputs = data["inputs"].as_array()?;
        let marks: Vec<_> = inputs
            .iter()
            .zip(0_u32..)
            .filter_map(|(entry, place)| {
                let widget = entry[1].as_str()?;
                let bind = self.bound(&node_of(&entry[0], widget)?, widget);
                let order = (f64::from(place), 0.0);
                (!bind.is_empty()).then(|| Mark { bind, order, ..Mark::default() })
            })
            .collect();
        let listed = data["outputs"].as_array().map_or(&[][..], Vec::as_slice);
        let mut results = Vec::new();
        for node in listed.iter().filter_map(|id| node_of(id, "")) {
            results.extend(self.nodes_called(&node));
        }
        results.dedup();
        (!marks.is_empty()).then_some(Marked { convention: Convention::AppMode, marks, results })
    }

    /// Everybody who gets the value of this widget.
    fn bound(&self, node: &str, widget: &str) -> Vec<Target> {
        let shared = self.conversion.shared.iter();
        let mut holders = shared.filter(|it| it.widget == widget && is_called(&it.node, node));
        if let Some(holder) = holders.next() {
            let inputs = holder.inputs.iter();
            return inputs.map(|(node, input)| Target::new(node.as_str(), input)).collect();
        }
        let targets = self.nodes_called(node).map(|id| Target::new(&id, widget));
        targets.filter_map(|target| settle(self.graph(), &target)).collect()
    }

    /// The nodes of the graph that have this id in the file: one in each use of
    /// the subgraph.
    fn nodes_called(&self, id: &str) -> impl Iterator<Item = String> {
        let ids = self.graph().nodes.keys().map(NodeId::as_str);
        ids.filter(move |whole| is_called(whole, id)).map(str::to_owned)
    }
}

fn is_called(whole: &str, id: &str) -> bool {
    whole.strip_suffix(id).is_some_and(|before| before.is_empty() || before.ends_with(':'))
}

/// The node of an entry: a number, a text, or the middle of `graph:node:widget`.
fn node_of(id: &Value, widget: &str) -> Option<String> {
    let id = match id {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let inner = id.strip_suffix(widget).and_then(|id| id.strip_suffix(':'));
    Some(match inner.and_then(|inner| inner.split_once(':')) {
        Some((_, node)) => node.to_owned(),
        None => id,
    })
}
