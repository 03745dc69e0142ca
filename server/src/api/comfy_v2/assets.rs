//! `/assets`: files by id and by hash.
//!
//! What was handed in is an asset, and what a job made. The same bytes handed in
//! by one caller are one asset, whichever door they came through. Nothing says whether
//! somebody else has them too.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{OutputId, UploadId};

use super::links::Links;
use super::refusal::Refused;
use super::request::Body;
use super::shapes;
use crate::api::parlor::content::{self, Content};
use crate::app::App;
use crate::auth::Principal;
use crate::db::{Known, NewUpload, OutputRow, UploadRow};
use crate::error::Error;
use crate::extract::{MAX_JSON, Path};
use crate::files::SafeName;

/// Of what type the contract has all content.
const BYTES: &str = "application/octet-stream";

/// A file of the caller.
pub(super) enum Asset {
    Upload(UploadRow),
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
        Asset::Upload(row) => (row.hash, row.name.as_str()),
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
    if let Some(file) = app.db.delete_upload(principal.id, UploadId(id)).await? {
        app.jobs.clear_away(vec![file]).await?;
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

/// `POST /assets/from-hash`: the asset of bytes that the caller handed in before.
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
    let path = text("file_path")?;
    check_expiry(body.get("expires_in"))?;
    check_tags(body.get("tags"))?;
    let known = match shapes::parse_hash(hash) {
        Some(hash) => app.db.known_by_hash(principal.id, hash).await?,
        None => None,
    };
    let unknown = || Refused::new(StatusCode::NOT_FOUND, "blob_not_found", "no such bytes here");
    let known = known.ok_or_else(unknown)?;
    let (id, status) = match known {
        Known::Upload(id) => (id, StatusCode::OK),
        Known::Output(id) => {
            (mint(&app, &principal, id).await?.ok_or_else(unknown)?, StatusCode::CREATED)
        }
    };
    if let Some(path) = path {
        let name = SafeName::from_client(path);
        app.db.name_upload((principal.id, id), name.as_str()).await?;
    }
    let asset = find(&app, &principal, id.0).await?.ok_or_else(unknown)?;
    let mut told = told(&app, &asset, (&links, &principal)).await?;
    told["created_new"] = false.into();
    Ok((status, axum::Json(told)).into_response())
}

/// What a job made as a file of its own, which outlives the job.
async fn mint(app: &App, principal: &Principal, id: OutputId) -> anyhow::Result<Option<UploadId>> {
    let _no_file_is_deleted_meanwhile = app.db.storing().await;
    let Some(made) = app.db.find_output(principal.id, id).await? else { return Ok(None) };
    let upload = NewUpload {
        principal: principal.id,
        hash: made.hash,
        name: made.name,
        mime: made.mime,
        bytes: made.bytes,
        width: made.width,
        height: made.height,
    };
    app.db.add_upload(&upload).await.map(Some)
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
    if let Some(row) = app.db.find_upload(principal.id, UploadId(id)).await? {
        return Ok(Some(Asset::Upload(row)));
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
        Asset::Upload(row) => {
            let source = app.db.source_of(row.id).await?.unwrap_or(row.hash);
            json!({
                "id": row.id,
                "hash": shapes::hash(source),
                "size_bytes": row.bytes,
                "content_type": row.mime,
                "file_path": row.name,
                "created_at": shapes::time(row.created_at),
                "url": links.upload(principal.id, row.id.0),
                "url_expires_at": Links::expiry(),
                "expires_at": null,
            })
        }
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
