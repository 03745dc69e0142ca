//! `POST /prompt`: ComfyUI protocol notes §3.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use comfy::prompt::NodeErrors;
use comfy::reads::Reads;
use comfy::validate::{self, NodeRules, Nodes, Prompt, Rules, check_size};
use comfy::{Graph, NodeId};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body;
use super::names;
use super::words::{Refused, Result, refusal};
use crate::app::App;
use crate::auth::PrincipalId;
use crate::backends::Catalogue;
use crate::db::{Asked, Used, now};
use crate::extract::GraphRunner;
use crate::jobs::{KnownFile, Raw};
use crate::limits::Ask;
use crate::people::Whence;

/// Keys that are for a server's eyes only, and are kept nowhere.
const SECRETS: [&str; 2] = ["auth_token_comfy_org", "api_key_comfy_org"];

/// Longest name of a client, in bytes.
const MAX_CLIENT: usize = 4096;

/// `POST /prompt`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    request: Request,
) -> Result<Json<Value>> {
    let mut request = match body::value(request).await? {
        Value::Object(request) => request,
        // As a ComfyUI reads it: there is no prompt in a list.
        Value::Array(_) => Map::new(),
        _ => return Err(Refused::invalid("the body must be a JSON object")),
    };
    let client = client(&mut request)?;
    let extra_data = extra_data(&mut request, client.as_deref())?;
    let prompt = match request.remove("prompt") {
        Some(Value::Object(prompt)) => prompt,
        Some(_) => return Err(Refused::invalid("the prompt must be an object of nodes")),
        None => return Err(Refused::Graph(refusal("no_prompt", "the request has no prompt"))),
    };
    check_prompt_id(request.get("prompt_id"))?;
    // The time, where a server counts: jobs of other doors stand in the same line.
    let number = comfy::prompt::place(&request, now)
        .ok_or_else(|| Refused::invalid("number must be a number"))?;
    let targets = targets(request.get("partial_execution_targets"));
    let Checked { prompt, graph, files, outputs, node_errors } =
        checked(&app, principal.id, (prompt, targets)).await?;

    let charge = app.limits.admit((&principal, whence.hash), Ask::Job).await?;
    let asker = principal.asker(whence.hash);
    let asked = Asked { number: number.clone(), prompt, extra_data, outputs: Vec::new(), client };
    let raw = Raw { graph, files, targets: outputs, asked: Some(asked), whole: false };
    let mut taken = app.jobs.submit_graph(asker, raw, None).await?;
    taken.node_errors.extend(node_errors);
    charge.keep(Used { jobs: 1, cost: taken.submitted.cost, bytes: 0 }).await?;
    Ok(Json(json!({
        "prompt_id": taken.submitted.job.id,
        "number": number,
        "node_errors": taken.node_errors,
    })))
}

/// A prompt that a server would take.
struct Checked {
    /// With its values as the server would convert them.
    prompt: Prompt,
    graph: Graph,
    files: HashMap<(NodeId, String), KnownFile>,
    /// Those that run; `None`: all there are.
    outputs: Option<Vec<NodeId>>,
    /// Why the others do not.
    node_errors: IndexMap<NodeId, NodeErrors>,
}

/// Checks a prompt as the servers themselves would, by all that they tell of
/// their nodes. While none tells it, less is known, and checked where jobs are made.
async fn checked(
    app: &App,
    principal: PrincipalId,
    (mut prompt, targets): (Prompt, Option<Vec<String>>),
) -> Result<Checked> {
    app.backends.renew_prompt(&mut prompt);
    let value = Value::Object(prompt.clone());
    let read = match Graph::parse(&value) {
        Ok(graph) => names::read_by(app, principal, &graph).await?,
        Err(_) => names::Read::default(),
    };
    let stock = Stock::new(&app.backends.catalogues().await, &prompt, &read.missing);
    if !stock.told {
        let graph = Graph::parse(&value).map_err(|error| Refused::invalid(&error.to_string()))?;
        let outputs = targets.map(|targets| targets.into_iter().map(Into::into).collect());
        let node_errors = IndexMap::new();
        return Ok(Checked { prompt, graph, files: read.files, outputs, node_errors });
    }
    check_size(&prompt).map_err(Refused::Graph)?;
    let verdict = Rules(&stock).check(&mut prompt, targets.as_deref()).map_err(Refused::Graph)?;
    let graph = validate::graph(&prompt).map_err(Refused::Graph)?;
    Ok(Checked {
        prompt,
        graph,
        files: read.files,
        outputs: Some(verdict.outputs),
        node_errors: verdict.node_errors,
    })
}

