use serde_json::json;
use uuid::Uuid;
use wire::{Choice, Condition, FieldGroup, FieldKind, JobId, Media, UploadId};

use super::*;

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        label: name.into(),
        help: None,
        placeholder: None,
        group: FieldGroup::Main,
        tab: None,
        when: None,
        required: name == "prompt",
        kind,
    }
}

fn option(value: &str) -> Choice {
    Choice { value: value.into(), label: value.into(), thumb: None }
}

/// One field of every kind.
fn form() -> Form {
    let size = Size { width: 768, height: 512 };
    Form::new(&[
        field(
            "prompt",
            FieldKind::Text { multiline: true, max_length: 20, default: "dunes".into() },
        ),
        field("steps", FieldKind::Integer { min: 1, max: 60, step: 1, default: 20, ends: None }),
        field(
            "strength",
            FieldKind::Number { min: 0.0, max: 1.0, step: 0.01, default: 0.75, ends: None },
        ),
        field("hires", FieldKind::Boolean { default: false }),
        field(
            "style",
            FieldKind::Choice {
                options: vec![option("oil"), option("ink")],
                default: json!("oil"),
            },
        ),
        field("seed", FieldKind::Seed),
        field(
            "size",
            FieldKind::Size { shapes: vec![], min: 64, max: 2048, step: 64, default: size },
        ),
        field(
            "image",
            FieldKind::Image { max_bytes: 1000, accept: vec!["image/png".into()], mask: false },
        ),
    ])
}

fn sending(ticket: u32) -> Picture {
    Picture {
        source: Source::Sending { ticket, fraction: 0.0 },
        preview: "blob:1".into(),
        url: None,
        name: "dunes.png".into(),
        bytes: Some(9),
        size: None,
    }
}

fn upload() -> Upload {
    Upload {
        id: UploadId(Uuid::from_u128(7)),
        name: "dunes.png".into(),
        mime: "image/png".into(),
        bytes: 9,
        width: Some(3),
        height: Some(2),
        url: "api/parlor/v1/uploads/7".into(),
    }
}

fn problem(form: &Form, name: &str) -> Option<Wrong> {
    form.row(name).unwrap().problem()
}

fn typed(name: &str, text: &str) -> Form {
    let mut form = form();
    form.apply(name, Change::Text(text.into()));
    form
}

#[test]
fn an_untouched_form_has_no_problems_and_submits_every_default() {
    assert_eq!(form().problems(), []);
    let expected = json!({
        "prompt": "dunes", "steps": 20, "strength": 0.75, "hires": false, "style": "oil",
        "seed": null, "size": {"width": 768, "height": 512}, "image": null,
    });
    assert_eq!(json!(form().inputs()), expected);
}

#[test]
fn filling_in_what_a_form_submits_changes_nothing() {
    let mut first = form();
    first.apply("prompt", Change::Text("a fox".into()));
    first.apply("steps", Change::Text("31".into()));
    first.apply("strength", Change::Text("0,5".into()));
    first.apply("hires", Change::Switch(true));
    first.apply("style", Change::Choose(json!("ink")));
    first.apply("seed", Change::Keep(u64::MAX));
    first.apply("image", Change::Picture(Some(sending(1))));
    first.apply("image", Change::Sent { ticket: 1, upload: upload() });
    let mut second = form();
    second.fill(&first.inputs());
    assert_eq!(second.inputs(), first.inputs());
    assert_eq!(second.problems(), []);
}

#[test]
fn filling_in_puts_back_what_the_job_does_not_mention() {
    let mut form = typed("prompt", "a fox");
    form.fill(&Inputs::new());
    assert_eq!(form, super::tests::form());
}

#[test]
fn a_value_that_does_not_fit_becomes_the_default() {
    let mut form = form();
    let inputs = json!({"steps": "many", "style": "crayon", "size": 3, "image": "x", "seed": -1});
    form.fill(inputs.as_object().unwrap());
    assert_eq!(form.inputs(), super::tests::form().inputs());
}

#[test]
fn numbers_say_what_is_wrong_with_them() {
    assert_eq!(problem(&typed("steps", "ten"), "steps"), Some(Wrong::NotANumber));
    assert_eq!(problem(&typed("steps", "2.5"), "steps"), Some(Wrong::NotWhole));
    let range = Wrong::OutOfRange { min: "1".into(), max: "60".into() };
    assert_eq!(problem(&typed("steps", "61"), "steps"), Some(range));
    assert_eq!(
        problem(&typed("strength", "1.01"), "strength"),
        Some(Wrong::OutOfRange { min: "0".into(), max: "1".into() })
    );
}

