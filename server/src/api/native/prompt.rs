//! `POST /prompt`: ComfyUI protocol notes §3.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use comfy::prompt::NodeErrors;
use comfy::reads::Reads;
use comfy::{Graph, NodeId, validate};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::Body;
use super::names;
use super::words::{Refused, Result, refusal};
use crate::app::App;
use crate::db::{Asked, Used, now};
use crate::extract::GraphRunner;
use crate::jobs::Raw;
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
    Body(mut request): Body,
) -> Result<Json<Value>> {
    let client = client(&mut request)?;
    let extra_data = extra_data(&mut request, client.as_deref())?;
    let prompt = match request.remove("prompt") {
        Some(Value::Object(prompt)) => prompt,
        Some(_) => return Err(Refused::invalid("the prompt must be an object of nodes")),
        None => return Err(Refused::Graph(refusal("no_prompt", "the request has no prompt"))),
    };
    check_prompt_id(request.get("prompt_id"))?;
    check_classes(&prompt)?;
    let targets = targets(request.get("partial_execution_targets"));
    let value = Value::Object(prompt);
    let graph = Graph::parse(&value).map_err(|error| Refused::invalid(&error.to_string()))?;
    let Value::Object(prompt) = value else { return Err(Refused::invalid("no prompt")) };
    let read = names::read_by(&app, principal.id, &graph).await?;
    let (targets, faults) = without_missing(&app, (&graph, targets), &read.missing)?;

    let charge = app.limits.admit((&principal, whence.hash), Ask::Job).await?;
    let asker = principal.asker(whence.hash);
    let number = now();
    let asked = Asked { number, prompt, extra_data, outputs: Vec::new(), client };
    let raw = Raw { graph, files: read.files, targets, asked: Some(asked) };
    let mut taken = app.jobs.submit_graph(asker, raw, None).await?;
    taken.node_errors.extend(faults);
    charge.keep(Used { jobs: 1, cost: taken.submitted.cost, bytes: 0 }).await?;
    Ok(Json(json!({
        "prompt_id": taken.submitted.job.id,
        "number": number,
        "node_errors": taken.node_errors,
    })))
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
    let is_id = |text: &&str| text.parse::<Uuid>().is_ok_and(|id| id.to_string() == **text);
    if value.as_str().filter(is_id).is_some() {
        return Ok(());
    }
    let mut refusal = refusal("invalid_prompt_id", "prompt_id must be a UUID");
    refusal.error.details = "in lower case with hyphens; leave it out to be given one".into();
    Err(Refused::Graph(refusal))
}

/// Every node must be an object of some class.
fn check_classes(prompt: &Map<String, Value>) -> Result<()> {
    for (id, node) in prompt {
        if !node.is_object() {
            return Err(Refused::invalid(&format!("node {id} is not an object")));
        }
        if !node["class_type"].is_string() {
            let message = format!("node {id} has no class_type");
            let mut refusal = refusal("missing_node_type", &message);
            refusal.error.details = format!("Node ID '#{id}'");
            let title = &node["_meta"]["title"];
            refusal.error.extra_info =
                json!({ "node_id": id, "class_type": null, "node_title": title });
            return Err(Refused::Graph(refusal));
        }
    }
    Ok(())
}

/// The outputs that shall run; `None` means all.
fn targets(value: Option<&Value>) -> Option<Vec<NodeId>> {
    let targets = value?.as_array()?;
    Some(targets.iter().filter_map(Value::as_str).map(Into::into).collect())
}

/// Which outputs can run without the files that are not there, and what is said of
/// the nodes that read those. Refused, when none can.
fn without_missing(
    app: &App,
    (graph, targets): (&Graph, Option<Vec<NodeId>>),
    missing: &[Reads],
) -> Result<(Option<Vec<NodeId>>, NodeFaults)> {
    if missing.is_empty() {
        return Ok((targets, NodeFaults::new()));
    }
    let definitions = app.backends.definitions();
    let ends = |class: &str| {
        definitions.iter().any(|all| all.node(class).is_some_and(|node| node.output_node))
    };
    let outputs = graph.nodes.iter().filter(|(_, node)| ends(&node.class_type)).map(|(id, _)| id);
    let wanted = |id: &&NodeId| targets.as_ref().is_none_or(|targets| targets.contains(id));
    let (bad, good): (Vec<_>, Vec<_>) = outputs.filter(wanted).cloned().partition(|output| {
        let mut needed = graph.clone();
        needed.keep_for(std::slice::from_ref(output));
        missing.iter().any(|one| needed.nodes.contains_key(&one.node))
    });
    let mut faults = NodeFaults::new();
    for one in missing {
        let why = format!("Invalid file: {}", one.value);
        let refused = validate::file_refused((graph, &one.node, &one.input), &why);
        if bad.is_empty() {
            // Nothing that runs needs it.
            continue;
        }
        if good.is_empty() {
            return Err(Refused::Graph(refused));
        }
        for (node, mut errors) in refused.node_errors {
            errors.dependent_outputs.clone_from(&bad);
            faults.insert(node, errors);
        }
    }
    Ok((Some(good), faults))
}

/// What is said of nodes, by node.
type NodeFaults = IndexMap<NodeId, NodeErrors>;

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
