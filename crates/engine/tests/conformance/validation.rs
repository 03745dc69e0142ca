//! Refused prompts: ComfyUI protocol notes §3.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Server, Socket, Story, fresh_colour, fresh_seed, plain, text_to_picture};

/// What is changed, and what must be said of which node: node, kinds of its
/// faults, the input that the first of these is about, and the names of what is
/// told besides. The order in which a node's faults are told means nothing:
/// ComfyUI goes through a Python set, which differs from process to process.
struct Case {
    name: &'static str,
    change: fn(&mut Value),
    node: &'static str,
    kinds: &'static [&'static str],
    input: &'static str,
    told: &'static [&'static str],
}

const VALUE: &[&str] = &["input_name", "input_config", "received_value"];
const CONVERSION: &[&str] = &["input_name", "input_config", "received_value", "exception_message"];
const INNER: &[&str] = &[
    "input_name",
    "input_config",
    "exception_message",
    "exception_type",
    "traceback",
    "linked_node",
];
const MISMATCH: &[&str] = &["input_name", "input_config", "received_type", "linked_node"];

const CASES: &[Case] = &[
    Case {
        name: "a choice that does not exist",
        change: |graph| graph["5"]["inputs"]["sampler_name"] = json!("nope"),
        node: "5",
        kinds: &["value_not_in_list"],
        input: "sampler_name",
        told: VALUE,
    },
    Case {
        name: "a model that is not there",
        change: |graph| graph["1"]["inputs"]["ckpt_name"] = json!("missing.safetensors"),
        node: "1",
        kinds: &["value_not_in_list"],
        input: "ckpt_name",
        told: VALUE,
    },
    Case {
        name: "a missing input",
        change: |graph| drop(graph["5"]["inputs"].as_object_mut().unwrap().shift_remove("steps")),
        node: "5",
        kinds: &["required_input_missing"],
        input: "steps",
        told: &["input_name"],
    },
    Case {
        name: "text where a number belongs",
        change: |graph| graph["5"]["inputs"]["steps"] = json!("abc"),
        node: "5",
        kinds: &["invalid_input_type"],
        input: "steps",
        told: CONVERSION,
    },
    Case {
        name: "too small",
        change: |graph| graph["5"]["inputs"]["steps"] = json!(0),
        node: "5",
        kinds: &["value_smaller_than_min"],
        input: "steps",
        told: VALUE,
    },
    Case {
        name: "too big",
        change: |graph| graph["5"]["inputs"]["cfg"] = json!(1000.0),
        node: "5",
        kinds: &["value_bigger_than_max"],
        input: "cfg",
        told: VALUE,
    },
    Case {
        name: "a negative seed",
        change: |graph| graph["5"]["inputs"]["seed"] = json!(-1),
        node: "5",
        kinds: &["value_smaller_than_min"],
        input: "seed",
        told: VALUE,
    },
    Case {
        name: "a link to a node that is not there",
        change: |graph| graph["6"]["inputs"]["samples"] = json!(["99", 0]),
        node: "6",
        kinds: &["exception_during_inner_validation"],
        input: "images",
        told: INNER,
    },
    Case {
        name: "a link to an output that is not there",
        change: |graph| graph["6"]["inputs"]["samples"] = json!(["5", 7]),
        node: "6",
        kinds: &["exception_during_inner_validation"],
        input: "images",
        told: INNER,
    },
    Case {
        name: "a link whose node is a number",
        change: |graph| graph["6"]["inputs"]["samples"] = json!([5, 0]),
        node: "6",
        kinds: &["exception_during_inner_validation"],
        input: "images",
        told: INNER,
    },
    Case {
        name: "a link of another type",
        change: |graph| graph["6"]["inputs"]["samples"] = json!(["1", 0]),
        node: "6",
        kinds: &["return_type_mismatch"],
        input: "samples",
        told: MISMATCH,
    },
    Case {
        name: "a link of one part",
        change: |graph| graph["6"]["inputs"]["samples"] = json!(["5"]),
        node: "6",
        kinds: &["bad_linked_input"],
        input: "samples",
        told: VALUE,
    },
    Case {
        name: "a node that feeds itself what it cannot eat",
        change: |graph| graph["2"]["inputs"]["clip"] = json!(["2", 0]),
        node: "2",
        kinds: &["return_type_mismatch"],
        input: "clip",
        told: MISMATCH,
    },
    Case {
        name: "none of an input that grows",
        change: |graph| {
            graph["9"] = json!({"class_type": "BatchImagesNode", "inputs": {}});
            graph["7"]["inputs"]["images"] = json!(["9", 0]);
        },
        node: "9",
        kinds: &["required_input_missing"],
        input: "images.image0",
        told: &["input_name"],
    },
    Case {
        name: "one of another type in an input that grows",
        change: |graph| {
            let inputs = json!({"images.image0": ["6", 0], "images.image1": ["1", 0]});
            graph["9"] = json!({"class_type": "BatchImagesNode", "inputs": inputs});
            graph["7"]["inputs"]["images"] = json!(["9", 0]);
        },
        node: "9",
        kinds: &["return_type_mismatch"],
        input: "images.image1",
        told: MISMATCH,
    },
    Case {
        name: "two faults in one node",
        change: |graph| {
            graph["5"]["inputs"]["steps"] = json!(0);
            graph["5"]["inputs"]["sampler_name"] = json!("nope");
        },
        node: "5",
        kinds: &["value_smaller_than_min", "value_not_in_list"],
        input: "steps",
        told: VALUE,
    },
];

