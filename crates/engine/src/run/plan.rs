//! What of a graph is run, and in which order.

use std::collections::HashMap;

use comfy::{Graph, NodeId};

/// The part of the graph that these outputs need, in the order of the file.
pub(super) fn needed(graph: &Graph, outputs: &[NodeId]) -> Graph {
    let mut needed = Graph::default();
    let mut todo: Vec<&NodeId> = outputs.iter().collect();
    while let Some(id) = todo.pop() {
        let Some(node) = graph.nodes.get(id) else { continue };
        if needed.nodes.insert(id.clone(), node.clone()).is_none() {
            todo.extend(node.links().map(|(_, from, _)| from));
        }
    }
    needed.nodes.sort_by_cached_key(|id, _| graph.nodes.get_index_of(id));
    needed
}

/// The nodes to visit, each after those that feed it: output nodes as soon as
/// they can be, else in the order of the file. What is made already is visited
/// only where it is an output, and what feeds it is not visited at all.
pub(super) fn order(
    graph: &Graph,
    outputs: &[NodeId],
    is_made: impl Fn(&NodeId) -> bool,
    is_output: impl Fn(&str) -> bool,
) -> Vec<NodeId> {
    let mut waits_for: HashMap<&NodeId, usize> = HashMap::new();
    let mut feeds: HashMap<&NodeId, Vec<&NodeId>> = HashMap::new();
    let mut todo: Vec<&NodeId> = outputs.iter().collect();
    while let Some(id) = todo.pop() {
        if waits_for.contains_key(id) {
            continue;
        }
        let links = graph.nodes[id].links().map(|(_, from, _)| from);
        let feeders: Vec<_> =
            if is_made(id) { Vec::new() } else { links.filter(|from| !is_made(from)).collect() };
        waits_for.insert(id, feeders.len());
        for feeder in feeders {
            feeds.entry(feeder).or_default().push(id);
            todo.push(feeder);
        }
    }

    let rank = |id: &&NodeId| {
        let (place, _, node) = graph.nodes.get_full(*id).expect("the plan is made of this graph");
        (!is_output(&node.class_type), place)
    };
    let mut ready: Vec<&NodeId> =
        waits_for.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    let mut order = Vec::new();
    while let Some(at) = (0..ready.len()).min_by_key(|at| rank(&ready[*at])) {
        let id = ready.swap_remove(at);
        order.push(id.clone());
        for next in feeds.get(id).into_iter().flatten() {
            let count = waits_for.get_mut(next).expect("what is fed was counted");
            *count -= 1;
            if *count == 0 {
                ready.push(next);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph() -> Graph {
        let graph = json!({
            "1": {"class_type": "Load", "inputs": {}},
            "2": {"class_type": "Step", "inputs": {"a": ["1", 0]}},
            "3": {"class_type": "Save", "inputs": {"a": ["2", 0]}},
            "4": {"class_type": "Step", "inputs": {"a": ["2", 0], "b": ["2", 0]}},
            "5": {"class_type": "Save", "inputs": {"a": ["4", 0]}},
            "9": {"class_type": "Load", "inputs": {}},
        });
        Graph::parse(&graph).unwrap()
    }

    fn plan(outputs: &[&str], made: &[&str]) -> String {
        let outputs: Vec<NodeId> = outputs.iter().map(|id| (*id).into()).collect();
        let graph = needed(&graph(), &outputs);
        let order =
            order(&graph, &outputs, |id| made.contains(&id.as_str()), |class| class == "Save");
        order.iter().map(NodeId::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn outputs_come_as_soon_as_they_can_and_what_nobody_needs_does_not() {
        assert_eq!(plan(&["3", "5"], &[]), "1 2 3 4 5");
        assert_eq!(plan(&["5"], &[]), "1 2 4 5");
    }

    #[test]
    fn what_is_made_already_is_not_visited_unless_it_is_an_output() {
        assert_eq!(plan(&["3", "5"], &["1", "2"]), "3 4 5");
        assert_eq!(plan(&["3", "5"], &["1", "2", "3"]), "3 4 5");
        assert_eq!(plan(&["3", "5"], &["1", "2", "3", "4", "5"]), "3 5");
    }
}
