//! `POST /prompt`: ComfyUI protocol notes §3.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use comfy::prompt::{Refusal, place};
use comfy::validate::{self, Rules, check_size, refusal};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::App;
use super::error::{self, Error, Result};
use crate::catalogue::Stock;
use crate::clock;
use crate::ledger::{Item, QueueFull};

/// Keys that are for the server's eyes only, and of no use here.
const SECRETS: [&str; 2] = ["auth_token_comfy_org", "api_key_comfy_org"];

/// `POST /prompt`
pub(super) async fn submit(State(house): App, request: Request) -> Result<Json<Value>> {
    let mut request = match error::value(request).await? {
        Value::Object(request) => request,
        // As a ComfyUI reads it: there is no prompt in a list.
        Value::Array(_) => Map::new(),
        _ => return Err(Error::invalid("the body must be a JSON object")),
    };
    let number = place(&request, || house.ledger.next_number())
        .ok_or_else(|| Error::invalid("number must be a number"))?;
    let extra_data = extra_data(&mut request)?;
    let mut prompt = match request.remove("prompt") {
        Some(Value::Object(prompt)) => prompt,
        Some(_) => return Err(Error::invalid("the prompt must be an object of nodes")),
        None => return Err(refused(refusal("no_prompt", "the request has no prompt", json!({})))),
    };
    let prompt_id = prompt_id(request.get("prompt_id"))?;
    let targets = targets(request.get("partial_execution_targets"));

    check_size(&prompt).map_err(refused)?;
    let catalogue = &house.catalogue;
    catalogue.replacements.apply_to(&mut prompt, |class| catalogue.node(class).is_some());
    let stock = Stock { catalogue, folders: &house.folders };
    let verdict = Rules(&stock).check(&mut prompt, targets.as_deref()).map_err(refused)?;
    let answer =
        json!({ "prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors });
    let graph = validate::graph(&prompt).map_err(refused)?;
    let item = Item { number, prompt_id, prompt, graph, extra_data, outputs: verdict.outputs };
    // Told before it can run, or a quick run would be over before it was queued.
    house.announce_queue_with(1);
    if let Err(QueueFull) = house.ledger.submit(item) {
        house.announce_queue();
        return Err(queue_full());
    }
    Ok(Json(answer))
}

/// What is kept with the prompt, with the owner and the time, without secrets.
fn extra_data(request: &mut Map<String, Value>) -> Result<Map<String, Value>> {
    let mut extra = match request.remove("extra_data") {
        None => Map::new(),
        Some(Value::Object(extra)) => extra,
        Some(_) => return Err(Error::invalid("extra_data must be an object")),
    };
    match request.remove("client_id") {
        None | Some(Value::Null) => (),
        Some(id @ Value::String(_)) => {
            extra.insert("client_id".into(), id);
        }
        Some(_) => return Err(Error::invalid("client_id must be a string")),
    }
    if !extra.get("client_id").is_none_or(Value::is_string) {
        return Err(Error::invalid("client_id must be a string"));
    }
    for secret in SECRETS {
        extra.shift_remove(secret);
    }
    extra.insert("create_time".into(), json!(clock::now()));
    Ok(extra)
}

/// The client's id when it is a UUID as UUIDs are written; else refused.
fn prompt_id(value: Option<&Value>) -> Result<String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(Uuid::new_v4().to_string());
    };
    let text =
        value.as_str().filter(|text| text.parse::<Uuid>().is_ok_and(|id| id.to_string() == **text));
    text.map(Into::into).ok_or_else(|| {
        let mut refusal = refusal("invalid_prompt_id", "prompt_id must be a UUID", json!({}));
        refusal.error.details = "in lower case with hyphens; leave it out to be given one".into();
        refused(refusal)
    })
}

/// The outputs that shall run; `None` means all.
fn targets(value: Option<&Value>) -> Option<Vec<String>> {
    let targets = value?.as_array()?;
    Some(targets.iter().filter_map(Value::as_str).map(Into::into).collect())
}

fn refused(refusal: Box<Refusal>) -> Error {
    Error::Refused(StatusCode::BAD_REQUEST, refusal)
}

fn queue_full() -> Error {
    let message = "the queue is as long as it may get; try again when some of it is done";
    Error::Refused(StatusCode::SERVICE_UNAVAILABLE, refusal("queue_full", message, json!({})))
}
