//! `POST /uploads`: takes in a file, as the body, in a form, from an address or in base64;
//! `GET /uploads/{id}` gives it back.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use uuid::Uuid;
use wire::{Upload, UploadFrom, UploadId};

use super::content::{self, Content};
use super::links::{FilePath, Links};
use super::{form, inside};
use crate::app::App;
use crate::auth::{Principal, PrincipalId, Sealed};
use crate::db::{HandedIn, NewUpload, Used};
use crate::error::{Error, Result};
use crate::extract::{self, Arrival, OVER, Path, Query, json_body};
use crate::files::{Claim, Received, SafeName, UploadError};
use crate::limits::Ask;
use crate::people::Whence;

/// How long a whole upload may take.
pub(in crate::api) const DEADLINE: Duration = Duration::from_mins(10);
/// How long nothing may arrive.
const SILENCE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";
/// The name in refusals, also of raw bodies.
const FIELD: &str = "file";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    name: Option<String>,
}

/// A form with one file, or the file itself as the body. JSON says where it is or holds it; what
/// comes with a name is the file itself, also if it is JSON.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    Query(named): Query<Named>,
    request: Request,
) -> Result<Response> {
    // An empty name is none.
    let name = named.name.filter(|name| !name.is_empty());
    let upload = if name.is_none() && extract::content_type(request.headers()) == JSON {
        from_elsewhere(&app, (&principal, whence.hash), request).await?
    } else {
        let announced = announced(request.headers());
        let work = async {
            let upload = receive(&app, &principal, name, request).await?;
            Result::<_, Error>::Ok((upload.bytes, upload))
        };
        counted((&app, &principal, whence.hash), announced, work).await?
    };
    let location = format!("{}{}", app.config.base_path(), upload.url);
    let location = HeaderValue::from_str(&location).map_err(anyhow::Error::from)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], axum::Json(upload)).into_response())
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(path): Path<FilePath>,
    headers: HeaderMap,
) -> Result<Response> {
    let owner = path.owner(&app, caller.as_ref(), Sealed::Upload)?;
    let upload = app.db.find_upload(owner, UploadId(path.id())).await?;
    let upload = upload.ok_or(Error::NotFound("upload"))?;
    let content = Content { hash: upload.hash, mime: &upload.mime, name: &upload.name };
    content::serve(&app.files, &content, &headers).await
}

/// How long the body will be, if it says.
pub(in crate::api) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What `work` takes in, counted among what the caller hands in. It says how many bytes that
/// was; `announced` is how long the body will be, if it says.
///
/// # Errors
///
/// When it is too large, too slow, or more than the caller may.
pub(in crate::api) async fn counted<T, E: From<Error>>(
    (app, principal, address): (&App, &Principal, PrincipalId),
    announced: Option<u64>,
    work: impl Future<Output = Result<(u64, T), E>>,
) -> Result<T, E> {
    let max = app.config.max_upload_bytes();
    if announced.is_some_and(|length| length > max + form::OVERHEAD) {
        return Err(Error::from(UploadError::TooLarge { max }).into());
    }
    let ask = Ask::Upload { bytes: announced.map_or(max, |length| length.min(max)) };
    let charge = app.limits.admit((principal, address), ask).await?;
    let done = tokio::time::timeout(DEADLINE, work).await.map_err(|_| Error::Timeout)?;
    let (bytes, done) = done?;
    let kept = charge.keep(Used { bytes, ..Used::default() }).await;
    kept.map_err(Error::from)?;
    Ok(done)
}

/// A file that JSON names the address of, or holds.
async fn from_elsewhere(
    app: &App,
    who: (&Principal, PrincipalId),
    request: Request,
) -> Result<Upload> {
    let body = json_body(request, inside::MOST_BYTES).await;
    let body = body.map_err(|error| error.with_cure("send the file itself, as the body"))?;
    let from = serde_json::from_slice(&body).map_err(|_| {
        let cure = "send {\"url\": \"https://…\"} or {\"base64\": \"…\"}, with a \"name\" if you like; a \
                    file that is JSON itself comes with ?name=";
        Error::BadRequest(cure.into())
    })?;
    let (field, name, content) = match from {
        UploadFrom::Address { url, name } => ("url", name, inside::fetched(app, &url).await),
        UploadFrom::Whole { base64, name } => ("base64", name, inside::whole(&base64)),
    };
    let content = content.map_err(|why| Error::field(field, why))?;
    let (id, new) = bring_as(app, who, (&name.unwrap_or_default(), content)).await?;
    Ok(told(app, who.0, (id, new)))
}

