//! The door of OpenAI's images API: what its clients ask again for by themselves, and what they must not.
//!
//! They do so after any 409 and 5xx, unless `x-should-retry` says no.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::{Job, JobList};

use super::house::{API, Answer, House, Visitor, post};
use super::openai::{GENERATIONS, small};
use super::openai_edits::{Part, error, form, picture};

async fn jobs(visitor: &Visitor<'_>) -> Vec<Job> {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().jobs
}

/// Stops one of these jobs, as soon as there are so many.
async fn stop_one_of(visitor: &Visitor<'_>, count: usize) -> Answer {
    loop {
        if let [job, rest @ ..] = &*jobs(visitor).await
            && rest.len() + 1 == count
        {
            return visitor.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await;
        }
        tokio::task::yield_now().await;
    }
}

/// The same, from somebody who waits for so many seconds.
fn waiting(seconds: u8, mut request: Request<Body>) -> Request<Body> {
    let prefer = format!("wait={seconds}");
    request.headers_mut().insert("prefer", prefer.parse().unwrap());
    request
}

#[tokio::test]
async fn a_picture_that_was_stopped_is_not_asked_for_again() {
    let house = House::engaged(300, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    for count in [1, 2] {
        let before = jobs(&me).await.len();
        let asked = small(&json!({ "n": count, "steps": 20 }));
        let stopping = stop_one_of(&me, before + count);
        let (answer, stopped) = tokio::join!(me.post(GENERATIONS, &asked), stopping);
        assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.text());
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
        assert_eq!(answer.header("x-should-retry"), "false", "all {count} would be made again");
        assert!(error(&answer)["message"].as_str().unwrap().contains("stopped"));
        assert_eq!(jobs(&me).await.len(), before + count);
    }
}

#[tokio::test]
async fn a_picture_that_is_late_is_not_asked_for_again() {
    let house = House::engaged(300, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let image = picture(false);
    let parts: [Part; 3] =
        [("image", Err(&image)), ("prompt", Ok("at night")), ("model", Ok("picture-to-picture"))];
    for asked in [post(GENERATIONS, &small(&json!({}))), form(&parts)] {
        let late = me.send(waiting(0, asked)).await;
        assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
        assert_eq!(late.header("x-should-retry"), "false", "it goes on");
    }
    assert_eq!(jobs(&me).await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_made_now_is_said_at_once_and_asked_for_again() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let image = picture(false);
    let parts: [Part; 3] =
        [("image", Err(&image)), ("prompt", Ok("at night")), ("model", Ok("picture-to-picture"))];
    for asked in [
        post(GENERATIONS, &small(&json!({}))),
        post(GENERATIONS, &small(&json!({ "stream": true }))),
        form(&parts),
    ] {
        let closed = me.send(asked).await;
        assert_eq!(closed.status, StatusCode::SERVICE_UNAVAILABLE, "{}", closed.text());
        assert_eq!(error(&closed)["type"], "server_error");
        // Nothing was begun: nothing forbids it, and clients wait as long as they are told.
        assert_eq!((closed.header("x-should-retry"), closed.header("retry-after")), ("", "5"));
    }
    assert_eq!(jobs(&me).await.len(), 0);
    // What would be refused anyway is refused for what is wrong with it.
    let wrong = me.post(GENERATIONS, &small(&json!({ "n": 11 }))).await;
    assert_eq!((wrong.status.as_u16(), &error(&wrong)["param"]), (422, &json!("n")));
}

#[tokio::test]
async fn other_doors_say_it_too_unless_asking_again_waits_for_the_same_job() {
    let house = House::engaged(2_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let inputs = super::house::small("a red hill");
    let run = format!("{API}/workflows/text-to-picture/jobs?output=0");
    let recipe = |cache: bool| json!({ "prompt": "a red hill", "steps": 2, "cache": cache });
    let keyed = super::house::keyed(post(&run, &inputs), "k");
    for (asked, expected) in [
        (post(&run, &inputs), "false"),
        (keyed, ""),
        (post("/api", &recipe(false)), "false"),
        (post("/api", &recipe(true)), ""),
    ] {
        let path = asked.uri().path().to_owned();
        let late = me.send(waiting(1, asked)).await;
        assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
        assert_eq!(late.header("x-should-retry"), expected, "{path}");
    }
    let (stopped, _) = tokio::join!(me.post(&run, &inputs), stop_one_of(&me, 5));
    assert_eq!((stopped.status.as_u16(), stopped.header("x-should-retry")), (409, "false"));
    let told: Value = stopped.json();
    assert_eq!(told["code"], "conflict");
}
