//! Links to files that open by themselves, for a while.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri};
use parlor::auth::{PrincipalId, Sealed};
use serde_json::json;
use wire::FileLink;

use super::house::{API, House};

// safety 14
#[tokio::test]
async fn a_link_opens_one_file_without_a_key_and_in_parts() {
    let house = House::working(0).await;
    let me = house.visitor().await;
    let (job, other) = (me.picture().await, me.picture().await);
    let output = &job.outputs[0];
    let wish = format!("{API}/outputs/{}/link", output.id);
    let before = jiff::Timestamp::now().as_millisecond();
    let link: FileLink = me.post(&wish, &json!({ "expires_in": 3600 })).await.json();
    let life = link.expires_at - before;
    assert!((3_599_000..=3_605_000).contains(&life) && link.expires_at % 1000 == 0, "{life}");
    let url: Uri = link.url.parse().unwrap();
    assert_eq!(url.host(), Some("localhost"));
    let whole = house.get(url.path()).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.body, me.get(&format!("{API}/outputs/{}", output.id)).await.body);
    let part = Request::get(url.path()).header("range", "bytes=1-3").body(Body::empty());
    let part = house.answer(part.unwrap()).await;
    assert_eq!((part.status, &*part.body), (StatusCode::PARTIAL_CONTENT, &b"PNG"[..]));

    let id = output.id.to_string();
    let elsewhere = url.path().replace(&id, &other.outputs[0].id.to_string());
    assert_eq!(house.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
    me.call("DELETE", &format!("{API}/jobs/{}", job.id)).await;
    assert_eq!(house.get(url.path()).await.status, StatusCode::NOT_FOUND, "taken back");
}

// safety 14
#[tokio::test]
async fn a_link_whose_time_is_over_is_no_link() {
    let house = House::working(0).await;
    let me = house.visitor().await;
    let output = me.picture().await.outputs.remove(0);
    let (owner, now) = (PrincipalId(me.me().await.id), SystemTime::now());
    let of = |until| {
        let seal = house.app.visitors.seal_until((owner, Sealed::Output(output.id.0)), until);
        format!("{API}/signed/{seal}/outputs/{}", output.id)
    };
    let minute = Duration::from_mins(1);
    assert_eq!(house.get(&of(now + minute)).await.status, StatusCode::OK);
    let over = house.get(&of(now - minute)).await;
    assert_eq!(over.problem().status, 404);
}

#[tokio::test]
async fn a_link_works_for_a_minute_to_a_week_and_is_for_ones_own() {
    let house = House::working(0).await;
    let (me, other) = (house.visitor().await, house.member("Mia", json!([])).await);
    let output = me.picture().await.outputs.remove(0);
    let wish = format!("{API}/outputs/{}/link", output.id);
    for seconds in [0, 59, 604_801] {
        let problem = me.post(&wish, &json!({ "expires_in": seconds })).await.problem();
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some("expires_in")));
    }
    for wanted in [json!({}), json!({ "expires_in": 60 }), json!({ "expires_in": 604_800 })] {
        assert_eq!(me.post(&wish, &wanted).await.status, StatusCode::OK, "{wanted}");
    }
    for odd in
        [json!({ "expires_in": -1 }), json!({ "expires": 60 }), json!({ "expires_in": "60" })]
    {
        assert_eq!(me.post(&wish, &odd).await.problem().status, 400, "{odd}");
        assert_eq!(other.post(&wish, &odd).await.problem().status, 404, "{odd}");
    }
}
