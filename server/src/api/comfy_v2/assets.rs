//! `/assets`: files by id and by hash.
//!
//! What was handed in is an asset, and what a job made. The same bytes that one caller hands in
//! under several paths are several assets, of which each goes by itself; they are kept once.
//! Nothing says whether somebody else has them too.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::OutputId;

use super::links::Links;
use super::refusal::Refused;
use super::request::Body;
use super::shapes;
use crate::api::parlor::content::{self, Content};
use crate::app::App;
use crate::auth::Principal;
use crate::db::{AssetRow, HandedIn, Known, NewUpload, OutputRow, last_of};
use crate::error::Error;
use crate::extract::{MAX_JSON, Path};
use crate::files::{Hash, SafeName};

/// Of what type the contract has all content.
const BYTES: &str = "application/octet-stream";

/// Folders and name that a path keeps of its end.
const DEEPEST: usize = 16;

/// A file of the caller.
pub(super) enum Asset {
    HandedIn(AssetRow),
    Output(OutputRow),
}

/// `GET /assets/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    links: Links,
    Path(id): Path<Uuid>,
) -> Result<axum::Json<Value>, Refused> {
    let asset = find(&app, &principal, id).await?.ok_or(Error::NotFound("asset"))?;
    Ok(axum::Json(told(&app, &asset, (&links, &principal)).await?))
}

/// `GET /assets/{id}/content`: bytes, of which the asset says the type; links say it themselves.
pub(super) async fn content(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let asset = find(&app, &principal, id).await?.ok_or(Error::NotFound("asset"))?;
    let (hash, name) = match &asset {
        Asset::HandedIn(row) => (row.upload.hash, row.name()),
        Asset::Output(row) => (row.hash, row.name.as_str()),
    };
    let content = Content { hash, mime: BYTES, name };
    Ok(content::serve(&app.files, &content, &headers).await?)
}

/// `DELETE /assets/{id}`: what a job made goes with its job.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refused> {
    if let Some(files) = app.db.delete_asset(principal.id, id).await? {
        app.jobs.clear_away(files).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    if app.db.find_output(principal.id, OutputId(id)).await?.is_some() {
        let message = "this asset is in use and cannot be deleted";
        return Err(Refused::new(StatusCode::CONFLICT, "asset_in_use", message));
    }
    Err(Error::NotFound("asset").into())
}

/// `HEAD /assets/by-hash/{hash}`
pub(super) async fn by_hash(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(hash): Path<String>,
) -> Result<StatusCode, Refused> {
    let known = match shapes::parse_hash(&hash) {
        Some(hash) => app.db.known_by_hash(principal.id, hash).await?,
        None => None,
    };
    Ok(if known.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND })
}

/// `POST /assets/from-hash`: an asset of bytes that the caller has here.
pub(super) async fn from_hash(
    State(app): State<Arc<App>>,
    principal: Principal,
    links: Links,
    Body(body): Body<Value, MAX_JSON>,
) -> Result<Response, Refused> {
    let text = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refused::unusable(format!("{name} is not a text"))),
    };
    let hash = text("hash")?.ok_or_else(|| Refused::unusable("hash is missing: `blake3:<hex>`"))?;
    let path = text("file_path")?.map(path_of);
    check_expiry(body.get("expires_in"))?;
    check_tags(body.get("tags"))?;
    let unknown = || Refused::new(StatusCode::NOT_FOUND, "blob_not_found", "no such bytes here");
    let hash = shapes::parse_hash(hash).ok_or_else(unknown)?;
    let minted = match app.db.mint_asset(principal.id, (hash, path.clone())).await? {
        Some(minted) => Some(minted),
        None => mint_of_made(&app, &principal, (hash, path)).await?.map(|id| (id, true)),
    };
    let (id, is_new) = minted.ok_or_else(unknown)?;
    let asset = find(&app, &principal, id).await?.ok_or_else(unknown)?;
    let mut told = told(&app, &asset, (&links, &principal)).await?;
    told["created_new"] = false.into();
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(told)).into_response())
}

