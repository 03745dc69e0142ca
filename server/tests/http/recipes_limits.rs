//! The calls that scripts have always made: what is answered again, what is taken whole or not at all, and
//! what is too late.

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{Job, JobList};

use super::house::{API, Answer, House, Visitor, post};
use super::studio::{draft, graph, import, publish, put};

fn small(more: &Value) -> Value {
    let mut recipe = json!({ "prompt": "a red hill", "steps": 2, "width": 256, "height": 256 });
    recipe.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    recipe
}

fn many(prompts: &Value, more: &Value) -> Value {
    let mut recipe = small(more);
    recipe.as_object_mut().unwrap().remove("prompt");
    recipe["prompts"] = prompts.clone();
    recipe
}

/// A house with a workflow, `fails`, that takes a prompt and never makes a picture.
pub async fn failing() -> House {
    let house = House::failing(&[]).await;
    house.is_known().await;
    let mut graph = graph();
    let fail = json!({ "image": ["8", 0], "message": "told to fail" });
    graph["10"] = json!({ "class_type": "ParlorTestFail", "inputs": fail });
    graph["9"]["inputs"]["images"] = json!(["10", 0]);
    let bench: Bench = import(&house, "fails.json", graph.to_string()).await.json();
    let mut manifest = bench.draft.manifest.clone();
    manifest.fields.retain(|field| ["prompt", "steps"].contains(&&*field.name));
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    let published = publish(&house, &bench).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text());
    house
}

async fn total(visitor: &Visitor<'_>) -> u64 {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().total
}

/// The refusal, in the words of this door.
fn why(answer: &Answer) -> String {
    let told: Value = answer.json();
    assert_eq!(told["success"], false, "{told}");
    told["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_task_for_the_very_same_says_that_it_was_begun_before() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let same = small(&json!({ "user_id": "ada", "cache": true }));
    let mut told = Vec::new();
    for expected in ["MISS", "HIT"] {
        let answer = me.post("/api/generate", &same).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        assert_eq!(answer.header("x-cache"), expected);
        told.push(answer.json::<Value>());
    }
    assert_eq!((&told[0]["cached"], &told[1]["cached"]), (&json!(false), &json!(true)));
    assert_eq!(told[0]["task_id"], told[1]["task_id"]);
    let asked_anew = me.post("/api/generate", &small(&json!({ "user_id": "ada" }))).await;
    assert_eq!(asked_anew.header("x-cache"), "MISS");
}

#[tokio::test]
async fn each_of_a_programs_users_has_tasks_of_their_own() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut tasks = Vec::new();
    for (user, expected) in [("ada", "MISS"), ("bob", "MISS"), ("ada", "HIT"), ("bob", "HIT")] {
        let same = small(&json!({ "user_id": user, "cache": true, "seed": 7 }));
        let answer = me.post("/api/generate", &same).await;
        assert_eq!(answer.header("x-cache"), expected, "{user}");
        let task = answer.json::<Value>()["task_id"].as_str().unwrap().to_owned();
        let told: Value = me.get(&format!("/api/status/{task}")).await.json();
        assert_eq!(told["user_id"], user);
        tasks.push(task);
    }
    assert_eq!(tasks[..2], tasks[2..]);
}

#[tokio::test]
async fn a_workflow_that_was_published_again_makes_another_picture() {
    let house = House::working(0).await;
    house.is_known().await;
    let bench = draft(&house).await;
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    let me = house.visitor().await;
    let same = json!({ "model": "my-picture", "prompt": "a hill", "steps": 2, "cache": true });
    for expected in ["MISS", "HIT"] {
        let answer = me.post("/api", &same).await;
        assert_eq!((answer.status, answer.header("x-cache")), (StatusCode::OK, expected));
    }
    let mut manifest = bench.draft.manifest.clone();
    manifest.title = "Another".into();
    let open = house.get(&format!("{API}/studio/workflows/{}", bench.entry.slug)).await;
    let bench: Bench = put(&house, &open.json(), &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    assert_eq!(me.post("/api", &same).await.header("x-cache"), "MISS");
}

#[tokio::test]
async fn several_prompts_are_answered_by_what_was_made_of_the_very_same() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let cached = |answer: &Answer| -> Vec<bool> {
        let told: Value = answer.json();
        let images = told["images"].as_array().unwrap_or_else(|| panic!("{told}"));
        images.iter().map(|one| one["cached"].as_bool().unwrap()).collect()
    };
    let more = json!({ "cache": true, "seed": 5 });
    let first = me.post("/api", &many(&json!(["a", "b", "a"]), &more)).await;
    assert_eq!(cached(&first), [false, false, true]);
    assert_eq!(total(&me).await, 2, "the same is made once");
    let second = me.post("/api", &many(&json!(["c", "a"]), &more)).await;
    assert_eq!(cached(&second), [false, true]);
    let mut single = small(&more);
    single["prompt"] = "c".into();
    assert_eq!(me.post("/api", &single).await.header("x-cache"), "HIT");
    let anew = me.post("/api", &many(&json!(["a"]), &json!({}))).await;
    assert_eq!(cached(&anew), [false]);
}