async fn receive(
    app: &App,
    principal: &Principal,
    name: Option<String>,
    request: Request,
) -> Result<Upload> {
    let declared = content_type(request.headers());
    if !declared.as_deref().unwrap_or_default().starts_with("multipart/form-data") {
        let claim = Claim { name: SafeName::from_client(&name.unwrap_or_default()), declared };
        return store(app, principal, request.into_body().into_data_stream(), &claim).await;
    }
    let (mut fields, opening) = form::read(request).await?;
    while let Some(field) = fields.next_field().await.map_err(form::refused)? {
        let Some(file_name) = field.file_name() else { continue };
        opening.is_over();
        let name = SafeName::from_client(name.as_deref().unwrap_or(file_name));
        let declared = field.content_type().map(str::to_owned);
        return store(app, principal, field, &Claim { name, declared }).await;
    }
    Err(Error::field(FIELD, "There is no file in the form: its part needs a `filename`."))
}

pub(in crate::api) async fn store<E>(
    app: &App,
    principal: &Principal,
    body: impl Stream<Item = Result<Bytes, E>> + Send,
    claim: &Claim,
) -> Result<Upload> {
    let received = take_in(app, body, claim).await?;
    Ok(told(app, principal, keep(app, principal, received).await?))
}

fn told(app: &App, principal: &Principal, (id, new): (UploadId, NewUpload)) -> Upload {
    Upload {
        id,
        url: Links::new(app, principal).upload(id.0),
        name: new.name,
        mime: new.mime,
        bytes: new.bytes,
        width: new.width,
        height: new.height,
    }
}

/// Takes in a file, checks and cleans it; it is not stored yet.
pub(in crate::api) async fn take_in<E>(
    app: &App,
    body: impl Stream<Item = Result<Bytes, E>> + Send,
    claim: &Claim,
) -> Result<Received> {
    let max = app.config.max_upload_bytes();
    Ok(app.files.receive(unless_silent(body), claim, max).await?)
}

/// Stores what was taken in, as this principal's.
pub(in crate::api) async fn keep(
    app: &App,
    principal: &Principal,
    received: Received,
) -> Result<(UploadId, NewUpload)> {
    let (id, _, new) = keep_at(app, principal, (received, None)).await?;
    Ok((id, new))
}

/// [`keep`] under a path, where the door knows any; with the id of the asset.
pub(in crate::api) async fn keep_at(
    app: &App,
    principal: &Principal,
    (received, path): (Received, Option<String>),
) -> Result<(UploadId, Uuid, NewUpload)> {
    if principal.is_over() {
        return Err(Error::Unauthorized(OVER));
    }
    let (name, source) = (received.name().to_string(), received.source());
    // Not taken before: nothing can be deleted while it is held.
    let _no_file_is_deleted_meanwhile = app.db.storing().await;
    let stored = app.files.store_upload(received).await?;
    let new = NewUpload {
        principal: principal.id,
        hash: stored.hash,
        name,
        mime: stored.mime,
        bytes: stored.bytes,
        width: stored.width,
        height: stored.height,
    };
    let (id, asset) = app.db.hand_in(HandedIn { upload: new.clone(), source, path }).await?;
    Ok((id, asset, new))
}

/// Takes in what came within another request, as this principal's, counted among what
/// they handed in.
pub(in crate::api) async fn bring(
    app: &App,
    who: (&Principal, PrincipalId),
    content: Bytes,
) -> Result<UploadId> {
    Ok(bring_as(app, who, ("", content)).await?.0)
}

/// The same, under a name.
async fn bring_as(
    app: &App,
    (principal, address): (&Principal, PrincipalId),
    (name, content): (&str, Bytes),
) -> Result<(UploadId, NewUpload)> {
    let length = content.len() as u64;
    let work = async {
        let claim = Claim { name: SafeName::from_client(name), declared: None };
        let body = stream::iter([Ok::<_, Infallible>(content)]);
        let received = take_in(app, body, &claim).await?;
        let (id, kept) = keep(app, principal, received).await?;
        Result::<_, Error>::Ok((kept.bytes, (id, kept)))
    };
    counted((app, principal, address), Some(length), work).await
}

type Body<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, ()>> + Send + 'a>>;

/// The same body, broken off when nothing arrives for too long.
pub(in crate::api) fn unless_silent<'a, E: 'a>(
    body: impl Stream<Item = Result<Bytes, E>> + Send + 'a,
) -> Body<'a> {
    let body: Body<'a> = Box::pin(body.map_err(|_| ()));
    Box::pin(stream::unfold(Some(body), |body| async {
        let mut body = body?;
        match tokio::time::timeout(SILENCE, body.next()).await {
            Ok(part) => part.map(|part| (part, Some(body))),
            Err(_) => Some((Err(()), None)),
        }
    }))
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned)
}

impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooLarge { .. } => Self::TooLarge(error.to_string()),
            UploadError::Interrupted => Self::BadRequest(error.to_string()),
            UploadError::Storage(cause) => Self::Internal(cause),
            error => Self::field(FIELD, error.to_string()),
        }
    }
}
