//! `GET /outputs/{id}` and its thumbnails.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::{FromRequest as _, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use wire::{FileLink, Millis, NewFileLink, OutputId, OutputKind};

use super::content::{self, Content};
use super::links::FilePath;
use crate::api::comfy_v2::links::Links;
use crate::app::App;
use crate::auth::{Principal, Sealed};
use crate::db::{OutputRow, now};
use crate::error::{Error, Result};
use crate::extract::{Arrival, Json, Path, Query};
use crate::files::ThumbWidth;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saving {
    /// Anything but nothing and `0`: save it instead of showing it.
    download: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sized {
    /// At least so many pixels wide.
    w: Option<u32>,
}

const USUAL_WIDTH: u32 = 320;

/// How long a link may work, in seconds: up to seven days.
const LIFE: RangeInclusive<u32> = 60..=7 * 24 * 60 * 60;
const USUAL_LIFE: u32 = 24 * 60 * 60;

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(path): Path<FilePath>,
    saving: Result<Query<Saving>>,
    headers: HeaderMap,
) -> Result<Response> {
    let output = find(&app, caller.as_ref(), &path).await?;
    // Who is not let in is told that first.
    let Query(saving) = saving?;
    let content = Content { hash: output.hash, mime: &output.mime, name: &output.name };
    if saving.download.is_some_and(|value| value != "0") {
        return content::save(&app.files, &content, &headers).await;
    }
    content::serve(&app.files, &content, &headers).await
}

pub(crate) async fn thumb(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(path): Path<FilePath>,
    sized: Result<Query<Sized>>,
    headers: HeaderMap,
) -> Result<Response> {
    let output = find(&app, caller.as_ref(), &path).await?;
    let Query(sized) = sized?;
    if output.kind != OutputKind::Image {
        return Err(Error::NotFound("thumbnail"));
    }
    let width = ThumbWidth::at_least(sized.w.unwrap_or(USUAL_WIDTH));
    if let Some(thumb) = app.files.thumb(output.hash, width).await? {
        return Ok(content::thumbnail(output.hash, width, thumb, &headers));
    }
    // A picture that we cannot decode and a browser can (AVIF) stands for itself.
    let content = Content { hash: output.hash, mime: &output.mime, name: &output.name };
    content::serve(&app.files, &content, &headers).await
}

/// A link to what was made that opens by itself, for a while.
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    principal: Principal,
    links: Links,
    Path(id): Path<OutputId>,
    request: Request,
) -> Result<axum::Json<FileLink>> {
    // First whose it is: nothing is said of what is wrong with a wish for another's.
    let output = app.db.find_output(principal.id, id).await?.ok_or(Error::NotFound("output"))?;
    let Json(wanted) = Json::<NewFileLink>::from_request(request, &()).await?;
    let seconds = wanted.expires_in.unwrap_or(USUAL_LIFE);
    if !LIFE.contains(&seconds) {
        let (least, most) = (LIFE.start(), LIFE.end());
        let message = format!("A link works for {least} to {most} seconds.");
        return Err(Error::field("expires_in", message));
    }
    let expires = now() / 1000 + Millis::from(seconds);
    let until = UNIX_EPOCH + Duration::from_secs(expires.unsigned_abs());
    let url = links.output_until((principal.id, output.id.0), until);
    Ok(axum::Json(FileLink { url, expires_at: expires * 1000 }))
}

async fn find(app: &App, caller: Option<&Principal>, path: &FilePath) -> Result<OutputRow> {
    let owner = path.owner(app, caller, Sealed::Output)?;
    let output = app.db.find_output(owner, OutputId(path.id())).await?;
    output.ok_or(Error::NotFound("output"))
}
