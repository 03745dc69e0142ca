//! What the fake answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Inner, Mood, Prompt, picture};

type Shared = State<Arc<Inner>>;

pub(super) fn app(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/ws", get(socket))
        .route("/prompt", post(prompt))
        .route("/queue", get(queue))
        .route("/history/{id}", get(history))
        .route("/object_info", get(object_info))
        .route("/upload/image", post(upload))
        .route("/view", get(view))
        .route("/api/jobs/{id}/cancel", post(cancel))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&inner), manners))
        .with_state(inner)
}

/// Moods that concern every route.
async fn manners(
    State(inner): Shared,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    match inner.mood() {
        Mood::Html => Html("<!doctype html><h1>Welcome to nginx!</h1>").into_response(),
        Mood::Silent => std::future::pending().await,
        _ => next.run(request).await,
    }
}

async fn socket(
    upgrade: WebSocketUpgrade,
    Query(query): Query<HashMap<String, String>>,
    State(inner): Shared,
) -> Response {
    let id = query["clientId"].clone();
    upgrade.on_upgrade(move |socket| serve_socket(socket, id, inner))
}

async fn serve_socket(mut socket: WebSocket, id: String, inner: Arc<Inner>) {
    let (sender, messages) = mpsc::unbounded_channel();
    let own = sender.downgrade();
    inner.sockets.lock().unwrap().insert(id.clone(), sender);
    inner.say_status();
    talk(&mut socket, messages).await;
    let mut sockets = inner.sockets.lock().unwrap();
    let mine =
        |now: &mpsc::UnboundedSender<_>| own.upgrade().is_some_and(|own| own.same_channel(now));
    if sockets.get(&id).is_some_and(mine) {
        sockets.remove(&id);
    }
}

async fn talk(socket: &mut WebSocket, mut messages: mpsc::UnboundedReceiver<Message>) {
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(message) => {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
                None => return,
            },
            heard = socket.recv() => if heard.is_none() { return },
        }
    }
}

async fn prompt(State(inner): Shared, Json(body): Json<Value>) -> Response {
    if inner.mood() == Mood::Refusing {
        let error = json!({
            "error": { "type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation",
                       "details": "", "extra_info": {} },
            "node_errors": { "4": { "class_type": "CheckpointLoaderSimple", "dependent_outputs": ["9"], "errors": [{
                "type": "value_not_in_list", "message": "Value not in list",
                "details": "ckpt_name: 'x' not in (list of /home/host/models)", "extra_info": {} }] } },
        });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let id = body["prompt_id"].as_str().unwrap().to_owned();
    let client_id = body["client_id"].as_str().unwrap().to_owned();
    let prompt = Prompt { id: id.clone(), client_id, body };
    inner.accepted.lock().unwrap().push(prompt.clone());
    inner.pending.lock().unwrap().push_back(prompt);
    inner.say_status();
    inner.queued.notify_one();
    if inner.mood() == Mood::Vague {
        return broken();
    }
    Json(json!({ "prompt_id": id, "number": 1, "node_errors": {} })).into_response()
}

/// A body that ends in the middle.
fn broken() -> Response {
    let error = std::io::Error::other("broken");
    let pieces = futures_util::stream::iter([Ok(Bytes::from_static(b"{")), Err(error)]);
    axum::body::Body::from_stream(pieces).into_response()
}

async fn queue(State(inner): Shared) -> Json<Value> {
    inner.asked.fetch_add(1, Ordering::Relaxed);
    let item = |prompt: &Prompt| json!([1, prompt.id, {}, {}, []]);
    let running: Vec<_> = inner.running.lock().unwrap().iter().map(item).collect();
    let pending: Vec<_> = inner.pending.lock().unwrap().iter().map(item).collect();
    Json(json!({ "queue_running": running, "queue_pending": pending }))
}

async fn history(Path(id): Path<String>, State(inner): Shared) -> Response {
    let entry = inner.history.lock().unwrap().get(&id).cloned();
    let Some(entry) = entry else { return Json(json!({})).into_response() };
    let text = json!({ id: entry }).to_string();
    // Bare NaN, as Python writes it.
    text.replace("\"<NaN>\"", "NaN").into_response()
}

async fn object_info(State(inner): Shared) -> Response {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/comfy/tests/fixtures/object_info.json");
    let catalogue = tokio::fs::read(path).await.unwrap();
    let mut changed: Value = serde_json::from_slice(&catalogue).unwrap();
    match inner.mood() {
        Mood::Blunt => drop(changed.as_object_mut().unwrap().remove("ImageSharpen")),
        Mood::Other => {
            let loader = &mut changed["CheckpointLoaderSimple"]["input"]["required"];
            loader["ckpt_name"][0] = json!(["other.safetensors"]);
        }
        _ => return catalogue.into_response(),
    }
    Json(changed).into_response()
}

async fn upload(State(inner): Shared, mut form: axum::extract::Multipart) -> Response {
    if inner.mood() == Mood::NoUploads {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut stored = String::new();
    while let Some(field) = form.next_field().await.unwrap() {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let bytes = field.bytes().await.unwrap();
            inner.uploads.lock().unwrap().insert(name.clone(), bytes);
            stored = name;
        }
    }
    Json(json!({ "name": stored, "subfolder": "", "type": "input" })).into_response()
}

async fn view(Query(query): Query<HashMap<String, String>>, State(inner): Shared) -> Response {
    inner.viewed.fetch_add(1, Ordering::Relaxed);
    let cheered = inner.cheered.notified();
    if inner.mood() == Mood::Late {
        cheered.await;
    }
    if inner.mood() == Mood::Endless {
        let pieces = futures_util::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 8 << 10]))
        });
        return axum::body::Body::from_stream(pieces).into_response();
    }
    if inner.shown.lock().unwrap().is_none() {
        return picture([200, 120, 40], "PNG").into_response();
    }
    let file = inner.files.lock().unwrap().get(&query["filename"]).cloned();
    file.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn cancel(Path(id): Path<String>, State(inner): Shared) -> Json<Value> {
    let mut pending = inner.pending.lock().unwrap();
    let before = pending.len();
    pending.retain(|prompt| prompt.id != id);
    let waited = pending.len() < before;
    let runs = inner.running.lock().unwrap().as_ref().is_some_and(|prompt| prompt.id == id);
    if runs {
        inner.cancelled.lock().unwrap().push(id);
        inner.interrupt.notify_one();
    }
    Json(json!({ "cancelled": waited || runs }))
}
