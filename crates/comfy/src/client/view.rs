//! A file on its way from a server.

use std::fmt;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;

use super::{BackendError, Limits};

/// A file on its way from a server.
pub struct View {
    /// What the server takes it for, by its name alone.
    pub content_type: Option<String>,
    /// Its length in bytes, if announced. It may still prove shorter.
    pub length: Option<u64>,
    /// The bytes, in pieces. Ends after the first error.
    pub body: BoxStream<'static, Result<Bytes, BackendError>>,
}

impl View {
    pub(super) fn new(response: Response, limits: Limits) -> Self {
        let header = response.headers().get(CONTENT_TYPE);
        let content_type = header.and_then(|value| value.to_str().ok()).map(Into::into);
        let length = response.content_length();
        let pieces = stream::try_unfold((response, 0), move |(mut response, before)| async move {
            let Some(piece) = next_piece(&mut response, limits).await? else { return Ok(None) };
            let after = before + piece.len() as u64;
            if after > limits.file_bytes {
                return Err(BackendError::TooLarge { limit: limits.file_bytes });
            }
            Ok(Some((piece, (response, after))))
        });
        Self { content_type, length, body: pieces.boxed() }
    }
}

/// The next piece, unless the server falls silent.
async fn next_piece(
    response: &mut Response,
    limits: Limits,
) -> Result<Option<Bytes>, BackendError> {
    let piece = tokio::time::timeout(limits.silence, response.chunk()).await;
    Ok(piece.map_err(|_| BackendError::Timeout)??)
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
