//! `POST /jobs`: runs a graph.

use std::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comfy::Graph;
use comfy::graph::{GraphError, Reading};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::links::Links;
use super::refusal::Refused;
use super::request::{Body, idempotency_key};
use super::{references, shapes};
use crate::app::App;
use crate::db::Used;
use crate::extract::{GraphRunner, MAX_GRAPH};
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
    Body(order): Body<Order, MAX_GRAPH>,
) -> Result<Response, Refused> {
    let mut graph = order.graph()?;
    app.backends.renew(&mut graph);
    let key = idempotency_key(&headers)?;
    let files = references::find(&app, &principal, &graph).await?;
    let charge = app.limits.admit((&principal, whence.hash), Ask::Job).await?;
    let raw = Raw { graph, files, whole: true, ..Raw::default() };
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

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Order {
    workflow: Option<Result<Graph, GraphError>>,
    /// All else that was said.
    others: Map<String, Value>,
}

impl Order {
    /// The graph, when nothing else is amiss.
    fn graph(self) -> Result<Graph, Refused> {
        let reserved = RESERVED.into_iter().find(|name| self.others.contains_key(*name));
        if let Some(name) = reserved {
            return Err(Refused::unusable(format!("{name} is not supported")));
        }
        match self.others.get("extra_data") {
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
        let graph = self.workflow.ok_or_else(|| Refused::unusable("workflow is missing"))?;
        Ok(graph?)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(OrderFields)
    }
}

/// Reads the graph without making JSON values of it first.
struct OrderFields;

impl<'de> Visitor<'de> for OrderFields {
    type Value = Order;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that has a workflow")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Order, A::Error> {
        let mut order = Order::default();
        while let Some(name) = fields.next_key::<String>()? {
            if name == "workflow" {
                order.workflow = Some(fields.next_value::<Reading>()?.0);
            } else {
                order.others.insert(name, fields.next_value()?);
            }
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph(body: &Value) -> Result<Graph, Refused> {
        let order = serde_json::from_value::<Order>(body.clone());
        order.map_err(|error| Refused::unusable(error.to_string()))?.graph()
    }

    #[test]
    fn only_what_the_contract_has_is_taken() {
        assert!(graph(&json!({ "workflow": {}, "metadata": { "a": "b" } })).is_ok());
        assert!(graph(&json!({ "workflow": {}, "extra_data": { EXTRA: "x" } })).is_ok());
        for bad in [
            json!({}),
            json!([]),
            json!([{}]),
            json!({ "workflow": null }),
            json!({ "workflow": { "1": 5 } }),
            json!({ "workflow": {}, "webhook_url": "https://example.org" }),
            json!({ "workflow": {}, "webhook_url": null }),
            json!({ "workflow": {}, "inputs": {} }),
            json!({ "workflow": {}, "extra_data": 5 }),
            json!({ "workflow": {}, "extra_data": null }),
            json!({ "workflow": {}, "extra_data": { "client_id": "x" } }),
            json!({ "workflow": {}, "extra_data": { EXTRA: 5 } }),
        ] {
            assert!(graph(&bad).is_err(), "{bad}");
        }
    }
}
