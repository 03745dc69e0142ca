//! The whole catalogue of a real server, 887 nodes.

use std::collections::BTreeMap;
use std::fs;

use comfy::Definitions;
use comfy::definitions::{InputDefinition, Kind, Upload};
use serde_json::{Value, json};

use crate::lines::{fixtures, incoming};

fn text() -> String {
    fs::read_to_string(fixtures().join("object_info.json")).unwrap()
}

fn definitions() -> Definitions {
    Definitions::parse(text().as_bytes()).unwrap()
}

fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int { .. } => "int",
        Kind::Float { .. } => "float",
        Kind::Bool { .. } => "bool",
        Kind::Text { .. } => "text",
        Kind::Choice(_) => "choice",
        Kind::DynamicChoice(_) => "dynamic choice",
        Kind::Autogrow(_) => "autogrow",
        Kind::Match { .. } => "match",
        Kind::Socket { .. } => "socket",
        Kind::Other(_) => "other",
    }
}

/// An input and all that nest in it.
fn walk(input: &InputDefinition, visit: &mut dyn FnMut(&InputDefinition)) {
    visit(input);
    match &input.kind {
        Kind::DynamicChoice(options) => {
            options.iter().flat_map(|option| &option.inputs).for_each(|inner| walk(inner, visit));
        }
        Kind::Autogrow(autogrow) => autogrow.template.iter().for_each(|inner| walk(inner, visit)),
        _ => (),
    }
}

#[test]
fn every_input_of_every_node_is_understood() {
    let definitions = definitions();
    let mut count = BTreeMap::new();
    for node in definitions.iter() {
        for input in &node.inputs {
            walk(input, &mut |input| {
                assert!(!matches!(input.kind, Kind::Other(_)), "{}.{}", node.class, input.name);
                *count.entry(name(&input.kind)).or_insert(0) += 1;
            });
        }
    }
    assert_eq!(definitions.len(), 887);
    // Counted from the JSON, top level only; what nests comes on top.
    for (kind, least) in
        [("int", 839), ("float", 1103), ("bool", 242), ("choice", 536), ("dynamic choice", 130)]
    {
        assert!(count[kind] >= least, "{kind}: {count:?}");
    }
    assert_eq!((count["autogrow"] >= 35, count["match"] >= 3), (true, true));
}

#[test]
fn nothing_of_a_node_is_lost() {
    let whole: Value = serde_json::from_str(&text()).unwrap();
    let definitions = definitions();
    for (class, node) in whole.as_object().unwrap() {
        let definition = definitions.node(class).unwrap();
        let listed = ["required", "optional"]
            .iter()
            .flat_map(|section| node["input_order"][section].as_array().into_iter().flatten());
        let listed: Vec<_> = listed.map(|name| name.as_str().unwrap()).collect();
        let read: Vec<_> = definition.inputs.iter().map(|input| &*input.name).collect();
        assert_eq!(read, listed, "{class}");
        assert_eq!(json!(definition.output_node), node["output_node"], "{class}");
        assert_eq!(definition.outputs.len(), node["output"].as_array().unwrap().len(), "{class}");
    }
}

#[test]
fn a_sampler_is_what_every_user_knows_it_to_be() {
    let definitions = definitions();
    let node = definitions.node("KSampler").unwrap();
    let kind = |name| &node.input(name).unwrap().kind;
    let Kind::Int { min, max, seed, .. } = kind("seed") else { panic!() };
    assert_eq!((*min, *max, *seed), (Some(0), Some(u64::MAX.into()), true));
    assert_eq!(kind("cfg").default_value(), Some(json!(8.0)));
    assert_eq!(kind("sampler_name").default_value(), Some(json!("euler")));
    assert!(matches!(kind("model"), Kind::Socket { types, .. } if types.to_string() == "MODEL"));
    assert_eq!(node.outputs[0].types.to_string(), "LATENT");
}

#[test]
fn what_may_be_uploaded_is_known() {
    let definitions = definitions();
    let upload = |class, input| {
        let node = definitions.node(class).unwrap();
        let Kind::Choice(choice) = &node.input(input).unwrap().kind else { panic!() };
        choice.upload
    };
    assert_eq!(upload("LoadImage", "image"), Some(Upload::Image));
    assert_eq!(upload("LoadAudio", "audio"), Some(Upload::Audio));
    assert_eq!(upload("LoadVideo", "file"), Some(Upload::Video));
    assert_eq!(upload("KSampler", "scheduler"), None);
}

#[test]
fn one_class_alone_is_read_as_the_whole_is() {
    let bodies = incoming("http").into_iter().filter_map(|(_, line)| {
        let asked = line["path"].as_str()?.starts_with("/object_info/");
        asked.then(|| line["body"].to_string())
    });
    let read: Vec<_> = bodies.map(|body| Definitions::parse(body.as_bytes()).unwrap()).collect();
    assert!(read.iter().any(|definitions| definitions.node("LoadImage").is_some()));
    assert!(read.iter().any(Definitions::is_empty), "an unknown class is an empty catalogue");
}
