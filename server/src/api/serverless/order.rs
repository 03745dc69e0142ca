//! What is wanted: a graph, and how to be told of it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use comfy::definitions::Kind;
use comfy::{Definitions, Graph, Input};
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

/// Largest seed that is drawn: as exact as a number in JavaScript.
const LARGEST_SEED: u64 = (1 << 53) - 1;

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
    let definitions = app.backends.all_definitions();
    draw_seeds(&mut graph, &definitions.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    let charge = app.limits.admit((&from.principal, from.address), Ask::Job).await?;
    let Value::Object(prompt) = graph.to_value() else { return Err(Refused::invalid("no graph")) };
    let client = Some(client.to_owned());
    let asked =
        Asked { number: now().into(), prompt, extra_data: Map::new(), outputs: Vec::new(), client };
    let mut raw = Raw { graph, asked: Some(asked), ..Raw::default() };
    raw.files = files::bring(from, &raw).await?;
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

fn draw_seeds(graph: &mut Graph, definitions: &[&Definitions]) {
    for node in graph.nodes.values_mut() {
        for (name, input) in &mut node.inputs {
            if SEEDS.contains(&name.as_str()) && input.as_f64() == Some(-1.0) {
                let taken = seeds((&node.class_type, name), definitions);
                *input = Input::Value(rand::random_range(taken).into());
            }
        }
    }
}

/// The seeds that every backend takes there.
fn seeds((class, input): (&str, &str), definitions: &[&Definitions]) -> RangeInclusive<u64> {
    let natural = |limit: i128| u64::try_from(limit.max(0)).unwrap_or(LARGEST_SEED);
    let (mut least, mut most) = (0, LARGEST_SEED);
    for input in definitions.iter().filter_map(|all| all.node(class)?.input(input)) {
        if let Kind::Int { min, max, .. } = input.kind {
            least = min.map_or(least, |min| least.max(natural(min)));
            most = max.map_or(most, |max| most.min(natural(max)));
        }
    }
    // Where no seed pleases all of them, whoever checks the graph says so.
    least..=most.max(least)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The catalogue of a real server.
    fn recorded() -> Definitions {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/comfy/tests/fixtures/object_info.json");
        Definitions::parse(&std::fs::read_to_string(path).unwrap().into_bytes()).unwrap()
    }

    #[test]
    fn a_seed_is_drawn_from_those_that_its_node_takes() {
        let recorded = recorded();
        let mut small = 0;
        for node in recorded.iter() {
            let seeds = node.inputs.iter().filter(|input| SEEDS.contains(&&*input.name));
            for (input, limits) in seeds.filter_map(|input| match input.kind {
                Kind::Int { min, max, .. } => Some((&*input.name, (min.unwrap(), max.unwrap()))),
                _ => None,
            }) {
                let asked = json!({ "1": { "class_type": &*node.class, "inputs": { input: -1 } } });
                let mut graph = Graph::parse(&asked).unwrap();
                draw_seeds(&mut graph, &[&recorded]);
                let drawn = graph.input("1", input).unwrap().as_value().unwrap().as_u64();
                let drawn = i128::from(drawn.unwrap());
                assert!((limits.0..=limits.1).contains(&drawn), "{}: {drawn}", node.class);
                small += usize::from(limits.1 < i128::from(LARGEST_SEED));
            }
        }
        assert!(small > 100, "most take fewer than can be drawn: {small}");
    }

    #[test]
    fn a_seed_is_one_that_all_backends_take() {
        let takes = |min: i64, max: u64| {
            let seed = json!(["INT", { "min": min, "max": max }]);
            let catalogue =
                json!({ "K": { "input": { "required": { "seed": seed } }, "output": [] } });
            Definitions::parse(catalogue.to_string().as_bytes()).unwrap()
        };
        let (one, two) = (takes(-5, u64::MAX), takes(3, 4));
        assert_eq!(seeds(("K", "seed"), &[&one, &two]), 3..=4);
        assert_eq!(seeds(("K", "seed"), &[&one]), 0..=LARGEST_SEED);
        assert_eq!(seeds(("Unknown", "seed"), &[&one]), 0..=LARGEST_SEED);
    }

    #[test]
    fn minus_one_is_any_number_and_only_for_seeds() {
        let mut graph = Graph::parse(&json!({ "1": { "class_type": "K", "inputs": {
            "seed": -1, "noise_seed": "-1", "start": -1 } } }))
        .unwrap();
        draw_seeds(&mut graph, &[]);
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
