use serde_json::{Value, json};

use super::*;

fn catalogue(value: &Value) -> Definitions {
    Definitions::parse(value.to_string().as_bytes()).unwrap()
}

/// The kind of an input of this specification.
fn kind(spec: &Value) -> Kind {
    let definitions = catalogue(&json!({"A": {"input": {"required": {"x": spec}}}}));
    definitions.node("A").unwrap().inputs[0].kind.clone()
}

fn choice(spec: &Value) -> ChoiceInput {
    let Kind::Choice(choice) = kind(spec) else { panic!("{spec}") };
    choice
}

#[test]
fn numbers_keep_limits_that_no_64_bit_integer_holds_both_of() {
    let seed = kind(
        &json!(["INT", {"default": 0, "min": -9, "max": u64::MAX, "control_after_generate": "fixed"}]),
    );
    let expected = Kind::Int {
        default: Some(0),
        min: Some(-9),
        max: Some(u64::MAX.into()),
        step: None,
        seed: true,
    };
    assert_eq!(seed, expected);
    let Kind::Int { min, .. } = kind(&json!(["INT", {"min": -18446744073709551615.0}])) else {
        panic!()
    };
    assert_eq!(min, Some(-(1 << 64)));
    let cfg = kind(
        &json!(["FLOAT", {"default": 8, "min": 0.0, "max": 100, "step": 0.1, "round": false}]),
    );
    let expected =
        Kind::Float { default: Some(8.0), min: Some(0.0), max: Some(100.0), step: Some(0.1) };
    assert_eq!(cfg, expected);
}

#[test]
fn old_and_new_lists_are_the_same_thing() {
    let old = choice(&json!([["a", 2, true], {"image_upload": true}]));
    let new = choice(
        &json!(["COMBO", {"options": ["a", 2, true], "multiselect": false, "image_upload": true}]),
    );
    assert_eq!(old, new);
    assert_eq!(old.upload, Some(Upload::Image));
    assert_eq!(old.options.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "2", "true"]);
    assert_eq!(choice(&json!([[]])), ChoiceInput::default());
}

#[test]
fn a_remote_list_says_where_to_ask() {
    let remote = choice(&json!(["COMBO", {"remote": {"route": "/internal/files/output"}}]));
    assert_eq!(remote.remote.as_deref(), Some("/internal/files/output"));
    assert!(remote.options.is_empty());
}

#[test]
fn a_dynamic_list_nests_inputs() {
    let spec = json!(["COMFY_DYNAMICCOMBO_V3", {"options": [
        {"key": "width", "inputs": {"required": {"w": ["INT", {"default": 512}]}, "optional": {}}},
        {"key": "mode", "inputs": {"required": {"deep": ["COMFY_DYNAMICCOMBO_V3", {"options": []}]}}},
    ]}]);
    let Kind::DynamicChoice(options) = kind(&spec) else { panic!() };
    assert_eq!(&*options[0].key, "width");
    assert_eq!(options[0].inputs[0].kind.default_value(), Some(json!(512)));
    assert_eq!(options[1].inputs[0].kind, Kind::DynamicChoice(vec![]));
}

#[test]
fn growing_inputs_are_numbered_or_named() {
    let image = json!({"required": {"image": ["IMAGE", {}]}});
    let numbered = json!(["COMFY_AUTOGROW_V3", {"template": {"input": image, "prefix": "image", "min": 1, "max": 50}}]);
    let Kind::Autogrow(autogrow) = kind(&numbered) else { panic!() };
    assert_eq!(autogrow.names, AutogrowNames::Prefix { prefix: "image".into(), max: 50 });
    assert_eq!((autogrow.min, autogrow.template.len()), (1, 1));
    let named =
        json!(["COMFY_AUTOGROW_V3", {"template": {"input": image, "names": ["a", "b"], "min": 0}}]);
    let Kind::Autogrow(autogrow) = kind(&named) else { panic!() };
    assert!(matches!(autogrow.names, AutogrowNames::List(names) if names.len() == 2));
}

