//! `GET /outputs/{id}` and its thumbnails.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use wire::{OutputId, OutputKind};

use super::content::{self, Content};
use super::links::FilePath;
use crate::app::App;
use crate::auth::{Principal, Sealed};
use crate::db::OutputRow;
use crate::error::{Error, Result};
use crate::extract::{Arrival, Path, Query};
use crate::files::ThumbWidth;

#[derive(Debug, Deserialize)]
pub(crate) struct Saving {
    /// Anything but nothing and `0`: save it instead of showing it.
    download: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sized {
    /// At least so many pixels wide.
    w: Option<u32>,
}

const USUAL_WIDTH: u32 = 320;

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(path): Path<FilePath>,
    Query(saving): Query<Saving>,
    headers: HeaderMap,
) -> Result<Response> {
    let output = find(&app, caller.as_ref(), &path).await?;
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
    Query(sized): Query<Sized>,
    headers: HeaderMap,
) -> Result<Response> {
    let output = find(&app, caller.as_ref(), &path).await?;
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

async fn find(app: &App, caller: Option<&Principal>, path: &FilePath) -> Result<OutputRow> {
    let owner = path.owner(app, caller, Sealed::Output)?;
    let output = app.db.find_output(owner, OutputId(path.id())).await?;
    output.ok_or(Error::NotFound("output"))
}
