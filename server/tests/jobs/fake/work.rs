//! What the fake does.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message;
use serde_json::{Value, json};

use super::{Inner, Mood, Prompt, picture};

/// Runs what is queued, one after another.
pub(super) async fn work(inner: Arc<Inner>) {
    loop {
        let next = if inner.mood() == Mood::Stuck {
            None
        } else {
            inner.pending.lock().unwrap().pop_front()
        };
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
        let usual = || json!({ "9": { "images": [image], "score": [odd] } });
        let shown = inner.shown.lock().unwrap().clone();
        let outputs = if success { shown.unwrap_or_else(usual) } else { json!({}) };
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
        inner.say(
            client,
            "executing",
            &json!({ "node": node, "display_node": node, "prompt_id": id }),
        );
        if inner.mood() == Mood::Odd {
            babble(inner, prompt, node);
        }
        if content["class_type"] == "SaveImageWebsocket" {
            send_pictures(inner, (client, id, node)).await;
        }
        if content["class_type"] == "SaveImage" {
            tell_what_is_saved(inner, (client, id, node));
        }
        if content["class_type"] != "KSampler" {
            continue;
        }
        if inner.mood() == Mood::Failing {
            return vec![(
                "execution_error",
                json!({
                "prompt_id": id, "node_id": node, "node_type": "KSampler", "executed": [],
                "exception_type": "torch.OutOfMemoryError",
                "exception_message": "Allocation on device 0 failed in /home/host/ComfyUI/model.py",
                "traceback": ["File \"/home/host/ComfyUI/execution.py\""],
                "current_inputs": {}, "current_outputs": [], "timestamp": 1 }),
            )];
        }
        let steps = content["inputs"]["steps"].as_u64().unwrap();
        for step in 1..=steps {
            inner.may_step().await;
            if inner.cancelled.lock().unwrap().contains(id) {
                return vec![(
                    "execution_interrupted",
                    json!({
                    "prompt_id": id, "node_id": node, "node_type": "KSampler", "executed": [], "timestamp": 1 }),
                )];
            }
            inner.send(client, preview(id, node));
            inner.say(
                client,
                "progress",
                &json!({ "value": step, "max": steps, "prompt_id": id, "node": node }),
            );
        }
    }
    vec![("execution_success", json!({ "prompt_id": id, "timestamp": 1 }))]
}

impl Inner {
    /// Waits until a step is allowed, or everything is interrupted.
    async fn may_step(&self) {
        if let Some(gate) = &self.steps {
            tokio::select! {
                permit = gate.acquire() => permit.unwrap().forget(),
                () = self.interrupt.notified() => {}
            }
        }
    }
}

/// What `SaveImageWebsocket` makes: three pictures that are nowhere else, each
/// a step.
async fn send_pictures(inner: &Inner, (client, prompt, node): (&str, &str, &str)) {
    for level in [10, 20, 30] {
        inner.may_step().await;
        inner.send(client, frame((prompt, node), ("image/png", picture([level; 3], "PNG"))));
    }
}

/// What a node is to show is told as soon as it was its turn.
fn tell_what_is_saved(inner: &Inner, (client, prompt, node): (&str, &str, &str)) {
    let shown = inner.shown.lock().unwrap().as_ref().map(|shown| shown[node].clone());
    if let Some(output) = shown.filter(Value::is_object) {
        let told =
            json!({ "node": node, "display_node": node, "output": output, "prompt_id": prompt });
        inner.say(client, "executed", &told);
    }
}

fn preview(prompt: &str, node: &str) -> Message {
    frame((prompt, node), ("image/jpeg", picture([1, 2, 3], "JPEG")))
}

fn frame((prompt, node): (&str, &str), (kind, picture): (&str, Vec<u8>)) -> Message {
    let meta = json!({ "node_id": node, "prompt_id": prompt, "display_node_id": node,
                       "parent_node_id": null, "real_node_id": node, "image_type": kind });
    let meta = meta.to_string();
    let mut frame = 4u32.to_be_bytes().to_vec();
    frame.extend((meta.len() as u32).to_be_bytes());
    frame.extend(meta.as_bytes());
    frame.extend(picture);
    Message::binary(frame)
}

/// What nobody expects.
fn babble(inner: &Inner, prompt: &Prompt, node: &str) {
    let client = &prompt.client_id;
    let executing = json!({ "node": node, "display_node": node, "prompt_id": prompt.id });
    inner.say(client, "executing", &executing);
    inner.say(client, "executing", &json!({ "node": node }));
    inner.say(client, "execution_start", &json!({ "prompt_id": prompt.id, "timestamp": 1 }));
    inner.say(
        client,
        "progress",
        &json!({ "value": -7, "max": 0, "prompt_id": prompt.id, "node": "no such" }),
    );
    inner.say(client, "progress", &json!({ "value": "x", "prompt_id": [prompt.id] }));
    inner.say(client, "executed", &json!({ "node": node, "output": null, "prompt_id": prompt.id }));
    inner.say(client, "made.up", &json!({ "prompt_id": prompt.id }));
    for text in
        ["", "null", "[]", "{", "{\"type\":5}", "{\"type\":\"progress\",\"data\":{\"value\":NaN}}"]
    {
        inner.send(client, Message::text(text));
    }
    for bytes in [vec![], vec![0, 0, 0, 9], vec![0, 0, 0, 4, 255, 255, 255, 255], vec![0; 40]] {
        inner.send(client, Message::binary(bytes));
    }
}
