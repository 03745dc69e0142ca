//! Many prompts in one request: what was made of each, or why nothing was.

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use wire::{JobId, Problem};

use super::ask::Recipe;
use super::make::{self, Made};
use super::{Waiting, first, over};
use crate::api::dialect::no_gateway;
use crate::api::running::{self, Caller};
use crate::app::App;
use crate::error::{Error, InItsOwnWords, Result};

/// A picture for each prompt, in their order: all are taken, or none is. All of them have the same
/// deadline. When nothing was made of any, that is no success, and has the status that it has for one.
pub(super) async fn answer(
    app: &App,
    (from, waiting): (Caller<'_>, Waiting<'_>),
    recipe: &Recipe,
) -> Result<Response> {
    recipe.check_prompts()?;
    let (principal, _) = from;
    let prepared = recipe.prompts.iter().map(|prompt| recipe.prepared(app, principal, prompt));
    let prepared = prepared.collect::<Result<Vec<_>>>()?;
    let made = make::all(app, from, (prepared, recipe.cache)).await?;
    let (mut images, mut refusals) = (Vec::new(), Vec::new());
    for (prompt, Made { job, before }) in recipe.prompts.iter().zip(made) {
        images.push(match told(app, waiting, job).await {
            Ok((mime, image)) => json!({
                "prompt": prompt, "task_id": job, "mime": mime, "image": image, "cached": before,
            }),
            Err(error) => {
                let refusal = Refusal::from(error);
                let told = json!({ "prompt": prompt, "task_id": job, "error": refusal.why });
                refusals.push(refusal);
                told
            }
        });
    }
    // Of what is late there may be pictures yet: that is told rather than anything else.
    let is_late = |refusal: &&Refusal| refusal.status == StatusCode::GATEWAY_TIMEOUT;
    let refused = refusals.iter().find(is_late).or(refusals.first());
    let Some(Refusal { status, why }) = refused.filter(|_| refusals.len() == images.len()) else {
        return Ok(Answer(json!({ "success": true, "images": images })).into_response());
    };
    let body = json!({ "success": false, "error": why, "images": images });
    let mut response = (*status, Answer(body)).into_response();
    response.extensions_mut().insert(InItsOwnWords);
    Ok(response)
}

/// Type and base64 of the picture of one job.
async fn told(app: &App, waiting: Waiting<'_>, job: JobId) -> Result<(String, String)> {
    let job = over(app, waiting, job).await?;
    let (output, content) = running::content(app, waiting.0, first(&job)?.id).await?;
    Ok((output.mime, BASE64_STANDARD.encode(content)))
}

/// Why nothing was made of a prompt, in the words of this door.
struct Refusal {
    status: StatusCode,
    why: String,
}

impl From<Error> for Refusal {
    /// What is a fault of ours is logged by this.
    fn from(error: Error) -> Self {
        let response = error.into_response();
        let why = response.extensions().get::<Problem>().map(|problem| problem.detail.clone());
        Self { status: no_gateway(response.status()), why: why.unwrap_or_default() }
    }
}
