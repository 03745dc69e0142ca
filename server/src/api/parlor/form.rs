//! Forms with a file in them. Whoever reads a form keeps what stands before the
//! file in memory, so that is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::BoxError;
use axum::body::{Body, BodyDataStream};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::task::yield_now;

use crate::error::{Error, Result};

/// What a form adds to the file in it, in bytes, at most.
pub(in crate::api) const OVERHEAD: u64 = 64 << 10;

#[derive(Debug, thiserror::Error)]
#[error(
    "the form says too much before its file, which is the first part with a `filename`: put it first, or send it alone"
)]
struct TooMuchBefore;

/// The part of a form before its file.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Opening(Arc<AtomicBool>);

impl Opening {
    /// The file begins: what follows counts no more.
    pub(in crate::api) fn is_over(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn lasts(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// The fields of a form, and its opening, which breaks off when it is larger
/// than [`OVERHEAD`].
pub(in crate::api) async fn read(request: Request) -> Result<(Multipart, Opening)> {
    let opening = Opening::default();
    let counted = request
        .map(|body| Body::from_stream(piece_by_piece(body.into_data_stream(), opening.clone())));
    let form = Multipart::from_request(counted, &()).await.map_err(|_| unreadable())?;
    Ok((form, opening))
}

/// Why a form cannot be read on.
pub(in crate::api) fn refused(error: MultipartError) -> Error {
    if anyhow::Error::from(error).chain().any(<dyn std::error::Error>::is::<TooMuchBefore>) {
        return Error::TooLarge(TooMuchBefore.to_string());
    }
    unreadable()
}

/// A field of at most so many bytes, as text; `None`: it is longer, or no text.
pub(in crate::api) async fn text(mut field: Field<'_>, most: usize) -> Result<Option<String>> {
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(refused)? {
        if text.len() + piece.len() > most {
            return Ok(None);
        }
        text.extend_from_slice(&piece);
    }
    Ok(String::from_utf8(text).ok())
}

/// Reads past a field, of at most so many bytes; how many are left of them.
pub(in crate::api) async fn pass_over(mut field: Field<'_>, most: u64) -> Result<u64> {
    let mut left = most;
    while let Some(piece) = field.chunk().await.map_err(refused)? {
        let why = "the form holds more that nobody looks at than a file may be large";
        let after = left.checked_sub(piece.len() as u64);
        left = after.ok_or_else(|| Error::TooLarge(why.into()))?;
    }
    Ok(left)
}

/// What is said of a field that is no [`text`].
pub(in crate::api) const NO_TEXT: &str = "a field of the form is too long, or no text in UTF-8";

fn unreadable() -> Error {
    Error::BadRequest("the form cannot be read".into())
}

fn piece_by_piece(
    body: BodyDataStream,
    opening: Opening,
) -> impl Stream<Item = Result<Bytes, BoxError>> + Send {
    stream::unfold((body, opening, 0), |(mut body, opening, before)| async move {
        // The form's reader takes in whatever is ready before it looks at any of
        // it, and may ask twice in between. Nothing is ready until it has looked.
        yield_now().await;
        yield_now().await;
        if before > OVERHEAD && opening.lasts() {
            return Some((Err(TooMuchBefore.into()), (body, opening, before)));
        }
        let piece = body.next().await?;
        let length = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Some((piece.map_err(Into::into), (body, opening, before + length)))
    })
}
