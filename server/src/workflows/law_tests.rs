//! Laws that hold for every form and all values: what is filled in stands in the graph, and can be
//! read from it again; and no manifest, however odd, makes anything panic.

use std::collections::HashMap;

use comfy::{Definitions, Graph};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use wire::{FieldKind, Inputs, Manifest};

use super::published::{Bind, FieldSpec, Take};
use super::values::{Checked, default_of};
use super::{BUILT_IN, Published, read};

const UPLOAD: &str = "01890000-0000-7000-8000-000000000001";

/// A form with a field of every kind, bound in every way.
const EVERY_KIND: &str = r#"
slug = "every"
title = "Every kind"
templates = [{ bind = "1.said", template = "{words}, {mood}" }]
fields = [
    { name = "words", label = "Words", type = "text", bind = ["1.text", "2.text"] },
    { name = "mood", label = "Mood", type = "choice", default = "none", bind = ["1.pick"], options = [
        { value = "none", label = "None", words = "" }, { value = "calm", label = "Calm", words = "very calm" },
        { value = 2, label = "Two" } ] },
    { name = "model", label = "Model", type = "choice", default = "a", from = "Load.model", bind = ["1.model"] },
    { name = "count", label = "Count", type = "integer", min = -9, max = 90, step = 3, bind = ["1.count", "2.count"] },
    { name = "keep", label = "Keep", type = "number", min = 0, max = 1, step = 0.01, default = 0.5, bind = ["2.keep", { to = "1.change", times = -1.0, plus = 1.0 }] },
    { name = "scaled", label = "Scaled", type = "number", min = -4, max = 4, step = 0.5, bind = [{ to = "1.scaled", times = 2.5, plus = -3.0 }] },
    { name = "sure", label = "Sure", type = "boolean", bind = ["1.sure"] },
    { name = "again", label = "Again", type = "integer", min = 0, max = 7, bind = ["1.again"], when = { field = "sure", is = [true] } },
    { name = "deeper", label = "Deeper", type = "text", bind = ["1.deeper"], when = { field = "again", is = [0, 3, 5] } },
    { name = "seed", label = "Seed", type = "seed", bind = ["1.seed", "2.seed"] },
    { name = "size", label = "Size", type = "size", min = 64, max = 512, step = 8, default = { width = 64, height = 64 }, width = ["1.width", "2.width"], height = ["1.height"] },
    { name = "picture", label = "Picture", type = "image", prunes = true, bind = ["3.image"] },
    { name = "mask", label = "Mask", type = "mask", bind = ["1.mask"] },
    { name = "film", label = "Film", type = "video", bind = ["1.film"] },
    { name = "sound", label = "Sound", type = "audio", bind = ["1.sound"] },
    { name = "solid", label = "Solid", type = "model", bind = ["1.solid"] },
    { name = "other", label = "Other", type = "file", required = true, bind = ["1.other"] },
    { name = "fixed", label = "Fixed", type = "integer", min = 0, max = 9, default = 4, closed = true, bind = ["1.fixed"] },
]
"#;

fn every_graph() -> Value {
    json!({
        "1": { "class_type": "Many", "inputs": {
            "text": "", "said": "", "pick": "none", "model": "a", "count": 0, "change": 0, "scaled": 0, "sure": false,
            "again": 0, "deeper": "", "seed": 0, "width": 64, "height": 64, "mask": "m", "film": "f", "sound": "s",
            "solid": "o", "other": "x", "fixed": 0 } },
        "2": { "class_type": "Few", "inputs": { "text": "", "count": 0, "keep": 0, "seed": 0, "width": 0, "image": ["3", 0] } },
        "3": { "class_type": "Load", "inputs": { "image": "x.png" } },
    })
}

fn catalogue() -> Definitions {
    let text = json!({
        "Load": { "input": { "required": { "image": ["STRING"], "model": [["a", "b", "folder/c"]] } }, "output": ["IMAGE"] },
        "Few": { "input": { "optional": { "image": ["IMAGE"] } } },
        "Many": { "input": {} },
    });
    Definitions::parse(text.to_string().as_bytes()).unwrap()
}

fn every_kind() -> Published {
    let (manifest, graph) = read(EVERY_KIND, &every_graph().to_string()).unwrap();
    Published::new(manifest, graph, 1).unwrap()
}

/// The workflows that the laws are tried on; the last has every kind of field.
fn workflow(place: usize) -> Published {
    let Some((manifest, graph)) = BUILT_IN.get(place) else { return every_kind() };
    let (manifest, graph) = read(manifest, graph).unwrap();
    Published::new(manifest, graph, 1).unwrap()
}

