//! An answer whose body has not been read yet, and how much of it will be.

use bytes::{Bytes, BytesMut};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use super::{BackendError, Limits, View};
use crate::json;

/// An answer whose body has not been read yet.
pub(super) struct Reply {
    response: Response,
    max_bytes: usize,
}

impl Reply {
    pub(super) fn new(response: Response, max_bytes: usize) -> Self {
        Self { response, max_bytes }
    }

    /// Reads no more than this.
    pub(super) fn within(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The answer if it is one of success. A redirect is not: ComfyUI never
    /// redirects, and following one would lead wherever the server likes.
    pub(super) fn ok(self) -> Result<Self, BackendError> {
        if self.status().is_success() {
            Ok(self)
        } else {
            Err(BackendError::Status(self.status().as_u16()))
        }
    }

    pub(super) async fn json<T: DeserializeOwned>(self) -> Result<T, BackendError> {
        let max_bytes = self.max_bytes;
        let bytes = self.bytes().await?;
        json::lenient_as(&bytes, max_bytes)
            .map_err(|error| BackendError::NotComfy(error.to_string()))
    }

    pub(super) async fn bytes(mut self) -> Result<Bytes, BackendError> {
        self.refuse_page()?;
        let limit = self.max_bytes as u64;
        refuse_length(&self.response, limit)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = self.response.chunk().await? {
            if body.len() + chunk.len() > self.max_bytes {
                return Err(BackendError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    pub(super) fn view(self, limits: Limits) -> Result<View, BackendError> {
        self.refuse_page()?;
        refuse_length(&self.response, limits.file_bytes)?;
        Ok(View::new(self.response, limits))
    }

    /// A page instead of an answer is what proxies and wrong addresses give.
    fn refuse_page(&self) -> Result<(), BackendError> {
        let header = self.response.headers().get(CONTENT_TYPE);
        let kind = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/html") {
            return Err(BackendError::NotComfy("a web page".into()));
        }
        Ok(())
    }
}

/// Refuses a body that announces to be too long, before reading any of it.
fn refuse_length(response: &Response, limit: u64) -> Result<(), BackendError> {
    match response.content_length() {
        Some(length) if length > limit => Err(BackendError::TooLarge { limit }),
        _ => Ok(()),
    }
}
