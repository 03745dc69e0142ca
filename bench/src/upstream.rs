//! A ComfyUI that does nothing but say, on command, what a working one would say.
//!
//! It takes every prompt, runs none, and sends the frames it is handed: so the moment a frame leaves
//! the backend is known to the microsecond.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

/// A prompt that was handed in.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub id: String,
    /// Key of its sampler.
    pub sampler: String,
    /// Keys of all its nodes.
    pub nodes: Vec<String>,
}

/// The backend as the measuring code holds it.
#[derive(Clone)]
pub struct Upstream {
    said: broadcast::Sender<Message>,
    taken: Arc<Mutex<Option<Prompt>>>,
    definitions: Arc<Value>,
}

impl Upstream {
    /// Listens on a free port; the value and its `http://` address. `definitions` is what
    /// `/object_info` answers.
    pub async fn open(definitions: Value) -> anyhow::Result<(Self, String)> {
        let (said, _) = broadcast::channel(1024);
        let upstream = Self { said, taken: Arc::default(), definitions: Arc::new(definitions) };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let router = upstream.clone().router();
        #[expect(clippy::disallowed_methods, reason = "lives as long as the measurement")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((upstream, address))
    }

    /// The prompt that was handed in last.
    pub fn prompt(&self) -> Option<Prompt> {
        self.taken.lock().expect("no holder of this lock panics").clone()
    }

    /// Sends `data` as a message of type `kind`.
    pub fn say(&self, kind: &str, data: &Value) {
        let text = json!({ "type": kind, "data": data }).to_string();
        let _ = self.said.send(Message::Text(text.into()));
    }

    /// Says that `prompt` runs and has come to its sampler.
    pub fn begin(&self, prompt: &Prompt) {
        let id = &prompt.id;
        self.say("execution_start", &json!({ "prompt_id": id, "timestamp": 0 }));
        self.say("execution_cached", &json!({ "nodes": [], "prompt_id": id, "timestamp": 0 }));
        self.enter(prompt, &prompt.sampler);
    }

    /// Says that `prompt` has come to this node.
    pub fn enter(&self, prompt: &Prompt, node: &str) {
        let about = json!({ "node": node, "display_node": node, "prompt_id": prompt.id });
        self.say("executing", &about);
    }

    /// Says that the sampler of `prompt` failed, which ends it.
    pub fn fail(&self, prompt: &Prompt) {
        let error = json!({
            "prompt_id": prompt.id, "node_id": prompt.sampler, "node_type": "KSampler", "executed": [],
            "exception_type": "ValueError", "exception_message": "Enough was measured", "traceback": [],
            "current_inputs": {}, "current_outputs": [], "timestamp": 0,
        });
        self.say("execution_error", &error);
        self.say("executing", &json!({ "node": null, "prompt_id": prompt.id }));
    }

    /// Says that the sampler is at `value` of `max`.
    pub fn progress(&self, prompt: &Prompt, value: u64, max: u64) {
        let mut state = about(prompt);
        state["value"] = value.into();
        state["max"] = max.into();
        state["state"] = "running".into();
        self.say(
            "progress_state",
            &json!({ "prompt_id": prompt.id, "nodes": { &prompt.sampler: state } }),
        );
    }

    /// Sends a preview in the framed form, its image being `image`.
    pub fn preview(&self, prompt: &Prompt, image: &[u8]) {
        let mut about = about(prompt);
        about["image_type"] = "image/jpeg".into();
        let about = about.to_string();
        let mut frame = Vec::with_capacity(8 + about.len() + image.len());
        frame.extend_from_slice(&4_u32.to_be_bytes());
        frame.extend_from_slice(&(about.len() as u32).to_be_bytes());
        frame.extend_from_slice(about.as_bytes());
        frame.extend_from_slice(image);
        let _ = self.said.send(Message::Binary(frame.into()));
    }

    fn router(self) -> Router {
        let api = Router::new()
            .route("/ws", get(socket))
            .route(
                "/object_info",
                get(async |State(upstream): State<Self>| {
                    Json(upstream.definitions.as_ref().clone())
                }),
            )
            .route("/system_stats", get(async || Json(stats())))
            .route("/features", get(async || Json(features())))
            .route(
                "/prompt",
                get(async || Json(json!({ "exec_info": { "queue_remaining": 0 } }))).post(take),
            )
            .route("/queue", get(queue).post(async || ()))
            .route("/history", get(async || Json(json!({}))).post(async || ()))
            .route("/history/{id}", get(async || Json(json!({}))))
            .route("/interrupt", post(async || ()))
            .with_state(self);
        Router::new().nest("/api", api.clone()).merge(api)
    }
}

fn about(prompt: &Prompt) -> Value {
    let node = &prompt.sampler;
    json!({
        "node_id": node, "prompt_id": prompt.id, "display_node_id": node,
        "parent_node_id": null, "real_node_id": node,
    })
}

async fn take(State(upstream): State<Upstream>, Json(body): Json<Value>) -> Json<Value> {
    let id = body["prompt_id"].as_str().unwrap_or_default().to_owned();
    let nodes = || body["prompt"].as_object().into_iter().flatten();
    let mut samplers = nodes().filter(|(_, node)| node["class_type"] == "KSampler");
    let sampler = samplers.next().map(|(key, _)| key.clone()).unwrap_or_default();
    let nodes = nodes().map(|(key, _)| key.clone()).collect();
    let prompt = Prompt { id: id.clone(), sampler, nodes };
    *upstream.taken.lock().expect("no holder of this lock panics") = Some(prompt);
    upstream.say("status", &json!({ "status": { "exec_info": { "queue_remaining": 1 } } }));
    Json(json!({ "prompt_id": id, "number": 0, "node_errors": {} }))
}

/// What was handed in last is running, for ever.
async fn queue(State(upstream): State<Upstream>) -> Json<Value> {
    let running: Vec<_> =
        upstream.prompt().map(|prompt| json!([0, prompt.id, {}, {}, []])).into_iter().collect();
    Json(json!({ "queue_running": running, "queue_pending": [] }))
}

async fn socket(
    State(upstream): State<Upstream>,
    upgrade: WebSocketUpgrade,
) -> axum::response::Response {
    upgrade.on_upgrade(move |socket| speak(upstream, socket))
}

async fn speak(upstream: Upstream, mut socket: WebSocket) {
    let mut said = upstream.said.subscribe();
    let hello = json!({ "type": "status", "data": { "status": { "exec_info": { "queue_remaining": 0 } }, "sid": "bench" } });
    if socket.send(Message::Text(hello.to_string().into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            message = said.recv() => {
                let Ok(message) = message else { return };
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) if text.contains("feature_flags") => {
                    let answer = json!({ "type": "feature_flags", "data": features() });
                    let _ = socket.send(Message::Text(answer.to_string().into())).await;
                }
                Some(Ok(_)) => (),
                _ => return,
            },
        }
    }
}

fn features() -> Value {
    json!({ "supports_preview_metadata": true, "max_upload_size": 104_857_600 })
}

fn stats() -> Value {
    json!({
        "system": {
            "os": "linux", "ram_total": 8_000_000_000_u64, "ram_free": 4_000_000_000_u64, "comfyui_version": "0.33.0",
            "python_version": "3.11", "pytorch_version": "2.9.1", "embedded_python": false, "argv": [],
        },
        "devices": [{
            "name": "cpu", "type": "cpu", "index": null, "vram_total": 8_000_000_000_u64, "vram_free": 4_000_000_000_u64,
            "torch_vram_total": 8_000_000_000_u64, "torch_vram_free": 4_000_000_000_u64,
        }],
    })
}
