//! Pictures while they are made: `stream` with `partial_images`, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{self, Sse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::Stream;
use serde_json::{Value, json};
use wire::{JobId, PREVIEW_HEADER_BYTES, PreviewHeader};

use super::images::{Asked, seconds};
use super::made::{made, pictures};
use crate::api::feed::{self, Heard, Since, Teller};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};

/// What the events of each operation are called before the dot.
pub(super) const GENERATION: &str = "image_generation";
pub(super) const EDIT: &str = "image_edit";

/// Tells the job until its picture is made.
pub(super) async fn stream(
    app: Arc<App>,
    principal: Principal,
    (job, asked, kind): (JobId, Asked, &'static str),
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let teller = AsPictures {
        app: Arc::clone(&app),
        principal: principal.clone(),
        job,
        asked,
        kind,
        partial: 0,
        done: 0.0,
    };
    feed::of_job((app, principal), (job, Since::Now), teller).await
}

/// Tells nothing but pictures.
struct AsPictures {
    app: Arc<App>,
    principal: Principal,
    job: JobId,
    asked: Asked,
    kind: &'static str,
    /// How many partial pictures were told.
    partial: u8,
    /// How much of the work is done, from 0 to 1.
    done: f64,
}

impl Teller for AsPictures {
    fn say(&mut self, heard: Heard<'_>) -> Option<sse::Event> {
        match heard {
            Heard::Progress(progress) => {
                self.done = f64::from(progress.fraction);
                None
            }
            Heard::Preview(frame) => self.partial(frame),
            Heard::Gone => Some(refusal(&Error::NotFound("job any more"))),
            Heard::Event(..) | Heard::Position(_) => None,
        }
    }

    async fn end(&mut self) -> Option<sse::Event> {
        Some(self.picture().await.unwrap_or_else(|error| refusal(&error)))
    }
}

impl AsPictures {
    /// The picture, of a job that is over.
    async fn picture(&self) -> Result<sse::Event> {
        let job = self.app.jobs.find(self.principal.id, self.job).await?;
        let job = job.ok_or(Error::NotFound("job any more"))?;
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
        Ok(named(&told))
    }

    /// A picture of the picture being made, when it is time for one: they are spread over the work.
    fn partial(&mut self, frame: &[u8]) -> Option<sse::Event> {
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
    feed::named(told["type"].as_str().unwrap_or_default(), told)
}

/// Clients look for `error` in what they are told.
fn refusal(error: &Error) -> sse::Event {
    let told = json!({ "error": {
        "message": error.to_string(), "type": "server_error", "param": null, "code": null,
    } });
    feed::named("error", &told)
}
