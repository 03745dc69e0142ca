//! A ComfyUI that does as it is told: runs, waits, fails, lies and dies.
//!
//! It lives on a runtime of its own, so that killing it is as sudden as
//! `kill -9`: every connection is gone at once, and so is all it knew.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, mpsc};

/// What the fake does with everything it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Answers every route with a web page.
    Html,
    /// Takes prompts and never runs them.
    Stuck,
    /// Says nothing on its sockets.
    Mute,
    /// Refuses every prompt.
    Refusing,
    /// Every sampler fails.
    Failing,
    /// Sends nonsense, repeats itself, and writes `NaN` into history.
    Odd,
    /// Accepts a prompt, then breaks the connection instead of answering.
    Vague,
    /// Answers a request for a file without end.
    Endless,
    /// Accepts connections and never answers.
    Silent,
    /// Refuses uploads for no reason.
    NoUploads,
}

/// What the world and the fake share.
#[derive(Default)]
pub struct Inner {
    pub mood: Mutex<Mood>,
    /// Sampling steps that may be made.
    steps: Option<Semaphore>,
    pub pending: Mutex<VecDeque<Prompt>>,
    pub running: Mutex<Option<Prompt>>,
    history: Mutex<HashMap<String, Value>>,
    sockets: Mutex<HashMap<String, mpsc::UnboundedSender<Message>>>,
    /// Every prompt ever accepted.
    pub accepted: Mutex<Vec<Prompt>>,
    asked: AtomicUsize,
    pub uploads: Mutex<HashMap<String, Bytes>>,
    cancelled: Mutex<Vec<String>>,
    queued: Notify,
    interrupt: Notify,
}

#[derive(Debug, Clone)]
pub struct Prompt {
    pub id: String,
    pub client_id: String,
    pub body: Value,
}

