//! How much guests may, and how they are told.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use wire::{ErrorCode, Limited, Me};

use super::house::{API, House, post, small};

/// Beyond this machine and open, with more flags.
async fn open(flags: &[&str]) -> House {
    House::with(&[&["--public-url", "http://art.example.org", "--open"], flags].concat()).await
}

fn get(uri: &str) -> Request<Body> {
    Request::get(format!("{API}/{uri}")).body(Body::empty()).unwrap()
}

// safety 22
#[tokio::test]
async fn a_guest_who_asks_too_often_is_told_when_to_come_back() {
    let house = open(&["--guest-requests", "3"]).await;
    let first = house.answer(get("me")).await;
    assert_eq!(first.header("ratelimit-policy"), "\"requests\";q=3;w=60");
    assert!(first.header("ratelimit").starts_with("\"requests\";r=2;t="));
    // Neither a new cookie nor a claimed address is a new quota.
    house.answer(get("house")).await;
    let mut claimed = get("me");
    claimed.headers_mut().insert("x-forwarded-for", "192.0.2.77".parse().unwrap());
    assert_eq!(house.answer(claimed).await.status, StatusCode::OK);
    let mut cookie = get("me");
    cookie.headers_mut().insert("x-parlor-visitor", "x".parse().unwrap());
    let refused = house.answer(cookie).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.problem().code, ErrorCode::TooMany);
    assert_eq!(refused.header("retry-after").parse::<u64>().unwrap(), 20);
    assert!(refused.header("ratelimit").starts_with("\"requests\";r=0;t="));

    let other = house.answer_to("192.0.2.1:1", get("me")).await;
    assert_eq!(other.status, StatusCode::OK, "another address is not slowed");
}

#[tokio::test]
async fn the_page_itself_and_health_checks_count_for_nothing() {
    let house = open(&["--guest-requests", "1"]).await;
    for uri in ["/", "/healthz", "/", "/w/upscale"] {
        assert_eq!(house.get(uri).await.status, StatusCode::OK, "{uri}");
    }
    assert_eq!(house.answer(get("me")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_owner_has_no_limits() {
    let house = House::with(&["--guest-requests", "1", "--guest-jobs", "1"]).await;
    let visitor = house.visitor().await;
    for _ in 0..3 {
        assert_eq!(visitor.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    }
    assert!(visitor.me().await.limits.is_empty());
}

// safety 22
#[tokio::test]
async fn keys_that_have_to_be_looked_for_are_limited_and_known_ones_are_not() {
    let house = House::with(&["--open=false", "--guest-requests", "0"]).await;
    let key = house.owner().await.key(serde_json::json!({"name": "x", "scope": "read"})).await;
    let key = house.showing("x-api-key", &key.secret);
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::OK);
    let mut guesses = 0;
    let refused = loop {
        let guess = parlor::auth::ApiKey::random();
        let guess = house.showing("x-api-key", guess.reveal());
        let answer = guess.get(&format!("{API}/me")).await;
        guesses += 1;
        if answer.text().contains("different keys") {
            break answer;
        }
        assert!(guesses < 2_000, "nobody stops it");
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::OK);
}

// safety 38
#[tokio::test]
async fn jobs_at_once_are_limited_and_counted() {
    let house = open(&["--guest-jobs", "2"]).await;
    let visitor = house.visitor().await;
    let first: wire::Job = visitor.submit(&small("x")).await.json();
    assert_eq!(visitor.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    let refused = visitor.submit(&small("x")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(refused.header("retry-after"), "");
    let at_once = visitor.me().await.limits;
    let at_once = at_once.iter().find(|limit| limit.what == Limited::JobsAtOnce).unwrap();
    assert_eq!((at_once.used, at_once.most), (2, 2));

    let cancel = visitor.call("POST", &format!("{API}/jobs/{}/cancel", first.id)).await;
    assert_eq!(cancel.status, StatusCode::OK);
    assert_eq!(visitor.submit(&small("x")).await.status, StatusCode::ACCEPTED);
}

// safety 22, 38
#[tokio::test]
async fn jobs_at_once_are_counted_for_the_address_too() {
    let house = open(&["--guest-jobs", "2"]).await;
    for _ in 0..2 {
        let visitor = house.visitor().await;
        assert_eq!(visitor.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    }
    let refused = house.visitor().await.submit(&small("x")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "a new cookie is no new place");
}

// safety 38
#[tokio::test]
async fn many_jobs_at_once_do_not_slip_through_together() {
    let house = open(&["--guest-jobs", "3"]).await;
    let visitor = house.visitor().await;
    let small = small("x");
    let all = (0..20).map(|_| visitor.submit(&small));
    let answers = futures_util::future::join_all(all).await;
    let let_in = answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count();
    assert!((1..=3).contains(&let_in), "{let_in}");
}

// safety 22
#[tokio::test]
async fn the_jobs_of_a_day_are_counted_for_the_address_too() {
    let house = open(&["--guest-jobs-per-day", "2"]).await;
    let (one, two) = (house.visitor().await, house.visitor().await);
    let wrong =
        post(&format!("{API}/workflows/text-to-picture/jobs"), &serde_json::json!({"inputs": {}}));
    assert_eq!(one.send(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(one.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    assert_eq!(two.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    let refused = house.visitor().await.submit(&small("x")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "a new cookie is no new day");
    assert!(refused.problem().detail.contains("2 jobs a day"), "{}", refused.text());
}

#[tokio::test]
async fn me_tells_the_limits_before_they_are_hit() {
    let house = open(&["--guest-storage-mb", "5", "--guest-upload-mb-per-day", "0"]).await;
    let me: Me = house.answer(get("me")).await.json();
    let told: Vec<_> = me.limits.iter().map(|limit| (limit.what, limit.most)).collect();
    assert!(told.contains(&(Limited::StorageBytes, 5 << 20)), "{told:?}");
    assert!(told.iter().all(|(what, _)| *what != Limited::UploadBytesPerDay), "0 is no limit");
}

#[tokio::test]
async fn the_work_of_a_day_is_limited_and_the_job_that_goes_over_it_is_the_last() {
    let house = open(&["--guest-cost-per-day", "1"]).await;
    let visitor = house.visitor().await;
    // 256 × 256 in 3 steps is a fifth of a million.
    let mut done = 0;
    while visitor.submit(&small("x")).await.status == StatusCode::ACCEPTED {
        done += 1;
        assert!(done < 10, "nothing stops it");
    }
    assert_eq!(done, 6);
    let told = visitor.me().await.limits;
    let cost = told.iter().find(|limit| limit.what == Limited::CostPerDay).unwrap();
    assert_eq!((cost.used, cost.most), (6 * 256 * 256 * 3, 1_000_000));
}

// safety 16
#[tokio::test]
async fn who_hits_a_limit_is_written_down_once_a_day() {
    let house = open(&["--guest-requests", "1"]).await;
    let owner = house.owner().await;
    for _ in 0..3 {
        house.answer_to("192.0.2.1:1", get("me")).await;
    }
    let page: wire::AuditPage = owner.get(&format!("{API}/admin/audit")).await.json();
    let hit: Vec<_> = page.entries.iter().filter(|entry| entry.what == "limit_hit").collect();
    assert_eq!(hit.len(), 1);
    assert_eq!(hit[0].about, "requests");
}
