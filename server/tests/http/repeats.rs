//! Requests that are sent again with their `Idempotency-Key`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::{BatchPage, Job, JobList};

use super::house::{API, Answer, House, Visitor, keyed, post, small};

const RUN: &str = "/api/parlor/v1/workflows/text-to-picture/jobs";

async fn ask(visitor: &Visitor<'_>, key: &str, body: &Value) -> Answer {
    visitor.send(keyed(post(RUN, body), key)).await
}

/// What belongs to an answer, whoever gives it.
fn parts(answer: &Answer) -> (StatusCode, [&str; 3], &[u8]) {
    let headers = ["content-type", "location", "preference-applied"];
    (answer.status, headers.map(|name| answer.header(name)), &answer.body)
}

async fn total(visitor: &Visitor<'_>) -> u64 {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().total
}

// safety 33
#[tokio::test]
async fn the_first_answer_is_given_again_word_for_word_whatever_became_of_it() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let mut three = small("a");
    three["count"] = 3.into();
    for (key, body) in [("one", small("a")), ("three", three)] {
        let first = ask(&visitor, key, &body).await;
        assert_eq!((first.status, first.header("idempotent-replayed")), (StatusCode::ACCEPTED, ""));
        let made: Value = first.json();
        let kind = if key == "one" { "jobs" } else { "batches" };
        let stop = format!("{API}/{kind}/{}/cancel", made["id"].as_str().unwrap());
        assert_eq!(visitor.post(&stop, &json!({})).await.status, StatusCode::OK);
        let again = ask(&visitor, key, &body).await;
        assert_eq!(parts(&again), parts(&first), "it is not told anew");
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert_eq!(total(&visitor).await, 4);
}

// safety 33
#[tokio::test]
async fn a_key_that_comes_with_something_else_is_refused() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    ask(&visitor, "k", &small("a")).await;
    let mut two = small("a");
    two["count"] = 2.into();
    for other in [small("b"), two] {
        let refused = ask(&visitor, "k", &other).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.problem().detail.contains("something else"), "{}", refused.text());
    }
    let lines = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}";
    let batch = |text: &str| {
        let uri = format!("{API}/workflows/text-to-picture/batches");
        let asked = Request::post(uri).header("content-type", "application/jsonl");
        keyed(asked.body(Body::from(text.to_owned())).unwrap(), "b")
    };
    let first: BatchPage = visitor.send(batch(lines)).await.json();
    let again: BatchPage = visitor.send(batch(lines)).await.json();
    assert_eq!(first.batch.id, again.batch.id);
    let other = visitor.send(batch("{\"prompt\":\"a\"}")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ask(&house.visitor().await, "k", &small("b")).await.status.is_success());
}

// safety 33
#[tokio::test]
async fn a_request_has_one_key() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let mut asked = keyed(post(RUN, &small("a")), "one");
    asked.headers_mut().append("idempotency-key", "two".parse().unwrap());
    let refused = visitor.send(asked).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    assert!(refused.problem().detail.contains("Idempotency-Key"), "{}", refused.text());
    assert_eq!(total(&visitor).await, 0);
}

// safety 33
#[tokio::test]
async fn what_was_refused_made_nothing_and_may_be_asked_again() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let mut wrong = small("a");
    wrong["inputs"]["steps"] = 9_999.into();
    assert_eq!(ask(&visitor, "k", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let put_right = ask(&visitor, "k", &small("a")).await;
    assert_eq!(
        (put_right.status, put_right.header("idempotent-replayed")),
        (StatusCode::ACCEPTED, "")
    );
}

// safety 33
#[tokio::test]
async fn a_second_request_waits_for_the_answer_to_the_first() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let mut waiting = small("a");
    waiting["inputs"]["seed"] = 7.into();
    let asked = || keyed(post(&format!("{RUN}?wait=600"), &waiting), "k");
    let mut first = Box::pin(visitor.send(asked()));
    let second = async {
        loop {
            let second = visitor.send(asked()).await;
            if second.status != StatusCode::OK {
                return second;
            }
        }
    };
    // The first is under way as soon as there is its job.
    let job = tokio::select! {
        _ = &mut first => panic!("there is nobody to run it"),
        job = async {
            loop {
                let list: JobList = visitor.get(&format!("{API}/jobs")).await.json();
                if let Some(job) = list.jobs.first() {
                    return job.id;
                }
            }
        } => job,
    };
    let second = second.await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{}", second.text());
    visitor.post(&format!("{API}/jobs/{job}/cancel"), &json!({})).await;
    let first = first.await;
    assert_eq!((first.status, first.json::<Job>().id), (StatusCode::OK, job));
    let third = visitor.send(asked()).await;
    assert_eq!(parts(&third), parts(&first));
}