#[tokio::test]
async fn several_prompts_are_taken_whole_or_not_at_all() {
    let house = House::engaged(60_000, &["--queue-jobs-each", "2"]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let long = "x".repeat(100_000);
    for (prompts, status, said) in [
        (json!(["a", "  "]), 400, "prompts[1]"),
        (json!(["a", long]), 422, "line 2"),
        (json!(["a", "b", "c"]), 429, "waiting"),
    ] {
        let answer = me.post("/api", &many(&prompts, &json!({}))).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        let why = why(&answer).to_lowercase();
        assert!(why.contains(&said.to_lowercase()), "{why}");
        assert_eq!(total(&me).await, 0, "{said}: nothing was begun");
    }
}

#[tokio::test]
async fn a_seed_is_any_that_a_sampler_takes() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let answer = me.post("/api", &small(&json!({ "seed": u64::MAX }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let job: Job = me.get(&format!("{API}/jobs/{}", answer.header("x-job-id"))).await.json();
    assert_eq!(job.inputs["seed"], json!(u64::MAX));
    let text = small(&json!({ "seed": 7 })).to_string().replace(":7", ":18446744073709551616");
    let request = axum::http::Request::post("/api").header("content-type", "application/json");
    let beyond = me.send(request.body(text.into()).unwrap()).await;
    assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", beyond.text());
    assert_eq!(beyond.json::<Value>()["field"], "seed");
}

#[tokio::test]
async fn a_model_may_be_the_hosts_name_for_a_workflow() {
    let house = House::working_with(&["--alias", "sd15=text-to-picture"]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let answer = me.post("/api", &small(&json!({ "model": "sd15" }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let job: Job = me.get(&format!("{API}/jobs/{}", answer.header("x-job-id"))).await.json();
    assert_eq!(job.workflow, "text-to-picture");
}

#[tokio::test]
async fn who_waits_no_longer_is_told_that_the_picture_is_late() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut request = post("/api", &small(&json!({})));
    request.headers_mut().insert("prefer", "wait=0".parse().unwrap());
    let late = me.send(request).await;
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
    assert!(why(&late).contains("not done in time"), "{}", late.text());
    assert_eq!(total(&me).await, 1, "it goes on");
}

#[tokio::test]
async fn a_run_that_failed_is_no_fault_of_the_caller_and_is_not_answered_again() {
    let house = failing().await;
    let me = house.visitor().await;
    let asked = json!({ "model": "fails", "prompt": "a hill", "steps": 2, "cache": true });
    for times in 1..3 {
        let failed = me.post("/api", &asked).await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", failed.text());
        assert!(why(&failed).contains("could not do its part"), "{}", failed.text());
        assert_eq!(total(&me).await, times, "it is tried anew");
    }
    let many = json!({ "model": "fails", "prompts": ["a hill", "a lake"], "steps": 2 });
    let failed = me.post("/api", &many).await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", failed.text());
    assert!(why(&failed).contains("could not do its part"), "{}", failed.text());
    let told: Value = failed.json();
    for image in told["images"].as_array().unwrap() {
        let error = image["error"].as_str().unwrap();
        assert!(error.contains("could not do its part") && error.ends_with('.'), "{told}");
    }
}

#[tokio::test]
async fn several_prompts_wait_together_as_long_as_one() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let prompts: Vec<_> = (0..30).map(|number| format!("hill {number}")).collect();
    let mut request = post("/api", &many(&json!(prompts), &json!({})));
    request.headers_mut().insert("prefer", "wait=1".parse().unwrap());
    // One after the other they would wait for half a minute.
    let late = tokio::time::timeout(std::time::Duration::from_secs(20), me.send(request)).await;
    let late = late.expect("all of them have one deadline");
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
    assert!(why(&late).contains("not done in time"), "{}", late.text());
    let told: Value = late.json();
    assert_eq!(told["images"].as_array().unwrap().len(), 30);
    let task = told["images"][29]["task_id"].as_str().unwrap();
    let task: Value = me.get(&format!("/api/status/{task}")).await.json();
    assert_eq!(task["status"], "queued", "it goes on, and is told as a task");
}

#[tokio::test]
async fn of_several_prompts_those_are_answered_that_were_made() {
    let house = House::engaged(1_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let more = json!({ "cache": true, "seed": 5 });
    let first = me.post("/api", &small(&more)).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    let mut request = post("/api", &many(&json!(["a blue lake", "a red hill"]), &more));
    request.headers_mut().insert("prefer", "wait=0".parse().unwrap());
    let some = me.send(request).await;
    assert_eq!(some.status, StatusCode::OK, "{}", some.text());
    let told: Value = some.json();
    assert_eq!(told["success"], true, "{told}");
    let late = told["images"][0]["error"].as_str().unwrap();
    assert!(late.contains("not done in time"), "{told}");
    assert!(told["images"][1]["image"].is_string(), "{told}");
}
