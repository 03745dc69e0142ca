//! Values that the node of a subgraph holds for the nodes within.

use std::collections::HashMap;

use serde_json::Value;

use super::file::{Placed, Stored, Subgraph, pairs};

/// Names the subgraph itself in `proxyWidgets`.
pub(super) const ITSELF: &str = "-1";

/// What one use of a subgraph sets within it.
#[derive(Debug, Default)]
pub(super) struct Promoted {
    /// By the position of the subgraph's input.
    pub by_port: HashMap<usize, Value>,
    /// By node and widget.
    by_widget: HashMap<(String, String), Value>,
}

impl Promoted {
    /// Reads what `node` holds. The list of values follows `proxyWidgets`, entry
    /// by entry, or else the inputs that have a widget.
    pub(super) fn of(node: &Placed, subgraph: &Subgraph, known: bool) -> Self {
        let mut promoted = Self::default();
        if !known {
            return promoted;
        }
        match &node.values {
            Stored::Nothing => {}
            Stored::Named(values) => {
                for (at, port) in subgraph.inputs.iter().enumerate() {
                    promoted
                        .by_port
                        .extend(values.get(&port.name).map(|value| (at, value.clone())));
                }
            }
            Stored::List(values) => {
                if let Some(proxies) = pairs(node.properties.get("proxyWidgets")) {
                    for ((inner, widget), value) in proxies.into_iter().zip(values) {
                        promoted.set(subgraph, inner, widget, value);
                    }
                } else {
                    let ports = (0..subgraph.inputs.len()).filter(|&at| subgraph.has_widget(at));
                    promoted.by_port = ports.zip(values.iter().cloned()).collect();
                }
            }
        }
        promoted
    }

    /// The value of a widget that no input of the subgraph leads to.
    pub(super) fn widget(&self, node: &str, widget: &str) -> Option<&Value> {
        if self.by_widget.is_empty() {
            return None;
        }
        self.by_widget.get(&(node.to_owned(), widget.to_owned()))
    }

    fn set(&mut self, subgraph: &Subgraph, inner: String, widget: String, value: &Value) {
        if value.is_null() {
            return;
        }
        let port = if inner == ITSELF {
            subgraph.inputs.iter().position(|port| port.name == widget)
        } else {
            (0..subgraph.inputs.len()).find(|&at| subgraph.leads_to(at, &inner, &widget))
        };
        match port {
            Some(port) => drop(self.by_port.insert(port, value.clone())),
            None => drop(self.by_widget.insert((inner, widget), value.clone())),
        }
    }
}

impl Subgraph {
    /// Whether an input of the subgraph leads to a widget, so that it has a
    /// value when nothing is linked.
    fn has_widget(&self, port: usize) -> bool {
        self.targets(port).any(|(node, socket)| node.inputs[socket].widget)
    }

    fn leads_to(&self, port: usize, node: &str, widget: &str) -> bool {
        self.targets(port)
            .any(|(target, socket)| target.id == node && target.inputs[socket].name == widget)
    }

    /// Where the links of an input lead: nodes, and positions among their inputs.
    pub(super) fn targets(&self, port: usize) -> impl Iterator<Item = (&Placed, usize)> {
        self.inputs[port].links.iter().filter_map(|link| {
            let node = self.scope.nodes.get(&self.scope.links.get(link)?.to)?;
            let socket = node.inputs.iter().position(|input| input.link == Some(*link))?;
            Some((node, socket))
        })
    }
}
