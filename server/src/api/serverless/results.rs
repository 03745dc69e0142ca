//! The last message of every run: what it made.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use wire::{Job, JobStatus, Output};

use super::order::Wishes;
use crate::api::comfy_v2::links::Links;
use crate::app::App;
use crate::auth::PrincipalId;

/// What one answer may hold in base64, in bytes of content.
const MOST_INLINE: u64 = 64 << 20;

/// The message of type `serverless_api`. Of a job that made nothing it says why.
pub(super) async fn message(
    app: &App,
    (job, owner): (&Job, PrincipalId),
    (wishes, links): (Wishes, &Links),
) -> anyhow::Result<Value> {
    let mut results = Vec::with_capacity(job.outputs.len());
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut room = MOST_INLINE;
    for output in &job.outputs {
        let place = places.entry(&output.node).or_default();
        let mut told = json!({ "filename": output.name, "type": "output", "subfolder": "" });
        if wishes.output_base64 && output.bytes <= room {
            room -= output.bytes;
            told["base64"] = content(app, owner, output).await?.into();
        }
        if wishes.output_oss {
            told["oss"] = object(output, (owner, links));
        }
        results.push(json!({ "id": output.node, "index": *place, "output": told }));
        *place += 1;
    }
    let mut data = json!({ "prompt_id": job.id, "results": results });
    if job.status != JobStatus::Succeeded {
        let failure = job.failure.as_ref().map(|failure| failure.message.as_str());
        data["error"] = json!({ "status": job.status, "message": failure });
    }
    Ok(json!({ "type": "serverless_api", "data": data }))
}

async fn content(app: &App, owner: PrincipalId, output: &Output) -> anyhow::Result<Option<String>> {
    let Some(row) = app.db.find_output(owner, output.id).await? else { return Ok(None) };
    Ok(Some(BASE64_STANDARD.encode(app.files.read(row.hash).await?)))
}

/// As if it lay in an object storage: under a link that opens by itself, for a day.
fn object(output: &Output, (owner, links): (PrincipalId, &Links)) -> Value {
    let extension = output.name.rsplit_once('.').map_or("bin", |(_, extension)| extension);
    json!({
        "region": null,
        "bucket": null,
        "object": format!("serverless-api-output/{}.{extension}", output.id),
        "url": links.output(owner, output.id.0),
        "expires": Links::expiry(),
    })
}
