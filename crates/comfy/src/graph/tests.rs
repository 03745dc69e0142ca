use proptest::prelude::*;
use serde_json::json;

use super::*;

fn picture() -> Value {
    json!({
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "p"}},
        "3": {"class_type": "KSampler", "inputs": {"seed": u64::MAX, "steps": 20, "latent_image": ["5", 0]},
              "_meta": {"title": "Sample"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": "768", "batch_size": 2}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0]}},
        "7": {"class_type": "Lines", "inputs": {"points": {"__value__": [["8", 0], 1]}, "odd": ["8"]}},
    })
}

fn graph(value: &Value) -> Graph {
    Graph::parse(value).unwrap()
}

fn ids(order: &[&NodeId]) -> String {
    order.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn writing_gives_back_what_was_read_in_the_order_of_the_file() {
    let written = graph(&picture()).to_value();
    assert_eq!(serde_json::to_string(&written).unwrap(), picture().to_string());
    assert_eq!(serde_json::to_string(&graph(&picture())).unwrap(), picture().to_string());
}

#[test]
fn a_pair_of_text_and_number_is_a_link_and_a_wrapped_list_is_a_value() {
    let graph = graph(&picture());
    assert_eq!(graph.input("9", "images"), Some(&Input::link("8", 0)));
    assert_eq!(graph.input("7", "points").unwrap().as_value(), Some(&json!([["8", 0], 1])));
    assert_eq!(graph.input("7", "odd"), Some(&Input::Value(json!(["8"]))));
    for no_link in [json!([8, 0]), json!(["8", -1]), json!(["8", 0, 0]), json!(["8", 0.5])] {
        assert_eq!(Input::from(no_link.clone()), Input::Value(no_link));
    }
}

#[test]
fn a_node_of_the_wrong_form_is_named() {
    let parse = |value| Graph::parse(&value).unwrap_err().to_string();
    assert_eq!(parse(json!([])), "a graph is a JSON object of nodes in API format");
    assert_eq!(
        parse(json!({"nodes": [], "links": []})),
        "this is the editor's file; export it in API format"
    );
    assert_eq!(parse(json!({"4": 1})), "node 4 is not an object");
    assert_eq!(parse(json!({"4": {"class_type": 7}})), "node 4 has no class_type");
    assert_eq!(
        parse(json!({"4": {"class_type": "A", "inputs": []}})),
        "node 4 has no object of inputs"
    );
}

#[test]
fn the_first_fault_is_told_unless_the_file_is_the_editors() {
    let parse = |text: &str| serde_json::from_str::<Reading>(text).unwrap().0;
    let bad = r#""7": {"class_type": "A"}, "8": [], "6": null"#;
    assert_eq!(parse(&format!("{{{bad}}}")), Err(GraphError::InputsNotAnObject("7".into())));
    assert_eq!(parse(&format!(r#"{{{bad}, "nodes": [{{}}]}}"#)), Err(GraphError::EditorFile));
    for none in ["null", "true", "-1", "1", "1.5", "\"x\"", "[{}]"] {
        assert_eq!(parse(none), Err(GraphError::NotAnObject), "{none}");
    }
    let odd = r#"{"1": {"x": {"y": [1]}, "inputs": {}, "class_type": "A", "_meta": [], "inputs": {"a": 1}}}"#;
    let node = &parse(odd).unwrap().nodes["1"];
    assert_eq!((node.class_type.as_str(), &node.title, node.inputs.len()), ("A", &None, 1));
}

#[test]
fn nodes_run_after_what_feeds_them_and_else_in_the_order_of_the_file() {
    assert_eq!(ids(&graph(&picture()).run_order().unwrap()), "5 3 8 9 7");
}

#[test]
fn a_cycle_is_named_from_node_to_what_it_needs() {
    let ring = json!({
        "out": {"class_type": "A", "inputs": {"x": ["1", 0]}},
        "1": {"class_type": "A", "inputs": {"x": ["2", 0]}},
        "2": {"class_type": "A", "inputs": {"x": ["3", 0], "gone": ["99", 0]}},
        "3": {"class_type": "A", "inputs": {"x": ["1", 0]}},
    });
    let graph = graph(&ring);
    let cycle = graph.run_order().unwrap_err();
    assert_eq!(cycle.to_string(), "the nodes 1 → 2 → 3 wait for each other");
}

#[test]
fn a_chain_of_a_hundred_thousand_nodes_needs_no_stack() {
    let mut graph = Graph::default();
    for n in (0..100_000).rev() {
        let mut node = Node::new("A");
        node.inputs.insert("x".into(), Input::link((n - 1).to_string(), 0));
        graph.nodes.insert(n.to_string().into(), node);
    }
    assert_eq!(graph.run_order().unwrap()[99_999].as_str(), "99999");
}

#[test]
fn setting_an_input_changes_that_input_only() {
    let mut edited = graph(&picture());
    edited.set("3", "steps", json!(4)).unwrap();
    edited.set("9", "images", json!([1, 2])).unwrap();
    let mut expected = picture();
    expected["3"]["inputs"]["steps"] = json!(4);
    expected["9"]["inputs"]["images"] = json!({"__value__": [1, 2]});
    assert_eq!(edited.to_value(), expected);
}

#[test]
fn setting_what_does_not_exist_says_what() {
    let mut graph = graph(&picture());
    let error = |result: Result<(), NoSuchInput>| result.unwrap_err().to_string();
    assert_eq!(error(graph.set("77", "steps", json!(4))), "the graph has no node 77");
    assert_eq!(error(graph.set("3", "stpes", json!(4))), "node 3 has no input stpes");
}

#[test]
fn classes_are_named_once() {
    let node = |class| json!({"class_type": class, "inputs": {}});
    let twice = json!({"1": node("B"), "2": node("A"), "3": node("B")});
    assert_eq!(graph(&twice).classes().collect::<Vec<_>>(), ["B", "A"]);
}

#[test]
fn cost_multiplies_pixels_batch_steps_and_frames() {
    let cost = graph(&picture()).cost();
    assert_eq!(cost, Cost { pixels: 512 * 768, batch: 2, steps: 20, frames: 1 });
    assert_eq!(cost.total(), 512 * 768 * 2 * 20);
}

#[test]
fn cost_cannot_be_hidden_behind_links_text_or_dotted_names() {
    let sly = json!({
        "1": {"class_type": "PrimitiveInt", "inputs": {"value": "4096"}},
        "2": {"class_type": "EmptyLatentImage", "inputs": {"width": ["1", 0], "height": ["1", 0]}},
        "3": {"class_type": "Resize", "inputs": {"mode": "scale", "mode.scale_by": 2.0}},
        "4": {"class_type": "KSampler", "inputs": {"steps": 10}},
        "5": {"class_type": "KSampler", "inputs": {"steps": 5}},
        "6": {"class_type": "Video", "inputs": {"length": 81}},
        "7": {"class_type": "PrimitiveInt", "inputs": {"value": ["7", 0], "width": ["7", 0]}},
    });
    let expected = Cost { pixels: 4096 * 4096 * 4, batch: 1, steps: 15, frames: 81 };
    assert_eq!(graph(&sly).cost(), expected);
}

#[test]
fn an_absurd_cost_is_the_largest_number_and_not_a_small_one() {
    let absurd = json!({"1": {"class_type": "A", "inputs": {"width": 1e300, "height": 1e300, "batch_size": -5}}});
    assert_eq!(graph(&absurd).cost().total(), u64::MAX);
}

fn any_graph() -> impl Strategy<Value = Graph> {
    let links = proptest::collection::vec((0usize..12, 0usize..12), 0..30);
    links.prop_map(|links| {
        let mut graph = Graph::default();
        for (from, to) in links {
            graph.nodes.entry(from.to_string().into()).or_default();
            let node = graph.nodes.entry(to.to_string().into()).or_default();
            node.inputs.insert(format!("in{from}"), Input::link(from.to_string(), 0));
        }
        graph
    })
}

proptest! {
    #[test]
    fn every_graph_has_an_order_or_a_true_cycle(graph in any_graph()) {
        match graph.run_order() {
            Ok(order) => {
                prop_assert_eq!(order.len(), graph.nodes.len());
                let place = |id: &NodeId| order.iter().position(|other| *other == id);
                prop_assert!(graph.links().all(|link| place(link.from) < place(link.to)));
            }
            Err(Cycle { nodes }) => {
                for (at, node) in nodes.iter().enumerate() {
                    let needed = &nodes[(at + 1) % nodes.len()];
                    prop_assert!(graph.nodes[node].links().any(|(_, from, _)| from == needed));
                }
            }
        }
    }
}
