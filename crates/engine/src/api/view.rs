//! `GET /view`: ComfyUI protocol notes §7.

mod convert;
mod media;
mod send;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use comfy::history::Folder;
use serde::Deserialize;

use super::App;
use super::error::Result;
use super::info::folder_named;
use crate::folders::{PathError, split_annotation};
use convert::Form;

/// Which file, and in which form.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    filename: Option<String>,
    #[serde(rename = "type")]
    folder: Option<String>,
    #[serde(default)]
    subfolder: String,
    preview: Option<String>,
    channel: Option<String>,
}

/// `GET /view`
pub(super) async fn view(
    State(house): App,
    Query(wanted): Query<Wanted>,
    asked: HeaderMap,
) -> Result<Response> {
    let (name, folder) = wanted.place()?;
    let path =
        house.folders.find(folder, &wanted.subfolder, &name).map_err(|error| match error {
            PathError::Outside => StatusCode::FORBIDDEN,
            PathError::Missing | PathError::Io(_) => StatusCode::NOT_FOUND,
        })?;
    if let Some(form) = wanted.form() {
        let mut response = convert::convert(path, form).await?;
        media::name_file(response.headers_mut(), &name, "");
        return Ok(response);
    }
    let mut response = send::send(&path, &asked).await?;
    media::label(response.headers_mut(), &name, &asked);
    Ok(response)
}

impl Wanted {
    /// The file's name without folders, and its folder.
    fn place(&self) -> Result<(String, Folder)> {
        let Some(filename) = &self.filename else { return Err(StatusCode::NOT_FOUND.into()) };
        let (name, annotated) = split_annotation(filename);
        if name.is_empty() || name.starts_with('/') || name.contains("..") {
            return Err(StatusCode::BAD_REQUEST.into());
        }
        let folder = match (annotated, self.folder.as_deref()) {
            (Some(folder), _) => folder,
            (None, None) => Folder::Output,
            (None, Some(name)) => folder_named(name).ok_or(StatusCode::BAD_REQUEST)?,
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        Ok((name.into(), folder))
    }

    fn form(&self) -> Option<Form> {
        if let Some(preview) = &self.preview {
            let (format, quality) = preview.split_once(';').unwrap_or((preview, "90"));
            let quality = quality.parse().unwrap_or(90);
            return Some(if format == "jpeg" { Form::Jpeg { quality } } else { Form::Webp });
        }
        match self.channel.as_deref() {
            Some("rgb") => Some(Form::Colours),
            Some("a") => Some(Form::Alpha),
            _ => None,
        }
    }
}