/// Any value that a person may give to a field, nothing at all included.
fn value(spec: &FieldSpec) -> BoxedStrategy<Value> {
    let required = spec.field.required;
    let given = match spec.kind(&[&catalogue()]) {
        FieldKind::Text { .. } if required => "[^\\s]\\PC{0,30}".prop_map(Value::from).boxed(),
        FieldKind::Text { .. } => any::<String>().prop_map(Value::from).boxed(),
        FieldKind::Integer { min, max, step, .. } => {
            (0..=(max - min) / step).prop_map(move |steps| json!(min + steps * step)).boxed()
        }
        FieldKind::Number { min, max, .. } => (min..=max).prop_map(Value::from).boxed(),
        FieldKind::Boolean { .. } => any::<bool>().prop_map(Value::from).boxed(),
        FieldKind::Choice { options, .. } => {
            select(options).prop_map(|option| option.value).boxed()
        }
        FieldKind::Seed => any::<u64>().prop_map(Value::from).boxed(),
        FieldKind::Size { min, max, step, .. } => {
            let edge = (min.div_ceil(step)..=max / step).prop_map(move |steps| steps * step);
            (edge.clone(), edge)
                .prop_map(|(width, height)| json!({ "width": width, "height": height }))
                .boxed()
        }
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            let output = any::<u32>().prop_map(|n| json!({ "job": UPLOAD, "output": n }));
            prop_oneof![Just(json!({ "upload": UPLOAD })), output].boxed()
        }
    };
    if required { given } else { prop_oneof![4 => given, 1 => Just(Value::Null)].boxed() }
}

/// One of the workflows, by its place, with values for its form.
fn filled_in() -> impl Strategy<Value = (usize, Inputs)> {
    (0..=BUILT_IN.len()).prop_flat_map(|place| {
        let workflow = workflow(place);
        let open = workflow.fields.iter().filter(|spec| !spec.closed);
        let values: Vec<_> =
            open.map(|spec| (Just(spec.field.name.clone()), value(spec))).collect();
        (Just(place), values.prop_map(|values| values.into_iter().collect()))
    })
}

/// What stands in the graph in the place of the field's value: `None` where it goes nowhere.
fn found(spec: &FieldSpec, graph: &Graph) -> Option<Value> {
    let held = |bind: &Bind| {
        let input = graph.input(&bind.target.node, &bind.target.input);
        input.and_then(|input| input.as_value().cloned()).unwrap_or_default()
    };
    let side = |wanted| spec.binds.iter().find(|bind| bind.take == wanted).map(held);
    if let (Some(width), Some(height)) = (side(Take::Width), side(Take::Height)) {
        return Some(json!({ "width": width, "height": height }));
    }
    let mut read: Vec<Value> = spec
        .binds
        .iter()
        .map(|bind| match bind.take {
            Take::Scaled { times, plus } => json!((held(bind).as_f64().unwrap() - plus) / times),
            _ => held(bind),
        })
        .collect();
    assert!(read.windows(2).all(|two| alike(&two[0], &two[1])), "{}: {read:?}", spec.field.name);
    (!read.is_empty()).then(|| read.swap_remove(0))
}

/// The same, but for what arithmetic on the way rounds off.
fn alike(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) if one.abs() < 1e6 => (one - other).abs() < 1e-5,
        _ => one == other,
    }
}

