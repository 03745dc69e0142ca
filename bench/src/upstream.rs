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

/// The backend as the measuring code holds it.
#[derive(Clone)]
pub struct Upstream {
    said: broadcast::Sender<Message>,
    prompts: Arc<Mutex<Vec<String>>>,
    definitions: Arc<Value>,
}

impl Upstream {
    /// Listens on a free port; the value and its `http://` address. `definitions` is what
    /// `/object_info` answers.
    pub async fn open(definitions: Value) -> anyhow::Result<(Self, String)> {
        let (said, _) = broadcast::channel(1024);
        let upstream = Self { said, prompts: Arc::default(), definitions: Arc::new(definitions) };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let router = upstream.clone().router();
        #[expect(clippy::disallowed_methods, reason = "lives as long as the measurement")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((upstream, address))
    }

    /// The id of the last prompt that was handed in.
    pub fn prompt(&self) -> Option<String> {
        self.prompts.lock().expect("no holder of this lock panics").last().cloned()
    }

    /// Sends `data` as a message of type `kind`.
    pub fn say(&self, kind: &str, data: &Value) {
        let text = json!({ "type": kind, "data": data }).to_string();
        let _ = self.said.send(Message::Text(text.into()));
    }

    /// Says that the sampler `node` of `prompt` is at `value` of `max`.
    pub fn progress(&self, prompt: &str, node: &str, value: u64, max: u64) {
        let state = json!({
            "value": value, "max": max, "state": "running", "node_id": node, "prompt_id": prompt,
            "display_node_id": node, "parent_node_id": null, "real_node_id": node,
        });
        self.say("progress_state", &json!({ "prompt_id": prompt, "nodes": { node: state } }));
    }

    /// Sends a preview of `prompt` in the framed form, its image being `image`.
    pub fn preview(&self, prompt: &str, node: &str, image: &[u8]) {
        let about = json!({
            "node_id": node, "prompt_id": prompt, "display_node_id": node,
            "parent_node_id": null, "real_node_id": node, "image_type": "image/jpeg",
        });
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
            .route("/object_info", get(async |State(upstream): State<Self>| Json(upstream.definitions.as_ref().clone())))
            .route("/system_stats", get(async || Json(stats())))
            .route("/features", get(async || Json(features())))
            .route("/prompt", get(async || Json(json!({ "exec_info": { "queue_remaining": 0 } }))).post(take))
            .route("/queue", get(queue).post(async || ()))
            .route("/history", get(async || Json(json!({}))).post(async || ()))
            .route("/history/{id}", get(async || Json(json!({}))))
            .route("/interrupt", post(async || ()))
            .with_state(self);
        Router::new().nest("/api", api.clone()).merge(api)
    }
}

async fn take(State(upstream): State<Upstream>, Json(body): Json<Value>) -> Json<Value> {
    let id = body["prompt_id"].as_str().unwrap_or("00000000-0000-4000-8000-000000000000").to_owned();
    upstream.prompts.lock().expect("no holder of this lock panics").push(id.clone());
    upstream.say("status", &json!({ "status": { "exec_info": { "queue_remaining": 1 } } }));
    Json(json!({ "prompt_id": id, "number": 0, "node_errors": {} }))
}

/// What was handed in last is running, for ever.
async fn queue(State(upstream): State<Upstream>) -> Json<Value> {
    let running: Vec<_> = upstream.prompt().map(|id| json!([0, id, {}, {}, []])).into_iter().collect();
    Json(json!({ "queue_running": running, "queue_pending": [] }))
}

async fn socket(State(upstream): State<Upstream>, upgrade: WebSocketUpgrade) -> axum::response::Response {
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
