//! Who is not let in, and how they are told.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use wire::ErrorCode;

use super::house::{API, House, post, small};

fn request(method: &str, uri: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(uri)
}

fn empty(method: &str, uri: &str) -> Request<Body> {
    request(method, uri).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_its_code() {
    let house = House::quiet().await;
    let jobs = format!("{API}/workflows/text-to-picture/jobs");
    let nobody = "00000000-0000-0000-0000-000000000000";
    let json = |uri: &str, body: &str| {
        request("POST", uri)
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    for (asked, status, code) in [
        (empty("GET", "/api/nope"), 404, ErrorCode::NotFound),
        (empty("POST", "/api/parlor/v1/nope"), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/jobs/not-a-uuid")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/jobs/{nobody}")), 404, ErrorCode::NotFound),
        (empty("DELETE", &format!("{API}/jobs/{nobody}")), 404, ErrorCode::NotFound),
        (empty("POST", &format!("{API}/jobs/{nobody}/cancel")), 404, ErrorCode::NotFound),
        (empty("PUT", &format!("{API}/jobs/{nobody}/favourite")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/jobs/{nobody}/events")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/jobs/{nobody}/graph")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/outputs/{nobody}")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/outputs/{nobody}/thumb")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/uploads/{nobody}")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/signed/x/outputs/{nobody}")), 404, ErrorCode::NotFound),
        (empty("GET", &format!("{API}/workflows/nope")), 404, ErrorCode::NotFound),
        (json(&format!("{API}/workflows/nope/jobs"), "{}"), 404, ErrorCode::NotFound),
        (empty("POST", &format!("{API}/house")), 405, ErrorCode::MethodNotAllowed),
        (empty("DELETE", "/w/text-to-picture"), 405, ErrorCode::MethodNotAllowed),
        (empty("POST", "/nowhere"), 405, ErrorCode::MethodNotAllowed),
        (empty("GET", &format!("{API}/jobs?limit=many")), 400, ErrorCode::BadRequest),
        (empty("GET", &format!("{API}/jobs?order=up")), 400, ErrorCode::BadRequest),
        (empty("GET", &format!("{API}/live")), 400, ErrorCode::BadRequest),
        (json(&jobs, "{"), 400, ErrorCode::BadRequest),
        (json(&jobs, r#"{"inputs":{},"priority":9}"#), 400, ErrorCode::BadRequest),
        (empty("POST", &jobs), 415, ErrorCode::UnsupportedMediaType),
        (json(&jobs, &"[".repeat(5 << 20)), 413, ErrorCode::TooLarge),
    ] {
        let what = format!("{} {}", asked.method(), asked.uri());
        let answer = house.answer(asked).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
        assert_eq!(answer.problem().code, code, "{what}");
    }
}

// safety 23
#[tokio::test]
async fn trace_is_not_answered_anywhere() {
    let house = House::quiet().await;
    for uri in ["/", "/api/parlor/v1/house", "/nowhere"] {
        assert_eq!(house.answer(empty("TRACE", uri)).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

// safety 23
#[tokio::test]
async fn a_name_that_is_not_ours_is_misdirected() {
    let house = House::quiet().await;
    let asked = request("GET", "/").header("host", "evil.example").body(Body::empty()).unwrap();
    let answer = house.answer(asked).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    let asked =
        request("GET", "/healthz").header("host", "10.0.0.7:8787").body(Body::empty()).unwrap();
    assert_eq!(house.answer(asked).await.status, StatusCode::OK);
}

// safety 18
#[tokio::test]
async fn another_site_cannot_act_through_a_visitors_browser() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let uri = format!("{API}/workflows/text-to-picture/jobs");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:3000"),
        ("origin", "null"),
    ] {
        let mut asked = post(&uri, &small("x"));
        asked.headers_mut().insert(name, value.parse().unwrap());
        let answer = visitor.send(asked).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(answer.problem().code, ErrorCode::Forbidden);
    }
    for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8787")] {
        let mut asked = post(&uri, &small("x"));
        asked.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(visitor.send(asked).await.status, StatusCode::ACCEPTED, "{name}: {value}");
    }
}