#[test]
fn sockets_take_one_type_several_or_any() {
    let types = |spec| {
        let Kind::Socket { types, .. } = kind(&spec) else { panic!() };
        types
    };
    let (union, any) = (types(json!(["IMAGE,MASK", {}])), types(json!(["*"])));
    assert_eq!(union.names().collect::<Vec<_>>(), ["IMAGE", "MASK"]);
    assert!(union.meets(&TypeSet::new("MASK")) && !union.meets(&TypeSet::new("LATENT")));
    assert!(any.is_any() && any.meets(&TypeSet::new("LATENT")));
    let spec = json!(["COMFY_MATCHTYPE_V3", {"template": {"template_id": "t", "allowed_types": "IMAGE,MASK"}}]);
    assert_eq!(kind(&spec), Kind::Match { template: "t".into(), allowed: union });
}

#[test]
fn a_union_with_a_control_is_what_its_control_is() {
    let rate = kind(&json!(["FLOAT,INT", {"default": 25.0, "widgetType": "FLOAT"}]));
    assert_eq!(rate.default_value(), Some(json!(25.0)));
}

#[test]
fn shapes_nobody_has_seen_are_kept_and_harm_nobody() {
    for odd in [
        json!(null),
        json!("INT"),
        json!([]),
        json!([5]),
        json!([{"a": 1}, 2]),
        json!({"0": "INT"}),
    ] {
        assert_eq!(kind(&odd), Kind::Other(odd));
    }
    for odd in [
        json!(["COMFY_AUTOGROW_V3"]),
        json!(["COMFY_MATCHTYPE_V3", {}]),
        json!(["COMFY_DYNAMICCOMBO_V3", []]),
    ] {
        assert_eq!(kind(&odd), Kind::Other(odd));
    }
    let odd = json!({"A": null, "B": 5, "C": {"input": [], "output": {}, "output_name": 3, "category": []},
                     "D": {"output": [["a", "b"], "IMAGE", 7], "output_name": ["list"], "output_is_list": [true]}});
    let definitions = catalogue(&odd);
    assert_eq!(definitions.len(), 4);
    let outputs = &definitions.node("D").unwrap().outputs;
    assert_eq!(
        outputs.iter().map(|output| &*output.name).collect::<Vec<_>>(),
        ["list", "IMAGE", "*"]
    );
    assert!(outputs[0].is_list && outputs[0].types.is_any());
}

#[test]
fn inputs_come_in_the_order_the_node_says() {
    let spec = json!({"A": {
        "input": {"optional": {"z": ["INT"]}, "required": {"a": ["INT"], "b": ["INT"], "new": ["INT"]}},
        "input_order": {"required": ["b", "a"], "optional": ["z"]},
    }});
    let definitions = catalogue(&spec);
    let inputs = &definitions.node("A").unwrap().inputs;
    assert_eq!(inputs.iter().map(|input| &*input.name).collect::<Vec<_>>(), ["b", "a", "new", "z"]);
    assert_eq!(
        inputs.iter().map(|input| input.required).collect::<Vec<_>>(),
        [true, true, true, false]
    );
}

#[test]
fn one_nan_does_not_cost_the_catalogue() {
    let text = br#"{"A": {"input": {"required": {"x": ["FLOAT", {"default": NaN, "max": 1}]}}}}"#;
    let definitions = Definitions::parse(text).unwrap();
    let Kind::Float { default, max, .. } = definitions.node("A").unwrap().inputs[0].kind else {
        panic!()
    };
    assert_eq!((default, max), (None, Some(1.0)));
}

#[test]
fn what_is_no_catalogue_is_refused() {
    for text in ["", "<html>", "[]", "5", "{} x"] {
        assert!(Definitions::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn nodes_share_equal_lists() {
    let spec = json!([["a", "b"]]);
    let definitions = catalogue(&json!({"A": {"input": {"required": {"x": spec, "y": spec}}}}));
    let [x, y] = &definitions.node("A").unwrap().inputs[..] else { panic!() };
    let (Kind::Choice(x), Kind::Choice(y)) = (&x.kind, &y.kind) else { panic!() };
    assert!(Arc::ptr_eq(&x.options, &y.options));
}

#[test]
fn an_input_with_a_dotted_name_is_found_by_its_parent() {
    let definitions = catalogue(&json!({"A": {"input": {"required": {"size": ["INT"]}}}}));
    let node = definitions.node("A").unwrap();
    assert_eq!(&*node.input("size.width").unwrap().name, "size");
    assert!(node.input("other.width").is_none());
    assert_eq!(node.title(), "A");
}
