use std::collections::HashMap;
use std::sync::OnceLock;

use comfy::Definitions;
use serde_json::{Value, json};
use wire::{FieldKind, Inputs};

use super::values::Checked;
use super::*;

mod backends;
mod rules;

/// The catalogue of a real server.
fn definitions() -> &'static Definitions {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    DEFINITIONS.get_or_init(|| {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/comfy/tests/fixtures/object_info.json");
        Definitions::parse(&std::fs::read_to_string(path).unwrap().into_bytes()).unwrap()
    })
}

/// A workflow with what `change` makes of its manifest.
fn changed(place: usize, change: impl FnOnce(&mut Manifest)) -> anyhow::Result<Published> {
    let (manifest, graph) = BUILT_IN[place];
    let (mut manifest, graph) = read(manifest, graph)?;
    change(&mut manifest);
    Published::new(manifest, graph, 1)
}

fn builtin() -> impl Iterator<Item = Published> {
    (0..BUILT_IN.len()).map(|place| changed(place, |_| ()).unwrap())
}

fn workflow(slug: &str) -> Published {
    builtin().find(|one| one.slug() == slug).unwrap()
}

fn inputs(value: Value) -> Inputs {
    match value {
        Value::Object(inputs) => inputs,
        other => panic!("{other} is no object"),
    }
}

/// Checks inputs without a backend; the seed drawn is 7.
fn check(slug: &str, given: Value) -> Result<Checked, BadField> {
    workflow(slug).check(&inputs(given), &[], || 7)
}

fn refusal(slug: &str, given: Value) -> (String, String) {
    let bad = check(slug, given).unwrap_err();
    (bad.field, bad.message)
}

fn graph(slug: &str, given: Value) -> comfy::Graph {
    let checked = check(slug, given).unwrap();
    let pictures = checked.files.iter().map(|(field, _)| (field.clone(), "ours.png".to_owned()));
    workflow(slug).graph(&checked, &pictures.collect(), &[]).unwrap()
}

fn input(graph: &comfy::Graph, node: &str, input: &str) -> Value {
    graph.input(node, input).unwrap().as_value().unwrap().clone()
}

const UPLOAD: &str = "01890000-0000-7000-8000-000000000001";

#[test]
fn three_workflows_are_built_in() {
    let slugs: Vec<_> = builtin().map(|one| one.slug().to_owned()).collect();
    assert_eq!(slugs, ["text-to-picture", "picture-to-picture", "upscale"]);
}

#[test]
fn filling_in_every_default_changes_nothing() {
    for one in builtin() {
        let defaults = one.fields.iter().map(|spec| {
            let value = values::default_of(&spec.field.kind);
            // What is drawn has no default; zero stands in the file.
            let value = if spec.field.kind == FieldKind::Seed { json!(0) } else { value };
            (spec.field.name.clone(), value)
        });
        let checked =
            Checked { inputs: defaults.collect(), unseen: Inputs::new(), files: Vec::new() };
        let graph = one.graph(&checked, &HashMap::new(), &[]).unwrap();
        assert_eq!(graph, one.graph, "{}", one.slug());
    }
}

#[test]
fn every_class_and_input_is_one_of_a_real_server() {
    for one in builtin() {
        for node in one.graph.nodes.values() {
            let known = definitions().node(&node.class_type).unwrap();
            for name in node.inputs.keys() {
                assert!(known.input(name).is_some(), "{}.{name}", node.class_type);
            }
            let given = |input: &&comfy::definitions::InputDefinition| {
                input.required && !node.inputs.contains_key(&*input.name)
            };
            let missing: Vec<_> = known.inputs.iter().filter(given).map(|one| &one.name).collect();
            assert!(missing.is_empty(), "{} lacks {missing:?}", node.class_type);
        }
    }
}

#[test]
fn a_prompt_and_a_style_become_one_text() {
    let filled = graph("text-to-picture", json!({ "prompt": "a fox", "style": "charcoal" }));
    let text = input(&filled, "6", "text");
    assert_eq!(text, "a fox, charcoal drawing, smudged shadows, strong contrast, monochrome");
    let plain = graph("text-to-picture", json!({ "prompt": "a fox" }));
    assert_eq!(input(&plain, "6", "text"), "a fox");
}

#[test]
fn a_size_binds_width_and_height() {
    let size = json!({ "width": 512, "height": 768 });
    let filled = graph("text-to-picture", json!({ "prompt": "a fox", "size": size }));
    assert_eq!(
        (input(&filled, "5", "width"), input(&filled, "5", "height")),
        (json!(512), json!(768))
    );
}

#[test]
fn what_is_kept_is_not_painted_over() {
    let given = json!({ "prompt": "a fox", "picture": { "upload": UPLOAD }, "keep": 0.9 });
    let filled = graph("picture-to-picture", given);
    assert_eq!(input(&filled, "3", "denoise"), json!(0.1));
    assert_eq!(input(&filled, "10", "image"), "ours.png");
}

#[test]
fn a_seed_left_open_is_drawn_and_one_given_is_kept() {
    let drawn = check("text-to-picture", json!({ "prompt": "a fox", "seed": null })).unwrap();
    assert_eq!(drawn.inputs["seed"], 7);
    let given = json!({ "prompt": "a fox", "seed": u64::MAX });
    assert_eq!(check("text-to-picture", given).unwrap().inputs["seed"], u64::MAX);
}

