//! `POST /images/generations`, `POST /images/edits`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Inputs, JobId};

use super::made::{Manner, OutputFormat, ResponseFormat, entry, pictures};
use super::{edit, stream};
use crate::api::running::{self, Caller};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::jobs::Line;
use crate::people::Whence;
use crate::workflows::{Part, Published, Unasked, Wish};

/// Longest that a picture is waited for: clients of OpenAI give up at ten minutes, and ask again where
/// nobody told them not to. `Prefer: wait=` says how much shorter.
const DEADLINE: Duration = Duration::from_mins(9);
/// Most pictures of one request.
const MOST: u32 = 10;

/// What both operations take, as the parameters of OpenAI's API. Others are passed over: clients
/// send more with every year, and what changes no picture here is none of ours.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ask {
    pub(super) prompt: String,
    /// A workflow, or the host's name for one.
    #[serde(default)]
    pub(super) model: Option<String>,
    /// 1 to 10.
    #[serde(default)]
    pub(super) n: Option<u32>,
    /// `1024x1024`, or `auto`.
    #[serde(default)]
    pub(super) size: Option<String>,
    /// Takes more steps or fewer, as [`times`] says.
    #[serde(default)]
    pub(super) quality: Option<String>,
    #[serde(default)]
    pub(super) response_format: Option<ResponseFormat>,
    #[serde(default)]
    pub(super) output_format: Option<OutputFormat>,
    /// Quality of JPEG and WebP, 0 to 100.
    #[serde(default)]
    pub(super) output_compression: Option<u8>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    /// 0 to 3.
    #[serde(default)]
    pub(super) partial_images: Option<u8>,
    // Not OpenAI's, and what whoever makes pictures again and again misses there.
    #[serde(default)]
    pub(super) seed: Option<u64>,
    #[serde(default)]
    pub(super) negative_prompt: Option<String>,
    #[serde(default)]
    pub(super) steps: Option<i64>,
}

/// A request whose parts were looked at.
pub(super) struct Asked {
    pub(super) workflow: Arc<Published>,
    /// Of each picture, one at least.
    pub(super) inputs: Vec<Inputs>,
    pub(super) manner: Manner,
    /// How many pictures of each picture being made are told, where it is streamed.
    pub(super) partial: Option<u8>,
    pub(super) quality: String,
}

pub(super) async fn generate(
    State(app): State<Arc<App>>,
    principal: Principal,
    (whence, headers): (Whence, HeaderMap),
    Json(ask): Json<Ask>,
) -> Result<Response> {
    let workflow = running::workflow(&app, &principal, ask.model.as_deref())?;
    let asked = ask.looked_at(workflow, Wish::default())?;
    let patience = running::patience(&headers, DEADLINE);
    answer(app, (principal, whence), (asked, patience), stream::GENERATION).await
}

pub(super) async fn edit(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    request: Request,
) -> Result<Response> {
    let patience = running::patience(request.headers(), DEADLINE);
    let (ask, wish) = edit::read(&app, (&principal, &whence), request).await?;
    let named = (ask.model.as_deref(), wish.mask.is_some());
    let workflow = running::editor(&app, &principal, named)?;
    let asked = ask.looked_at(workflow, wish)?;
    answer(app, (principal, whence), (asked, patience), stream::EDIT).await
}

async fn answer(
    app: Arc<App>,
    (principal, whence): (Principal, Whence),
    (asked, patience): (Asked, Duration),
    kind: &'static str,
) -> Result<Response> {
    running::must_be_open(&app)?;
    let jobs = start(&app, (&principal, &whence), &asked).await?;
    let told = match (asked.partial, &*jobs) {
        (Some(_), [job, ..]) => {
            let shown = stream::stream(app, principal, (*job, asked, kind)).await;
            shown.map(IntoResponse::into_response)
        }
        _ => tell(&app, &principal, (&jobs, asked.manner, patience)).await,
    };
    Ok(told.unwrap_or_else(Error::after_job))
}

/// What the jobs make, once they have.
async fn tell(
    app: &App,
    principal: &Principal,
    (jobs, manner, patience): (&[JobId], Manner, Duration),
) -> Result<Response> {
    let deadline = Instant::now() + patience;
    let mut data = Vec::new();
    for job in jobs {
        let left = deadline.saturating_duration_since(Instant::now());
        let job = running::finished(app, principal, *job, left).await?;
        for output in pictures(&job)? {
            data.push(entry(app, principal, (output, manner)).await?);
        }
    }
    Ok(axum::Json(json!({ "created": seconds(), "data": data })).into_response())
}

