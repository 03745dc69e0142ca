//! Nobody sees what is not theirs.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::house::{API, House, small};

#[tokio::test]
async fn a_visitor_is_known_again_and_another_is_not() {
    let house = House::quiet().await;
    let (mine, other) = (house.visitor().await, house.visitor().await);
    let job: wire::Job = mine.submit(&small("x")).await.json();
    assert_eq!(mine.get(&format!("{API}/jobs/{}", job.id)).await.status, StatusCode::OK);
    let list: wire::JobList = other.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.total, 0);
}

// safety 11
#[tokio::test]
async fn anothers_things_do_not_exist() {
    let house = House::working(0).await;
    let (mine, other) = (house.visitor().await, house.visitor().await);
    let job = mine.picture().await;
    let output = job.outputs[0].id;
    for (method, uri) in [
        ("GET", format!("{API}/jobs/{}", job.id)),
        ("DELETE", format!("{API}/jobs/{}", job.id)),
        ("POST", format!("{API}/jobs/{}/cancel", job.id)),
        ("PUT", format!("{API}/jobs/{}/favourite", job.id)),
        ("GET", format!("{API}/jobs/{}/events", job.id)),
        ("GET", format!("{API}/jobs/{}/graph", job.id)),
        ("GET", format!("{API}/outputs/{output}")),
        ("GET", format!("{API}/outputs/{output}/thumb")),
    ] {
        assert_eq!(other.call(method, &uri).await.status, StatusCode::NOT_FOUND, "{method} {uri}");
    }
    let kept: wire::Job = mine.get(&format!("{API}/jobs/{}", job.id)).await.json();
    assert!(!kept.favourite);
}

#[tokio::test]
async fn programs_are_the_visitor_of_their_address() {
    let house = House::quiet().await;
    let ask = |key: Option<&'static str>| {
        let asked = Request::get(format!("{API}/jobs"));
        let asked = key.into_iter().fold(asked, |asked, key| asked.header("x-api-key", key));
        asked.body(Body::empty()).unwrap()
    };
    let mut submit =
        super::house::post(&format!("{API}/workflows/text-to-picture/jobs"), &small("x"));
    submit.headers_mut().insert("authorization", "Bearer anonymous".parse().unwrap());
    assert_eq!(house.answer_to("192.0.2.1:1", submit).await.status, StatusCode::ACCEPTED);

    for key in [None, Some("anonymous")] {
        let same: wire::JobList = house.answer_to("192.0.2.1:2", ask(key)).await.json();
        assert_eq!(same.total, 1);
        let other: wire::JobList = house.answer_to("192.0.2.2:2", ask(key)).await.json();
        assert_eq!(other.total, 0);
    }
    let unknown = house.answer_to("192.0.2.1:2", ask(Some("sk-123"))).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
}

// safety 17
#[tokio::test]
async fn an_embedded_page_needs_no_cookie_and_shows_its_token_in_no_address() {
    let house = House::working(0).await;
    let embedded = house.embedded().await;
    let job = embedded.picture().await;
    let url = &job.outputs[0].url;
    assert!(!url.contains(&embedded.shown.1), "{url}");

    // As <img> asks: with neither cookie nor header.
    for uri in [format!("/{url}"), format!("/{url}/thumb?w=64"), format!("/{url}?download=1")] {
        assert_eq!(house.get(&uri).await.status, StatusCode::OK, "{uri}");
    }
    let plain = format!("{API}/outputs/{}", job.outputs[0].id);
    assert_eq!(house.get(&plain).await.status, StatusCode::NOT_FOUND);
}

// safety 14
#[tokio::test]
async fn a_sealed_link_opens_its_own_picture_only() {
    let house = House::working(0).await;
    let embedded = house.embedded().await;
    let (one, two) = (embedded.picture().await, embedded.picture().await);
    let (one, two) = (&one.outputs[0], &two.outputs[0]);
    let crossed = one.url.replace(&one.id.to_string(), &two.id.to_string());
    assert_eq!(house.get(&format!("/{crossed}")).await.status, StatusCode::NOT_FOUND);
}
