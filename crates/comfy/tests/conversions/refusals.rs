//! What makes no sense is refused in one sentence that names the node.

use serde_json::{Value, json};

use crate::convert;

fn refusal(file: &Value) -> String {
    convert(file).expect_err("it makes no sense").to_string()
}

fn file(nodes: &Value, links: &Value) -> Value {
    json!({"nodes": nodes, "links": links, "version": 0.4})
}

fn picture(id: u32, input: &Value) -> Value {
    json!({"id": id, "type": "ImageInvert", "outputs": [{"type": "IMAGE"}],
           "inputs": [{"name": "image", "type": "IMAGE", "link": input}]})
}

#[test]
fn an_unknown_class_is_named_with_its_title() {
    let nodes = json!([{"id": 7, "type": "Fancy", "title": "My best"}]);
    assert_eq!(
        refusal(&file(&nodes, &json!([]))),
        "node 7 (Fancy) “My best” is of a class that this ComfyUI does not have; \
         install its custom node"
    );
}

#[test]
fn a_link_that_is_not_there_or_from_nobody_is_named() {
    let nodes = json!([picture(3, &json!(8))]);
    let nowhere = "input \"image\" of node 3 (ImageInvert) is linked to nothing (link 8); \
                   connect it again";
    assert_eq!(refusal(&file(&nodes, &json!([]))), nowhere);
    assert_eq!(refusal(&file(&nodes, &json!([[8, 99, 0, 3, 0, "IMAGE"]]))), nowhere);
}

#[test]
fn nodes_that_wait_for_each_other_are_refused() {
    let nodes = json!([picture(1, &json!(2)), picture(2, &json!(1))]);
    let links = json!([[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 1, 0, "IMAGE"]]);
    let told = refusal(&file(&nodes, &links));
    assert!(told.starts_with("the nodes 1 → 2 wait for each other"), "{told}");
}

#[test]
fn reroutes_in_a_ring_are_refused() {
    let reroute = |id, link| json!({"id": id, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": link}]});
    let nodes = json!([picture(1, &json!(3)), reroute(2, 2), reroute(3, 1)]);
    let links = json!([[1, 2, 0, 3, 0, "*"], [2, 3, 0, 2, 0, "*"], [3, 2, 0, 1, 0, "*"]]);
    assert_eq!(
        refusal(&file(&nodes, &links)),
        "node 1 (ImageInvert) leads back to itself; remove one of its links"
    );
}

#[test]
fn two_nodes_with_one_id_are_refused() {
    let nodes = json!([picture(4, &json!(null)), picture(4, &json!(null))]);
    assert_eq!(
        refusal(&file(&nodes, &json!([]))),
        "two nodes have the id 4; open the file in ComfyUI and save it again"
    );
}

#[test]
fn a_subgraph_within_itself_is_refused() {
    let mut file = file(&json!([{"id": 1, "type": "s"}]), &json!([]));
    let inner = json!([{"id": 2, "type": "s"}]);
    file["definitions"] = json!({"subgraphs": [{"id": "s", "name": "Ouroboros", "nodes": inner}]});
    let told = refusal(&file);
    assert!(told.starts_with("subgraphs nest deeper than 32 levels at node 1:2:"), "{told}");
}

#[test]
fn subgraphs_that_multiply_are_refused() {
    let twice = |id: &str, inner: &str| json!({"id": id, "name": id, "nodes": [{"id": 1, "type": inner}, {"id": 2, "type": inner}]});
    let subgraphs: Vec<_> =
        (0..20).map(|level| twice(&format!("s{level}"), &format!("s{}", level + 1))).collect();
    let mut file = file(&json!([{"id": 1, "type": "s0"}]), &json!([]));
    file["definitions"] = json!({ "subgraphs": subgraphs });
    assert_eq!(
        refusal(&file),
        "the workflow has more than 10000 nodes when its subgraphs are unfolded"
    );
}

#[test]
fn what_is_no_workflow_says_so() {
    for (value, reason) in [
        (json!([]), "it is no JSON object"),
        (json!({"a": 1}), "it has neither the editor's nodes nor a class_type anywhere"),
        (json!({"nodes": [{"id": 1}]}), "a node has no id or type: {\"id\":1}"),
    ] {
        assert_eq!(refusal(&value), format!("this is not a workflow: {reason}"));
    }
}

#[test]
fn one_large_text_for_many_nodes_is_refused_before_it_is_copied() {
    let text = "x".repeat(1 << 20);
    let mut nodes = vec![json!({"id": 1, "type": "PrimitiveNode", "widgets_values": [text]})];
    let mut links = Vec::new();
    for id in 2..100 {
        nodes.push(json!({"id": id, "type": "PrimitiveStringMultiline", "widgets_values": [""],
            "inputs": [{"name": "value", "type": "STRING", "link": id, "widget": {"name": "value"}}]}));
        links.push(json!([id, 1, 0, id, 0, "STRING"]));
    }
    assert_eq!(
        refusal(&file(&json!(nodes), &json!(links))),
        "the values of the workflow come to more than 67108864 bytes when they are shared out"
    );
}
