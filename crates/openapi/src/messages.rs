//! What the house sends to webhooks, by Standard Webhooks 1.0.0.

use serde_json::{Map, Value, json};
use wire::{HouseJob, Job, WebhookEvent};

use crate::shape::{Schemas, Way, of};

/// `webhooks` of the document: a message for everything that can be told of a job.
pub fn messages(schemas: &mut Schemas) -> Value {
    let all = std::iter::once(WebhookEvent::Started).chain(WebhookEvent::ENDS);
    let all = all.map(|event| {
        let name = json!(event).as_str().expect("an event is a word").to_owned();
        let message = message(schemas, (event, &name));
        (name, json!({"post": message}))
    });
    Value::Object(all.collect::<Map<_, _>>())
}

fn message(schemas: &mut Schemas, (event, name): (WebhookEvent, &str)) -> Value {
    let (summary, text) = about(event);
    let description = format!(
        "{text} `data` is the job as its owner sees it; for webhooks of the host, without what was asked \
         for.\n\nIt comes at least once, always under the same `webhook-id`. Whatever is not 2xx within 15 \
         seconds is a failure, redirections too, and it is tried again: ten times in all, within four days.",
    );
    json!({
        "summary": summary,
        "description": description,
        "tags": ["Webhooks"],
        "security": [],
        "parameters": [
            header("webhook-id", "Of the message: the same at every attempt."),
            header("webhook-timestamp", "Of the attempt, in seconds since 1970."),
            header("webhook-signature", "`v1,` and the HMAC-SHA256, in base64, of `webhook-id.webhook-timestamp.body`."),
        ],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": body(schemas, (event, name))}},
        },
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "Nobody is there any more: the address is told nothing until it is told something again."},
            "default": {"description": "It was not taken, and is tried again; not before `Retry-After`, where that says so."},
        },
    })
}

fn about(event: WebhookEvent) -> (&'static str, &'static str) {
    match event {
        WebhookEvent::Started => (
            "A job began",
            "A backend took it; again when that one was lost. Only for who asks for it.",
        ),
        WebhookEvent::Succeeded => ("A job is done", "All that it made is there."),
        WebhookEvent::Failed => ("A job failed", "`failure` says why."),
        WebhookEvent::Canceled => ("A job was stopped", "By whoever may."),
        WebhookEvent::Expired => ("A job expired", "It waited longer than the house allows."),
    }
}

fn header(name: &str, text: &str) -> Value {
    let schema = json!({"type": "string"});
    json!({"name": name, "in": "header", "required": true, "description": text, "schema": schema})
}

fn body(schemas: &mut Schemas, (event, name): (WebhookEvent, &str)) -> Value {
    let job = schemas.of(&of::<Job>(), Way::Told);
    // The host is told how jobs end.
    let data = if event == WebhookEvent::Started {
        job
    } else {
        json!({"anyOf": [job, schemas.of(&of::<HouseJob>(), Way::Told)]})
    };
    json!({
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": name},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": data,
        },
    })
}
