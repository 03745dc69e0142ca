//! `/upload/image` and `/upload/mask`: ComfyUI protocol notes §6.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use comfy::FileRef;
use comfy::history::Folder;
use futures_util::stream;
use serde_json::{Value, json};
use wire::{Upload, UploadId};

use super::view;
use super::words::{Refused, Result};
use crate::api::parlor::form;
use crate::api::parlor::uploads::{announced, counted, store, unless_silent};
use crate::app::App;
use crate::auth::Principal;
use crate::extract::GraphRunner;
use crate::files::place::{self, Place};
use crate::files::{Claim, SafeName};
use crate::people::Whence;

/// Files of one name that differ.
const MAX_COPIES: u32 = 1_000;

/// Longest text among the fields, in bytes.
const MAX_TEXT: usize = 4096;

/// What an upload says beside its file.
#[derive(Debug, Default)]
struct Form {
    /// What it is called, and what it was stored as.
    file: Option<(String, Upload)>,
    folder: Option<String>,
    subfolder: String,
    overwrite: bool,
    original: Option<FileRef>,
}

/// `POST /upload/image`: any file that is what its name says, under its own name
/// or one like it.
pub(super) async fn image(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    request: Request,
) -> Result<Json<Value>> {
    let form = take_in(&app, (&principal, &whence), request).await?;
    let (name, upload) = form.file.clone().ok_or(StatusCode::BAD_REQUEST)?;
    keep(&app, &principal, (&form, &name), upload.id).await
}

/// `POST /upload/mask`: a picture whose transparency the original is given.
pub(super) async fn mask(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    request: Request,
) -> Result<Json<Value>> {
    let form = take_in(&app, (&principal, &whence), request).await?;
    let (name, mask) = form.file.clone().ok_or(StatusCode::BAD_REQUEST)?;
    let original = form.original.as_ref().ok_or(StatusCode::BAD_REQUEST)?;
    let place = Place {
        folder: original.folder,
        subfolder: place::subfolder_of(&original.subfolder).map_err(|_| StatusCode::BAD_REQUEST)?,
        name: original.filename.clone(),
    };
    let original = view::find(&app, principal.id, &place).await?.ok_or(StatusCode::BAD_REQUEST)?;
    let mask = app.db.find_upload(principal.id, mask.id).await?.ok_or(StatusCode::BAD_REQUEST)?;
    let masked = app.files.masked(original.hash, mask.hash).await?;
    let masked = masked.ok_or(StatusCode::BAD_REQUEST)?;
    let claim = Claim { name: SafeName::from_client("masked.png"), declared: None };
    let body = stream::iter([Ok::<_, std::convert::Infallible>(masked)]);
    let stored = store(&app, &principal, body, &claim).await?;
    keep(&app, &principal, (&form, &name), stored.id).await
}

/// Gives the upload its name and says which.
async fn keep(
    app: &App,
    principal: &Principal,
    (form, name): (&Form, &str),
    upload: UploadId,
) -> Result<Json<Value>> {
    let folder = match form.folder.as_deref() {
        None => Folder::Input,
        Some(folder) => place::folder_named(folder).ok_or(StatusCode::BAD_REQUEST)?,
    };
    let subfolder = place::subfolder_of(&form.subfolder).map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut place = Place { folder, subfolder, name: name.to_owned() };
    if !form.overwrite {
        place.name = free_name(app, principal, &place, upload).await?;
    }
    app.db.name_native_upload(principal.id, place.key(), upload).await?;
    // As it was said, and not as it is kept: so a ComfyUI does.
    let told = json!({ "name": place.name, "subfolder": form.subfolder, "type": folder });
    Ok(Json(told))
}

/// Its name, or `name (1).png` and so on, that is free or holds the same.
async fn free_name(
    app: &App,
    principal: &Principal,
    place: &Place,
    upload: UploadId,
) -> Result<String> {
    let (stem, extension) = match place.name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (place.name.as_str(), String::new()),
    };
    let copies = (1..MAX_COPIES).map(|copy| format!("{stem} ({copy}){extension}"));
    for name in std::iter::once(place.name.clone()).chain(copies) {
        let (folder, subfolder, _) = place.key();
        let there = app.db.native_upload(principal.id, (folder, subfolder, &name)).await?;
        if there.is_none_or(|there| there.id == upload) {
            return Ok(name);
        }
    }
    Err(StatusCode::BAD_REQUEST.into())
}

/// Reads the form and stores its file.
async fn take_in(
    app: &App,
    (principal, whence): (&Principal, &Whence),
    request: Request,
) -> Result<Form> {
    let announced = announced(request.headers());
    let work = async {
        let form = read(app, principal, request).await?;
        let bytes = form.file.as_ref().map_or(0, |(_, upload)| upload.bytes);
        Result::<_, Refused>::Ok((bytes, form))
    };
    counted((app, principal, whence.hash), announced, work).await
}

async fn read(app: &App, principal: &Principal, request: Request) -> Result<Form> {
    let bad = |_| Refused::Status(StatusCode::BAD_REQUEST);
    let (mut fields, opening) = form::read(request).await.map_err(bad)?;
    let mut form = Form::default();
    while let Some(field) = fields.next_field().await.map_err(form::refused)? {
        let field_name = field.name().unwrap_or_default().to_owned();
        if field_name == "image" {
            if form.file.is_some() {
                return Err(StatusCode::BAD_REQUEST.into());
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            if !place::is_name(&name) {
                return Err(StatusCode::BAD_REQUEST.into());
            }
            opening.is_over();
            // What it says it is nobody checks in a ComfyUI, so few clients say it right.
            let claim = Claim { name: SafeName::from_client(&name), declared: None };
            let stored = store(app, principal, unless_silent(field), &claim).await?;
            form.file = Some((name, stored));
            continue;
        }
        let text = form::text(field, MAX_TEXT).await?.ok_or(StatusCode::BAD_REQUEST)?;
        match field_name.as_str() {
            "type" => form.folder = Some(text),
            "subfolder" => form.subfolder = text,
            "overwrite" => form.overwrite = matches!(text.as_str(), "true" | "1"),
            "original_ref" => form.original = serde_json::from_str(&text).ok(),
            _ => (),
        }
    }
    Ok(form)
}