/// What a job made as an asset of its own, which outlives the job.
async fn mint_of_made(
    app: &App,
    principal: &Principal,
    (source, path): (Hash, Option<String>),
) -> anyhow::Result<Option<Uuid>> {
    let _no_file_is_deleted_meanwhile = app.db.storing().await;
    let known = app.db.known_by_hash(principal.id, source).await?;
    let Some(Known::Output(id)) = known else { return Ok(None) };
    let Some(made) = app.db.find_output(principal.id, id).await? else { return Ok(None) };
    let path = path.unwrap_or(made.name);
    let upload = NewUpload {
        principal: principal.id,
        hash: made.hash,
        name: last_of(&path).to_owned(),
        mime: made.mime,
        bytes: made.bytes,
        width: made.width,
        height: made.height,
    };
    let handed_in = HandedIn { upload, source, path: Some(path) };
    let (_, asset) = app.db.hand_in(handed_in).await?;
    Ok(Some(asset))
}

/// A path as it is kept: names that harm nobody, and folders that lead nowhere else. (safety 25)
pub(super) fn path_of(text: &str) -> String {
    let parts = text.split(['/', '\\']).map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let kept = parts.len().saturating_sub(DEEPEST);
    let names: Vec<_> =
        parts[kept..].iter().map(|part| SafeName::from_client(part).to_string()).collect();
    if names.is_empty() { SafeName::from_client("").to_string() } else { names.join("/") }
}

/// The bounds of the contract. Assets do not expire here, so that is all it means.
pub(super) fn check_expiry(seconds: Option<&Value>) -> Result<(), Refused> {
    let fits = |seconds: &Value| seconds.as_u64().is_some_and(|n| (60..=604_800).contains(&n));
    match seconds {
        None | Some(Value::Null) => Ok(()),
        Some(seconds) if fits(seconds) => Ok(()),
        Some(_) => Err(Refused::unusable("expires_in is a number of seconds from 60 to 604800")),
    }
}

/// They mean nothing here, and are a list of texts all the same.
fn check_tags(tags: Option<&Value>) -> Result<(), Refused> {
    let fits = |tags: &Vec<Value>| tags.iter().all(Value::is_string);
    match tags {
        None => Ok(()),
        Some(tags) if tags.as_array().is_some_and(fits) => Ok(()),
        Some(_) => Err(Refused::unusable("tags is a list of texts")),
    }
}

/// The caller's file of this id.
pub(super) async fn find(
    app: &App,
    principal: &Principal,
    id: Uuid,
) -> anyhow::Result<Option<Asset>> {
    if let Some(row) = app.db.find_asset(principal.id, id).await? {
        return Ok(Some(Asset::HandedIn(row)));
    }
    Ok(app.db.find_output(principal.id, OutputId(id)).await?.map(Asset::Output))
}

/// A file in the form of the contract.
pub(super) async fn told(
    app: &App,
    asset: &Asset,
    (links, principal): (&Links, &Principal),
) -> anyhow::Result<Value> {
    Ok(match asset {
        Asset::HandedIn(row) => json!({
            "id": row.id,
            "hash": shapes::hash(row.source),
            "size_bytes": row.upload.bytes,
            "content_type": row.upload.mime,
            "file_path": row.path,
            "created_at": shapes::time(row.created_at),
            "url": links.upload(principal.id, row.id),
            "url_expires_at": Links::expiry(),
            "expires_at": null,
        }),
        Asset::Output(row) => {
            let job = app.jobs.find(principal.id, row.job).await?;
            let made = job.as_ref().and_then(|job| job.finished_at).unwrap_or_default();
            json!({
                "id": row.id,
                "hash": shapes::hash(row.hash),
                "size_bytes": row.bytes,
                "content_type": row.mime,
                "file_path": row.name,
                "created_at": shapes::time(made),
                "url": links.output(principal.id, row.id.0),
                "url_expires_at": Links::expiry(),
                "expires_at": job.and_then(|job| job.expires_at).map(shapes::time),
                "job_id": row.job,
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 25
    #[test]
    fn a_path_keeps_its_folders_and_leads_nowhere_else() {
        for (sent, kept) in [
            ("photo.png", "photo.png"),
            ("models/checkpoints/x.safetensors", "models/checkpoints/x.safetensors"),
            ("/../a//./b\\c.png", "a/b/c.png"),
            ("../..", "file"),
            ("", "file"),
            ("a/NUL/b", "a/_NUL/b"),
        ] {
            assert_eq!(path_of(sent), kept, "{sent}");
        }
        assert_eq!(path_of(&"a/".repeat(2_000)).split('/').count(), DEEPEST);
    }
}
