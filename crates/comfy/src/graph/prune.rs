//! Taking a node out of a graph together with what cannot do without it.

use std::collections::{HashSet, VecDeque};

use super::{Graph, Input, NodeId};
use crate::definitions::{Definitions, NodeDefinition};

/// Why a node cannot be taken out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PruneError {
    /// Nobody can say what it could do without.
    #[error("node {node} is of the class {class}, which no definition describes")]
    Unknown {
        /// The node that is fed by one that goes.
        node: NodeId,
        /// Its class.
        class: String,
    },
}

impl Graph {
    /// Takes `nodes` out. What they fed does without where it can: an optional input is left open,
    /// and a node that needs it steps aside, its outputs replaced by inputs of the same type (a model
    /// that nothing is added to is still a model). Where nothing of that type comes in, what it fed
    /// does without in turn.
    ///
    /// # Errors
    ///
    /// When a node that loses an input is of a class that none of `definitions` has. The graph is
    /// then half pruned.
    pub fn prune(
        &mut self,
        nodes: impl IntoIterator<Item = NodeId>,
        definitions: &[&Definitions],
    ) -> Result<(), PruneError> {
        let define = |class: &str| definitions.iter().find_map(|all| all.node(class));
        let mut losing: VecDeque<NodeId> = nodes.into_iter().collect();
        let mut gone: HashSet<NodeId> = losing.iter().cloned().collect();
        while let Some(node) = losing.pop_front() {
            for (to, input, slot) in self.fed_by(&node) {
                if let Some(instead) = self.passes(&node, slot, (&define, &gone)) {
                    self.nodes[to.as_str()].inputs.insert(input, instead);
                    continue;
                }
                let class = self.nodes[to.as_str()].class_type.clone();
                let Some(definition) = define(&class) else {
                    return Err(PruneError::Unknown { node: to, class });
                };
                if definition.input(&input).is_none_or(|input| !input.required) {
                    self.nodes[to.as_str()].inputs.shift_remove(&input);
                } else if gone.insert(to.clone()) {
                    losing.push_back(to);
                }
            }
        }
        self.nodes.retain(|id, _| !gone.contains(id));
        Ok(())
    }

    fn fed_by(&self, node: &NodeId) -> Vec<(NodeId, String, u32)> {
        let links = self.links().filter(|link| link.from == node);
        links.map(|link| (link.to.clone(), link.input.to_owned(), link.slot)).collect()
    }

    /// What a node that steps aside lets through to its output `slot`: the first thing that it is
    /// given, and that stays, of a type which that output has.
    fn passes<'d>(
        &self,
        node: &NodeId,
        slot: u32,
        (define, gone): (&impl Fn(&str) -> Option<&'d NodeDefinition>, &HashSet<NodeId>),
    ) -> Option<Input> {
        let output = |class: &str, slot: u32| define(class)?.outputs.get(slot as usize);
        let aside = self.node(node.as_str())?;
        let wanted = &output(&aside.class_type, slot)?.types;
        let given = aside.links().find(|(_, from, slot)| {
            let from = self.node(from.as_str()).filter(|_| !gone.contains(*from));
            let types = from.and_then(|from| output(&from.class_type, *slot)).map(|one| &one.types);
            types.is_some_and(|types| types.meets(wanted) && !types.is_any())
        });
        given.map(|(_, from, slot)| Input::link(from.clone(), slot))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn definitions() -> Definitions {
        let catalogue = json!({
            "LoadImage": {"input": {"required": {"image": [["a.png"]]}}, "output": ["IMAGE", "MASK"]},
            "LoadModel": {"input": {}, "output": ["MODEL"]},
            "Look": {"input": {"required": {"model": ["MODEL"], "image": ["IMAGE"]}}, "output": ["MODEL"]},
            "Encode": {"input": {"required": {"image": ["IMAGE"]}}, "output": ["LATENT"]},
            "Sample": {"input": {"required": {"model": ["MODEL"]}, "optional": {"hint": ["IMAGE"], "latent": ["LATENT"]}},
                "output": ["IMAGE"]},
            "Save": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": true},
        });
        Definitions::parse(catalogue.to_string().as_bytes()).unwrap()
    }

    fn pruned(graph: &Value) -> Value {
        let mut graph = Graph::parse(graph).unwrap();
        graph.prune(["1".into()], &[&definitions()]).unwrap();
        let kept = graph.nodes.iter().map(|(id, node)| {
            let links =
                node.links().map(|(input, from, slot)| (input.to_owned(), json!([from, slot])));
            (id.to_string(), Value::Object(links.collect()))
        });
        Value::Object(kept.collect())
    }

    #[test]
    fn what_looks_at_the_picture_steps_aside_and_lets_the_model_through() {
        let kept = pruned(&json!({
            "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
            "2": {"class_type": "LoadModel", "inputs": {}},
            "3": {"class_type": "Look", "inputs": {"model": ["2", 0], "image": ["1", 0]}},
            "4": {"class_type": "Look", "inputs": {"model": ["3", 0], "image": ["1", 0]}},
            "5": {"class_type": "Sample", "inputs": {"model": ["4", 0], "hint": ["1", 0]}},
            "6": {"class_type": "Save", "inputs": {"images": ["5", 0]}},
        }));
        let wanted = json!({"2": {}, "5": {"model": ["2", 0]}, "6": {"images": ["5", 0]}});
        assert_eq!(kept, wanted);
    }

    #[test]
    fn what_nothing_can_stand_in_for_is_left_open_or_goes_along() {
        let kept = pruned(&json!({
            "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
            "2": {"class_type": "LoadModel", "inputs": {}},
            "3": {"class_type": "Encode", "inputs": {"image": ["1", 0]}},
            "4": {"class_type": "Sample", "inputs": {"model": ["2", 0], "latent": ["3", 0]}},
            "5": {"class_type": "Save", "inputs": {"images": ["4", 0]}},
            "6": {"class_type": "Save", "inputs": {"images": ["1", 0]}},
        }));
        assert_eq!(kept, json!({"2": {}, "4": {"model": ["2", 0]}, "5": {"images": ["4", 0]}}));
    }

    #[test]
    fn a_class_that_nobody_knows_is_named() {
        let mut graph = Graph::parse(&json!({
            "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
            "2": {"class_type": "Odd", "inputs": {"image": ["1", 0]}},
        }))
        .unwrap();
        let refused = graph.prune(["1".into()], &[&definitions()]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "node 2 is of the class Odd, which no definition describes"
        );
    }
}