/// The form's values as the graph alone tells them; those that go only into a template are `told`.
fn read_back(
    workflow: &Published,
    (graph, told): (&Graph, &Inputs),
    files: &HashMap<String, String>,
) -> Inputs {
    let open = || workflow.fields.iter().filter(|spec| !spec.closed);
    let mut all = Inputs::new();
    for spec in open() {
        let name = &spec.field.name;
        let value = match &spec.field.kind {
            FieldKind::Image { .. } | FieldKind::File { .. } => {
                let is_ours = found(spec, graph)
                    .is_some_and(|held| files.get(name).is_some_and(|ours| held == **ours));
                if is_ours { told[name].clone() } else { Value::Null }
            }
            _ => found(spec, graph).unwrap_or_else(|| told[name].clone()),
        };
        all.insert(name.clone(), value);
    }
    // From the last to the first: a field stands after the one that it depends on.
    let counts = |name: &str| {
        let mut at = workflow.spec(name).unwrap();
        while let Some(condition) = &at.field.when {
            if !condition.is_met_by(&all[&condition.field]) {
                return false;
            }
            at = workflow.spec(&condition.field).unwrap();
        }
        true
    };
    all.iter()
        .filter(|(name, _)| counts(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What a backend calls the files, by field.
fn files(checked: &Checked) -> HashMap<String, String> {
    let named = |(field, _): &(String, _)| (field.clone(), format!("ours-{field}.png"));
    checked.files.iter().map(named).collect()
}

/// Puts something else in one place of a value.
fn change(value: &mut Value, place: Index, with: &Value) {
    fn each(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
        visit(value);
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| each(item, visit)),
            Value::Object(fields) => fields.values_mut().for_each(|field| each(field, visit)),
            _ => {}
        }
    }
    let mut size = 0;
    each(value, &mut |_| size += 1);
    let (chosen, mut at) = (place.index(size), 0);
    each(value, &mut |part| {
        if at == chosen {
            part.clone_from(with);
        }
        at += 1;
    });
}

fn anything() -> impl Strategy<Value = Value> {
    let odd = [
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!(""),
        json!("1.text"),
        json!("sure"),
        json!("3"),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(-1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(["1", 0]),
        json!("choice"),
        json!("integer"),
        json!("number"),
        json!("size"),
        json!("text"),
        json!({ "width": 0, "height": 0 }),
        json!({ "field": "again", "is": [0] }),
    ];
    prop_oneof![4 => select(odd.to_vec()), 1 => any::<f64>().prop_map(Value::from), 1 => ".{0,6}".prop_map(Value::from)]
}

#[test]
fn steps_are_counted_in_the_widest_of_ranges() {
    let mut manifest = every_kind().manifest().clone();
    let count = manifest.fields.iter_mut().find(|field| field.name == "count").unwrap();
    (count.min, count.max, count.step) = (Some(-1e300), Some(1e300), Some(2.0));
    let graph = Graph::parse(&every_graph()).unwrap();
    let workflow = Published::new(manifest, graph, 1).unwrap();
    let given = |count: i64| json!({ "count": count, "other": { "upload": UPLOAD } });
    let check = |count| workflow.check(given(count).as_object().unwrap(), &[], || 7);
    assert_eq!(check(6).unwrap().inputs["count"], 6);
    assert_eq!(check(7).unwrap_err().field, "count");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_filled_in_is_read_from_the_graph_again((place, given) in filled_in()) {
        let (workflow, catalogue) = (workflow(place), catalogue());
        let known = [&catalogue];
        let checked = workflow.check(&given, &known, || 7).unwrap();
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            let kept = checked.inputs.get(name);
            prop_assert!(kept.is_none_or(|kept| kept == value), "{}: {} became {:?}", name, value, kept);
        }
        let files = files(&checked);
        let graph = workflow.graph(&checked, &files, &known).unwrap();
        let again = read_back(&workflow, (&graph, &checked.inputs), &files);
        prop_assert_eq!(again.keys().collect::<Vec<_>>(), checked.inputs.keys().collect::<Vec<_>>());
        for (name, value) in &again {
            prop_assert!(alike(value, &checked.inputs[name]), "{}: {} became {}", name, checked.inputs[name], value);
        }
        for spec in workflow.fields.iter().filter(|spec| spec.closed) {
            prop_assert_eq!(found(spec, &graph), Some(default_of(&spec.field.kind)));
        }
        // And from there the same way once more.
        let twice = workflow.check(&again, &known, || 8).unwrap();
        let twice = workflow.graph(&twice, &files, &known).unwrap();
        let third = read_back(&workflow, (&twice, &checked.inputs), &files);
        for (name, value) in &third {
            prop_assert!(alike(value, &again[name]), "{}: {} became {}", name, again[name], value);
        }
    }

    #[test]
    fn no_manifest_and_no_graph_makes_anything_panic(
        changes in proptest::collection::vec((any::<bool>(), any::<Index>(), anything()), 1..5),
        given in anything(),
    ) {
        let manifest = every_kind().manifest().clone();
        let (mut manifest, mut graph) = (serde_json::to_value(manifest).unwrap(), every_graph());
        for (of_graph, place, with) in &changes {
            change(if *of_graph { &mut graph } else { &mut manifest }, *place, with);
        }
        let Ok(manifest) = serde_json::from_value::<Manifest>(manifest) else { return Ok(()) };
        let Ok(graph) = Graph::parse(&graph) else { return Ok(()) };
        let catalogue = catalogue();
        let Ok(workflow) = Published::new(manifest, graph, 1) else { return Ok(()) };
        let form = workflow.form(&[&catalogue], None);
        let upload = json!({ "upload": UPLOAD });
        let mut values: Inputs = form.fields.iter().map(|field| (field.name.clone(), default_of(&field.kind))).collect();
        values.insert("other".into(), upload);
        let _ = workflow.prepare(&values, &catalogue);
        for field in &form.fields {
            let mut values = values.clone();
            values.insert(field.name.clone(), given.clone());
            let _ = workflow.prepare(&values, &catalogue);
        }
    }
}
