//! The OpenAPI document.

use serde_json::{Map, Value, json};

use crate::messages::messages;
use crate::operation::{Answer, Body, Content, Needs, Operation, Parameter};
use crate::refusal;
use crate::routes::{self, Group};
use crate::shape::{Schemas, Shape, Way, of};
use crate::text::tidy;

/// Where the API is, below the address of a house.
pub const ROOT: &str = "/api/parlor/v1";

const ABOUT: &str = "Whatever the page does, a program can do: the page has no other door. JSON in and \
    out, `snake_case`; times are milliseconds since 1970, UTC. A workflow's own fields are described by \
    `GET /workflows/{slug}/openapi.json`.\n\n\
    Members may be added to what is told, and values to lists of words that are told: a client passes \
    over what it does not know.";

/// The whole description.
///
/// # Panics
///
/// When two operations have one name, or a route is told twice.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    // Every refusal leads to it.
    schemas.of(&of::<wire::Problem>(), Way::Told);
    // What goes over the WebSocket is no body of any operation.
    schemas.of(&of::<wire::FromViewer>(), Way::Given);
    schemas.of(&of::<wire::ToViewer>(), Way::Told);
    let groups = routes::all();
    let tags: Vec<_> =
        groups.iter().map(|group| json!({"name": group.name, "description": group.text})).collect();
    let mut paths = Map::new();
    for (group, operation) in
        groups.iter().flat_map(|one| one.operations.iter().map(move |o| (one, o)))
    {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        let described = described(&mut schemas, group, operation);
        path.as_object_mut()
            .expect("it was made as one")
            .insert(operation.method.into(), described);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parlor",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The room where guests meet your ComfyUI.",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": ROOT, "description": "This house."}],
        "security": ways_in(true),
        "tags": tags,
        "paths": paths,
        "webhooks": messages(&mut schemas),
    });
    let types = schemas.finish(&mut document);
    document["components"] = json!({
        "schemas": types,
        "responses": refusal::responses(),
        "headers": header_components(),
        "securitySchemes": security_schemes(),
    });
    document
}

fn described(schemas: &mut Schemas, group: &Group, operation: &Operation) -> Value {
    let mut value = json!({
        "operationId": operation.id,
        "tags": [group.name],
        "summary": operation.summary,
        "x-needs": needs(operation.needs).0,
    });
    let text = format!("{} {}", operation.text, needs(operation.needs).1);
    value["description"] = text.trim().into();
    match operation.needs {
        Needs::Anybody | Needs::Sealed => value["security"] = json!([]),
        Needs::Account | Needs::Studio | Needs::Owner => value["security"] = ways_in(false),
        _ => (),
    }
    let path =
        operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = path.map(|name| in_path(name, operation.path)).collect();
    parameters.extend(operation.parameters.iter().map(|one| parameter(schemas, one)));
    if !parameters.is_empty() {
        value["parameters"] = parameters.into();
    }
    if let Some(body) = &operation.body {
        value["requestBody"] = request_body(schemas, body);
    }
    let answers = operation.answers.iter();
    let mut responses: Map<String, Value> =
        answers.map(|one| (one.status.to_string(), answer(schemas, one))).collect();
    for status in operation.refusals() {
        responses.insert(status.to_string(), refusal::reference(status));
    }
    responses.insert("default".into(), refusal::any_other());
    value["responses"] = responses.into();
    value
}

/// A word, and a sentence for whoever reads; empty where it goes without saying.
fn needs(needs: Needs) -> (&'static str, &'static str) {
    match needs {
        Needs::Anybody => ("anybody", "Also for whoever still has to sign in."),
        Needs::Inside => ("inside", ""),
        Needs::Acting => ("acting", ""),
        Needs::Graph => (
            "graph",
            "For those who may run graphs or use the studio; for all others only where the workflow \
             keeps metadata.",
        ),
        Needs::Own => ("own", "Not for keys without the scope `admin`."),
        Needs::Account => {
            ("account", "For whoever has an account, and their keys with the scope `admin`.")
        }
        Needs::Studio => (
            "studio",
            "For the owner, members with the grant `studio`, and keys of theirs with the scope `admin`.",
        ),
        Needs::Owner => ("owner", "For owners, and keys of theirs with the scope `admin`."),
        Needs::Sealed => (
            "sealed",
            "The seal in the address opens it until its time is over: within a day, or a week where \
             whoever made the link says so.",
        ),
    }
}

