//! `POST /jobs`: runs a graph.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comfy::Graph;
use serde_json::Value;

use super::links::Links;
use super::refusal::Refused;
use super::request::{Body, idempotency_key};
use super::{references, shapes};
use crate::app::App;
use crate::db::Used;
use crate::extract::GraphRunner;
use crate::jobs::Raw;
use crate::limits::Ask;
use crate::people::Whence;

/// Keys that the contract keeps for later, and has refused until then.
const RESERVED: [&str; 2] = ["webhook_url", "inputs"];

/// What `extra_data` may hold. It is for nodes that call Comfy's own services, and goes nowhere:
/// nothing that a client sends beside its graph reaches a backend. (safety 2)
const EXTRA: &str = "api_key_comfy_org";

/// 201 with the job, which is durable then. A key counts once.
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    (links, whence, headers): (Links, Whence, HeaderMap),
    Body(body): Body,
) -> Result<Response, Refused> {
    let graph = Graph::parse(workflow(&body)?)?;
    let key = idempotency_key(&headers)?;
    let files = references::find(&app, &principal, &graph).await?;
    let charge = app.limits.admit((&principal, whence.hash), Ask::Job).await?;
    let raw = Raw { graph, files, ..Raw::default() };
    let taken = app.jobs.submit_graph(principal.asker(whence.hash), raw, key).await?;
    let submitted = taken.submitted;
    if submitted.replayed {
        drop(charge);
        return Err(Refused::key_reused("look for the job it made"));
    }
    charge.keep(Used { jobs: 1, cost: submitted.cost, bytes: 0 }).await?;
    // Nothing of it runs yet, so no node is named.
    let job = shapes::job(&submitted.job, None, (&links, principal.id));
    let at = HeaderValue::from_str(&links.job(submitted.job.id, ""));
    let at = at.map_err(anyhow::Error::from)?;
    Ok((StatusCode::CREATED, [(LOCATION, at)], axum::Json(job)).into_response())
}

/// The graph in the body, of which nothing else is amiss.
fn workflow(body: &Value) -> Result<&Value, Refused> {
    let reserved = RESERVED.into_iter().find(|name| body.get(name).is_some());
    if let Some(name) = reserved {
        return Err(Refused::unusable(format!("{name} is not supported")));
    }
    match body.get("extra_data") {
        None => (),
        Some(Value::Object(extra)) => {
            if let Some(name) = extra.keys().find(|name| *name != EXTRA) {
                return Err(Refused::unusable(format!("extra_data may not hold {name}")));
            }
            if extra.get(EXTRA).is_some_and(|key| !key.is_string()) {
                return Err(Refused::unusable(format!("{EXTRA} is not a text")));
            }
        }
        Some(_) => return Err(Refused::unusable("extra_data is not an object")),
    }
    body.get("workflow").ok_or_else(|| Refused::unusable("workflow is missing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_contract_has_is_taken() {
        assert!(workflow(&json!({ "workflow": {}, "metadata": { "a": "b" } })).is_ok());
        assert!(workflow(&json!({ "workflow": {}, "extra_data": { EXTRA: "x" } })).is_ok());
        for bad in [
            json!({}),
            json!([]),
            json!({ "workflow": {}, "webhook_url": "https://example.org" }),
            json!({ "workflow": {}, "inputs": {} }),
            json!({ "workflow": {}, "extra_data": 5 }),
            json!({ "workflow": {}, "extra_data": { "client_id": "x" } }),
            json!({ "workflow": {}, "extra_data": { EXTRA: 5 } }),
        ] {
            assert!(workflow(&bad).is_err(), "{bad}");
        }
    }
}
