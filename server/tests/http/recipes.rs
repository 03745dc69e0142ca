//! The calls that scripts have always made: a prompt in, a picture or a task out.

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::{Job, JobStatus};

use super::house::{API, House, Visitor};

/// A house whose engine answers.
async fn working() -> House {
    let house = House::working(0).await;
    while !house.get(&format!("{API}/house")).await.json::<wire::House>().open {
        tokio::task::yield_now().await;
    }
    house
}

fn small(more: &Value) -> Value {
    let mut recipe = json!({ "prompt": "a red hill", "steps": 2, "width": 256, "height": 256 });
    recipe.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    recipe
}

async fn until_over(visitor: &Visitor<'_>, task: &Value) -> Value {
    loop {
        let told = visitor.get(&format!("/api/status/{}", task.as_str().unwrap())).await;
        let told: Value = told.json();
        if !["queued", "running"].contains(&told["status"].as_str().unwrap()) {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_prompt_is_answered_with_a_picture_and_its_settings_are_used() {
    let house = working().await;
    let visitor = house.visitor().await;
    let asked = json!({ "negative_prompt": "snow", "cfg_scale": 3.5, "seed": 7 });
    let answer = visitor.post("/api", &small(&asked)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "image/png");
    let picture = image::load_from_memory(&answer.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (256, 256));
    let job: Job = visitor.get(&format!("{API}/jobs/{}", answer.header("x-job-id"))).await.json();
    let used = |name: &str| job.inputs[name].clone();
    assert_eq!(
        (used("seed"), used("guidance"), used("leave_out"), used("steps")),
        (json!(7), json!(3.5), json!("snow"), json!(2))
    );
}

#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let house = working().await;
    let visitor = house.visitor().await;
    let numbers = json!({ "steps": 2.0, "width": 256.0, "height": 256.0, "seed": 5.0 });
    let answer = visitor.post("/api", &small(&numbers)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let job: Job = visitor.get(&format!("{API}/jobs/{}", answer.header("x-job-id"))).await.json();
    assert_eq!((&job.inputs["steps"], &job.inputs["seed"]), (&json!(2), &json!(5)));
    for odd in [json!({ "steps": 2.5 }), json!({ "width": -1.0 }), json!({ "height": 1e30 })] {
        let answer = visitor.post("/api", &small(&odd)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{odd}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_very_same_need_not_be_made_twice_and_the_answer_says_so() {
    let house = working().await;
    let visitor = house.visitor().await;
    let same = small(&json!({ "cache": true }));
    let first = visitor.post("/api", &same).await;
    let second = visitor.post("/api", &same).await;
    assert_eq!((first.header("x-cache"), second.header("x-cache")), ("MISS", "HIT"));
    assert_eq!(first.body, second.body);
    let other = visitor.post("/api", &small(&json!({ "cache": true, "steps": 3 }))).await;
    assert_eq!(other.header("x-cache"), "MISS");
    // safety 11
    let somebody = house.visitor().await.post("/api", &same).await;
    assert_eq!(somebody.header("x-cache"), "MISS", "what is another's is not looked at");
}

#[tokio::test]
async fn several_prompts_are_answered_in_their_order() {
    let house = working().await;
    let mut batch = small(&json!({ "prompts": ["a red hill", "a blue lake"] }));
    batch.as_object_mut().unwrap().remove("prompt");
    let answer = house.visitor().await.post("/api", &batch).await;
    let told: Value = answer.json();
    let prompts: Vec<_> =
        told["images"].as_array().unwrap().iter().map(|one| &one["prompt"]).collect();
    assert_eq!(prompts, ["a red hill", "a blue lake"]);
    assert!(told["images"][1]["image"].as_str().unwrap().starts_with("iVBOR"), "base64 of a PNG");
}

#[tokio::test]
async fn a_task_is_told_until_its_outputs_are_there() {
    let house = working().await;
    let visitor = house.visitor().await;
    let answer = visitor.post("/api/generate", &small(&json!({ "user_id": "ada" }))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let told: Value = answer.json();
    assert_eq!(told["success"], true);
    let task = until_over(&visitor, &told["task_id"]).await;
    assert_eq!((&task["status"], &task["user_id"]), (&json!("succeeded"), &json!("ada")));
    let url = task["outputs"][0]["url"].as_str().unwrap();
    let (_, path) = url.split_once("/api/").unwrap();
    // Whoever has the link: it needs neither cookie nor key.
    let picture = house.get(&format!("/api/{path}")).await;
    assert_eq!(picture.header("content-type"), "image/png");
    // safety 14
    let (before, seal) = path.split_once("signed/").unwrap();
    let other = if seal.starts_with('A') { 'B' } else { 'A' };
    let bent = house.get(&format!("/api/{before}signed/{other}{}", &seal[1..])).await;
    assert_eq!(bent.status, StatusCode::NOT_FOUND);
    // It is a job like any other.
    let jobs: wire::JobList = visitor.get(&format!("{API}/jobs")).await.json();
    assert_eq!(jobs.jobs[0].status, JobStatus::Succeeded);
    let others = house
        .visitor()
        .await
        .get(&format!("/api/status/{}", task["task_id"].as_str().unwrap()))
        .await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    assert!(others.json::<Value>()["error"].is_string());
}

#[tokio::test]
async fn every_refusal_is_in_the_words_of_this_door() {
    let house = working().await;
    let visitor = house.visitor().await;
    for (path, body, status) in [
        ("/api", json!({}), 400),
        ("/api", json!({ "prompt": "  " }), 400),
        ("/api", json!({ "prompt": 5 }), 400),
        ("/api", json!({ "prompt": "x", "size": 5 }), 400),
        ("/api", json!({ "prompt": "x", "steps": 100_000 }), 422),
        ("/api", json!({ "prompt": "x", "model": "none-such" }), 422),
        ("/api", json!({ "prompts": vec!["x"; 65] }), 400),
        ("/api/generate", json!({ "prompt": "x" }), 400),
        ("/api/generate", json!({ "user_id": "ada" }), 400),
        ("/api/generate", json!({ "prompt": "x", "user_id": "a".repeat(257) }), 400),
    ] {
        let answer = visitor.post(path, &body).await;
        let told: Value = answer.json();
        assert_eq!(answer.status.as_u16(), status, "{body}: {told}");
        assert!(told["error"].as_str().is_some_and(|words| words.ends_with('.')), "{told}");
    }
    let unknown = visitor.get("/api/status/00000000-0000-0000-0000-000000000000").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/api/generate").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let text = axum::http::Request::post("/api").body("prompt=x".into()).unwrap();
    assert_eq!(visitor.send(text).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn without_a_comfyui_it_says_so_at_once() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    for path in ["/api", "/api/generate"] {
        let answer = me.post(path, &small(&json!({ "user_id": "ada" }))).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(!answer.header("retry-after").is_empty(), "{path}");
    }
    assert_eq!(me.get(&format!("{API}/jobs")).await.json::<wire::JobList>().total, 0);
}

// safety 5
#[tokio::test]
async fn a_field_that_guests_do_not_have_cannot_be_set() {
    let house = working().await;
    let answer = house.visitor().await.post("/api", &small(&json!({ "model": "upscale" }))).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.json::<Value>()["error"].as_str().unwrap().contains("no prompt to set"));
}
