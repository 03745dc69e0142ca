//! The last message of every run: what it made.

use std::collections::HashMap;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use wire::{Job, JobStatus, Output};

use super::names;
use super::order::Wishes;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::objects::{NewObject, OWN, Objects};

/// What one answer may hold in base64, in bytes of content.
const MOST_INLINE: u64 = 64 << 20;

/// The message of type `serverless_api`. Of a job that made nothing it says why.
pub(super) async fn message(
    app: &App,
    (job, owner): (&Job, PrincipalId),
    wishes: Wishes,
) -> anyhow::Result<Value> {
    let mut results = Vec::with_capacity(job.outputs.len());
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut room = MOST_INLINE;
    let mut files = names::of(app, (job.id, owner)).await?;
    for output in &job.outputs {
        let place = places.entry(&output.node).or_default();
        let mut told = match files.remove(&output.id) {
            Some(file) => serde_json::to_value(file)?,
            None => json!({ "filename": output.name, "type": "output", "subfolder": "" }),
        };
        if wishes.output_base64 && output.bytes <= room {
            room -= output.bytes;
            told["base64"] = content(app, owner, output).await?.into();
        }
        if wishes.output_oss {
            told["oss"] = object(app, owner, output).await;
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

/// Where it is in the object store. When the store does not take it, that is said: whoever asks
/// for the status later may have more luck.
async fn object(app: &App, owner: PrincipalId, output: &Output) -> Value {
    let extension = output.name.rsplit_once('.').map_or("bin", |(_, extension)| extension);
    let name = format!("{OWN}{}.{extension}", output.id);
    let stored = async {
        let objects = app.objects.as_ref().context("there is no object store any more")?;
        store(app, (owner, output), (objects, &name)).await?;
        let (url, expires) = objects.link(&name);
        let expires = Timestamp::from_millisecond(expires)?.to_string();
        anyhow::Ok(json!({
            "region": objects.region(),
            "bucket": objects.bucket(),
            "object": name,
            "url": url.as_str(),
            "expires": expires,
        }))
    };
    stored.await.unwrap_or_else(|error| {
        tracing::error!(error = format!("{error:#}"), "an output is not in the object store");
        json!({ "object": name, "error": "the object store did not take it; ask again later" })
    })
}

/// Brings an output to the store, unless it is there.
async fn store(
    app: &App,
    (owner, output): (PrincipalId, &Output),
    (objects, name): (&Objects, &str),
) -> anyhow::Result<()> {
    let place = objects.place();
    if app.db.is_object(output.id, &place).await? {
        return Ok(());
    }
    let row = app.db.find_output(owner, output.id).await?.context("the output was deleted")?;
    let file = app.files.open_content(row.hash).await?.context("the file was deleted")?;
    objects.put(NewObject { name, mime: &row.mime, file, bytes: row.bytes }).await?;
    app.db.add_object(output.id, place).await
}
