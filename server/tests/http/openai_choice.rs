//! The door of OpenAI's images API: which workflow makes an edit, and by which of this door's names a
//! refusal is about.

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{BindManifest, FieldManifest, JobList};

use super::house::{API, Answer, House, Visitor};
use super::openai::{GENERATIONS, small};
use super::openai_edits::{Part, error, form, inpaint, picture};
use super::studio::{draft, import, publish, put};

/// Edits a picture with these fields besides.
async fn edit(visitor: &Visitor<'_>, more: &[Part<'_>]) -> Answer {
    let image = picture(false);
    let parts: [Part; 3] = [("image", Err(&image)), ("prompt", Ok("at night")), ("steps", Ok("2"))];
    visitor.send(form(&[&parts, more].concat())).await
}

/// What made the latest picture.
async fn maker(visitor: &Visitor<'_>) -> String {
    let jobs: JobList = visitor.get(&format!("{API}/jobs")).await.json();
    jobs.jobs[0].workflow.clone()
}

async fn made_by(visitor: &Visitor<'_>, more: &[Part<'_>]) -> String {
    let answer = edit(visitor, more).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    maker(visitor).await
}

/// The parameter that it is refused for.
fn param(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    error(answer)["param"].take()
}

#[tokio::test]
async fn an_edit_that_names_no_model_is_made_by_what_changes_pictures() {
    for flags in [&[][..], &["--default-workflow", "text-to-picture"]] {
        let house = House::working_with(flags).await;
        house.is_known().await;
        assert_eq!(made_by(&house.visitor().await, &[]).await, "picture-to-picture");
    }
}

#[tokio::test]
async fn a_hosts_name_for_what_takes_no_picture_stands_for_what_does() {
    let aliases = "gpt-image-1=text-to-picture,mine=inpaint";
    let house = House::working_with(&["--alias", aliases]).await;
    house.is_known().await;
    inpaint(&house).await;
    let me = house.visitor().await;
    assert_eq!(made_by(&me, &[("model", Ok("gpt-image-1"))]).await, "picture-to-picture");
    // What begins with a picture is what the host means.
    let (image, mask) = (picture(false), picture(true));
    let parts: [Part; 4] = [
        ("image", Err(&image)),
        ("mask", Err(&mask)),
        ("prompt", Ok("at night")),
        ("model", Ok("mine")),
    ];
    let answer = me.send(form(&parts)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(maker(&me).await, "inpaint");
    // Its own name is no other's.
    let refused = edit(&me, &[("model", Ok("text-to-picture"))]).await;
    assert_eq!(param(&refused), "image");
    let unknown = edit(&me, &[("model", Ok("none-such"))]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.text());
}

#[tokio::test]
async fn a_mask_is_taken_to_what_takes_one() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let (image, mask) = (picture(false), picture(true));
    let parts: [Part; 3] =
        [("image", Err(&image)), ("mask", Err(&mask)), ("prompt", Ok("at night"))];
    assert_eq!(param(&me.send(form(&parts)).await), "mask");
    inpaint(&house).await;
    let answer = me.send(form(&parts)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(maker(&me).await, "inpaint");
}

// safety 11
#[tokio::test]
async fn what_is_for_others_edits_nothing_by_any_name() {
    let house = House::working_with(&["--alias", "gpt-image-1=picture-to-picture"]).await;
    house.is_known().await;
    let key = house.visitor().await;
    let asked = json!({ "name": "n", "scope": "run", "workflows": ["text-to-picture"] });
    let key: Value = key.post(&format!("{API}/me/keys"), &asked).await.json();
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let program = house.showing("authorization", &bearer);
    for model in [&[][..], &[("model", Ok("gpt-image-1"))]] {
        let refused = edit(&program, model).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text());
    }
}

#[tokio::test]
async fn whatever_is_refused_is_a_parameter_of_this_door() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    assert_eq!(param(&edit(&me, &[("size", Ok("1024x1024"))]).await), "size");
    let broken = b"GIF89a, or so it says".as_slice();
    let image = picture(false);
    for name in ["image", "mask"] {
        let other = if name == "mask" { "image" } else { "mask" };
        let parts: [Part; 3] = [(name, Err(broken)), (other, Err(&image)), ("prompt", Ok("x"))];
        assert_eq!(param(&me.send(form(&parts)).await), name);
    }
    let long = "x".repeat(5_000);
    let asked = small(&json!({ "negative_prompt": long }));
    assert_eq!(param(&me.post(GENERATIONS, &asked).await), "negative_prompt");
}

#[tokio::test]
async fn a_workflow_without_it_and_one_that_calls_it_otherwise_are_told_in_the_same_words() {
    let house = House::working(0).await;
    house.is_known().await;
    // Takes a prompt and a number of steps, and nothing else.
    let bench = draft(&house).await;
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    let me = house.visitor().await;
    for (field, value) in [("negative_prompt", json!("snow")), ("seed", json!(7))] {
        let mut asked = json!({ "model": bench.entry.slug, "prompt": "a hill" });
        asked[field] = value;
        for path in [GENERATIONS, "/api"] {
            let refused = me.post(path, &asked).await;
            let told: Value = refused.json();
            let named = told.pointer("/error/param").or_else(|| told.get("field")).unwrap();
            assert_eq!((refused.status.as_u16(), named), (422, &json!(field)), "{path}: {told}");
        }
    }
}

/// A workflow that asks for both sides of its pictures, one by one and by names of its own.
async fn sides(house: &House) -> Bench {
    let bench: Bench = import(house, "sides.json", super::studio::graph().to_string()).await.json();
    let mut manifest = bench.draft.manifest.clone();
    manifest.fields.retain(|field| ["prompt", "steps"].contains(&&*field.name));
    let steps = manifest.fields.iter().find(|field| field.name == "steps").unwrap().clone();
    for (name, bind) in [("breite", "5.width"), ("laenge", "5.height")] {
        let bind = vec![BindManifest::Plain(bind.into())];
        let (default, min, max) = (Some(json!(512)), Some(16.0), Some(1024.0));
        let name = name.to_owned();
        manifest.fields.push(FieldManifest { name, bind, default, min, max, ..steps.clone() });
    }
    put(house, &bench, &manifest).await.json()
}

#[tokio::test]
async fn a_value_that_a_field_does_not_take_is_told_by_the_name_it_came_under() {
    let house = House::working(0).await;
    house.is_known().await;
    let bench = sides(&house).await;
    let published = publish(&house, &bench).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text());
    let me = house.visitor().await;
    let asked =
        |size: &str| json!({ "model": bench.entry.slug, "prompt": "x", "size": size, "steps": 2 });
    assert_eq!(param(&me.post(GENERATIONS, &asked("2048x512")).await), "size");
    assert_eq!(param(&me.post(GENERATIONS, &asked("512x2048")).await), "size");
    let made = me.post(GENERATIONS, &asked("256x256")).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
}

#[tokio::test]
async fn files_that_change_no_picture_here_are_passed_over() {
    let house = House::working_with(&["--max-upload-mb", "1"]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let noise = vec![7; 700 << 10];
    let over: [Part; 2] = [("markup", Err(&noise)), ("background", Ok("opaque"))];
    assert_eq!(made_by(&me, &over).await, "picture-to-picture");
    let much: [Part; 2] = [("markup", Err(&noise)), ("more", Err(&noise))];
    let refused = edit(&me, &much).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", refused.text());
}
