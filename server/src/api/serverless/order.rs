//! What is wanted: a graph, and how to be told of it.

use std::sync::Arc;

use comfy::{Graph, Input};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use wire::JobId;

use super::files;
use crate::api::native::words::{Refused, Result, refusal};
use crate::app::App;
use crate::auth::{Principal, PrincipalId};
use crate::db::{Asked, Idempotency, Used, now};
use crate::jobs::{IdempotencyKey, Raw};
use crate::limits::Ask;

/// Inputs in which −1 stands for any number.
const SEEDS: [&str; 2] = ["seed", "noise_seed"];

/// What a graph may hold beside its files, in bytes.
const GRAPH: usize = 1 << 20;

const NO_STORE: &str = "there is no object store here: ask for output_base64, or the host to name one \
                        with --object-store-endpoint";

/// How results are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Wishes {
    /// With what they hold.
    #[serde(deserialize_with = "flag")]
    pub(super) output_base64: bool,
    /// With where it is in the object store.
    #[serde(deserialize_with = "flag")]
    pub(super) output_oss: bool,
    /// As it happens.
    #[serde(deserialize_with = "flag", skip_serializing)]
    pub(super) stream: bool,
}

impl Wishes {
    /// That there is what is wished for.
    pub(super) fn check(self, app: &App) -> Result<()> {
        if self.output_oss && app.objects.is_none() {
            return Err(Refused::Graph(refusal("no_object_store", NO_STORE)));
        }
        Ok(())
    }

    /// These and those.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            output_base64: self.output_base64 || other.output_base64,
            output_oss: self.output_oss || other.output_oss,
            stream: self.stream || other.stream,
        }
    }
}

/// In a query, flags are texts. One that cannot be read is refused: it would be passed over, and
/// whoever sent it wait for what never comes.
fn flag<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let text = match Value::deserialize(from)? {
        Value::Bool(set) => return Ok(set),
        Value::String(text) => text.to_ascii_lowercase(),
        _ => return Ok(false),
    };
    match text.as_str() {
        "1" | "true" | "yes" => Ok(true),
        "" | "0" | "false" | "no" => Ok(false),
        _ => Err(D::Error::custom("a flag is true or false")),
    }
}

/// Whoever wants it, and where they come from.
#[derive(Debug, Clone)]
pub(super) struct From {
    pub(super) app: Arc<App>,
    pub(super) principal: Principal,
    /// The hash of their address.
    pub(super) address: PrincipalId,
}

/// Largest graph with the files in it, in bytes: base64 adds a third.
pub(super) fn longest(app: &App) -> usize {
    GRAPH + app.config.max_upload_bytes() as usize / 3 * 4
}

/// Under which a task is begun once, whatever its graph: what stands for any number is drawn
/// anew each time.
fn key_of(task: &str) -> IdempotencyKey {
    let hash = blake3::hash(task.as_bytes());
    Idempotency { key: format!("serverless-{}", hash.to_hex()), body: *hash.as_bytes() }.into()
}

/// Begins a graph; `client` is told of it in ComfyUI's words. Of a task that was begun already, its job.
pub(super) async fn begin(
    from: &From,
    body: &Value,
    (client, task): (&str, Option<&str>),
) -> Result<JobId> {
    let invalid = |error: comfy::graph::GraphError| Refused::invalid(&error.to_string());
    let mut graph = Graph::parse(body).map_err(invalid)?;
    let app = &from.app;
    app.backends.renew(&mut graph);
    draw_seeds(&mut graph);
    let files = files::bring(from, &graph).await?;
    let charge = app.limits.admit((&from.principal, from.address), Ask::Job).await?;
    let Value::Object(prompt) = graph.to_value() else { return Err(Refused::invalid("no graph")) };
    let client = Some(client.to_owned());
    let asked =
        Asked { number: now().into(), prompt, extra_data: Map::new(), outputs: Vec::new(), client };
    let raw = Raw { graph, files, targets: None, asked: Some(asked) };
    let asker = from.principal.asker(from.address);
    let taken = app.jobs.submit_graph(asker, raw, task.map(key_of)).await?;
    if taken.submitted.replayed {
        drop(charge);
    } else {
        charge.keep(Used { jobs: 1, cost: taken.submitted.cost, bytes: 0 }).await?;
    }
    Ok(taken.submitted.job.id)
}

/// A name under which nobody else listens.
pub(super) fn client() -> String {
    format!("serverless-{}", Uuid::new_v4().simple())
}

fn draw_seeds(graph: &mut Graph) {
    for node in graph.nodes.values_mut() {
        for (name, input) in &mut node.inputs {
            if SEEDS.contains(&name.as_str()) && input.as_f64() == Some(-1.0) {
                // As exact as a number in JavaScript.
                *input = Input::Value((rand::random::<u64>() >> 11).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn minus_one_is_any_number_and_only_for_seeds() {
        let mut graph = Graph::parse(&json!({ "1": { "class_type": "K", "inputs": {
            "seed": -1, "noise_seed": "-1", "start": -1 } } }))
        .unwrap();
        draw_seeds(&mut graph);
        let drawn = |name| graph.input("1", name).unwrap().as_value().unwrap().as_u64();
        assert!(drawn("seed").is_some() && drawn("noise_seed").is_some());
        assert_eq!((drawn("start"), drawn("seed") == drawn("noise_seed")), (None, false));
    }

    #[test]
    fn wishes_are_read_from_texts_and_kept() {
        let wishes: Wishes = serde_json::from_value(
            json!({ "output_base64": "true", "output_oss": "0", "stream": "1" }),
        )
        .unwrap();
        assert!(wishes.output_base64 && !wishes.output_oss && wishes.stream);
        let kept: Wishes = serde_json::from_value(serde_json::to_value(wishes).unwrap()).unwrap();
        assert!(kept.output_base64 && !kept.stream);
        assert!(serde_json::from_value::<Wishes>(json!({ "stream": "maybe" })).is_err());
    }
}
