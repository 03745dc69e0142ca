//! "ComfyUI Serverless API": the files that a graph brings, and where those are found that it makes.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::crossing::view;
use super::house::House;
use super::serverless::{DOOR, empty, inverts, picture, results};

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

#[tokio::test]
async fn a_picture_within_the_graph_may_be_small_and_written_in_any_base64() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let encoded = |side: u32, format: image::ImageFormat| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(side, side).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let dot = encoded(1, image::ImageFormat::Png);
    assert!(BASE64_STANDARD.encode(&dot).len() < 256);
    let for_addresses = BASE64_URL_SAFE_NO_PAD.encode(picture());
    assert!(for_addresses.contains(['-', '_']), "{for_addresses}");
    for image in [
        BASE64_STANDARD.encode(&dot),
        BASE64_STANDARD.encode(encoded(64, image::ImageFormat::Png)),
        BASE64_STANDARD.encode(encoded(1, image::ImageFormat::Gif)),
        BASE64_STANDARD.encode(encoded(1, image::ImageFormat::WebP)),
        BASE64_STANDARD_NO_PAD.encode(&dot),
        BASE64_URL_SAFE_NO_PAD.encode(encoded(1, image::ImageFormat::Jpeg)),
        for_addresses,
    ] {
        let answer = me.post(&format!("{DOOR}/run"), &inverts(&image)).await;
        assert_eq!(answer.status, StatusCode::OK, "{image}: {}", answer.text());
    }
}
