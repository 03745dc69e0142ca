//! What is answered: pictures as base64 or as links, in the format that was asked for.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Job, Output, OutputKind};

use crate::api::running;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Result;
use crate::files::Form;

/// How pictures are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResponseFormat {
    #[default]
    B64Json,
    /// Good for a day, for whoever has it.
    Url,
}

/// What files are answered; as the workflow makes them where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OutputFormat {
    Png,
    Jpeg,
    Webp,
}

impl OutputFormat {
    fn of(mime: &str) -> Option<Self> {
        Some(match mime {
            "image/png" => Self::Png,
            "image/jpeg" => Self::Jpeg,
            "image/webp" => Self::Webp,
            _ => return None,
        })
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
        })
    }
}

/// How the pictures of a request are answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) response: ResponseFormat,
    pub(super) format: Option<OutputFormat>,
    /// Quality of JPEG and WebP, 1 to 100.
    pub(super) quality: u8,
}

/// A picture that was made.
pub(super) struct Made {
    pub(super) b64_json: String,
    pub(super) format: String,
    /// `1024x1024`.
    pub(super) size: String,
}

/// The pictures of a job that is over.
pub(super) fn pictures(job: &Job) -> Result<impl Iterator<Item = &Output>> {
    running::succeeded(job)?;
    Ok(job.outputs.iter().filter(|output| output.kind == OutputKind::Image))
}

/// One entry of `data`.
pub(super) async fn entry(
    app: &App,
    principal: &Principal,
    (output, manner): (&Output, Manner),
) -> Result<Value> {
    if manner.response == ResponseFormat::Url {
        return Ok(json!({ "url": running::link(app, principal, output) }));
    }
    Ok(json!({ "b64_json": made(app, principal, (output, manner)).await?.b64_json }))
}

/// The picture itself.
pub(super) async fn made(
    app: &App,
    principal: &Principal,
    (output, manner): (&Output, Manner),
) -> Result<Made> {
    let row = running::made(app, principal, output.id).await?;
    let is = OutputFormat::of(&row.mime);
    let other = manner.format.filter(|wanted| is != Some(*wanted));
    let other = match other {
        Some(wanted) => app.files.in_form(row.hash, form(wanted, manner.quality)).await?,
        None => None,
    };
    let size = format!("{}x{}", row.width.unwrap_or_default(), row.height.unwrap_or_default());
    let (mime, content) = match other {
        Some((mime, content)) => (mime.to_owned(), content),
        None => (row.mime, app.files.read(row.hash).await?),
    };
    let format = mime.strip_prefix("image/").unwrap_or(&mime).to_owned();
    Ok(Made { b64_json: BASE64_STANDARD.encode(content), format, size })
}

fn form(wanted: OutputFormat, quality: u8) -> Form {
    match wanted {
        OutputFormat::Png => Form::Colours,
        OutputFormat::Jpeg => Form::Jpeg { quality },
        OutputFormat::Webp => Form::Webp { quality },
    }
}
