//! `/uploads/resumable`: files in pieces, by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>)
//! with its extensions creation, expiration and termination.
//!
//! A file that is whole is an upload like any other, checked as any other is. Which one it
//! became says `Content-Location`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LOCATION, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::sync::oneshot;
use uuid::Uuid;
use wire::{Millis, UploadId};

use super::links::Links;
use super::uploads::{DEADLINE, store, unless_silent};
use super::wishes::at;
use crate::app::App;
use crate::auth::Principal;
use crate::db::{Half, Used, now};
use crate::error::{Error, Result};
use crate::extract::{OVER, Path, content_type};
use crate::files::{Arrived, Claim, SafeName, UploadError};
use crate::limits::Ask;
use crate::people::Whence;
use crate::resumable::{MOST_AT_ONCE, PATIENCE};

const VERSION: &str = "1.0.0";
/// What a piece is declared as.
const PIECE: &str = "application/offset+octet-stream";
/// Longest metadata, in bytes.
const MOST_METADATA: usize = 4 << 10;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const EXTENSIONS: HeaderName = HeaderName::from_static("tus-extension");
const MOST_BYTES: HeaderName = HeaderName::from_static("tus-max-size");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METHOD: &str = "x-http-method-override";

/// Says on every answer which protocol this is.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

/// A request in the version that is spoken here, or one that names none.
pub(crate) struct Tus(HeaderMap);

impl<S: Send + Sync> FromRequestParts<S> for Tus {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.headers.get(RESUMABLE) {
            Some(version) if version != VERSION => {
                let why = "this house speaks tus 1.0.0: send `Tus-Resumable: 1.0.0`";
                let versions = [(VERSIONS, VERSION)];
                Err((versions, Error::PreconditionFailed(why)).into_response())
            }
            _ => Ok(Self(parts.headers.clone())),
        }
    }
}

impl Tus {
    /// A header that holds a number.
    fn number(&self, name: &HeaderName) -> Result<u64> {
        let number = self.text(name).and_then(|text| text.parse().ok());
        number.ok_or_else(|| Error::BadRequest(format!("`{name}` is missing, or is no number")))
    }

    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// `OPTIONS`: what is possible.
pub(crate) async fn possible(State(app): State<Arc<App>>) -> impl IntoResponse {
    let most = HeaderValue::from(app.config.max_upload_bytes());
    let value = HeaderValue::from_static;
    let about = [
        (VERSIONS, value(VERSION)),
        (EXTENSIONS, value("creation,expiration,termination")),
        (MOST_BYTES, most),
    ];
    (StatusCode::NO_CONTENT, about)
}

/// `POST`: begins a file, of which nothing comes yet.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    tus: Tus,
) -> Result<Response> {
    let (bytes, max) = (tus.number(&LENGTH)?, app.config.max_upload_bytes());
    match bytes {
        0 => return Err(UploadError::Empty.into()),
        bytes if bytes > max => return Err(UploadError::TooLarge { max }.into()),
        _ => (),
    }
    let metadata = tus.text(&METADATA).unwrap_or_default().to_owned();
    if metadata.len() > MOST_METADATA {
        return Err(Error::TooLarge(format!("`{METADATA}` is longer than {MOST_METADATA} bytes")));
    }
    claim(&metadata)?;
    let charge = app.limits.admit((&principal, whence.hash), Ask::Upload { bytes }).await?;
    let (id, expires_at) = (Uuid::new_v4(), now() + PATIENCE);
    let half = Half { id, principal: principal.id, bytes, metadata, expires_at, upload: None };
    if !app.db.add_half(half, MOST_AT_ONCE).await? {
        let message = format!("{MOST_AT_ONCE} files of yours are not whole: go on with one first");
        return Err(Error::TooMany { message, retry_after: 60 });
    }
    // What is kept is counted as long as it is; what is handed in is counted once, now.
    charge.keep(Used { bytes, ..Used::default() }).await?;
    let mut headers = HeaderMap::from_iter(at(&app, &format!("uploads/resumable/{id}")));
    headers.insert(EXPIRES, date(expires_at)?);
    Ok((StatusCode::CREATED, headers).into_response())
}

