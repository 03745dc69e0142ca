use serde_json::json;

use super::*;

fn definitions() -> Definitions {
    let seed = json!(["INT", { "min": 0, "max": 100 }]);
    let catalogue = json!({
        "Load": { "input": { "required": { "image": [["a.png"], { "image_upload": true }] } },
                  "output": ["IMAGE"] },
        "Model": { "input": { "required": { "name": [["a", "b"]] } }, "output": ["MODEL"] },
        "Paint": { "input": {
            "required": { "model": ["MODEL"], "seed": seed, "mode": ["COMFY_DYNAMICCOMBO_V3", {
                "options": [{ "key": "wide", "inputs": { "required": { "width": ["INT", {}] } } }],
            }] },
            "optional": { "image": ["IMAGE"] } }, "output": ["IMAGE"] },
        "Batch": { "input": { "required": { "images": ["COMFY_AUTOGROW_V3", { "template": {
            "input": { "required": { "image": ["IMAGE", {}] } }, "prefix": "image", "min": 2, "max": 4 } }],
            "extras": ["COMFY_AUTOGROW_V3", { "template": {
            "input": { "required": { "extra": ["MODEL", {}] } }, "names": ["a", "b"], "min": 0 } }] } },
            "output": ["IMAGE"] },
        "Save": { "input": { "required": { "images": ["IMAGE"] } }, "output": [],
                  "output_node": true },
    });
    Definitions::parse(catalogue.to_string().as_bytes()).unwrap()
}

fn verdict(graph: &Value) -> Result<Verdict, Box<Refusal>> {
    validate(&Graph::parse(graph).unwrap(), &definitions(), None)
}

fn good() -> Value {
    json!({
        "1": { "class_type": "Model", "inputs": { "name": "a" } },
        "2": { "class_type": "Paint", "inputs": { "model": ["1", 0], "seed": "7", "mode": "wide",
                                                  "mode.width": 64 } },
        "3": { "class_type": "Save", "inputs": { "images": ["2", 0] } },
    })
}

/// The kinds of all faults, by node.
fn kinds(errors: &IndexMap<NodeId, NodeErrors>) -> Vec<(String, String, String)> {
    let each = errors.iter().flat_map(|(id, node)| {
        node.errors.iter().map(move |error| {
            let input = error.input_name().unwrap_or_default().to_owned();
            (id.to_string(), error.kind.clone(), input)
        })
    });
    each.collect()
}

fn faults(at: &str, value: Value) -> Vec<(String, String, String)> {
    let mut graph = good();
    let (node, input) = at.split_once('/').unwrap();
    if value.is_null() {
        graph[node]["inputs"].as_object_mut().unwrap().remove(input);
    } else {
        graph[node]["inputs"][input] = value;
    }
    kinds(&verdict(&graph).unwrap_err().node_errors)
}

#[test]
fn a_graph_that_runs_says_which_outputs() {
    let verdict = verdict(&good()).unwrap();
    assert_eq!((verdict.outputs, verdict.node_errors.len()), (vec!["3".into()], 0));
}

#[test]
fn each_fault_has_the_word_of_the_protocol() {
    for (at, value, kind) in [
        ("2/seed", json!(null), "required_input_missing"),
        ("2/seed", json!(101), "value_bigger_than_max"),
        ("2/seed", json!(-1), "value_smaller_than_min"),
        ("2/seed", json!("many"), "invalid_input_type"),
        ("2/model", json!(["1"]), "bad_linked_input"),
        ("2/model", json!(["9", 0]), "exception_during_inner_validation"),
        ("2/model", json!(["1", 5]), "exception_during_inner_validation"),
        ("2/model", json!(["2", 0]), "return_type_mismatch"),
        ("2/mode.width", json!(null), "required_input_missing"),
        ("2/image", json!(["2", 0]), "dependency_cycle"),
        ("1/name", json!("z"), "value_not_in_list"),
    ] {
        let found = faults(at, value);
        assert!(found.iter().any(|(_, found, _)| found == kind), "{at}: {found:?}");
    }
    assert_eq!(faults("2/mode.width", json!(null))[0].2, "mode.width");
}

/// A batch with these inputs, before what is saved.
fn batch(inputs: &Value) -> Value {
    let mut graph = good();
    graph["4"] = json!({ "class_type": "Batch", "inputs": inputs });
    graph["3"]["inputs"]["images"] = json!(["4", 0]);
    graph
}

#[test]
fn of_an_input_that_grows_the_least_number_is_required_and_each_is_of_its_type() {
    let refused = |inputs: &Value| kinds(&verdict(&batch(inputs)).unwrap_err().node_errors);
    let fault = |kind: &str, input: &str| (String::from("4"), kind.to_owned(), input.to_owned());
    let missing = |input| fault("required_input_missing", input);
    assert_eq!(refused(&json!({})), [missing("images.image0"), missing("images.image1")]);
    assert_eq!(
        refused(&json!({ "images.image0": ["2", 0], "images.image2": ["2", 0] })),
        [missing("images.image1")]
    );
    let mut given = json!({ "images.image0": ["2", 0], "images.image1": ["2", 0] });
    assert!(verdict(&batch(&given)).is_ok());
    for (input, link) in [("images.image3", ["1", "0"]), ("extras.b", ["2", "0"])] {
        let mut wrong = given.clone();
        wrong[input] = json!([link[0], 0]);
        assert_eq!(refused(&wrong), [fault("return_type_mismatch", input)]);
    }
    // What is beyond the most is an input that the class does not have.
    given["images.image4"] = json!(["1", 0]);
    assert!(verdict(&batch(&given)).is_ok());
}