/// As many jobs as pictures were asked for, or none.
async fn start(app: &App, from: Caller<'_>, asked: &Asked) -> Result<Vec<JobId>> {
    let workflow = &asked.workflow;
    let jobs = if let [inputs] = &*asked.inputs {
        let made = running::start(app, from, (workflow.slug(), inputs.clone()), None).await;
        made.map(|made| vec![made.job.id])
    } else {
        let lines = (1..).zip(asked.inputs.iter().cloned());
        let lines = lines.map(|(line, inputs)| Line { line, inputs }).collect();
        running::start_all(app, from, (workflow, lines)).await
    };
    let jobs = jobs.map_err(|error| match error {
        // What is wrong with one is so with all.
        Error::AtLine { error, .. } => *error,
        error => error,
    });
    let param = |field: &str| workflow.part(field).map(|part| whole(part).name());
    jobs.map_err(|error| error.renamed(param))
}

/// Since 1970.
pub(super) fn seconds() -> i64 {
    crate::db::now() / 1000
}

impl Ask {
    /// `wish` holds what an edit begins with.
    fn looked_at(self, workflow: Arc<Published>, wish: Wish) -> Result<Asked> {
        let count = self.n.unwrap_or(1);
        if !(1..=MOST).contains(&count) {
            return Err(Error::field("n", format!("n is 1 to {MOST}; several requests make more")));
        }
        let partial_images = self.partial_images.unwrap_or(0);
        if partial_images > 3 {
            return Err(Error::field("partial_images", "partial_images is 0 to 3"));
        }
        let partial = self.stream.unwrap_or_default().then_some(partial_images);
        if partial.is_some() && count > 1 {
            return Err(Error::field("n", "one picture at a time can be streamed: leave out n"));
        }
        let size = self.size.as_deref().filter(|size| *size != "auto").map(size).transpose()?;
        let quality = self.quality.unwrap_or_else(|| "auto".into());
        let of_quality = times(&quality)?.and_then(|times| workflow.steps_times(times));
        let wish = Wish {
            prompt: Some(self.prompt),
            negative: self.negative_prompt,
            steps: self.steps.or(of_quality),
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            ..wish
        };
        let compression = self.output_compression.unwrap_or(90);
        if compression > 100 {
            return Err(Error::field("output_compression", "output_compression is 0 to 100"));
        }
        if self.response_format == Some(ResponseFormat::Url) && self.output_format.is_some() {
            let why = "a link leads to the picture as it is kept: leave out output_format, or ask for b64_json";
            return Err(Error::field("output_format", why));
        }
        let manner = Manner {
            response: self.response_format.unwrap_or_default(),
            format: self.output_format,
            quality: compression.max(1),
        };
        // A seed that is given counts up, or all pictures were the same one.
        let seed = |place: u64| self.seed.map(|seed| seed.wrapping_add(place));
        let inputs = (0..u64::from(count))
            .map(|place| workflow.granting(Wish { seed: seed(place), ..wish.clone() }))
            .collect::<std::result::Result<_, _>>()
            .map_err(|Unasked(part)| Unasked(whole(part)))?;
        Ok(Asked { workflow, inputs, manner, partial, quality })
    }
}

/// What a part of a wish is here, where both sides are one word.
fn whole(part: Part) -> Part {
    if matches!(part, Part::Width | Part::Height) { Part::Size } else { part }
}

fn size(text: &str) -> Result<(u32, u32)> {
    let sides = text.split_once('x').map(|(width, height)| (width.parse(), height.parse()));
    match sides {
        Some((Ok(width), Ok(height))) => Ok((width, height)),
        _ => Err(Error::field("size", "a size is written as 1024x1024, or auto")),
    }
}

/// So many times the usual steps make this quality; `None`: as the host set them.
fn times(quality: &str) -> Result<Option<f64>> {
    Ok(match quality {
        "auto" | "standard" | "medium" => None,
        "low" => Some(0.5),
        "high" | "hd" => Some(2.0),
        "xhigh" => Some(3.0),
        "max" => Some(4.0),
        _ => {
            let known = "auto, low, medium, high, xhigh, max, standard or hd";
            return Err(Error::field("quality", format!("quality is {known}")));
        }
    })
}

/// A field of a form, as the value it would have in JSON.
pub(super) fn of_form(name: &str, text: String) -> Value {
    match name {
        "n" | "output_compression" | "partial_images" | "seed" | "steps" | "stream" => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        _ => Value::String(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(size("1536x1024").unwrap(), (1536, 1024));
        for odd in ["", "1024", "1024x", "x", "-1x5", "1024 x 1024", "99999999999x1"] {
            assert!(size(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn quality_is_a_number_of_steps() {
        let times_of = |quality| times(quality).unwrap();
        assert_eq!(
            (times_of("low"), times_of("auto"), times_of("hd")),
            (Some(0.5), None, Some(2.0))
        );
        assert!(times("superb").is_err());
    }
}
