//! Messages and answers have the shape that recordings of a real server have:
//! the same fields of the same types, none missing and none besides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Heard, Server, Socket, fresh_colour, fresh_seed, plain, text_to_picture};

/// Fields of a kind of message or answer, as `path: type`.
type Fields = BTreeSet<String>;

/// What was recorded of one kind.
#[derive(Default)]
struct Recorded {
    /// In at least one sample.
    some: Fields,
    /// In every sample.
    all: Option<Fields>,
}

/// Where anything may stand: it depends on the node or the client.
const FREE: [&str; 8] = [
    ".output",
    ".current_inputs",
    ".outputs",
    ".prompt",
    ".extra_data",
    ".preview_output",
    ".extension",
    ".execution_error",
];

/// Where the names of fields are ids.
const KEYED: [&str; 3] = [".nodes", ".meta", "history"];

fn fields(value: &Value) -> Fields {
    let mut found = Fields::new();
    walk("", value, &mut found);
    found
}

fn walk(path: &str, value: &Value, found: &mut Fields) {
    if FREE.iter().any(|free| path.ends_with(free)) {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = if KEYED.iter().any(|keyed| path.ends_with(keyed)) { "*" } else { name };
                walk(&format!("{path}.{name}"), value, found);
            }
        }
        // Lists of texts may be empty in one sample and not in another.
        Value::Array(items) => {
            for item in items {
                walk(&format!("{path}[]"), item, found);
            }
        }
        Value::Null => drop(found.insert(format!("{path}: null"))),
        Value::Bool(_) => drop(found.insert(format!("{path}: flag"))),
        Value::Number(_) => drop(found.insert(format!("{path}: number"))),
        Value::String(_) => drop(found.insert(format!("{path}: text"))),
    }
}

/// Every recording, line by line.
fn recordings() -> Vec<Value> {
    // Also for the house, whose tests have these scenarios too.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = root.map(|root| root.join("crates/comfy/tests/fixtures/transcripts"));
    let folder = folder.into_iter().find(|folder| folder.is_dir()).expect("the recordings");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    // A few lines have bare NaN; they are about other things.
    files
        .flat_map(|text| {
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect::<Vec<_>>()
        })
        .collect()
}

fn learn(samples: impl Iterator<Item = (String, Value)>) -> BTreeMap<String, Recorded> {
    let mut recorded: BTreeMap<String, Recorded> = BTreeMap::new();
    for (kind, sample) in samples {
        let fields = fields(&sample);
        let known = recorded.entry(kind).or_default();
        known.all = Some(known.all.as_ref().map_or(fields.clone(), |all| all & &fields));
        known.some.extend(fields);
    }
    recorded
}

fn compare(kind: &str, sample: &Value, recorded: &BTreeMap<String, Recorded>) {
    let known = recorded.get(kind).unwrap_or_else(|| panic!("{kind} was never recorded"));
    let found = fields(sample);
    let besides: Vec<_> = found.difference(&known.some).collect();
    assert!(
        besides.is_empty(),
        "{kind} has fields that were never recorded: {besides:?}\n{sample:#}"
    );
    let missing: Vec<_> = known.all.iter().flat_map(|all| all.difference(&found)).collect();
    assert!(missing.is_empty(), "{kind} lacks {missing:?}\n{sample:#}");
}

#[tokio::test]
async fn messages_have_the_recorded_fields() {
    let sent =
        recordings().into_iter().filter(|line| line["kind"] == "ws-text" && line["dir"] == "in");
    let recorded = learn(sent.filter_map(|line| {
        Some((line["body"]["type"].as_str()?.to_owned(), line["body"]["data"].clone()))
    }));

    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, true).await;
    let failing = json!({"1": {"class_type": "PreviewImage", "inputs": {"images": 5}}});
    for graph in [text_to_picture(&server, fresh_seed(), 2), plain(fresh_colour()), failing] {
        let id = server.queue(&graph, Some(&socket.client)).await;
        socket.wait_for("the end", |heard| heard.is_end_of(&id)).await;
    }
    let graph = text_to_picture(&server, fresh_seed(), 1000);
    let id = server.queue(&graph, Some(&socket.client)).await;
    socket
        .wait_for("the last sampler", |heard| {
            heard.is_step(1) && heard.data()["prompt_id"] == json!(id)
        })
        .await;
    server.post("/interrupt", &json!({})).await;
    socket.wait_for("the end", |heard| heard.is_end_of(&id)).await;

    let mut seen = BTreeSet::new();
    for heard in &socket.heard {
        if let Heard::Text(message) = heard {
            compare(heard.kind(), &message["data"], &recorded);
            seen.insert(heard.kind().to_owned());
        }
    }
    let expected = [
        "executed",
        "executing",
        "execution_cached",
        "execution_error",
        "execution_interrupted",
        "execution_start",
        "execution_success",
        "feature_flags",
        "progress",
        "progress_state",
        "status",
    ];
    assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
}

/// The kind of answer that a path gets; `None` for those not compared.
fn answer_kind(path: &str) -> Option<&'static str> {
    let path = path.split('?').next()?;
    match path {
        "/prompt" => Some("count"),
        "/queue" => Some("queue"),
        "/features" => Some("features"),
        "/api/jobs" => Some("jobs"),
        _ if path.starts_with("/history/") => Some("history entry"),
        _ if path.starts_with("/api/jobs/") => Some("job"),
        _ => None,
    }
}

#[tokio::test]
async fn answers_have_the_recorded_fields() {
    let got = recordings().into_iter().filter(|line| {
        line["kind"] == "http"
            && line["dir"] == "in"
            && line["method"] == "GET"
            && line["status"] == 200
    });
    let answers = got.filter_map(|line| {
        let kind = answer_kind(line["path"].as_str()?)?;
        let body = line["body"].clone();
        // Long bodies were cut, and what is not there says nothing.
        let whole = body.is_object() && body.get("truncated_bytes").is_none() && body != json!({});
        whole.then(|| (kind.to_owned(), keyed(kind, body)))
    });
    let recorded = learn(answers);

    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, false).await;
    let done = server.queue(&plain(fresh_colour()), Some(&socket.client)).await;
    socket.until_end_of(&done).await;
    let running =
        server.queue(&text_to_picture(&server, fresh_seed(), 60), Some(&socket.client)).await;
    let waiting = server.queue(&plain(fresh_colour()), Some(&socket.client)).await;
    socket.wait_for("the sampler", |heard| heard.is_step(1)).await;
    let paths = [
        "/prompt".to_owned(),
        "/queue".to_owned(),
        "/features".to_owned(),
        "/api/jobs".to_owned(),
        format!("/history/{done}"),
        format!("/api/jobs/{done}"),
        format!("/api/jobs/{running}"),
        format!("/api/jobs/{waiting}"),
    ];
    for path in paths {
        let kind = answer_kind(&path).unwrap();
        compare(kind, &keyed(kind, server.get(&path).await), &recorded);
    }
    server.post("/queue", &json!({"clear": true})).await;
    server.post("/interrupt", &json!({})).await;
    socket.until_end_of(&running).await;
}

/// Answers whose fields are ids, under a name that says so.
fn keyed(kind: &str, body: Value) -> Value {
    match kind {
        "history entry" => json!({ "history": body }),
        "queue" => {
            let items = ["queue_running", "queue_pending"]
                .into_iter()
                .flat_map(|list| body[list].as_array().unwrap());
            // Of an item only what is no client's: number, id and outputs.
            json!(items.map(|item| json!([item[0], item[1], item[4]])).collect::<Vec<_>>())
        }
        _ => body,
    }
}
