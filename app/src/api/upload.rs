//! Handing in a file. `fetch` does not tell how much has been sent, so this is an
//! `XMLHttpRequest`.

use js_sys::Promise;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};
use wire::Upload;

use super::{Error, ROOT, call::refusal, encoded, visitor_header};

/// A file may take this long, in milliseconds.
const DEADLINE_MS: u32 = 10 * 60_000;

/// Sends `file` and calls `on_progress` with the part that has been sent, from 0 to 1.
/// Dropping the future stops the sending.
pub(crate) async fn upload(
    file: &File,
    on_progress: impl Fn(f64) + 'static,
) -> Result<Upload, Error> {
    let sending = Sending::new(file, Box::new(on_progress)).ok_or(Error::Unreachable)?;
    sending.finish().await
}

/// A request under way.
struct Sending {
    request: XmlHttpRequest,
    ended: Promise,
    /// Called by the browser for as long as the request lives.
    _on_progress: Closure<dyn Fn(ProgressEvent)>,
}

impl Sending {
    fn new(file: &File, on_progress: Box<dyn Fn(f64)>) -> Option<Self> {
        let request = XmlHttpRequest::new().ok()?;
        let address = format!("{ROOT}/uploads?name={}", encoded(&file.name()));
        request.open("POST", &address).ok()?;
        request.set_timeout(DEADLINE_MS);
        for (name, value) in headers(file) {
            request.set_request_header(name, &value).ok()?;
        }
        let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                on_progress(event.loaded() / event.total());
            }
        });
        request.upload().ok()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        let ended = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
        request.send_with_opt_blob(Some(file)).ok()?;
        Some(Self { request, ended, _on_progress: on_progress })
    }

    async fn finish(self) -> Result<Upload, Error> {
        let _ = JsFuture::from(self.ended.clone()).await;
        let status = self.request.status().unwrap_or(0);
        let text = self.request.response_text().ok().flatten().unwrap_or_default();
        match status {
            // Aborted, timed out, or never connected.
            0 => Err(Error::Unreachable),
            200..=299 => wire::read(&text).ok_or(Error::Strange { status }),
            _ => Err(refusal(status, &text)),
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Ok(uploading) = self.request.upload() {
            uploading.set_onprogress(None);
        }
        // Does nothing to a request that has ended.
        let _ = self.request.abort();
    }
}

fn headers(file: &File) -> impl Iterator<Item = (&'static str, String)> {
    let kind = Some(file.type_()).filter(|kind| !kind.is_empty());
    let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
    [("content-type", kind)].into_iter().chain(visitor_header())
}
