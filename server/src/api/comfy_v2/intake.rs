//! `POST /assets`: a form with a file and what is said of it, in any order.

use std::sync::Arc;

use axum::extract::multipart::Field;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use uuid::Uuid;

use super::assets;
use super::links::Links;
use super::refusal::Refused;
use super::request::idempotency_key;
use super::shapes;
use crate::api::parlor::{form, uploads};
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::files::{Claim, Hash, Received, SafeName};
use crate::people::Whence;

/// Longest text beside the file, in bytes.
const LONGEST: usize = 4 << 10;

/// What a form holds.
#[derive(Default)]
struct Form {
    file: Option<Received>,
    content_type: Option<String>,
    file_path: Option<String>,
    expected_hash: Option<String>,
}

/// 201 for bytes that the caller did not have here, else 200. A key counts once.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    principal: Principal,
    (links, whence): (Links, Whence),
    request: Request,
) -> Result<Response, Refused> {
    let (announced, key) = (uploads::announced(request.headers()), key(request.headers())?);
    let work = async {
        let (received, path) = read(&app, request).await?.checked()?;
        let known = app.db.known_by_hash(principal.id, received.source()).await?.is_some();
        let (id, bytes) = keep(&app, &principal, (received, path, key)).await?;
        Result::<_, Refused>::Ok((bytes, (id, known)))
    };
    let (id, known) = uploads::counted((&app, &principal, whence.hash), announced, work).await?;
    let asset = assets::find(&app, &principal, id).await?.ok_or(Error::NotFound("asset"))?;
    let mut told = assets::told(&app, &asset, (&links, &principal)).await?;
    told["created_new"] = (!known).into();
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, axum::Json(told)).into_response())
}

/// The key of the request, as text.
fn key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let key = idempotency_key(headers)?;
    Ok(key.map(|key| key.standing_for(|| [0; 32]).key))
}

/// Keeps the file, if its key was free until now: the asset, and its bytes. One that is not kept
/// sets the key free.
async fn keep(
    app: &App,
    principal: &Principal,
    (received, path, key): (Received, String, Option<String>),
) -> Result<(Uuid, u64), Refused> {
    let kept = async || {
        let (_, asset, kept) = uploads::keep_at(app, principal, (received, Some(path))).await?;
        Result::<_, Error>::Ok((asset, kept.bytes))
    };
    let Some(key) = key else { return Ok(kept().await?) };
    if !app.db.claim_asset_key(principal.id, key.clone()).await? {
        return Err(Refused::key_reused("look for the asset by its hash"));
    }
    let kept = kept().await;
    if kept.is_err() {
        app.db.release_asset_key(principal.id, key).await?;
    }
    Ok(kept?)
}

async fn read(app: &App, request: Request) -> Result<Form, Refused> {
    let (mut fields, opening) = form::read(request).await?;
    let mut form = Form::default();
    while let Some(field) = fields.next_field().await.map_err(form::refused)? {
        match field.name().unwrap_or_default() {
            "file" => {
                opening.is_over();
                let claim = form.claim((field.file_name(), field.content_type()));
                form.file = Some(uploads::take_in(app, field, &claim).await?);
            }
            "content_type" => form.content_type = Some(text(field).await?),
            "file_path" => form.file_path = Some(text(field).await?),
            "expected_hash" => form.expected_hash = Some(text(field).await?),
            "expires_in" => {
                let seconds =
                    text(field).await?.parse::<u64>().map_or(Value::from(""), Value::from);
                assets::check_expiry(Some(&seconds))?;
            }
            // Tags mean nothing here, and the form is bounded as a whole.
            _ => drop(text(field).await?),
        }
    }
    Ok(form)
}

async fn text(field: Field<'_>) -> Result<String, Refused> {
    let text = form::text(field, LONGEST).await?;
    text.ok_or_else(|| Refused::unusable(form::NO_TEXT))
}

impl Form {
    /// What the caller says that the file is. Names and types that say nothing
    /// (`upload.bin`, `application/octet-stream`) are programs' ways to say so.
    fn claim(&self, (name, kind): (Option<&str>, Option<&str>)) -> Claim {
        let name = self.file_path.as_deref().or(name).unwrap_or_default();
        let name = name.strip_suffix(".bin").unwrap_or(name);
        let declared = self.content_type.as_deref().or(kind);
        let declared =
            declared.filter(|kind| !kind.is_empty() && *kind != "application/octet-stream");
        Claim { name: SafeName::from_client(name), declared: declared.map(str::to_owned) }
    }

    /// The file and its path, if all is there that must be.
    fn checked(self) -> Result<(Received, String), Refused> {
        let missing = |name: &str| Refused::unusable(format!("{name} is missing in the form"));
        let file = self.file.ok_or_else(|| missing("file"))?;
        let _ = self.content_type.ok_or_else(|| missing("content_type"))?;
        let path = self.file_path.ok_or_else(|| missing("file_path"))?;
        if let Some(text) = self.expected_hash {
            let expected: Option<Hash> = shapes::parse_hash(&text);
            if expected != Some(file.source()) {
                let message = "the bytes that arrived are not those of expected_hash";
                return Err(Refused::new(StatusCode::CONFLICT, "hash_mismatch", message));
            }
        }
        Ok((file.named(SafeName::from_client(&path)), assets::path_of(&path)))
    }
}
