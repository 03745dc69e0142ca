//! One request, with a deadline: none may hang for good.

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use web_sys::Blob;
use wire::Problem;

use super::{Error, ROOT, visitor_header};
use crate::door;

/// How long an answer may take, in milliseconds.
const USUAL_MS: u32 = 15_000;

/// The same for a call that makes the server work, in milliseconds.
pub(super) const SLOW_MS: u32 = 30_000;

/// A request in the making.
pub(super) struct Call {
    request: RequestBuilder,
    body: Option<JsValue>,
    deadline_ms: u32,
}

impl Call {
    fn new(method: Method, path: &str) -> Self {
        let mut request = RequestBuilder::new(&format!("{ROOT}/{path}"))
            .method(method)
            .header("accept", "application/json");
        if let Some((name, value)) = visitor_header() {
            request = request.header(name, &value);
        }
        Self { request, body: None, deadline_ms: USUAL_MS }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn put(path: &str) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(super) fn patch(path: &str) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(super) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// JSON to send.
    pub(super) fn body(mut self, json: &str) -> Self {
        self.body = Some(json.into());
        self.header("content-type", "application/json")
    }

    /// The same, for the host's program, which does not count kilobytes.
    pub(super) fn derived_body(self, body: &impl Serialize) -> Self {
        let json = serde_json::to_string(body).expect("our types have string keys only");
        self.body(&json)
    }

    /// A file to send, as it is.
    pub(super) fn file(mut self, file: &Blob) -> Self {
        let kind = Some(file.type_()).filter(|kind| kind.starts_with("image/"));
        self.body = Some(file.into());
        self.header("content-type", kind.as_deref().unwrap_or("application/octet-stream"))
    }

    pub(super) fn deadline(mut self, milliseconds: u32) -> Self {
        self.deadline_ms = milliseconds;
        self
    }

    /// Sends, and reads the answer.
    pub(super) async fn json<T: wire::Read>(self) -> Result<T, Error> {
        let (status, text) = self.text().await?;
        wire::read(&text).ok_or(Error::Strange { status })
    }

    /// The same by what serde derives, for the host's program.
    pub(super) async fn derived<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, text) = self.text().await?;
        serde_json::from_str(&text).map_err(|_| Error::Strange { status })
    }

    /// The same where the answer may be nothing.
    pub(super) async fn derived_if_any<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        match self.text().await? {
            (204, _) => Ok(None),
            (status, text) => {
                serde_json::from_str(&text).map(Some).map_err(|_| Error::Strange { status })
            }
        }
    }

    /// Sends; the answer matters only when it is no.
    pub(super) async fn done(self) -> Result<(), Error> {
        self.text().await.map(|_| ())
    }

    async fn text(self) -> Result<(u16, String), Error> {
        let deadline = web_sys::AbortSignal::timeout_with_u32(self.deadline_ms);
        let request = self.request.abort_signal(Some(&deadline));
        let response = match self.body {
            Some(body) => request.body(body).map_err(|_| Error::Unreachable)?.send().await,
            None => request.send().await,
        };
        accepted(response.map_err(|_| Error::Unreachable)?).await
    }
}

async fn accepted(response: Response) -> Result<(u16, String), Error> {
    let status = response.status();
    let text = response.text().await.map_err(|_| Error::Unreachable)?;
    if status == 401 {
        door::renew();
    }
    if response.ok() { Ok((status, text)) } else { Err(refusal(status, &text)) }
}

/// What a status that is not a success means.
pub(super) fn refusal(status: u16, text: &str) -> Error {
    match wire::read::<Problem>(text) {
        Some(problem) => Error::Refused(problem),
        None => Error::Strange { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_html_is_strange_and_not_a_refusal() {
        assert_eq!(refusal(502, "<html>Bad gateway"), Error::Strange { status: 502 });
    }

    #[test]
    fn a_problem_names_its_field() {
        let text = r#"{"type":"about:blank","title":"Bad input","status":422,
            "detail":"Steps: 1 to 60.","code":"bad_input","field":"steps"}"#;
        assert_eq!(refusal(422, text).field(), Some("steps"));
    }
}
