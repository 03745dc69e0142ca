//! Whatever a graph holds, its form can be filled in as it stands.

use std::collections::HashSet;

use comfy::form::Kind;
use comfy::{Form, Graph, Input};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::form;

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        (0_u32..6, 0_u32..3).prop_map(|(node, slot)| json!([node.to_string(), slot])),
        proptest::collection::vec(any::<i8>(), 0..3)
            .prop_map(|items| json!({ "__value__": items })),
    ]
}

fn node() -> impl Strategy<Value = Value> {
    const CLASSES: [&str; 12] = [
        "KSampler",
        "CLIPTextEncode",
        "EmptyLatentImage",
        "LoadImage",
        "SaveImage",
        "PrimitiveInt",
        "ResizeImageMaskNode",
        "CFGGuider",
        "SwarmInputInteger",
        "ComfyUIDeployExternalNumber",
        "CPackInputAny",
        "Unheard of",
    ];
    const INPUTS: [&str; 21] = [
        "seed",
        "steps",
        "cfg",
        "text",
        "positive",
        "negative",
        "width",
        "height",
        "value",
        "image",
        "min",
        "max",
        "step",
        "view_type",
        "values",
        "resize_type",
        "resize_type.width",
        "denoise",
        "default_value",
        "min_value",
        "order_priority",
    ];
    let titles = prop_oneof![
        Just("<A seed:prompt:1>".to_owned()),
        Just("<Width:advanced:2/1> 1, nan, -inf".to_owned()),
        Just("<Height:advanced:2> 9, 1, 0".to_owned()),
        Just("x $name(seed, width)".to_owned()),
        Just("VC_BASIC".to_owned()),
        ".{0,20}",
    ];
    let inputs =
        proptest::collection::hash_map(proptest::sample::select(&INPUTS[..]), value(), 0..8);
    (proptest::sample::select(&CLASSES[..]), inputs, titles).prop_map(|(class, inputs, title)| {
        json!({"class_type": class, "inputs": inputs, "_meta": {"title": title}})
    })
}

/// Every value that a field holds goes back to where it came from.
fn holds(form: &Form, graph: &Graph) {
    let mut names = HashSet::new();
    for field in &form.fields {
        assert!(names.insert(&field.name), "{} is there once", field.name);
        for target in field.kind.targets() {
            let input = graph.input(&target.node, &target.input);
            assert!(input.is_some_and(|input| !matches!(input, Input::Link { .. })));
        }
        match &field.kind {
            Kind::Integer { min, max, step, default, .. } => {
                assert!(min <= default && default <= max && *step > 0);
                assert_eq!(default.wrapping_sub(*min) % step, 0);
            }
            Kind::Number { min, max, step, default, .. } => {
                assert!(min <= default && default <= max && *step > 0.0);
            }
            Kind::Choice { options, default, .. } => assert!(options.contains(default)),
            Kind::Size { min, max, step, default: (width, height), .. } => {
                for side in [width, height] {
                    assert!(min <= side && side <= max && (side - min) % step == 0);
                }
            }
            Kind::Text { .. } | Kind::Boolean { .. } | Kind::Seed { .. } | Kind::File { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_form_has_defaults_that_it_accepts(nodes in proptest::collection::vec(node(), 1..7)) {
        let ids = (0..).map(|id: u32| id.to_string());
        let (graph, form) = form(&Value::Object(ids.zip(nodes).collect()));
        holds(&form, &graph);
    }
}