// safety 20
#[tokio::test]
async fn only_listed_sites_may_read_answers() {
    let house = House::with(&["--cors-origin", "https://shop.example.org"]).await;
    let ask = |origin: &'static str| {
        request("GET", "/api/parlor/v1/house").header("origin", origin).body(Body::empty()).unwrap()
    };
    let listed = house.answer(ask("https://shop.example.org")).await;
    assert_eq!(listed.header("access-control-allow-origin"), "https://shop.example.org");
    let other = house.answer(ask("https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), "");

    let mut asked = post("/api/parlor/v1/workflows/text-to-picture/jobs", &small("x"));
    asked.headers_mut().insert("origin", "https://shop.example.org".parse().unwrap());
    asked.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(house.answer(asked).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn without_listed_sites_nobody_is_answered() {
    let house = House::quiet().await;
    let asked = request("OPTIONS", "/api/parlor/v1/house")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .body(Body::empty())
        .unwrap();
    let answer = house.answer(asked).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

// safety 24
#[tokio::test]
async fn the_figures_are_for_this_machine() {
    let house = House::quiet().await;
    let here = house.get("/metrics").await;
    assert!(here.text().contains("parlor_backend_up{backend=\"workshop\"} 0"), "{}", here.text());
    let away = house.answer_to("192.0.2.1:1", empty("GET", "/metrics")).await;
    assert_eq!(away.status, StatusCode::NOT_FOUND);
    for (name, value) in
        [("x-forwarded-for", "192.0.2.1"), ("via", "1.1 tunnel"), ("cf-connecting-ip", "192.0.2.1")]
    {
        let passed_on = request("GET", "/metrics").header(name, value).body(Body::empty());
        assert_eq!(house.answer(passed_on.unwrap()).await.status, StatusCode::NOT_FOUND, "{name}");
    }
    let public = House::with(&["--metrics-public"]).await;
    let away = public.answer_to("192.0.2.1:1", empty("GET", "/metrics")).await;
    assert_eq!(away.status, StatusCode::OK);
}

// safety 24
#[tokio::test]
async fn a_house_in_trouble_says_neither_path_nor_cause() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let job: wire::Job = visitor.submit(&small("x")).await.json();
    let answer = visitor.get(&format!("{API}/jobs/{}", job.id)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = visitor
        .post(
            &format!("{API}/workflows/upscale/jobs"),
            &json!({"inputs": {
                "picture": {"upload": "../../etc/passwd"}
            }}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problem().field.as_deref(), Some("picture"));
}

// safety 4
#[tokio::test]
async fn a_field_that_cannot_be_used_is_named() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    for (inputs, field) in [
        (json!({}), "prompt"),
        (json!({"prompt": ""}), "prompt"),
        (json!({"prompt": "x".repeat(100_000)}), "prompt"),
        (json!({"prompt": 7}), "prompt"),
        (json!({"prompt": "x", "steps": 1_000}), "steps"),
        (json!({"prompt": "x", "size": {"width": 1, "height": 1}}), "size"),
        (json!({"prompt": "x", "ckpt_name": "other"}), "ckpt_name"),
    ] {
        let answer = visitor.submit(&json!({ "inputs": inputs })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert_eq!(answer.problem().field.as_deref(), Some(field));
    }
}

#[tokio::test]
async fn a_refusal_says_where_and_at_which_node() {
    let house = House::with(&["--public-url", "http://art.example.org/rooms", "--open"]).await;
    let visitor = house.visitor().await;
    let run = format!("/rooms{API}/workflows/text-to-picture/jobs");
    let asked = |steps: u32, prompt: &str| {
        let inputs = json!({ "prompt": prompt, "steps": steps });
        post(&format!("{run}?wait=1"), &json!({ "inputs": inputs }))
    };
    for (request, field, node) in [
        (asked(1_000, "x"), "steps", "3"),
        // It is one of several that make a text.
        (asked(3, ""), "prompt", "6"),
    ] {
        let problem = visitor.send(request).await.problem();
        assert_eq!(problem.instance.as_deref(), Some(&*run));
        assert_eq!((problem.field.as_deref(), problem.node.as_deref()), (Some(field), Some(node)));
    }
    let lines = request("POST", &run.replace("jobs", "batches"))
        .header("content-type", "application/jsonl")
        .body(Body::from("{\"prompt\":\"x\"}\n{\"prompt\":\"x\",\"steps\":1000}"));
    let problem = visitor.send(lines.unwrap()).await.problem();
    assert_eq!((problem.line, problem.node.as_deref()), (Some(2), Some("3")));
    // safety 5: of a field that guests do not have, nothing is told.
    let closed = json!({ "inputs": { "prompt": "x", "ckpt_name": "other" } });
    assert_eq!(visitor.send(post(&run, &closed)).await.problem().node, None);
    // safety 24
    let sealed = format!("{API}/signed/secret/outputs/00000000-0000-0000-0000-000000000000");
    assert!(!house.get(&sealed).await.text().contains("secret"));
}

#[tokio::test]
async fn a_word_that_an_address_does_not_know_is_told() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let job: wire::Job = visitor.submit(&small("x")).await.json();
    let nobody = "00000000-0000-0000-0000-000000000000";
    for (method, uri) in [
        ("POST", "workflows/text-to-picture/jobs?wiat=60".to_owned()),
        ("POST", "workflows/text-to-picture/batches?wiat=60".to_owned()),
        ("POST", "uploads?nmae=a.png".to_owned()),
        ("GET", format!("outputs/{nobody}?dwonload=1")),
        ("GET", format!("outputs/{nobody}/thumb?width=3")),
        ("GET", "workflows?language=de".to_owned()),
        ("GET", "house?x".to_owned()),
        ("GET", format!("jobs/{}?wait=60", job.id)),
        ("POST", format!("jobs/{}/cancel?now=1", job.id)),
        ("POST", "studio/import?nmae=x".to_owned()),
    ] {
        let answer = visitor.send(empty(method, &format!("{API}/{uri}"))).await;
        let problem = answer.problem();
        assert_eq!((problem.status, problem.code), (400, ErrorCode::BadRequest), "{uri}");
        assert!(problem.detail.contains("query"), "{uri}: {}", problem.detail);
    }
    let kept: wire::Job = visitor.get(&format!("{API}/jobs/{}", job.id)).await.json();
    assert_eq!(kept.status, wire::JobStatus::Queued, "nothing was stopped");
    for uri in [format!("{API}/jobs?limit=1"), format!("{API}/house?")] {
        assert_eq!(visitor.get(&uri).await.status, StatusCode::OK, "{uri}");
    }
}

// safety 35
#[tokio::test]
async fn whoever_goes_on_from_an_event_that_there_was_not_is_told() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let mut two = small("x");
    two["count"] = 2.into();
    let job: wire::Job = me.submit(&small("x")).await.json();
    let batch: wire::BatchPage = me.submit(&two).await.json();
    for uri in [
        format!("{API}/jobs/{}/events", job.id),
        format!("{API}/batches/{}/events", batch.batch.id),
        format!("/api/v2/jobs/{}/events", job.id),
    ] {
        for last in ["x", "-1", "+1", "1.0", "7", "99999999999999999999999"] {
            let asked = request("GET", &uri).header("last-event-id", last);
            let answer = me.send(asked.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}: {last}");
            if uri.starts_with(API) {
                assert_eq!(answer.problem().code, ErrorCode::BadRequest);
            } else {
                let told: serde_json::Value = answer.json();
                assert_eq!(told["error"]["code"], "invalid_request", "{told}");
            }
        }
    }
}
