//! "ComfyUI Serverless API": where the files are found that a graph makes.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::crossing::view;
use super::house::House;
use super::serverless::{DOOR, empty, results};

#[tokio::test]
async fn whatever_a_graph_made_is_found_under_the_name_that_is_told() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    let mut graph = empty(1);
    graph["10"] = node("PreviewImage", json!({ "images": ["1", 0] }));
    graph["11"] = node("SaveImageWebsocket", json!({ "images": ["1", 0] }));
    graph["12"] = node("PrimitiveString", json!({ "value": "some words" }));
    graph["13"] = node("PreviewAny", json!({ "source": ["12", 0] }));
    let answer = me.post(&format!("{DOOR}/run?output_base64=true"), &graph).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let last: Value = answer.json();
    let results = results(&last);
    let of = |node: &str| -> Vec<_> {
        results.iter().filter(|one| one["id"] == node).map(|one| &one["output"]).collect()
    };
    let counts = ["9", "10", "11", "13"].map(|node| of(node).len());
    assert_eq!(counts, [2, 2, 2, 1], "{last}");
    for result in &results {
        let output = &result["output"];
        let found = me.get(&view(output)).await;
        assert_eq!(found.status, StatusCode::OK, "{result}");
        let inline = BASE64_STANDARD.decode(output["base64"].as_str().unwrap()).unwrap();
        assert!(found.body == inline, "{}: its name leads to something else", output["filename"]);
    }
    let id = last["data"]["prompt_id"].as_str().unwrap();
    let history: Value = me.get(&format!("/history/{id}")).await.json();
    for node in ["9", "10"] {
        let shown = history[id]["outputs"][node]["images"].as_array().unwrap();
        for (shown, told) in shown.iter().zip(of(node)) {
            for key in ["filename", "type", "subfolder"] {
                assert_eq!(told[key], shown[key], "{told}");
            }
        }
    }
    assert_eq!((&of("9")[0]["type"], &of("10")[0]["type"]), (&json!("output"), &json!("temp")));
}