/// The nodes of a prompt, and the files that it may name.
struct Stock<'a> {
    /// Some backend has told of its nodes.
    told: bool,
    rules: HashMap<String, NodeRules>,
    missing: &'a [Reads],
}

impl<'a> Stock<'a> {
    fn new(catalogues: &[Arc<Catalogue>], prompt: &Prompt, missing: &'a [Reads]) -> Self {
        let classes = || prompt.values().filter_map(|node| node["class_type"].as_str());
        let mut rules = HashMap::new();
        // Of a class that several have, the first one's counts.
        for catalogue in catalogues.iter().rev() {
            rules.extend(catalogue.rules(classes()));
        }
        Self { told: !catalogues.is_empty(), rules, missing }
    }
}

impl Nodes for Stock<'_> {
    fn node(&self, class: &str) -> Option<&NodeRules> {
        self.rules.get(class)
    }

    fn has_file(&self, name: &str) -> bool {
        self.missing.iter().all(|missing| missing.value != name)
    }
}

/// Who is to be told. safety 2: what is no text ends a ComfyUI.
fn client(request: &mut Map<String, Value>) -> Result<Option<String>> {
    let extra = request.get("extra_data").and_then(|extra| extra.get("client_id"));
    let inner = extra.cloned();
    match request.remove("client_id").filter(|id| !id.is_null()).or(inner) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if id.len() <= MAX_CLIENT => {
            Ok(Some(id).filter(|id| !id.is_empty()))
        }
        Some(_) => Err(Refused::invalid("client_id must be a string of at most 4096 bytes")),
    }
}

/// What is kept with the prompt, with its owner and the time, without secrets.
fn extra_data(
    request: &mut Map<String, Value>,
    client: Option<&str>,
) -> Result<Map<String, Value>> {
    let mut extra = match request.remove("extra_data") {
        None => Map::new(),
        Some(Value::Object(extra)) => extra,
        Some(_) => return Err(Refused::invalid("extra_data must be an object")),
    };
    for secret in SECRETS {
        extra.shift_remove(secret);
    }
    extra.shift_remove("client_id");
    if let Some(client) = client {
        extra.insert("client_id".into(), client.into());
    }
    extra.insert("create_time".into(), now().into());
    Ok(extra)
}

/// Ids are ours. A client may say one only in the form that a server takes.
fn check_prompt_id(value: Option<&Value>) -> Result<()> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
    let is_id = |text: &str| text.parse::<Uuid>().is_ok_and(|id| id.to_string() == text);
    if value.as_str().is_some_and(is_id) {
        return Ok(());
    }
    let mut refusal = refusal("invalid_prompt_id", "prompt_id must be a UUID");
    refusal.error.details = "in lower case with hyphens; leave it out to be given one".into();
    Err(Refused::Graph(refusal))
}

/// The outputs that shall run; `None` means all.
fn targets(value: Option<&Value>) -> Option<Vec<String>> {
    let targets = value?.as_array()?;
    Some(targets.iter().filter_map(Value::as_str).map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    // safety 2
    #[test]
    fn who_is_told_is_a_text_or_nobody() {
        for (request, expected) in [
            (json!({}), None),
            (json!({"client_id": null}), None),
            (json!({"client_id": ""}), None),
            (json!({"client_id": "me"}), Some("me")),
            (json!({"extra_data": {"client_id": "me"}}), Some("me")),
        ] {
            assert_eq!(client(&mut object(request)).unwrap().as_deref(), expected);
        }
        for wrong in [json!([]), json!({}), json!(5), json!("x".repeat(5_000))] {
            assert!(client(&mut object(json!({"client_id": wrong}))).is_err());
        }
    }

    #[test]
    fn secrets_are_kept_nowhere() {
        let asked = json!({"extra_data": {"api_key_comfy_org": "x", "note": 1, "client_id": "y"}});
        let kept = extra_data(&mut object(asked), Some("me")).unwrap();
        let keys: Vec<_> = kept.keys().map(String::as_str).collect();
        assert_eq!(keys, ["note", "client_id", "create_time"]);
    }
}
