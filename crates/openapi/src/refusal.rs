//! How the house says no: the statuses, and what they mean here.

use serde_json::{Value, json};

/// Status, name in `components/responses`, meaning, its own headers.
type Refusal = (u16, &'static str, &'static str, &'static [&'static str]);

const REFUSALS: [Refusal; 15] = [
    (400, "BadRequest", "The request is malformed: `code` is `bad_request`.", &[]),
    (
        401,
        "Unauthorized",
        "Nobody is let in by this: sign in, or send a key that this house made.",
        &["WWW-Authenticate"],
    ),
    (403, "Forbidden", "Whoever asks may not do this.", &[]),
    (404, "NotFound", "There is no such thing, or it is somebody else's.", &[]),
    (408, "Timeout", "The request took too long to arrive.", &[]),
    (
        409,
        "Conflict",
        "It is not any more, or not yet, as you think; `detail` says what to do.",
        &[],
    ),
    (412, "PreconditionFailed", "It is asked for in a version that is not spoken here.", &[]),
    (413, "TooLarge", "The body is larger than this house takes.", &[]),
    (415, "UnsupportedMediaType", "The body is of another type than is read here.", &[]),
    (416, "Range", "The file ends before the range that was asked for.", &["Content-Range"]),
    (422, "BadInput", "A value cannot be used: `field` names it and `detail` says why.", &[]),
    (
        429,
        "TooMany",
        "Too many requests, or jobs, or bytes: come back after `Retry-After` seconds.",
        &["Retry-After", "RateLimit", "RateLimit-Policy"],
    ),
    (
        502,
        "Failed",
        "The job that was waited for failed: `code` is `job_failed`, and `detail` says why.",
        &[],
    ),
    (503, "Unavailable", "No backend, no room, or no time right now.", &["Retry-After"]),
    (504, "Late", "What was waited for takes longer than anybody waits.", &[]),
];

/// All of them, as `components/responses`.
pub fn responses() -> Value {
    let mut all: serde_json::Map<_, _> =
        REFUSALS.iter().map(|one| (one.1.to_owned(), response(one.2, one.3))).collect();
    let any = "Any other refusal, also a fault of ours (500): `code` says which.";
    all.insert("Refused".into(), response(any, &[]));
    Value::Object(all)
}

fn response(text: &str, headers: &[&str]) -> Value {
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let mut response = json!({
        "description": text,
        "content": {"application/problem+json": {"schema": problem}},
    });
    if !headers.is_empty() {
        response["headers"] = crate::document::headers(headers);
    }
    response
}

/// Every status, with its name in `components/responses`.
pub fn names() -> impl Iterator<Item = (u16, &'static str)> {
    REFUSALS.iter().map(|one| (one.0, one.1))
}

/// A reference to what this status means.
pub fn reference(status: u16) -> Value {
    let name = REFUSALS.iter().find(|one| one.0 == status).map(|one| one.1);
    let name = name.unwrap_or_else(|| panic!("say in refusal.rs what {status} means"));
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// A reference to whatever else may be refused.
pub fn any_other() -> Value {
    json!({"$ref": "#/components/responses/Refused"})
}
