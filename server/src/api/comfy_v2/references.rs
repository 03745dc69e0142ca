//! `core/ASSET` objects in a graph: files, where their names would stand.

use std::collections::HashMap;

use comfy::{Graph, NodeId};
use serde_json::Value;
use uuid::Uuid;
use wire::OutputId;

use super::assets::{self, Asset};
use super::refusal::Refused;
use crate::app::App;
use crate::auth::Principal;
use crate::jobs::KnownFile;

/// What marks a reference.
const TYPE: &str = "core/ASSET";

/// Files by node and input.
pub(super) type Files = HashMap<(NodeId, String), KnownFile>;

/// The files that a graph refers to, all of which are the caller's.
pub(super) async fn find(
    app: &App,
    principal: &Principal,
    graph: &Graph,
) -> Result<Files, Refused> {
    let mut files = Files::new();
    for (id, node) in &graph.nodes {
        for (name, input) in &node.inputs {
            let Some(value) = input.as_value().filter(|value| holds_reference(value)) else {
                continue;
            };
            let missing = |why: &str| Refused::missing_asset(format!("node {id}, {name}: {why}"));
            let asset = asset_id(value).ok_or_else(|| missing("this is no whole reference"))?;
            let file = match assets::find(app, principal, asset).await? {
                Some(Asset::HandedIn(row)) => KnownFile::Upload(row.upload.id),
                Some(Asset::Output(row)) => KnownFile::Made(OutputId(row.id.0)),
                None => return Err(missing("there is no such asset")),
            };
            files.insert((id.clone(), name.clone()), file);
        }
    }
    Ok(files)
}

/// The id in a well-formed reference.
fn asset_id(value: &Value) -> Option<Uuid> {
    let is_reference = value.get("__type").and_then(Value::as_str) == Some(TYPE);
    value.pointer("/info/id")?.as_str().filter(|_| is_reference)?.parse().ok()
}

/// Anywhere in it: within a list or an object a file has no meaning, and shall not go unseen.
fn holds_reference(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get("__type").is_some_and(|kind| kind == TYPE)
                || fields.values().any(holds_reference)
        }
        Value::Array(items) => items.iter().any(holds_reference),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_needs_its_id() {
        let id = "9f8a1c0d-2b3e-4f56-8a7b-1c2d3e4f5a6b";
        let good = json!({ "__type": "core/ASSET", "info": { "id": id, "hash": "blake3:0" } });
        assert_eq!(asset_id(&good), id.parse().ok());
        for bad in [
            json!({ "__type": "core/ASSET" }),
            json!({ "__type": "core/ASSET", "info": { "id": 5 } }),
            json!({ "__type": "core/ASSET", "info": { "id": "x" } }),
            json!([good]),
            json!({ "deep": { "er": good } }),
        ] {
            assert!(holds_reference(&bad) && asset_id(&bad).is_none(), "{bad}");
        }
        assert!(!holds_reference(&json!({ "info": { "id": id } })));
    }
}
