//! The page and its files, for people.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::house::House;

// safety 21
#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_people() {
    let house = House::quiet().await;
    for uri in ["/", "/studio", "/nowhere", "/api/parlor/v1/house", "/api/nope", "/healthz"] {
        let answer = house.get(uri).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{uri}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{uri}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{uri}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{uri}");
    }
}

// safety 21
#[tokio::test]
async fn only_the_embedded_page_may_be_framed_and_only_by_listed_sites() {
    let house = House::with(&["--embed-origin", "https://shop.example.org"]).await;
    let embed = house.get("/embed/text-to-picture").await;
    let policy = embed.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors https://shop.example.org"), "{policy}");
    assert_eq!(embed.header("cache-control"), "no-store");
    assert_eq!(embed.header("set-cookie"), "");
    let page = house.get("/w/text-to-picture").await;
    assert!(page.header("content-security-policy").ends_with("frame-ancestors 'none'"));
}

#[tokio::test]
async fn pages_are_found_or_said_to_be_lost_by_the_page_itself() {
    let house = House::quiet().await;
    for (uri, status) in [
        ("/", StatusCode::OK),
        ("/gallery", StatusCode::OK),
        ("/w/upscale", StatusCode::OK),
        ("/w/nope", StatusCode::NOT_FOUND),
        ("/embed/nope", StatusCode::NOT_FOUND),
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/assets/app-0000.js", StatusCode::NOT_FOUND),
    ] {
        let answer = house.get(uri).await;
        assert_eq!(answer.status, status, "{uri}");
        assert!(answer.text().starts_with("<!doctype html>"), "{uri}");
    }
}

// safety 11
#[tokio::test]
async fn who_is_not_let_in_learns_of_no_workflow() {
    let house = House::with(&["--open=false"]).await;
    for page in ["w", "embed"] {
        let [there, not] = ["upscale", "nope"].map(|slug| format!("/{page}/{slug}"));
        let (there, not) = (house.get(&there).await.status, house.get(&not).await.status);
        assert_eq!((there, not), (StatusCode::OK, StatusCode::OK), "{page}");
    }
}

#[tokio::test]
async fn the_host_gets_another_document_than_guests() {
    let house = House::quiet().await;
    let studio = house.get("/studio").await;
    assert_eq!(studio.status, StatusCode::OK);
    assert_ne!(studio.text(), house.get("/").await.text());
    for uri in ["/studio/", "/studio/workflows/upscale"] {
        assert_eq!(house.get(uri).await.text(), studio.text(), "{uri}");
    }
    for uri in ["/studio.html", "/index.html", "/studios"] {
        assert_eq!(house.get(uri).await.status, StatusCode::NOT_FOUND, "{uri}");
    }
}

#[tokio::test]
async fn the_page_need_not_be_sent_twice() {
    let house = House::quiet().await;
    let first = house.get("/").await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let again = Request::get("/").header("if-none-match", first.header("etag"));
    let again = house.answer(again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn a_house_below_a_path_works_whether_or_not_the_proxy_takes_it_off() {
    let house = House::with(&["--public-url", "https://example.org/art"]).await;
    for uri in ["/art/", "/art/w/upscale", "/w/upscale"] {
        let asked = Request::get(uri).header("host", "example.org").body(Body::empty()).unwrap();
        let answer = house.answer(asked).await;
        assert_eq!(answer.status, StatusCode::OK, "{uri}");
        assert!(answer.text().contains(r#"<base href="/art/">"#));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
    let api = Request::get("/art/api/parlor/v1/house").header("host", "example.org");
    assert_eq!(house.answer(api.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_house_that_closes_is_alive_but_not_ready() {
    let house = House::quiet().await;
    assert_eq!(house.get("/readyz").await.status, StatusCode::OK);
    house.app.shutdown.start();
    assert_eq!(house.get("/healthz").await.status, StatusCode::OK);
    let answer = house.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(answer.header("retry-after"), "");
}
