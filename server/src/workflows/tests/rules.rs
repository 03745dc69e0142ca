//! What is not published, and what the policy holds.

use super::*;

#[test]
fn a_workflow_that_binds_what_its_graph_lacks_is_refused() {
    let misspelt = |manifest: &mut Manifest| {
        let field = manifest.fields.iter_mut().find(|field| field.name == "sharpen").unwrap();
        field.bind = vec![wire::BindManifest::Plain("3.alhpa".into())];
    };
    let refused = changed(2, misspelt).unwrap_err();
    assert_eq!(refused.to_string(), "its graph has no input 3.alhpa");
}

/// The field of this name in a manifest.
fn field<'a>(manifest: &'a mut Manifest, name: &str) -> &'a mut wire::FieldManifest {
    manifest.fields.iter_mut().find(|field| field.name == name).unwrap()
}

#[test]
fn limits_that_nobody_can_meet_are_not_published() {
    let words = |change: fn(&mut wire::FieldManifest)| {
        let refused = changed(0, |manifest| change(field(manifest, "steps"))).unwrap_err();
        format!("{refused:#}")
    };
    assert_eq!(
        words(|steps| steps.max = Some(10.0)),
        "its field steps: its default is 20; make it one from 1 to 10"
    );
    assert_eq!(
        words(|steps| steps.min = Some(90.0)),
        "its field steps: min is 90 and max is 60; make min the smaller one"
    );
    assert_eq!(
        words(|steps| steps.step = Some(0.0)),
        "its field steps: step is 0; make it larger than 0"
    );
}

#[test]
fn what_the_host_has_fixed_is_never_swapped() {
    let one = changed(0, |manifest| field(manifest, "model").closed = true).unwrap();
    let checked = one.check(&inputs(json!({ "prompt": "a fox" })), &[], || 7).unwrap();
    let mut filled = one.graph(&checked, &HashMap::new(), &[]).unwrap();
    assert!(!one.needs(&filled).are_met_by(definitions()));
    assert_eq!(one.fit(&mut filled, definitions()).unwrap_err().label, "Model");
}

// safety 7
#[test]
fn pixels_that_are_handed_in_are_work_where_the_graph_names_no_size() {
    let one = changed(2, |manifest| manifest.policy.max_cost = 4_000_000).unwrap();
    let given = json!({ "picture": { "upload": UPLOAD }, "factor": 2 });
    let checked = one.check(&inputs(given), &[], || 7).unwrap();
    let filled = one.graph(&checked, &HashMap::new(), &[]).unwrap();
    assert!(one.affords(&filled, 1_000_000).is_ok());
    let refused = one.affords(&filled, 1_000_001).unwrap_err();
    assert_eq!(refused, Unfit::TooMuch { cost: 4_000_004, limit: 4_000_000 });
}

#[test]
fn conditions_and_presets_speak_only_of_what_guests_have() {
    let shut = changed(0, |manifest| {
        field(manifest, "seed").closed = true;
        field(manifest, "steps").when =
            Some(wire::Condition { field: "seed".into(), is: vec![json!(1)] });
    });
    let words = shut.unwrap_err().to_string();
    assert_eq!(words, "its field steps depends on seed, which guests do not have; choose another");
    let never = changed(0, |manifest| {
        let when = wire::Condition { field: "seed".into(), is: Vec::new() };
        field(manifest, "steps").when = Some(when);
    });
    assert!(never.unwrap_err().to_string().contains("is never shown"));
}

#[test]
fn what_makes_the_files_is_known_of_the_host_or_of_a_backend() {
    let of = |published: &Published, known: &[&Definitions]| {
        let nodes = published.output_nodes(known).into_iter();
        nodes.map(|one| (one.node, one.kind)).collect::<Vec<_>>()
    };
    let usual = workflow("text-to-picture");
    assert!(of(&usual, &[]).is_empty(), "nobody has said what its nodes are");
    let saved = ("9".to_owned(), Some(wire::OutputKind::Image));
    assert_eq!(of(&usual, &[definitions()]), [saved]);
    let chosen = changed(0, |manifest| {
        manifest.results = vec!["8".into()];
        manifest.makes.clear();
    });
    assert_eq!(of(&chosen.unwrap(), &[]), [("8".to_owned(), None)]);
}

// safety 5
#[test]
fn the_node_of_a_field_is_told_of_fields_that_guests_have() {
    let usual = workflow("text-to-picture");
    let nodes = ["steps", "prompt", "size", "ckpt_name"].map(|field| usual.node_of(field));
    assert_eq!(nodes, [Some("3"), Some("6"), Some("5"), None]);
    let closed = changed(0, |manifest| {
        manifest.fields.iter_mut().for_each(|field| field.closed = field.name == "steps");
    });
    assert_eq!(closed.unwrap().node_of("steps"), None);
}