#[test]
fn what_is_missing_below_another_input_is_named_by_its_last_part() {
    let refused = verdict(&batch(&json!({ "images.image1": ["2", 0] }))).unwrap_err();
    let error = &refused.node_errors["4"].errors[0];
    assert_eq!((error.details.as_str(), error.input_name()), ("image0", Some("images.image0")));
}

#[test]
fn no_more_grow_than_a_server_lets_and_nothing_of_what_grows() {
    let nested = json!(["COMFY_AUTOGROW_V3", { "template": {
        "input": { "required": { "x": ["COMFY_AUTOGROW_V3", { "template": {
            "input": { "required": { "y": ["INT", {}] } }, "prefix": "y", "max": 9 } }] } },
        "prefix": "x", "min": 1, "max": u64::MAX } }]);
    let entry = json!({ "input": { "required": { "wide": nested } }, "output": [] });
    let catalogue = json!({ "Odd": entry }).to_string();
    let definitions = Definitions::parse(catalogue.as_bytes()).unwrap();
    for rules in [NodeRules::new(&entry), definitions.node("Odd").unwrap().into()] {
        assert_eq!(rules.inputs.len(), 100);
        assert!(rules.inputs.iter().all(|input| input.kind == Takes::Socket("*".into())));
    }
}

#[test]
fn nodes_that_wait_for_each_other_by_inputs_that_are_grown_or_unknown_are_found() {
    for input in ["images.image0", "surprise"] {
        let found = faults(&format!("2/{input}"), json!(["2", 0]));
        assert!(found.iter().any(|(_, kind, _)| kind == "dependency_cycle"), "{input}: {found:?}");
    }
}

#[test]
fn values_are_converted_as_a_server_converts_them() {
    let mut prompt = good().as_object().unwrap().clone();
    let read = Graph::parse(&good()).unwrap();
    let told = Told::of(&read, &definitions());
    Rules(&told).check(&mut prompt, None).unwrap();
    assert_eq!(graph(&prompt).unwrap().input("2", "seed").unwrap().as_value(), Some(&json!(7)));
}

#[test]
fn what_is_kept_of_a_catalogue_says_the_same_as_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/object_info.json");
    let text = std::fs::read_to_string(path).unwrap();
    let definitions = Definitions::parse(text.as_bytes()).unwrap();
    let entries: Prompt = serde_json::from_str(&text).unwrap();
    for (class, entry) in &entries {
        let (told, kept) = (NodeRules::new(entry), definitions.node(class).unwrap().into());
        let NodeRules { inputs, is_output, .. } = &kept;
        let names = |inputs: &[InputRules]| {
            inputs.iter().map(|input| (input.name.clone(), input.required)).collect::<Vec<_>>()
        };
        assert_eq!(names(inputs), names(&told.inputs), "{class}");
        assert_eq!(*is_output, told.is_output, "{class}");
        for (kept, told) in inputs.iter().zip(&told.inputs) {
            let is_plain = matches!(
                told.kind,
                Takes::Int { .. } | Takes::Float { .. } | Takes::Text | Takes::Flag
            );
            // A text that names a file is known to be one, and what can only be linked is, too.
            let is_known =
                [Takes::File, Takes::Socket(told.kind.type_name().into())].contains(&kept.kind);
            if is_plain && !is_known {
                assert_eq!(kept.kind, told.kind, "{class}.{}", kept.name);
            }
        }
    }
}

// safety 5
#[test]
fn the_first_unknown_class_is_named_with_its_node() {
    let mut graph = good();
    graph["4"] = json!({ "class_type": "Shell", "inputs": {} });
    let refusal = verdict(&graph).unwrap_err();
    assert_eq!(refusal.error.kind, "missing_node_type");
    assert_eq!(refusal.error.extra_info["node_id"], "4");
    assert_eq!(refusal.error.extra_info["class_type"], "Shell");
}

#[test]
fn an_output_that_cannot_be_computed_is_dropped_and_the_rest_runs() {
    let mut graph = good();
    graph["4"] = json!({ "class_type": "Save", "inputs": {} });
    let verdict = verdict(&graph).unwrap();
    assert_eq!(verdict.outputs, ["3".into()]);
    assert_eq!(verdict.node_errors["4"].dependent_outputs, ["4".into()]);
}

#[test]
fn without_outputs_there_is_nothing_to_do() {
    for graph in [json!({}), json!({ "1": { "class_type": "Model", "inputs": { "name": "a" } } })] {
        assert_eq!(verdict(&graph).unwrap_err().error.kind, "prompt_no_outputs");
    }
    let graph = Graph::parse(&good()).unwrap();
    let none = validate(&graph, &definitions(), Some(&["1".into()]));
    assert_eq!(none.unwrap_err().error.kind, "prompt_no_outputs");
}

#[test]
fn a_chain_of_any_length_is_walked_without_recursion() {
    let mut graph = good();
    let sampler = |from: String| {
        json!({ "class_type": "Paint", "inputs": { "model": ["1", 0], "seed": 1, "mode": "wide",
                "mode.width": 64, "image": [from, 0] } })
    };
    for n in 10..20_000 {
        let from = if n == 10 { "2".to_owned() } else { (n - 1).to_string() };
        graph[n.to_string()] = sampler(from);
    }
    graph["3"]["inputs"]["images"] = json!(["19999", 0]);
    assert_eq!(verdict(&graph).unwrap().outputs.len(), 1);
}
