//! What a ComfyUI would answer, and nobody may ask it through us.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request as Asked;
use axum::http::{Request, StatusCode};
use tokio::net::TcpListener;

use super::house::House;

/// What is asked of a backend by nobody but its keeper.
const CLOSED: &[&str] = &[
    "internal/logs",
    "internal/logs/raw",
    "internal/folder_paths",
    "internal/files/output",
    "manager/queue/status",
    "manager/reboot",
    "customnode/install",
    "free",
    "experiment/models/preview/checkpoints/0/x.safetensors",
    "view_metadata/checkpoints?filename=x.safetensors",
    "assets/seed",
];

/// Ours to answer or not, but never a backend's.
const OWN: &[&str] = &[
    "userdata/x.json",
    "v2/userdata",
    "settings/x",
    "users",
    "api/jobs/cancel",
    "experiment/models",
];

/// Ways to spell a path that a careless proxy reads otherwise than it forwards.
fn spelt(path: &str) -> [String; 8] {
    [
        format!("/{path}"),
        format!("/api/{path}"),
        format!("//{path}"),
        format!("/./{path}"),
        format!("/api/../{path}"),
        format!("/api/parlor/v1/../../../{path}"),
        format!("/%2e%2e/{path}"),
        format!("/{}", path.replacen('/', "%2f", 1)),
    ]
}

/// A backend that remembers what it was asked.
async fn backend() -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let remember = move |request: Asked| async move {
        heard.lock().unwrap().push(request.uri().to_string());
        StatusCode::NOT_FOUND
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(remember);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, asked)
}

// safety 1
#[tokio::test]
async fn nothing_that_a_backend_answers_can_be_asked_through_the_house() {
    let (url, asked) = backend().await;
    let house = House::with(&["--backend", &url]).await;
    // It asks for itself, so whatever came through would be heard.
    while asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let visitor = house.visitor().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for path in CLOSED.iter().chain(OWN) {
            for uri in spelt(path) {
                let request = Request::builder().method(method).uri(&uri);
                let request = request.header("content-type", "application/json");
                let answer = visitor.send(request.body(Body::from("{}")).unwrap()).await;
                let closed = matches!(answer.status.as_u16(), 404 | 405);
                assert!(closed || OWN.contains(path), "{method} {uri}: {}", answer.status);
            }
        }
    }
    let heard = asked.lock().unwrap();
    let through: Vec<_> = heard
        .iter()
        .filter(|uri| CLOSED.iter().chain(OWN).any(|path| uri.contains(path)))
        .collect();
    assert!(through.is_empty(), "{through:?}");
}