/// A parameter of the path, known by its name.
fn in_path(name: &str, path: &str) -> Value {
    let uuid = json!({"type": "string", "format": "uuid"});
    let (schema, text) = match name {
        "slug" => (
            json!({"type": "string", "pattern": "^[a-z0-9-]{1,64}$", "examples": ["text-to-picture"]}),
            "The workflow's name in addresses.",
        ),
        "hash" => (
            json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
            "What the picture holds, by BLAKE3.",
        ),
        "number" => {
            (json!({"type": "integer", "minimum": 1, "maximum": u32::MAX}), "Of the version.")
        }
        "seal" => (
            json!({"type": "string", "pattern": "^[A-Za-z0-9_.-]+$", "maxLength": 200}),
            "What the house gave with the address.",
        ),
        "id" if path.contains("jobs/") => (uuid, "Of the job."),
        "id" if path.contains("batches/") => (uuid, "Of the batch."),
        "id" if path.contains("outputs/") => (uuid, "Of the output."),
        "id" if path.contains("uploads/") => (uuid, "Of the upload."),
        _ => (uuid, "Which one."),
    };
    json!({"name": name, "in": "path", "required": true, "description": text, "schema": schema})
}

fn parameter(schemas: &mut Schemas, parameter: &Parameter) -> Value {
    let mut value = json!({
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "schema": schemas.of(&parameter.shape, Way::Given),
    });
    if parameter.required {
        value["required"] = true.into();
    }
    value
}

fn request_body(schemas: &mut Schemas, body: &Body) -> Value {
    let mut content = contents(schemas, &body.contents, Way::Given);
    if let (Some(example), Some(json)) = (&body.example, content.get_mut("application/json")) {
        json["example"] = example.clone();
    }
    json!({"required": true, "content": content})
}

fn answer(schemas: &mut Schemas, answer: &Answer) -> Value {
    let all: Vec<_> = [answer.headers, &["RateLimit", "RateLimit-Policy"]].concat();
    let mut value = json!({"description": answer.text, "headers": headers(&all)});
    if !answer.contents.is_empty() {
        value["content"] = contents(schemas, &answer.contents, Way::Told).into();
    }
    value
}

fn contents(schemas: &mut Schemas, contents: &[Content], way: Way) -> Map<String, Value> {
    let one = |content: &Content| match content {
        Content::Json(shape) => {
            ("application/json", json!({"schema": tidied(schemas, shape, way)}))
        }
        Content::Bytes(kind) => (*kind, json!({})),
        // OpenAPI describes the events of a stream only since 3.2.
        Content::Events => ("text/event-stream", json!({})),
        Content::Form => {
            let file = json!({"contentMediaType": "application/octet-stream"});
            let form =
                json!({"type": "object", "properties": {"file": file}, "required": ["file"]});
            ("multipart/form-data", json!({"schema": form}))
        }
    };
    contents.iter().map(one).map(|(kind, content)| (kind.to_owned(), content)).collect()
}

fn tidied(schemas: &mut Schemas, shape: &Shape, way: Way) -> Value {
    let mut schema = schemas.of(shape, way);
    tidy(&mut schema);
    schema
}

/// References to these of the headers that answers have.
pub fn headers(names: &[&str]) -> Value {
    let one =
        |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(names.iter().map(one).collect())
}

fn header_components() -> Value {
    let text = |words: &str| json!({"description": words, "schema": {"type": "string"}});
    let count =
        |words: &str| json!({"description": words, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "Content-Location": text("What the file became: an upload."),
        "Content-Disposition": text("Whether it is to be shown or saved, and under which name."),
        "Content-Range": text("Which part of how many bytes this is."),
        "ETag": text("Send it as `If-None-Match` to be told 304 when nothing changed."),
        "Idempotent-Replayed": text("`true` when this key was used before: this is how it was answered then."),
        "Location": text("Where it is."),
        "Preference-Applied": text("Which wish of `Prefer` was heard."),
        "RateLimit": text("What is left: `\"requests\";r=59;t=12` are 59 requests, one more every 12 s. \
            Missing where nothing limits you."),
        "RateLimit-Policy": text("What is allowed: `\"requests\";q=60;w=60` are 60 in 60 s."),
        "Retry-After": count("Seconds after which asking again may help."),
        "Upload-Expires": text("Until when the rest may come."),
        "Upload-Length": count("Bytes of the whole file."),
        "Upload-Metadata": text("What was said of the file when it was begun."),
        "Upload-Offset": count("Bytes that have come, and need not be sent again."),
        "WWW-Authenticate": text("How to show who you are."),
    })
}

/// How callers say who they are; `or_not`: in an open house they need not.
fn ways_in(or_not: bool) -> Value {
    let mut ways = vec![
        json!({"bearer": []}),
        json!({"key": []}),
        json!({"basic": []}),
        json!({"session": []}),
    ];
    if or_not {
        ways.insert(0, json!({}));
    }
    ways.into()
}

fn security_schemes() -> Value {
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "plr_…",
            "description": "An API key of this house."},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same."},
        "basic": {"type": "http", "scheme": "basic",
            "description": "The same as password, with any name."},
        "session": {"type": "apiKey", "in": "cookie", "name": "parlor_session",
            "description": "What a browser got when somebody signed in."},
    })
}