#[test]
fn a_text_is_measured_in_characters_and_spaces_are_nothing() {
    assert_eq!(problem(&typed("prompt", &"ä".repeat(20)), "prompt"), None);
    assert_eq!(
        problem(&typed("prompt", &"ä".repeat(23)), "prompt"),
        Some(Wrong::TooLong { max: 20, by: 3 })
    );
    assert_eq!(problem(&typed("prompt", " \n"), "prompt"), Some(Wrong::Missing));
}

#[test]
fn nobody_is_told_off_while_typing() {
    let mut form = typed("steps", "0");
    assert_eq!(form.row("steps").unwrap().shown_problem(), None);
    form.leave("steps");
    assert!(form.row("steps").unwrap().shown_problem().is_some());
}

#[test]
fn what_the_server_refused_is_shown_until_it_changes() {
    let mut form = form();
    assert!(form.refuse("style", "no such style".into()));
    assert!(!form.refuse("nowhere", String::new()));
    assert_eq!(
        form.row("style").unwrap().shown_problem(),
        Some(Wrong::Refused("no such style".into()))
    );
    form.apply("style", Change::Choose(json!("ink")));
    assert_eq!(form.row("style").unwrap().shown_problem(), None);
}

#[test]
fn a_draft_keeps_mistakes_too_and_survives_a_changed_form() {
    let mut first = typed("steps", "abc");
    first.apply("seed", Change::Draw(5));
    first.apply("image", Change::Picture(Some(sending(1))));
    first.apply("image", Change::Sent { ticket: 1, upload: upload() });
    let mut draft = first.draft();
    assert_eq!(draft.len(), 3, "defaults are not kept: {draft:?}");
    draft.insert("gone".into(), json!(1));
    draft.insert("style".into(), json!("crayon"));
    let mut second = form();
    second.restore(&draft);
    assert_eq!(second.draft(), first.draft());
    let Entry::Picture(Some(picture)) = &second.row("image").unwrap().entry else {
        panic!("no picture")
    };
    assert_eq!(picture.preview, "api/parlor/v1/uploads/7");
}

#[test]
fn a_picture_on_its_way_is_waited_for_and_not_kept() {
    let mut form = form();
    form.apply("image", Change::Picture(Some(sending(1))));
    assert_eq!(problem(&form, "image"), Some(Wrong::Sending));
    assert!(form.draft().is_empty());
    form.apply("image", Change::Sent { ticket: 1, upload: upload() });
    assert_eq!(form.inputs()["image"], json!({"upload": upload().id}));
}

#[test]
fn an_answer_about_a_replaced_picture_is_ignored() {
    let mut form = form();
    form.apply("image", Change::Picture(Some(sending(2))));
    let before = form.clone();
    form.apply("image", Change::Sending { ticket: 1, fraction: 0.5 });
    form.apply("image", Change::Sent { ticket: 1, upload: upload() });
    form.apply("image", Change::NotSent { ticket: 1, message: "too large".into() });
    assert_eq!(form, before);
}

#[test]
fn a_picture_the_server_refused_is_taken_out_with_a_word() {
    let mut form = form();
    form.apply("image", Change::Picture(Some(sending(1))));
    form.apply("image", Change::NotSent { ticket: 1, message: "not a picture".into() });
    let row = form.row("image").unwrap();
    assert_eq!(row.entry, Entry::Picture(None));
    assert_eq!(row.shown_problem(), Some(Wrong::Refused("not a picture".into())));
}

#[test]
fn a_result_can_be_the_picture() {
    let mut form = form();
    let job = JobId(Uuid::from_u128(1));
    form.apply(
        "image",
        Change::Picture(Some(Picture { source: Source::Result { job, output: 2 }, ..sending(0) })),
    );
    assert_eq!(form.inputs()["image"], json!({"job": job, "output": 2}));
    assert_eq!(form.file_field("image/png"), Some("image"));
    assert_eq!(form.file_field("video/mp4"), Some("image"), "where it is told why not");
}

