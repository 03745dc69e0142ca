//! What ComfyUI's own page has kept for each person.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::person::Person;
use crate::target::Target;

async fn send(person: &Person, method: &str, path: &str, body: &str) -> Response {
    let method = method.parse().unwrap();
    let request = person.http.request(method, format!("{}{path}", person.url));
    request.body(body.to_owned()).send().await.unwrap()
}

// safety 12
#[tokio::test]
async fn settings_are_everybodys_own() {
    let target = Target::start(|_| ()).await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    assert_eq!(one.get("/settings").await, json!({}));
    assert_eq!(one.get("/settings/Comfy.Theme").await, Value::Null);
    one.post("/settings", &json!({"a": 1, "b": [true]})).await;
    send(&one, "POST", "/api/settings/b", "\"dark\"").await;
    assert_eq!(one.get("/settings").await, json!({"a": 1, "b": "dark"}));
    assert_eq!(one.get("/api/settings/b").await, "dark");
    assert_eq!(two.get("/settings").await, json!({}));
    let large = json!({"a": "x".repeat(300_000)});
    let refused = one.post("/settings", &large).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(one.get("/settings/a").await, 1);
}

// safety 12, 29
#[tokio::test]
async fn files_are_everybodys_own_and_their_paths_are_names() {
    let target = Target::start(|_| ()).await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    assert_eq!(one.ask("/userdata?dir=workflows").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(one.ask("/userdata").await.status(), StatusCode::BAD_REQUEST);
    let file = "/userdata/workflows%2Fsub%2Ffox.json";
    let written = send(&one, "POST", &format!("{file}?full_info=true"), "{\"a\":1}").await;
    let info: Value = written.json().await.unwrap();
    assert_eq!((&info["path"], &info["size"]), (&json!("workflows/sub/fox.json"), &json!(7)));
    assert_eq!(one.get(file).await, json!({"a": 1}));
    assert_eq!(one.ask(file).await.headers()["content-disposition"], "attachment");
    assert_eq!(two.ask(file).await.status(), StatusCode::NOT_FOUND);

    assert_eq!(one.get("/userdata?dir=workflows").await, json!([]));
    assert_eq!(one.get("/userdata?dir=workflows&recurse=true").await, json!(["sub/fox.json"]));
    let split = one.get("/userdata?dir=workflows&recurse=true&split=true").await;
    assert_eq!(split, json!([["sub/fox.json", "sub", "fox.json"]]));
    let entries = one.get("/v2/userdata?path=workflows").await;
    assert_eq!(entries[0], json!({"name": "sub", "path": "workflows/sub", "type": "directory"}));
    assert_eq!(entries[1]["path"], "workflows/sub/fox.json");

    let taken = send(&one, "POST", &format!("{file}?overwrite=false"), "{}").await;
    assert_eq!(taken.status(), StatusCode::CONFLICT);
    let moved = send(&one, "POST", &format!("{file}/move/workflows%2Fhen.json"), "").await;
    assert_eq!(moved.json::<Value>().await.unwrap(), "workflows/hen.json");
    assert_eq!(one.get("/userdata?dir=workflows").await, json!(["hen.json"]));
    let gone = send(&one, "DELETE", "/userdata/workflows%2Fhen.json", "").await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    for outside in ["..%2Fx", "%2Fetc%2Fpasswd", "a%2F..%2F..%2Fb"] {
        let refused = send(&one, "POST", &format!("/userdata/{outside}"), "x").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{outside}");
    }
}
