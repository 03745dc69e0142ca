//! ComfyUI's own API: what makes no sense, and how programs show a key there.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::comfy_v2::picture;
use super::forms::Form;
use super::house::{API, House, Visitor};

/// A form of these fields; that which is called `image` is a file of this content.
fn form(uri: &str, fields: &[(&str, &[u8])]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, content) in fields {
        let file = if *name == "image" { "; filename=\"mask.png\"" } else { "" };
        body.extend(
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    Request::post(uri)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap()
}

fn text(method: &str, uri: &str, body: &str) -> Request<Body> {
    Request::builder().method(method).uri(uri).body(Body::from(body.to_owned())).unwrap()
}

/// That it is answered so, and refused in ComfyUI's words.
async fn answers(visitor: &Visitor<'_>, status: u16, request: Request<Body>) {
    let what = format!("{} {}", request.method(), request.uri());
    let answer = visitor.send(request).await;
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
    if status >= 400 {
        Form::Comfy.check(&answer).unwrap_or_else(|why| panic!("{what}: {why}"));
    }
}

// safety 4, 29
#[tokio::test]
async fn what_makes_no_sense_is_refused_in_comfys_words_or_does_nothing() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    for uri in ["/queue", "/history", "/api/queue", "/api/history"] {
        for body in ["", "{", "[]", "5", "null", "\"clear\"", "{\"clear\":NaN}"] {
            answers(&me, 400, text("POST", uri, body)).await;
        }
        // As with ComfyUI, what names nothing does nothing.
        for body in ["{}", r#"{"delete":"x"}"#, r#"{"delete":[5,null,"x"]}"#, r#"{"clear":"yes"}"#]
        {
            answers(&me, 200, text("POST", uri, body)).await;
        }
    }
    for body in ["", "{", "[]", r#"{"prompt_id":5}"#, r#"{"prompt_id":"x"}"#] {
        answers(&me, 200, text("POST", "/interrupt", body)).await;
    }
    for (query, status) in [
        ("max_items=x", 400),
        ("offset=x", 400),
        ("max_items=1.5", 400),
        ("max_items=-1", 200),
        ("max_items=99999999999999999999", 400),
    ] {
        answers(&me, status, text("GET", &format!("/history?{query}"), "")).await;
    }
    for query in [
        "limit=x",
        "limit=0",
        "limit=-1",
        "offset=x",
        "status=none",
        "sort_by=colour",
        "sort_order=up",
    ] {
        answers(&me, 400, text("GET", &format!("/api/jobs?{query}"), "")).await;
    }
    for body in ["", "{}", r#"{"job_ids":5}"#, r#"{"job_ids":["x"]}"#] {
        answers(&me, 400, text("POST", "/api/jobs/cancel", body)).await;
    }
}

// safety 4, 25
#[tokio::test]
async fn files_that_make_no_sense_are_refused_in_comfys_words() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let picture = picture();
    answers(&me, 200, form("/upload/image", &[("image", &picture)])).await;
    let nowhere = br#"{"filename":"none.png","subfolder":"","type":"input"}"#;
    let outside = br#"{"filename":"mask.png","subfolder":"../..","type":"input"}"#;
    let own = br#"{"filename":"mask.png","subfolder":"","type":"input"}"#;
    answers(&me, 400, text("POST", "/upload/mask", "no form")).await;
    for fields in [
        &[][..],
        &[("original_ref", &own[..])],
        &[("image", &picture[..])],
        &[("image", &picture), ("original_ref", b"{")],
        &[("image", &picture), ("original_ref", b"5")],
        &[("image", &picture), ("original_ref", nowhere)],
        &[("image", &picture), ("original_ref", outside)],
        &[("image", &picture), ("original_ref", own), ("type", b"models")],
        &[("image", &picture), ("original_ref", own), ("subfolder", b"../x")],
    ] {
        answers(&me, 400, form("/upload/mask", fields)).await;
    }
    answers(&me, 200, form("/upload/mask", &[("image", &picture), ("original_ref", own)])).await;
    let view = "/view?filename=mask.png&type=input";
    for (more, status) in [
        ("preview=webp;999", 400),
        ("preview=jpeg;101", 400),
        ("preview=webp;18446744073709551615", 400),
        ("preview=webp;x", 200),
        ("preview=webp;0", 200),
        ("preview=", 200),
    ] {
        answers(&me, status, text("GET", &format!("{view}&{more}"), "")).await;
    }
    for (method, uri, status) in [
        ("GET", "/userdata?dir=..", 403),
        ("GET", "/userdata?dir=%2Fetc", 403),
        ("GET", "/v2/userdata?path=..%2F..", 403),
        ("GET", "/userdata/..%2Fx", 403),
        ("POST", "/userdata/a%2F..%2F..%2Fb", 403),
        ("POST", "/userdata/a%00b", 403),
        ("POST", "/userdata/a%0Ab", 400),
        ("DELETE", "/userdata/none", 404),
        ("POST", "/userdata/none/move/other", 404),
        ("POST", "/userdata/x/move/..%2Fy", 403),
        ("GET", "/settings/none%00", 200),
    ] {
        answers(&me, status, text(method, uri, "x")).await;
    }
}

/// The first word that is heard on a socket, or the status of the refusal.
async fn first_word(url: &str, header: Option<(&'static str, String)>) -> Result<Value, u16> {
    let mut request = url.into_client_request().unwrap();
    if let Some((name, value)) = header {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((mut socket, _)) => {
            let word = socket.next().await.unwrap().unwrap();
            Ok(serde_json::from_str(word.to_text().unwrap()).unwrap())
        }
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
            Err(response.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

// safety 16
#[tokio::test]
async fn a_socket_is_opened_by_http_basic_or_by_a_ticket_once() {
    let house = House::with(&["--open=false"]).await;
    let owner = house.owner().await;
    let key = owner.key(json!({ "name": "script", "scope": "run" })).await.secret;
    let address = house.listen().await;
    let basic = |key: &str| {
        ("authorization", format!("Basic {}", BASE64_STANDARD.encode(format!("me:{key}"))))
    };
    for path in ["/ws", "/api/ws", "/comfy/ws"] {
        let url = format!("ws://{address}{path}?clientId=me");
        assert_eq!(first_word(&url, None).await, Err(401), "{path}");
        assert_eq!(first_word(&url, Some(basic("plr_wrong"))).await, Err(401), "{path}");
        let word = first_word(&url, Some(basic(&key))).await.unwrap();
        assert_eq!((&word["type"], &word["data"]["sid"]), (&json!("status"), &json!("me")));
        let ticket = owner.post(&format!("{API}/live/ticket"), &json!({})).await;
        assert_eq!(ticket.status, StatusCode::OK, "{}", ticket.text());
        let token = ticket.json::<Value>()["token"].as_str().unwrap().to_owned();
        let url = format!("{url}&token={token}");
        assert_eq!(first_word(&url, None).await.unwrap()["data"]["sid"], "me");
        assert_eq!(first_word(&url, None).await, Err(401), "{path}: a ticket opens once");
    }
}