#[test]
fn a_drawn_seed_is_read_back_exactly_by_any_program() {
    let one = workflow("text-to-picture");
    let checked = one.check(&inputs(json!({ "prompt": "a fox" })), &[], || u64::MAX).unwrap();
    assert!(checked.inputs["seed"].as_u64().unwrap() < 1 << 53);
}

#[test]
fn what_was_checked_can_be_checked_again() {
    let first = check("text-to-picture", json!({ "prompt": "a fox", "steps": 5 })).unwrap();
    let again = check("text-to-picture", Value::Object(first.inputs.clone())).unwrap();
    assert_eq!(again, first);
}

#[test]
fn an_empty_or_endless_prompt_is_refused_beside_the_field() {
    for empty in [json!({}), json!({ "prompt": "" }), json!({ "prompt": " \n" })] {
        let (field, message) = refusal("text-to-picture", empty);
        assert_eq!((field.as_str(), message.as_str()), ("prompt", "Write something here first."));
    }
    let (field, message) = refusal("text-to-picture", json!({ "prompt": "x".repeat(100_000) }));
    assert_eq!(field, "prompt");
    assert_eq!(message, "This has 100000 characters; at most 10000 fit here.");
}

#[test]
fn length_is_counted_in_characters() {
    assert!(check("text-to-picture", json!({ "prompt": "狐".repeat(10_000) })).is_ok());
}

// safety 5
#[test]
fn a_field_that_was_not_exposed_cannot_be_set() {
    let (field, message) = refusal("text-to-picture", json!({ "prompt": "a", "3.model": "x" }));
    assert_eq!(field, "3.model");
    assert_eq!(message, "This workflow has no field called “3.model”.");
}

#[test]
fn every_value_out_of_range_or_of_a_wrong_type_names_its_field() {
    let cases = [
        ("steps", json!(0)),
        ("steps", json!(61)),
        ("steps", json!(2.5)),
        ("steps", json!("20")),
        ("guidance", json!(0.5)),
        ("guidance", json!([7])),
        ("seed", json!(-1)),
        ("seed", json!("seven")),
        ("size", json!({ "width": 100, "height": 640 })),
        ("size", json!({ "width": 961, "height": 640 })),
        ("size", json!({ "width": 4096, "height": 640 })),
        ("size", json!("960x640")),
        ("style", json!("not a style")),
        ("sampler", json!(5)),
        ("leave_out", json!({})),
        ("prompt", json!(5)),
    ];
    for (field, value) in cases {
        let mut given = json!({ "prompt": "a fox" });
        given[field] = value.clone();
        assert_eq!(refusal("text-to-picture", given).0, field, "{value}");
    }
}

// safety 6
#[test]
fn a_picture_is_an_id_and_never_a_name() {
    let names = ["x.png [output]", "../x", "/etc/passwd", "input/../output/x"];
    let sneaky = names.into_iter().map(|name| json!(name)).chain([
        json!({ "upload": "../x" }),
        json!({ "upload": UPLOAD, "name": "x" }),
        json!({ "url": "http://127.0.0.1/" }),
        json!({ "job": UPLOAD, "output": -1 }),
        json!([UPLOAD]),
    ]);
    for picture in sneaky {
        let (field, _) = refusal("upscale", json!({ "picture": picture }));
        assert_eq!(field, "picture");
    }
    assert_eq!(refusal("upscale", json!({})).1, "Choose a picture first.");
}

#[test]
fn a_result_can_be_the_next_picture() {
    let picture = json!({ "job": UPLOAD, "output": 0 });
    let checked = check("upscale", json!({ "picture": picture })).unwrap();
    assert!(matches!(checked.files[0].1, FileRef::Output { output: 0, .. }));
}

// safety 7
#[test]
fn file_names_on_the_backend_are_ours() {
    let filled = graph("text-to-picture", json!({ "prompt": "a fox" }));
    assert_eq!(input(&filled, "9", "filename_prefix"), "parlor");
}

// safety 7
#[test]
fn more_work_than_allowed_is_refused_with_both_figures() {
    let one = changed(0, |manifest| manifest.policy.max_cost = 1_000_000).unwrap();
    let checked = one.check(&inputs(json!({ "prompt": "a fox" })), &[], || 7).unwrap();
    let refused = one.graph(&checked, &HashMap::new(), &[]).unwrap_err();
    assert_eq!(refused, Unfit::TooMuch { cost: 960 * 640 * 20, limit: 1_000_000 });
}

#[test]
fn the_strip_shows_the_nodes_in_the_order_they_run() {
    let form = workflow("picture-to-picture").form(&[], None);
    let titles: Vec<_> = form.nodes.iter().map(|node| node.title.as_str()).collect();
    let place = |title| titles.iter().position(|one| *one == title).unwrap();
    assert!(place("Load image") < place("VAE encode"));
    assert!(place("VAE encode") < place("KSampler"));
    assert_eq!(titles.last(), Some(&"Save image"));
}

#[test]
fn there_are_two_dozen_styles_beside_none() {
    let form = workflow("text-to-picture").form(&[], None);
    let style = form.fields.iter().find(|field| field.name == "style").unwrap();
    let FieldKind::Choice { options, .. } = &style.kind else { panic!("{style:?}") };
    assert_eq!(options.len(), 25);
}
