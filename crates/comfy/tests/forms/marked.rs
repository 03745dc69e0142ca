//! What is marked, in the conventions in use.

use comfy::form::{Convention, Role};
use serde_json::{Value, json};

use crate::{form, lines};

/// Nodes by class, title and inputs; ids count from 1.
fn graph(nodes: &[(&str, &str, Value)]) -> Value {
    let node = |(class, title, inputs): &(&str, &str, Value)| json!({"class_type": class, "inputs": inputs, "_meta": {"title": title}});
    let ids = (1..).map(|id: u32| id.to_string());
    Value::Object(ids.zip(nodes.iter().map(node)).collect())
}

#[test]
fn app_mode_names_nodes_by_id_also_within_subgraphs() {
    let inner = json!({"id": "s", "name": "Draw", "inputs": [{"name": "size", "type": "INT", "linkIds": [1, 2]}],
        "outputs": [{"name": "IMAGE", "type": "IMAGE", "linkIds": [3]}],
        "nodes": [
            {"id": 11, "type": "EmptyImage", "outputs": [{"type": "IMAGE"}], "widgets_values": [64, 64, 1, 0],
             "inputs": [{"name": "width", "type": "INT", "link": 1, "widget": {"name": "width"}},
                        {"name": "height", "type": "INT", "link": 2, "widget": {"name": "height"}}]}],
        "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 11, "target_slot": 0},
                  {"id": 2, "origin_id": -10, "origin_slot": 0, "target_id": 11, "target_slot": 1},
                  {"id": 3, "origin_id": 11, "origin_slot": 0, "target_id": -20, "target_slot": 0}]});
    let file = json!({
        "nodes": [
            {"id": 1, "type": "s", "outputs": [{"type": "IMAGE"}], "widgets_values": [96]},
            {"id": 2, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 1}], "widgets_values": ["x"]},
            {"id": 3, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 2}], "widgets_values": ["y"]}],
        "links": [[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 0, 3, 0, "IMAGE"]],
        "definitions": {"subgraphs": [inner]},
        "extra": {"linearData": {"inputs": [["b7-uuid:1:size", "size"], ["11", "batch_size"], [99, "gone"]], "outputs": [3]}},
    });
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::AppMode));
    assert_eq!(
        lines(&form),
        [
            "Main Width: integer 96 of 1..16384 by 1 1:11.width 1:11.height",
            "Main Batch size: integer 1 of 1..4096 by 1 1:11.batch_size",
        ]
    );
    assert_eq!(form.results, ["3"]);
}

#[test]
fn titles_of_the_minimalistic_wrapper_say_label_place_and_range() {
    let file = graph(&[
        ("CFGGuider", "<Guidance:advanced:2> 1, 10, 0.5", json!({"cfg": 3.0})),
        ("PrimitiveInt", "<Seed:advanced:1>", json!({"value": 7})),
        ("PrimitiveInt", "<Picture height:important:3>", json!({"value": 768})),
        ("PrimitiveInt", "<Picture width:important:2>", json!({"value": 512})),
        ("PrimitiveStringMultiline", "<What:prompt/First:1>", json!({"value": "a cat"})),
        ("SaveImage", "<Out:output:1>", json!({"filename_prefix": "x"})),
        ("SaveImage", "Another", json!({"filename_prefix": "y"})),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::Mcww));
    assert_eq!(
        lines(&form),
        [
            "Main What: text 5.value",
            "Main Size: size 512×768 by 8 4.value 3.value",
            "More Seed: seed 2.value",
            "More Guidance: number 3 of 1..10 by 0.5 1.cfg",
        ]
    );
    assert_eq!(form.results, ["6"]);
}

#[test]
fn connect_opens_all_values_of_a_node_or_those_in_brackets() {
    let file = graph(&[
        (
            "EmptyLatentImage",
            "$canvas(width,height)",
            json!({"width": 512, "height": 640, "batch_size": 1}),
        ),
        ("CLIPTextEncode", "Prompt $what-to-paint", json!({"text": "a cat"})),
        ("SaveImage", "Save #picture", json!({"filename_prefix": "x"})),
        ("EmptyImage", "$shut()", json!({"width": 5})),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::Connect));
    assert_eq!(
        lines(&form),
        ["Main Size: size 512×640 by 8 1.width 1.height", "Main What-to-paint: text 2.text"]
    );
    assert_eq!(
        (form.fields[1].name.as_str(), &form.results[..]),
        ("what_to_paint", &["3".to_owned()][..])
    );
}