/// `HEAD`: how much has come.
pub(crate) async fn progress(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
    _: Tus,
) -> Result<Response> {
    let half = find(&app, &principal, id).await?;
    let _turn = app.resumable.turn(id).await.ok_or_else(busy)?;
    // Whoever was at it may have come to its end.
    let half = find(&app, &principal, half.id).await?;
    let mut headers = about(&app, &principal, &half).await?;
    headers.insert(LENGTH, half.bytes.into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(metadata) = HeaderValue::from_str(&half.metadata)
        && !metadata.is_empty()
    {
        headers.insert(METADATA, metadata);
    }
    Ok((StatusCode::OK, headers).into_response())
}

/// `PATCH`: a piece more. With the last one the file is stored.
pub(crate) async fn append(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
    tus: Tus,
    request: Request,
) -> Result<Response> {
    find(&app, &principal, id).await?;
    if content_type(request.headers()) != PIECE {
        return Err(Error::UnsupportedMediaType(format!("send a piece as `{PIECE}`")));
    }
    let from = tus.number(&OFFSET)?;
    // What has come shall be kept, and the file be stored, also when its sender hangs up.
    let (tell, told) = oneshot::channel();
    let work = {
        let (app, principal) = (Arc::clone(&app), principal.clone());
        async move {
            let _ = tell.send(take_in(&app, &principal, (id, from), request).await);
        }
    };
    app.shutdown.spawn(work);
    let half = told.await.map_err(|_| anyhow::anyhow!("a piece was not taken in"))??;
    Ok((StatusCode::NO_CONTENT, about(&app, &principal, &half).await?).into_response())
}

/// `DELETE`: the file is not to become whole any more. What it became stays.
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
    _: Tus,
) -> Result<StatusCode> {
    find(&app, &principal, id).await?;
    let _turn = app.resumable.turn(id).await.ok_or_else(busy)?;
    app.resumable.forget(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST` to a file, for whoever can send nothing else: `X-HTTP-Method-Override` says what is meant.
pub(crate) async fn instead(
    state: State<Arc<App>>,
    principal: Principal,
    path: Path<Uuid>,
    tus: Tus,
    request: Request,
) -> Result<Response> {
    find(&state.0, &principal, path.0).await?;
    let meant = request.headers().get(METHOD).and_then(|method| method.to_str().ok());
    match meant {
        Some("PATCH") => append(state, principal, path, tus, request).await,
        Some("HEAD") => progress(state, principal, path, tus).await,
        Some("DELETE") => end(state, principal, path, tus).await.map(IntoResponse::into_response),
        _ => {
            let known = [Method::HEAD, Method::PATCH, Method::DELETE].map(|one| one.to_string());
            let why = format!("`{METHOD}` is one of {}", known.join(", "));
            Err(Error::BadRequest(why))
        }
    }
}

async fn find(app: &App, principal: &Principal, id: Uuid) -> Result<Half> {
    app.db.half(principal.id, id).await?.ok_or(Error::NotFound("upload"))
}

/// Puts a piece to what has come, and stores the file if it is whole; how it is then.
async fn take_in(
    app: &App,
    principal: &Principal,
    (id, from): (Uuid, u64),
    request: Request,
) -> Result<Half> {
    let turn = app.resumable.turn(id).await.ok_or_else(busy)?;
    let half = find(app, principal, id).await?;
    let offset = app.resumable.offset(&half).await?;
    if from != offset {
        let why =
            format!("{offset} bytes have come, and this piece begins at {from}: ask with HEAD");
        return Err(Error::Conflict(why));
    }
    if half.upload.is_some() {
        return Ok(half);
    }
    let over = async {
        tokio::select! {
            () = turn.over() => (),
            () = principal.ended() => (),
            () = app.shutdown.started() => (),
            () = tokio::time::sleep(DEADLINE) => (),
        }
    };
    let piece = unless_silent(request.into_body().into_data_stream());
    let piece = Box::pin(until(piece, over));
    let arrived = app.files.extend_half(id, (from, half.bytes), piece).await;
    let arrived = arrived.map_err(|error| Error::from(UploadError::from(error)))?;
    if principal.is_over() {
        return Err(Error::Unauthorized(OVER));
    }
    match arrived {
        Arrived::Broken => return Err(UploadError::Interrupted.into()),
        Arrived::TooLong => {
            let why = format!("this is longer than the {} bytes that were announced", half.bytes);
            return Err(Error::TooLarge(why));
        }
        Arrived::Whole => (),
    }
    if app.files.half_length(id).await.map_err(anyhow::Error::from)? < half.bytes {
        return Ok(half);
    }
    let upload = finish(app, principal, &half).await?;
    Ok(Half { upload: Some(upload), ..half })
}

/// The same pieces, broken off when `over` ends.
fn until<E>(
    pieces: impl Stream<Item = Result<Bytes, E>> + Unpin,
    over: impl Future<Output = ()>,
) -> impl Stream<Item = Result<Bytes, ()>> {
    stream::unfold((pieces, Some(Box::pin(over))), |(mut pieces, over)| async {
        let mut over = over?;
        tokio::select! {
            piece = pieces.next() => Some((piece?.map_err(|_| ()), (pieces, Some(over)))),
            () = &mut over => Some((Err(()), (pieces, None))),
        }
    })
}

/// Makes an upload of a file that is whole. One that cannot be used is forgotten.
async fn finish(app: &App, principal: &Principal, half: &Half) -> Result<UploadId> {
    let claim = claim(&half.metadata)?;
    let whole = app.files.read_half(half.id).await.map_err(UploadError::from)?;
    match store(app, principal, whole, &claim).await {
        Ok(upload) => {
            app.db.finish_half(half.id, upload.id).await?;
            app.files.remove_half(half.id).await.map_err(UploadError::from)?;
            Ok(upload.id)
        }
        Err(error @ (Error::BadInput { .. } | Error::TooLarge(_))) => {
            app.resumable.forget(half.id).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// How much has come, until when the rest may, and what it became.
async fn about(app: &App, principal: &Principal, half: &Half) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, app.resumable.offset(half).await?.into());
    match half.upload {
        None => headers.insert(EXPIRES, date(half.expires_at)?),
        Some(id) => {
            let url = Links::new(app, principal).upload(id.0);
            let url = format!("{}{url}", app.config.base_path());
            let url = HeaderValue::from_str(&url).map_err(anyhow::Error::from)?;
            headers.insert(CONTENT_LOCATION, url)
        }
    };
    Ok(headers)
}

fn busy() -> Error {
    Error::Conflict("another connection is at this file and does not let go: try again".into())
}

/// As HTTP writes it (RFC 9110).
fn date(at: Millis) -> Result<HeaderValue> {
    let at = Timestamp::from_millisecond(at).map_err(anyhow::Error::from)?;
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at);
    let text = text.map_err(anyhow::Error::from)?;
    Ok(HeaderValue::from_str(&text).map_err(anyhow::Error::from)?)
}

/// What the metadata says that the file is: names, each with a value in base64.
///
/// # Errors
///
/// When it is not written so.
fn claim(metadata: &str) -> Result<Claim> {
    let unreadable = || Error::BadRequest(format!("`{METADATA}` is `name base64,name base64`"));
    let (mut name, mut declared) = (None, None);
    for pair in metadata.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64_STANDARD.decode(value.trim()).map_err(|_| unreadable())?;
        let value = String::from_utf8(value).map_err(|_| unreadable())?;
        match key {
            "filename" | "name" => name = Some(value),
            "filetype" | "type" => declared = Some(value),
            _ => (),
        }
    }
    let declared = declared.filter(|kind| !kind.is_empty());
    Ok(Claim { name: SafeName::from_client(&name.unwrap_or_default()), declared })
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 25
    #[test]
    fn metadata_is_what_the_sender_says_of_the_file() {
        let said = claim("filename Zm94LnBuZw==,filetype aW1hZ2UvcG5n, is_confidential").unwrap();
        assert_eq!((said.name.as_str(), said.declared.as_deref()), ("fox.png", Some("image/png")));
        let path = claim("filename Li4vLi4vZm94LnBuZw==").unwrap();
        assert_eq!(path.name.as_str(), "fox.png");
        assert_eq!(claim("").unwrap().declared, None);
        for odd in ["filename ?", "filename /w==", "a b c"] {
            assert!(claim(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn dates_are_as_http_has_them() {
        assert_eq!(date(784_111_777_000).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
