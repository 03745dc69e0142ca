//! Graphs of somebody's own: what the host allows in them, and what they need.

use std::collections::HashSet;

use comfy::definitions::Kind;
use comfy::{Definitions, Graph};

use super::fill::{Chosen, Needs, Unfit, own_the_names};
use crate::config::GraphSettings;

/// What may be in a graph of somebody's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphPolicy {
    /// Classes it may be made of; `None`: all there are.
    classes: Option<HashSet<String>>,
    /// Classes it may end in; `None`: all there are.
    outputs: Option<HashSet<String>>,
    /// Most work, in pixel steps.
    max_cost: u64,
}

/// A node that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Its name in the graph.
    pub(crate) node: String,
    pub(crate) class: String,
}

impl GraphPolicy {
    /// As the configuration says.
    pub fn new(settings: &GraphSettings) -> Self {
        let list = |names: &[String]| {
            (!names.is_empty()).then(|| names.iter().cloned().collect::<HashSet<_>>())
        };
        let millions = u64::from(settings.graph_cost) * 1_000_000;
        Self {
            classes: list(&settings.graph_classes),
            outputs: list(&settings.graph_outputs),
            max_cost: if millions == 0 { u64::MAX } else { millions },
        }
    }

    /// safety 5: whether every node is of a class that is allowed.
    pub(crate) fn admits(
        &self,
        graph: &Graph,
        definitions: &[&Definitions],
    ) -> Result<(), Outside> {
        let ends = |class: &str| {
            definitions.iter().any(|all| all.node(class).is_some_and(|node| node.output_node))
        };
        let closed = |class: &str| {
            self.classes.as_ref().is_some_and(|classes| !classes.contains(class))
                || (self.outputs.as_ref().is_some_and(|outputs| !outputs.contains(class))
                    && ends(class))
        };
        let outside = graph.nodes.iter().find(|(_, node)| closed(&node.class_type));
        outside.map_or(Ok(()), |(id, node)| {
            Err(Outside { node: id.to_string(), class: node.class_type.clone() })
        })
    }

    /// safety 7: whether the graph asks for no more work than is allowed; `pixels` has the largest
    /// picture that is handed in. Files on the backend are called as we call them. How much it asks
    /// for, in pixel steps.
    pub(crate) fn tame(&self, graph: &mut Graph, pixels: u64) -> Result<u64, Unfit> {
        own_the_names(graph);
        let (cost, limit) = (graph.cost_with(pixels).total(), self.max_cost);
        if cost > limit { Err(Unfit::TooMuch { cost, limit }) } else { Ok(cost) }
    }
}

impl Default for GraphPolicy {
    fn default() -> Self {
        Self { classes: None, outputs: None, max_cost: wire::Policy::MAX_COST }
    }
}

impl Needs {
    /// What a graph of somebody's own needs: its nodes, and all that was chosen from lists.
    pub(crate) fn of_graph(graph: &Graph, definitions: &[&Definitions]) -> Self {
        let chosen = graph.nodes.values().flat_map(|node| {
            let class = &node.class_type;
            node.inputs.iter().filter_map(move |(name, input)| {
                let of = definitions.iter().filter_map(|all| all.node(class)?.input(name));
                let is_list = |kind: &Kind| {
                    matches!(kind, Kind::Choice(list) if list.upload.is_none()
                        && list.remote.is_none() && !list.multiselect)
                };
                let listed = of.into_iter().any(|input| is_list(&input.kind));
                let value = input.as_value().filter(|_| listed)?.clone();
                Some(Chosen { input: (class.clone(), name.clone()), value })
            })
        });
        Self { options: chosen.collect(), ..Self::nodes_of(graph) }
    }
}

/// The texts of a graph, for searching and for names: what stands in inputs of several lines.
pub(crate) fn words(graph: &Graph, definitions: &[&Definitions]) -> String {
    let texts = graph.nodes.values().flat_map(|node| {
        node.inputs.iter().filter_map(move |(name, input)| {
            let mut of =
                definitions.iter().filter_map(|all| all.node(&node.class_type)?.input(name));
            let long = of.any(|input| matches!(input.kind, Kind::Text { multiline: true, .. }));
            input.as_str().filter(|text| long && !text.trim().is_empty())
        })
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definitions() -> Definitions {
        let catalogue = json!({
            "Model": { "input": { "required": { "name": [["a"]] } }, "output": ["MODEL"] },
            "Words": { "input": { "required": { "text": ["STRING", { "multiline": true }],
                       "tag": ["STRING", {}] } }, "output": ["C"] },
            "Save": { "input": { "required": {} }, "output": [], "output_node": true },
        });
        Definitions::parse(catalogue.to_string().as_bytes()).unwrap()
    }

    fn graph() -> Graph {
        Graph::parse(&json!({
            "1": { "class_type": "Model", "inputs": { "name": "b" } },
            "2": { "class_type": "Words", "inputs": { "text": "a fox", "tag": "x" } },
            "3": { "class_type": "Save", "inputs": { "filename_prefix": ["2", 0],
                   "width": 1000, "height": 1000, "steps": 20 } },
        }))
        .unwrap()
    }

    fn policy(classes: &[&str], outputs: &[&str], cost: u32) -> GraphPolicy {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        GraphPolicy::new(&GraphSettings {
            graph_classes: owned(classes),
            graph_outputs: owned(outputs),
            graph_cost: cost,
        })
    }

    // safety 5
    #[test]
    fn only_listed_classes_are_admitted() {
        let (definitions, graph) = (definitions(), graph());
        let check = |policy: GraphPolicy| policy.admits(&graph, &[&definitions]);
        assert_eq!(check(policy(&[], &[], 0)), Ok(()));
        assert_eq!(check(policy(&["Model", "Words", "Save"], &["Save"], 0)), Ok(()));
        let outside = |node: &str, class: &str| {
            Err(Outside { node: node.to_owned(), class: class.to_owned() })
        };
        assert_eq!(check(policy(&["Model", "Save"], &[], 0)), outside("2", "Words"));
        assert_eq!(check(policy(&[], &["Preview"], 0)), outside("3", "Save"));
    }

    // safety 7
    #[test]
    fn names_of_saved_files_are_ours_and_work_is_bounded() {
        let mut tamed = graph();
        policy(&[], &[], 20).tame(&mut tamed, 0).unwrap();
        assert_eq!(tamed.input("3", "filename_prefix").unwrap().as_str(), Some("parlor"));
        let too_much = Unfit::TooMuch { cost: 20_000_000, limit: 19_000_000 };
        assert_eq!(policy(&[], &[], 19).tame(&mut graph(), 0), Err(too_much));
    }

    #[test]
    fn what_was_chosen_must_be_there() {
        let definitions = definitions();
        let needs = Needs::of_graph(&graph(), &[&definitions]);
        assert!(!needs.are_met_by(&definitions), "there is no model b");
        assert_eq!(words(&graph(), &[&definitions]), "a fox");
    }
}
