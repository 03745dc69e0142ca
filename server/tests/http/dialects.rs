//! What lies around the doors says no in the words of the door that was knocked at.

use axum::body::Body;
use axum::http::Request;

use super::forms::Form;
use super::house::House;
use super::matrix::TABLE;

/// An address of a route.
fn uri(before: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    if path == "/" && !before.is_empty() { before.to_owned() } else { format!("{before}{path}") }
}

/// Requests that no door sees, and the status of what they are answered.
fn refused(method: &str, uri: &str) -> Vec<(&'static str, u16, Request<Body>)> {
    let ask = |method: &str, headers: &[(&'static str, &'static str)]| {
        let request = Request::builder().method(method).uri(uri);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(Body::empty()).unwrap()
    };
    let twice = [("host", "localhost:8787"), ("host", "localhost:8787")];
    let mut all = vec![
        ("a method that is none", 405, ask("TRACE", &[])),
        ("two hosts", 400, ask(method, &twice)),
    ];
    if !matches!(uri, "/healthz" | "/readyz") {
        all.push(("another name", 421, ask(method, &[("host", "evil.example")])));
    }
    if !matches!(method, "GET" | "HEAD") {
        let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        all.push(("another site", 403, ask(method, &foreign)));
        all.push(("another page", 403, ask(method, &[("origin", "null")])));
    }
    all
}

// safety 18, 23
#[tokio::test]
async fn refusals_before_any_door_are_in_the_form_of_the_door() {
    let house = House::quiet().await;
    let mut forms = std::collections::BTreeMap::new();
    for (method, path, before, _) in TABLE {
        let uri = uri(before, path);
        let form = Form::at(&uri);
        *forms.entry(format!("{form:?}")).or_insert(0) += 1;
        for (what, status, request) in refused(method, &uri) {
            let silent = request.method() == "HEAD";
            let answer = house.answer(request).await;
            assert_eq!(answer.status.as_u16(), status, "{what}: {method} {uri}: {}", answer.text());
            if silent {
                continue;
            }
            assert!(!answer.body.is_empty(), "{what}: {method} {uri} says nothing");
            form.check(&answer).unwrap_or_else(|why| panic!("{what}: {method} {uri}: {why}"));
        }
    }
    assert_eq!(forms.len(), 6, "every door is among them: {forms:?}");
}
