//! Pictures on the cards of workflows.

use std::str::FromStr as _;
use std::sync::Arc;

use axum::extract::{FromRequest as _, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde::Deserialize;
use wire::studio::Bench;
use wire::{JobId, OutputKind};

use crate::api::parlor::{content, uploads};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::{Host, Json, Path};
use crate::files::{Claim, Hash, SafeName, ThumbWidth};

/// Where covers are, relative to the page's base.
const ROOT: &str = "api/parlor/v1/covers";

/// A card is shown no wider, in pixels.
const WIDTH: u32 = 1_280;

/// An output of the host's own as the cover.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FromJob {
    job: JobId,
    output: u32,
}

/// The picture is the body, or JSON names an output.
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    Host(principal): Host,
    Path(slug): Path<String>,
    request: Request,
) -> Result<axum::Json<Bench>> {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let declared = declared.map(str::to_owned);
    if declared.as_deref().is_some_and(|kind| kind.starts_with("application/json")) {
        let Json(FromJob { job, output }) = Json::from_request(request, &()).await?;
        let _no_file_is_deleted_meanwhile = app.db.storing().await;
        let row = app.db.nth_output(principal.id, (job, output)).await?;
        let row = row.filter(|row| row.kind == OutputKind::Image);
        let hash = row.ok_or(Error::NotFound("picture"))?.hash;
        return hang(&app, &slug, hash).await;
    }
    let claim = Claim { name: SafeName::from_client("cover"), declared };
    let body = uploads::unless_silent(request.into_body().into_data_stream());
    let received = app.files.receive(body, &claim, app.config.max_upload_bytes()).await?;
    let _no_file_is_deleted_meanwhile = app.db.storing().await;
    let stored = app.files.store_upload(received).await?;
    if stored.kind != OutputKind::Image {
        app.files.remove(stored.hash).await?;
        return Err(Error::field("file", "This is no picture; choose a PNG, JPEG or WebP."));
    }
    hang(&app, &slug, stored.hash).await
}

async fn hang(app: &App, slug: &str, hash: Hash) -> Result<axum::Json<Bench>> {
    app.db.add_cover(hash).await?;
    Ok(axum::Json(app.studio.set_cover(slug, format!("{ROOT}/{hash}")).await?))
}

/// Whoever is let in sees every cover.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _: Principal,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let missing = || Error::NotFound("cover");
    let hash = blake3::Hash::from_str(&hash).map_err(|_| missing())?;
    let hash = Hash(*hash.as_bytes());
    if !app.db.is_cover(hash).await? {
        return Err(missing());
    }
    let width = ThumbWidth::at_least(WIDTH);
    let thumb = app.files.thumb(hash, width).await?.ok_or_else(missing)?;
    Ok(content::thumbnail(hash, width, thumb, &headers))
}