#[test]
fn files_are_refused_before_they_are_sent() {
    let chosen = |mime: &str, bytes| Chosen { name: "x".into(), mime: mime.into(), bytes };
    let form = form();
    let picture = &form.row("image").unwrap().field.kind;
    let verdict = |mime, bytes| refuse(&chosen(mime, bytes), picture);
    assert_eq!(verdict("image/png", 1000.0), None);
    assert_eq!(verdict("", 10.0), None, "the server looks inside");
    assert_eq!(verdict("image/png", 0.0), Some(Refusal::Empty));
    assert_eq!(verdict("image/png", 1001.0), Some(Refusal::TooLarge));
    assert_eq!(verdict("text/html", 10.0), Some(Refusal::WrongType));
}

#[test]
fn the_type_of_what_is_no_picture_is_left_to_the_server() {
    let chosen = |mime: &str, bytes| Chosen { name: "x".into(), mime: mime.into(), bytes };
    let sound =
        FieldKind::File { media: Media::Audio, max_bytes: 1000, accept: vec!["audio/mp4".into()] };
    let any = FieldKind::File { media: Media::Other, max_bytes: 1000, accept: vec![] };
    assert_eq!(refuse(&chosen("audio/x-m4a", 10.0), &sound), None, "another name of the same");
    assert_eq!(refuse(&chosen("application/zip", 10.0), &any), None);
    assert_eq!(refuse(&chosen("audio/x-m4a", 1001.0), &sound), Some(Refusal::TooLarge));
}

#[test]
fn a_file_goes_to_no_field_that_is_not_shown() {
    let file = |name: &str, when| Field {
        when,
        ..field(name, FieldKind::Image { max_bytes: 1, accept: vec![], mask: false })
    };
    let on = Condition { field: "guide".into(), is: vec![true.into()] };
    let mut form = Form::new(&[
        field("guide", FieldKind::Boolean { default: false }),
        file("pose", Some(on.clone())),
        file("image", None),
    ]);
    assert_eq!(form.file_field("image/png"), Some("image"));
    form.apply("guide", Change::Switch(true));
    assert_eq!(form.file_field("image/png"), Some("pose"));
    let hidden =
        Form::new(&[field("guide", FieldKind::Boolean { default: false }), file("pose", Some(on))]);
    assert_eq!(hidden.file_field("image/png"), None);
}

#[test]
fn a_change_of_another_kind_changes_nothing() {
    let mut form = form();
    form.apply("steps", Change::Switch(true));
    form.apply("hires", Change::Text("yes".into()));
    form.apply("nowhere", Change::Reset);
    assert_eq!(form, super::tests::form());
}

/// A strength that only the styles `ink` have, and grain that only a visible strength has.
fn conditional() -> Form {
    let when = |field: &str, is| Some(wire::Condition { field: field.into(), is: vec![is] });
    let mut fields: Vec<Field> = form().rows().iter().map(|row| row.field.clone()).collect();
    for (name, condition) in [
        ("strength", when("style", json!("ink"))),
        ("steps", when("strength", json!(0.75))),
        ("hires", when("hires", json!(true))),
    ] {
        fields.iter_mut().find(|field| field.name == name).unwrap().when = condition;
    }
    Form::new(&fields)
}

#[test]
fn a_field_whose_condition_is_not_met_is_neither_checked_nor_sent() {
    let mut form = conditional();
    form.apply("strength", Change::Text("loud".into()));
    assert_eq!(form.problems(), []);
    assert!(!form.inputs().contains_key("strength"));
    form.apply("style", Change::Choose(json!("ink")));
    assert_eq!(problem(&form, "strength"), Some(Wrong::NotANumber));
}

#[test]
fn what_depends_on_a_hidden_field_is_hidden_too() {
    let mut form = conditional();
    assert!(!form.counts(form.row("steps").unwrap()));
    form.apply("style", Change::Choose(json!("ink")));
    assert!(form.counts(form.row("steps").unwrap()));
    assert!(!form.counts(form.row("hires").unwrap()), "it asks for itself");
}

#[test]
fn a_preset_leaves_alone_what_it_does_not_mention() {
    let mut form = typed("prompt", "sea");
    form.put(json!({"steps": 8, "style": "crayon"}).as_object().unwrap());
    assert_eq!(form.inputs()["prompt"], "sea");
    assert_eq!(form.inputs()["steps"], 8);
    assert_eq!(form.inputs()["style"], "oil", "there is no crayon");
}