/// A running fake.
pub struct Fake {
    pub inner: Arc<Inner>,
    pub address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Fake {
    /// One that runs everything at once.
    pub fn start() -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), Inner::default())
    }

    /// One that makes a sampling step only when told.
    pub fn start_held() -> Self {
        let inner = Inner { steps: Some(Semaphore::new(0)), ..Inner::default() };
        Self::listen("127.0.0.1:0".parse().unwrap(), inner)
    }

    /// A new process at the address of one that was killed.
    pub fn restart(address: SocketAddr) -> Self {
        Self::listen(address, Inner::default())
    }

    /// The same, held.
    pub fn restart_held(address: SocketAddr) -> Self {
        let inner = Inner { steps: Some(Semaphore::new(0)), ..Inner::default() };
        Self::listen(address, inner)
    }

    fn listen(address: SocketAddr, inner: Inner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let inner = Arc::new(inner);
        let (told, heard) = std::sync::mpsc::channel();
        let shared = Arc::clone(&inner);
        runtime.spawn(async move {
            let listener = TcpListener::bind(address).await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            tokio::spawn(work(Arc::clone(&shared)));
            axum::serve(listener, app(shared)).await.unwrap();
        });
        Self { inner, address: heard.recv().unwrap(), runtime: Some(runtime) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
    }

    /// Lets a held fake make this many steps.
    pub fn allow(&self, steps: usize) {
        self.inner.steps.as_ref().unwrap().add_permits(steps);
    }

    /// Ids of the prompts accepted so far.
    pub fn accepted(&self) -> Vec<String> {
        self.inner.accepted.lock().unwrap().iter().map(|prompt| prompt.id.clone()).collect()
    }

    /// As sudden as `kill -9`.
    pub fn kill(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    /// Ids of the sockets that are open.
    pub fn sockets(&self) -> Vec<String> {
        self.inner.sockets.lock().unwrap().keys().cloned().collect()
    }

    pub fn has_sockets(&self) -> bool {
        !self.sockets().is_empty()
    }

    /// How often it was asked for its queue.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::Relaxed)
    }

    /// Closes every socket, as a bad network does.
    pub fn drop_sockets(&self) {
        self.inner.sockets.lock().unwrap().clear();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

type Shared = State<Arc<Inner>>;

fn app(inner: Arc<Inner>) -> Router {
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

impl Inner {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    fn say(&self, client_id: &str, kind: &str, data: &Value) {
        self.send(client_id, Message::text(json!({ "type": kind, "data": data }).to_string()));
    }

    fn send(&self, client_id: &str, message: Message) {
        if self.mood() != Mood::Mute
            && let Some(socket) = self.sockets.lock().unwrap().get(client_id)
        {
            let _ = socket.send(message);
        }
    }

    fn say_status(&self) {
        let remaining = self.pending.lock().unwrap().len();
        let data = json!({ "status": { "exec_info": { "queue_remaining": remaining } } });
        let ids: Vec<_> = self.sockets.lock().unwrap().keys().cloned().collect();
        for id in ids {
            self.say(&id, "status", &data);
        }
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
    let (sender, mut messages) = mpsc::unbounded_channel();
    inner.sockets.lock().unwrap().insert(id, sender);
    inner.say_status();
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

async fn object_info() -> Response {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/comfy/tests/fixtures/object_info.json");
    tokio::fs::read(path).await.unwrap().into_response()
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

async fn view(State(inner): Shared) -> Response {
    if inner.mood() == Mood::Endless {
        let pieces = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1 << 20])));
        return axum::body::Body::from_stream(pieces).into_response();
    }
    picture([200, 120, 40], "PNG").into_response()
}

/// A small picture of one colour.
pub fn picture(colour: [u8; 3], format: &str) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(32, 24, image::Rgb(colour));
    let format = if format == "PNG" { image::ImageFormat::Png } else { image::ImageFormat::Jpeg };
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
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

/// Runs what is queued, one after another.
async fn work(inner: Arc<Inner>) {
    loop {
        let next = if inner.mood() == Mood::Stuck { None } else { inner.pending.lock().unwrap().pop_front() };
        let Some(prompt) = next else {
            let _ = tokio::time::timeout(Duration::from_millis(50), inner.queued.notified()).await;
            continue;
        };
        *inner.running.lock().unwrap() = Some(prompt.clone());
        inner.say_status();
        let messages = run(&inner, &prompt).await;
        let success = messages.last().is_some_and(|(kind, _)| *kind == "execution_success");
        for (kind, data) in &messages {
            inner.say(&prompt.client_id, kind, data);
        }
        let odd = if inner.mood() == Mood::Odd { json!("<NaN>") } else { json!(0.5) };
        let image = json!({ "filename": "parlor_00001_.png", "subfolder": "", "type": "output" });
        let outputs = if success { json!({ "9": { "images": [image], "score": [odd] } }) } else { json!({}) };
        let messages: Vec<_> = messages.iter().map(|(kind, data)| json!([kind, data])).collect();
        let status = json!({ "status_str": if success { "success" } else { "error" },
                             "completed": success, "messages": messages });
        let entry = json!({ "prompt": [], "outputs": outputs, "status": status, "meta": {} });
        inner.history.lock().unwrap().insert(prompt.id.clone(), entry);
        *inner.running.lock().unwrap() = None;
        inner.say_status();
        inner.say(&prompt.client_id, "executing", &json!({ "node": null, "prompt_id": prompt.id }));
    }
}

/// Executes the nodes in their order; what is said at the end.
async fn run(inner: &Inner, prompt: &Prompt) -> Vec<(&'static str, Value)> {
    let (id, client) = (&prompt.id, &prompt.client_id);
    inner.say(client, "execution_start", &json!({ "prompt_id": id, "timestamp": 1 }));
    inner.say(client, "execution_cached", &json!({ "nodes": [], "prompt_id": id, "timestamp": 1 }));
    for (node, content) in prompt.body["prompt"].as_object().unwrap() {
        inner.say(client, "executing", &json!({ "node": node, "display_node": node, "prompt_id": id }));
        if inner.mood() == Mood::Odd {
            babble(inner, prompt, node);
        }
        if content["class_type"] != "KSampler" {
            continue;
        }
        if inner.mood() == Mood::Failing {
            return vec![("execution_error", json!({
                "prompt_id": id, "node_id": node, "node_type": "KSampler", "executed": [],
                "exception_type": "torch.OutOfMemoryError",
                "exception_message": "Allocation on device 0 failed in /home/host/ComfyUI/model.py",
                "traceback": ["File \"/home/host/ComfyUI/execution.py\""],
                "current_inputs": {}, "current_outputs": [], "timestamp": 1 }))];
        }
        let steps = content["inputs"]["steps"].as_u64().unwrap();
        for step in 1..=steps {
            if let Some(gate) = &inner.steps {
                tokio::select! {
                    permit = gate.acquire() => permit.unwrap().forget(),
                    () = inner.interrupt.notified() => {}
                }
            }
            if inner.cancelled.lock().unwrap().contains(id) {
                return vec![("execution_interrupted", json!({
                    "prompt_id": id, "node_id": node, "node_type": "KSampler", "executed": [], "timestamp": 1 }))];
            }
            inner.send(client, preview(id, node));
            inner.say(client, "progress", &json!({ "value": step, "max": steps, "prompt_id": id, "node": node }));
        }
    }
    vec![("execution_success", json!({ "prompt_id": id, "timestamp": 1 }))]
}

fn preview(prompt: &str, node: &str) -> Message {
    let meta = json!({ "node_id": node, "prompt_id": prompt, "display_node_id": node,
                       "parent_node_id": null, "real_node_id": node, "image_type": "image/jpeg" });
    let meta = meta.to_string();
    let mut frame = 4u32.to_be_bytes().to_vec();
    frame.extend((meta.len() as u32).to_be_bytes());
    frame.extend(meta.as_bytes());
    frame.extend(picture([1, 2, 3], "JPEG"));
    Message::binary(frame)
}

/// What nobody expects.
fn babble(inner: &Inner, prompt: &Prompt, node: &str) {
    let client = &prompt.client_id;
    let executing = json!({ "node": node, "display_node": node, "prompt_id": prompt.id });
    inner.say(client, "executing", &executing);
    inner.say(client, "executing", &json!({ "node": node }));
    inner.say(client, "execution_start", &json!({ "prompt_id": prompt.id, "timestamp": 1 }));
    inner.say(client, "progress", &json!({ "value": -7, "max": 0, "prompt_id": prompt.id, "node": "no such" }));
    inner.say(client, "progress", &json!({ "value": "x", "prompt_id": [prompt.id] }));
    inner.say(client, "executed", &json!({ "node": node, "output": null, "prompt_id": prompt.id }));
    inner.say(client, "made.up", &json!({ "prompt_id": prompt.id }));
    for text in ["", "null", "[]", "{", "{\"type\":5}", "{\"type\":\"progress\",\"data\":{\"value\":NaN}}"] {
        inner.send(client, Message::text(text));
    }
    for bytes in [vec![], vec![0, 0, 0, 9], vec![0, 0, 0, 4, 255, 255, 255, 255], vec![0; 40]] {
        inner.send(client, Message::binary(bytes));
    }
}
