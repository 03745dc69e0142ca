//! Pictures while they are made: `stream` with `partial_images`, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{self, KeepAlive, Sse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use wire::{Job, JobId, PREVIEW_HEADER_BYTES, PreviewHeader, ToViewer};

use super::images::{Asked, seconds};
use super::made::{made, pictures};
use crate::api::running::may_be_the_end;
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::events::{Told, Watch};

/// What the events of each operation are called before the dot.
pub(super) const GENERATION: &str = "image_generation";
pub(super) const EDIT: &str = "image_edit";

/// Tells the job until its picture is made.
pub(super) fn stream(
    app: Arc<App>,
    principal: Principal,
    (job, asked, kind): (Job, Asked, &'static str),
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let watch = app.hub.watch_job(principal.id, job.id);
    let told =
        Some(Telling { app, principal, job: job.id, asked, kind, watch, partial: 0, done: 0.0 });
    let events = stream::unfold(told, |telling| async {
        let mut telling = telling?;
        let (event, is_last) = telling.next().await?;
        Some((Ok(event), (!is_last).then_some(telling)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Telling {
    app: Arc<App>,
    principal: Principal,
    job: JobId,
    asked: Asked,
    kind: &'static str,
    watch: Watch,
    /// How many partial pictures were told.
    partial: u8,
    /// How much of the work is done, from 0 to 1.
    done: f64,
}

impl Telling {
    /// The next event and whether it is the last; `None` when the house closes, or whoever listens
    /// was signed out.
    async fn next(&mut self) -> Option<(sse::Event, bool)> {
        loop {
            match self.finished().await {
                Ok(None) => (),
                Ok(Some(event)) => return Some((event, true)),
                Err(error) => return Some((refusal(&error), true)),
            }
            loop {
                let told = tokio::select! {
                    told = self.watch.next() => told,
                    () = self.app.shutdown.started() => return None,
                    () = self.principal.ended() => return None,
                };
                if let Some(event) = self.partial(&told) {
                    return Some((event, false));
                }
                if may_be_the_end(&told) {
                    break;
                }
            }
        }
    }

    /// The picture, if it is made.
    async fn finished(&self) -> Result<Option<sse::Event>> {
        let job = self.app.jobs.find(self.principal.id, self.job).await?;
        let job = job.ok_or(Error::NotFound("job any more"))?;
        if !job.status.is_over() {
            return Ok(None);
        }
        let output = pictures(&job)?.next().ok_or(Error::NotFound("picture among its outputs"))?;
        let made = made(&self.app, &self.principal, (output, self.asked.manner)).await?;
        let mut told = self.told("completed", &made.b64_json);
        told["size"] = made.size.into();
        told["output_format"] = made.format.into();
        // Nothing is counted in tokens here; clients read the fields all the same.
        told["usage"] = json!({
            "input_tokens": 0, "output_tokens": 0, "total_tokens": 0,
            "input_tokens_details": { "text_tokens": 0, "image_tokens": 0 },
        });
        Ok(Some(named(&told)))
    }

    /// A picture of the picture being made, when it is time for one: they are spread over the work.
    fn partial(&mut self, told: &Told) -> Option<sse::Event> {
        let frame = match told {
            Told::Text(text) => {
                if let Ok(ToViewer::Progress { progress, .. }) = serde_json::from_str(text) {
                    self.done = f64::from(progress.fraction);
                }
                return None;
            }
            Told::Preview(frame) => frame,
            Told::Resync(_) => return None,
        };
        let wanted = self.asked.partial.unwrap_or_default();
        let due = f64::from(self.partial) / f64::from(wanted.max(1));
        if self.partial >= wanted || self.done < due {
            return None;
        }
        let (header, _) = PreviewHeader::decode(frame)?;
        let image = BASE64_STANDARD.encode(&frame[PREVIEW_HEADER_BYTES..]);
        let mut told = self.told("partial_image", &image);
        told["partial_image_index"] = self.partial.into();
        told["output_format"] = header.format.mime().trim_start_matches("image/").into();
        self.partial += 1;
        Some(named(&told))
    }

    fn told(&self, what: &str, b64_json: &str) -> Value {
        json!({
            "type": format!("{}.{what}", self.kind), "b64_json": b64_json, "created_at": seconds(),
            "size": "auto", "quality": self.asked.quality, "background": "auto",
        })
    }
}

fn named(told: &Value) -> sse::Event {
    let name = told["type"].as_str().unwrap_or_default();
    sse::Event::default().event(name).data(told.to_string())
}

/// Clients look for `error` in what they are told.
fn refusal(error: &Error) -> sse::Event {
    let told = json!({ "error": {
        "message": error.to_string(), "type": "server_error", "param": null, "code": null,
    } });
    sse::Event::default().event("error").data(told.to_string())
}