#[test]
fn connect_leaves_out_what_is_only_for_the_editor() {
    let link = |name: &str, link: u32| json!({"name": name, "type": "IMAGE", "link": link});
    let file = json!({
        "nodes": [
            {"id": 1, "type": "LoadImage", "title": "$photo(image)", "widgets_values": ["a.png", "image"]},
            {"id": 2, "type": "ImageInvert", "title": "Look !bypass", "inputs": [link("image", 1)],
             "outputs": [{"type": "IMAGE"}]},
            {"id": 3, "type": "SaveImage", "inputs": [link("images", 2)], "widgets_values": ["x"]}],
        "links": [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]],
    });
    let (graph, form) = form(&file);
    assert_eq!(graph.input("3", "images"), Some(&comfy::Input::link("1", 0)));
    assert_eq!(lines(&form), ["Main Photo: file Image 1.image"]);
}

#[test]
fn view_comfy_marks_basic_and_advanced_nodes() {
    let file = graph(&[
        ("CFGGuider", "Guidance - VC_ADV", json!({"cfg": 3.0})),
        ("CLIPTextEncode", "VC_BASIC Your words", json!({"text": "a cat"})),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::ViewComfy));
    assert_eq!(
        lines(&form),
        ["Main Your words: text 2.text", "More Guidance: number 3 of 0..100 by 0.1 1.cfg"]
    );
}

#[test]
fn nodes_of_comfyui_deploy_say_what_they_are() {
    let file = graph(&[
        (
            "ComfyUIDeployExternalNumberSlider",
            "",
            json!({"input_id": "strength", "default_value": 0.5,
            "min_value": 0, "max_value": 2, "display_name": "How strong", "description": "Less is more."}),
        ),
        ("ComfyUIDeployExternalText", "", json!({"input_id": "words", "default_value": "a cat"})),
        ("ComfyUIDeployExternalImage", "", json!({"input_id": "photo", "default_value": ["4", 0]})),
        ("LoadImage", "Load Image", json!({"image": "a.png"})),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::Deploy));
    assert_eq!(
        lines(&form),
        [
            "Main How strong: number 0.5 of 0..2 by 0.01 1.default_value",
            "Main words: text 2.default_value",
            "Main photo: file Image 4.image",
        ]
    );
    assert_eq!(form.fields[0].help.as_deref(), Some("Less is more."));
}

#[test]
fn nodes_of_swarm_say_what_they_are() {
    let swarm = |title: &str, value: Value, more: Value| {
        let mut inputs =
            json!({"title": title, "value": value, "description": "", "is_advanced": false});
        for (name, value) in more.as_object().unwrap() {
            inputs[name] = value.clone();
        }
        inputs
    };
    let file = graph(&[
        (
            "SwarmInputInteger",
            "",
            swarm(
                "Chance",
                json!(5),
                json!({"view_type": "seed", "min": -1, "max": 9, "is_advanced": true}),
            ),
        ),
        (
            "SwarmInputDropdown",
            "",
            swarm("Style", json!("oil"), json!({"values": "ink, oil", "order_priority": 5})),
        ),
        (
            "SwarmInputInteger",
            "",
            swarm(
                "Count",
                json!(4),
                json!({"view_type": "slider", "min": 1, "max": 9, "step": 1, "order_priority": -5}),
            ),
        ),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::Swarm));
    assert_eq!(
        lines(&form),
        [
            "Main Count: integer 4 of 1..9 by 1 3.value",
            "Main Style: choice \"oil\" of 2 2.value",
            "More Chance: seed 1.value",
        ]
    );
    assert_eq!(form.fields[2].role, Role::Seed);
}

#[test]
fn nodes_of_comfy_pack_are_named_by_their_titles_and_choose_from_what_they_feed() {
    let file = graph(&[
        ("CPackInputInt", "count", json!({"value": 4, "min": 1, "max": 8})),
        ("CPackInputAny", "sampler", json!({"input": "euler"})),
        ("KSamplerSelect", "KSamplerSelect", json!({"sampler_name": ["2", 0]})),
        ("CPackOutputImage", "Image Output", json!({"filename_prefix": "x"})),
    ]);
    let (_, form) = form(&file);
    assert_eq!(form.convention, Some(Convention::ComfyPack));
    let lines = lines(&form);
    assert_eq!(lines[0], "Main count: integer 4 of 1..8 by 1 1.value");
    assert!(lines[1].starts_with("Main sampler: choice \"euler\" of "), "{}", lines[1]);
    assert_eq!(form.results, ["4"]);
}