fn names(value: &Value) -> Vec<&String> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().collect();
    names.sort();
    names
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

/// What is told of a node's fault of this kind.
fn of_kind<'a>(node: &'a Value, kind: &str) -> &'a Value {
    let errors = node["errors"].as_array().unwrap();
    errors.iter().find(|error| error["type"] == kind).unwrap_or_else(|| panic!("{kind}: {node}"))
}

#[tokio::test]
async fn every_fault_is_booked_on_its_node_with_all_that_is_known() {
    let server = Server::start().await;
    for case in CASES {
        let mut graph = text_to_picture(&server, 1, 2);
        (case.change)(&mut graph);
        let (status, answer) = server.submit(&json!({ "prompt": graph })).await;
        let name = case.name;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {answer}");
        assert_eq!(answer["error"]["type"], "prompt_outputs_failed_validation", "{name}");
        assert_eq!(names(&answer["node_errors"]), [case.node], "{name}");
        let node = &answer["node_errors"][case.node];
        assert_eq!(node["class_type"], graph[case.node]["class_type"], "{name}");
        assert_eq!(node["dependent_outputs"], json!(["7"]), "{name}");
        let errors = node["errors"].as_array().unwrap();
        let mut kinds: Vec<_> =
            errors.iter().map(|error| error["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        assert_eq!(kinds, sorted(case.kinds), "{name}");
        let info = &of_kind(node, case.kinds[0])["extra_info"];
        assert_eq!(info["input_name"], case.input, "{name}");
        assert_eq!(names(info), sorted(case.told).iter().collect::<Vec<_>>(), "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_value_is_told_with_the_value_and_its_definition() {
    let server = Server::start().await;
    let mut graph = text_to_picture(&server, 1, 2);
    graph["5"]["inputs"]["steps"] = json!(0);
    graph["5"]["inputs"]["sampler_name"] = json!("nope");
    let (_, answer) = server.submit(&json!({ "prompt": graph })).await;
    let node = &answer["node_errors"]["5"];
    let small = &of_kind(node, "value_smaller_than_min")["extra_info"];
    assert_eq!(small["received_value"], 0);
    assert_eq!(
        (&small["input_config"][0], &small["input_config"][1]["min"]),
        (&json!("INT"), &json!(1))
    );
    let unlisted = of_kind(node, "value_not_in_list");
    assert_eq!(unlisted["extra_info"]["input_config"], Value::Null, "long lists are not told");
    assert!(unlisted["details"].as_str().unwrap().contains("list of length"));
}

#[tokio::test]
async fn what_can_be_converted_is_accepted() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = text_to_picture(&server, fresh_seed(), 2);
    graph["5"]["inputs"]["steps"] = json!("2");
    graph["5"]["inputs"]["unknown"] = json!("is ignored");
    graph["4"]["inputs"]["width"] = json!(65);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_success");
    assert_eq!(
        server.history(&id).await["prompt"][2]["5"]["inputs"]["steps"],
        2,
        "kept as converted"
    );

    graph["5"]["inputs"]["seed"] = json!(u64::MAX);
    let id = server.queue(&graph, Some(&socket.client)).await;
    socket.until_end_of(&id).await;
    assert_eq!(
        server.history(&id).await["prompt"][2]["5"]["inputs"]["seed"],
        u64::MAX,
        "to the last of 64 bits"
    );
}

#[tokio::test]
async fn a_cycle_is_booked_on_all_of_its_nodes() {
    let server = Server::start().await;
    let graph = json!({
        "1": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
    });
    let (status, answer) = server.submit(&json!({ "prompt": graph })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(names(&answer["node_errors"]), ["1", "2"]);
    for node in ["1", "2"] {
        let error = &answer["node_errors"][node]["errors"][0];
        assert_eq!(error["type"], "dependency_cycle");
        assert_eq!(error["extra_info"]["node_id"], node);
        assert_eq!(error["extra_info"]["cycle_nodes"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_whole_is_said_of_the_whole() {
    let server = Server::start().await;
    let mut unknown = plain(1);
    unknown["1"] = json!({"class_type": "NoSuchNode", "inputs": {}, "_meta": {"title": "Mine"}});
    let mut classless = plain(1);
    classless["1"] = json!({"inputs": {}});
    let no_output = json!({"1": plain(1)["1"]});
    let cases = [
        (json!({}), "no_prompt", json!({})),
        (json!([]), "no_prompt", json!({})),
        (json!({"prompt": {}}), "prompt_no_outputs", json!({})),
        (json!({"prompt": no_output}), "prompt_no_outputs", json!({})),
        (
            json!({"prompt": plain(1), "partial_execution_targets": []}),
            "prompt_no_outputs",
            json!({}),
        ),
        (
            json!({"prompt": plain(1), "partial_execution_targets": ["1"]}),
            "prompt_no_outputs",
            json!({}),
        ),
        (json!({"prompt": plain(1), "prompt_id": "not-a-uuid"}), "invalid_prompt_id", json!({})),
        (
            json!({"prompt": plain(1), "prompt_id": "1AC61AB9-7037-4999-BB04-878BE9785A67"}),
            "invalid_prompt_id",
            json!({}),
        ),
        (
            json!({"prompt": unknown}),
            "missing_node_type",
            json!({"node_id": "1", "class_type": "NoSuchNode", "node_title": "Mine"}),
        ),
        (
            json!({"prompt": classless}),
            "missing_node_type",
            json!({"node_id": "1", "class_type": null, "node_title": null}),
        ),
    ];
    for (request, kind, info) in cases {
        let (status, answer) = server.submit(&request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{request}");
        assert_eq!(answer["error"]["type"], kind, "{request}");
        assert_eq!(answer["error"]["extra_info"], info, "{request}");
        assert_eq!(answer["node_errors"], json!({}), "{request}");
    }
}

#[tokio::test]
async fn a_node_without_inputs_is_an_exception_of_the_output() {
    let server = Server::start().await;
    let (status, answer) =
        server.submit(&json!({"prompt": {"1": {"class_type": "SaveImage"}}})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let error = &answer["node_errors"]["1"]["errors"][0];
    assert_eq!(error["type"], "exception_during_validation");
    assert_eq!(names(&error["extra_info"]), ["exception_type", "traceback"]);
    assert!(
        answer["error"]["details"].as_str().unwrap().contains("'inputs'"),
        "faults of outputs are told with the whole"
    );
}

#[tokio::test]
async fn good_outputs_run_though_others_are_faulty() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["8"] = json!({"class_type": "LoadImage", "inputs": {"image": "not-there.png"}});
    graph["9"] = json!({"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}});
    let (status, answer) =
        server.submit(&json!({ "prompt": graph, "client_id": socket.client })).await;
    assert_eq!(status, StatusCode::OK);
    let node = &answer["node_errors"]["8"];
    assert_eq!(node["errors"][0]["type"], "custom_validation_failed");
    assert_eq!(node["errors"][0]["extra_info"], json!({"input_name": "image"}));
    assert_eq!(node["dependent_outputs"], json!(["9"]));
    let id = answer["prompt_id"].as_str().unwrap();
    let story = Story::of(&socket.until_end_of(id).await, &graph);
    assert_eq!(story.begun(), ["1", "2"]);
    assert_eq!(server.history(id).await["prompt"][4], json!(["2"]));
}

#[tokio::test]
async fn nonsense_is_refused_and_the_server_goes_on() {
    let server = Server::start().await;
    let nonsense = [
        "",
        "not json",
        "[]",
        "5",
        r#"{"prompt": []}"#,
        r#"{"prompt": {"1": "text"}}"#,
        r#"{"prompt": {}, "number": "abc"}"#,
    ];
    for body in nonsense {
        let response =
            server.http.post(format!("{}/prompt", server.url)).body(body).send().await.unwrap();
        assert!(
            response.status().is_client_error() || response.status().is_server_error(),
            "{body}"
        );
    }
    let mut socket = Socket::open(&server, None, false).await;
    let graph = plain(fresh_colour());
    let id = server.queue(&graph, Some(&socket.client)).await;
    Story::of(&socket.until_end_of(&id).await, &graph).assert_order();
}
