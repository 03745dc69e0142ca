//! Forms and graphs beside what the backends have.

use super::*;

#[test]
fn choices_come_from_the_backend_when_it_is_known() {
    let form = workflow("text-to-picture").form(&[definitions()], Some(4_000));
    let field = form.fields.iter().find(|field| field.name == "model").unwrap();
    let FieldKind::Choice { options, default } = &field.kind else { panic!("{field:?}") };
    assert_eq!(default, "tiny-sd15-random.safetensors");
    assert_eq!(options[0].label, "tiny-sd15-random");
    assert_eq!(form.usual_ms, Some(4_000));
}

#[test]
fn a_default_that_a_backend_lacks_is_replaced_and_a_choice_is_not() {
    let one = workflow("text-to-picture");
    let mut filled = graph("text-to-picture", json!({ "prompt": "a fox" }));
    let changed = one.fit(&mut filled, definitions()).unwrap();
    assert_eq!(changed, inputs(json!({ "model": "tiny-sd15-random.safetensors" })));
    assert_eq!(input(&filled, "4", "ckpt_name"), "tiny-sd15-random.safetensors");
    assert_eq!(input(&filled, "3", "sampler_name"), "euler");

    filled.set("4", "ckpt_name", json!("somebodys-choice.safetensors")).unwrap();
    let lacking = one.fit(&mut filled, definitions()).unwrap_err();
    assert_eq!((lacking.label.as_str(), lacking.node.as_str()), ("Model", "4"));
    assert_eq!(lacking.value, "somebodys-choice.safetensors");
}

#[test]
fn what_any_backend_has_can_be_chosen() {
    let other =
        br#"{"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["b", "a"]]}}}}"#;
    let other = Definitions::parse(other).unwrap();
    let both = [definitions(), &other];
    let form = workflow("text-to-picture").form(&both, None);
    let field = form.fields.iter().find(|field| field.name == "model").unwrap();
    let FieldKind::Choice { options, .. } = &field.kind else { panic!("{field:?}") };
    let labels: Vec<_> = options.iter().map(|option| option.label.as_str()).collect();
    assert_eq!(labels, ["tiny-sd15-random", "b", "a"]);
}

#[test]
fn a_form_from_before_the_backend_was_known_can_still_be_sent() {
    let one = workflow("text-to-picture");
    let before = one.form(&[], None);
    let model = before.fields.iter().find(|field| field.name == "model").unwrap();
    let FieldKind::Choice { default, .. } = &model.kind else { panic!("{model:?}") };
    let sent = inputs(json!({ "prompt": "a fox", "model": default }));
    let checked = one.check(&sent, &[definitions()], || 7).unwrap();
    assert_eq!(checked.inputs["model"], "tiny-sd15-random.safetensors");
}

#[test]
fn what_was_chosen_earlier_can_be_sent_while_no_backend_is_known() {
    let chosen = json!({ "prompt": "a fox", "model": "somebodys-choice.safetensors" });
    let checked = check("text-to-picture", chosen.clone()).unwrap();
    assert_eq!(checked.inputs["model"], chosen["model"]);

    let one = workflow("text-to-picture");
    let refused = one.check(&inputs(chosen), &[definitions()], || 7).unwrap_err();
    assert_eq!(refused.field, "model");
    for odd in [json!("x".repeat(2_000)), json!({}), json!(["4", 0])] {
        assert_eq!(refusal("text-to-picture", json!({ "prompt": "a", "model": odd })).0, "model");
    }
}

#[test]
fn a_choice_that_the_backend_has_nothing_for_says_so() {
    let none = br#"{"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [[]]}}}}"#;
    let none = Definitions::parse(none).unwrap();
    let help = |definitions: &[&Definitions]| {
        let form = workflow("text-to-picture").form(definitions, None);
        form.fields.into_iter().find(|field| field.name == "model").unwrap().help
    };
    assert!(help(&[&none]).unwrap().contains("has none"));
    assert_eq!((help(&[definitions()]), help(&[])), (None, None));
}