// safety 33
#[tokio::test]
async fn whoever_hung_up_gets_the_answer_to_what_was_made() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let asked = |wait: &str| keyed(post(&format!("{RUN}{wait}"), &small("a")), "k");
    {
        let mut first = Box::pin(visitor.send(asked("?wait=600")));
        tokio::select! {
            _ = &mut first => panic!("there is nobody to run it"),
            () = async { while total(&visitor).await == 0 {} } => (),
        }
    }
    let again = visitor.send(asked("")).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::ACCEPTED, "true"));
    assert_eq!(total(&visitor).await, 1);
}

// safety 33, 39
#[tokio::test]
async fn an_answer_goes_with_what_it_tells_of() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let job: Job = ask(&visitor, "k", &small("a secret")).await.json();
    visitor.call("DELETE", &format!("{API}/jobs/{}", job.id)).await;
    let anew: Job = ask(&visitor, "k", &small("a secret")).await.json();
    assert_ne!(anew.id, job.id);
}

// safety 33
#[tokio::test]
async fn a_picture_and_a_stream_are_told_again_of_the_same_job() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let mut two = small("a red hill");
    two["count"] = 2.into();
    for (accept, body) in [
        ("image/*", small("a red hill")),
        ("text/event-stream", small("a red hill")),
        ("text/event-stream", two),
    ] {
        let key = format!("{accept}{}", body["count"]);
        let asked = || {
            let mut asked = keyed(post(RUN, &body), &key);
            asked.headers_mut().insert("accept", accept.parse().unwrap());
            asked
        };
        let (first, again) = (visitor.send(asked()).await, visitor.send(asked()).await);
        let replayed = |answer: &Answer| answer.header("idempotent-replayed").to_owned();
        assert_eq!([replayed(&first), replayed(&again)], ["", "true"], "{key}");
        let [at, applied] = ["location", "preference-applied"].map(|name| first.header(name));
        assert_eq!((at, applied), (again.header("location"), again.header("preference-applied")));
        let waited = if accept == "image/*" { "wait=600" } else { "respond-async" };
        assert_eq!((visitor.get(at).await.status, applied), (StatusCode::OK, waited));
        if accept == "image/*" {
            assert_eq!(again.body, first.body);
        } else {
            assert!(again.text().contains("succeeded"), "{}", again.text());
        }
    }
    assert_eq!(total(&visitor).await, 4);
}

// safety 33
#[tokio::test]
async fn whoever_may_ask_for_nothing_more_gets_what_they_asked_for() {
    let open = ["--public-url", "http://art.example.org", "--open", "--guest-jobs-per-day", "2"];
    let house = House::working_with(&open).await;
    let guest = house.visitor().await;
    for (key, query) in [("picture", "?output=0"), ("job", "?wait=60")] {
        let asked = || keyed(post(&format!("{RUN}{query}"), &small("a red hill")), key);
        let first = guest.send(asked()).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text());
        if key == "picture" {
            continue;
        }
        assert_eq!(guest.submit(&small("b")).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(parts(&guest.send(asked()).await), parts(&first));
        let picture = keyed(post(&format!("{RUN}?output=0"), &small("a red hill")), "picture");
        let picture = guest.send(picture).await;
        assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/png"));
    }
}

// safety 33
#[tokio::test]
async fn what_was_asked_for_is_answered_though_neither_workflow_nor_webhook_is_there_any_more() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let hooks = format!("{API}/webhooks");
    let url = "https://shop.example.org/hook";
    let made: wire::MadeWebhook = me.post(&hooks, &json!({ "url": url })).await.json();
    let mut told = small("a");
    told["webhook"] = json!({ "url": url });
    let batches = format!("{API}/workflows/text-to-picture/batches");
    let table = || {
        let asked = Request::post(&batches).header("content-type", "text/csv");
        let asked = asked.header("webhook-url", url);
        keyed(asked.body(Body::from("prompt,steps\na,3\nb,5")).unwrap(), "table")
    };
    let first = (ask(&me, "job", &told).await, me.send(table()).await);
    assert_eq!((first.0.status, first.1.status), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
    let gone = me.call("DELETE", &format!("{hooks}/{}", made.webhook.id)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&me, "new", &told).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let hidden = format!("{API}/studio/workflows/text-to-picture/hide");
    assert_eq!(me.post(&hidden, &json!({})).await.status, StatusCode::OK);
    assert_eq!(ask(&me, "new", &small("a")).await.status, StatusCode::NOT_FOUND);
    let again = (ask(&me, "job", &told).await, me.send(table()).await);
    assert_eq!(parts(&again.0), parts(&first.0));
    assert_eq!(parts(&again.1), parts(&first.1));
    assert_eq!(total(&me).await, 3);
}
