//! `GET /view`: ComfyUI protocol notes §7.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use comfy::history::Folder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::App;
use super::error::{Error, Result};
use super::info::folder_named;
use crate::folders::{PathError, split_annotation};

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
pub(super) async fn view(State(house): App, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Result<Response> {
    let (name, folder) = wanted.place()?;
    let path = house.folders.find(folder, &wanted.subfolder, &name).map_err(|error| match error {
        PathError::Outside => StatusCode::FORBIDDEN,
        PathError::Missing | PathError::Io(_) => StatusCode::NOT_FOUND,
    })?;
    let mut response = match wanted.form() {
        None => send(&path, &headers).await?,
        Some(form) => convert(path, form).await?,
    };
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    let kind = media_type(&name);
    let sent = response.headers_mut();
    let inline = !is_active(kind) || is_shown_as_image(kind, &headers);
    if wanted.form().is_none() {
        let kind = if inline { kind } else { "application/octet-stream" };
        sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        sent.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if is_active(media_type(&name)) {
            sent.insert(header::VARY, HeaderValue::from_static("Sec-Fetch-Dest"));
            sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    let word = if inline { "" } else { "attachment; " };
    let disposition = HeaderValue::from_str(&format!("{word}filename=\"{quoted}\""))
        .or_else(|_| HeaderValue::from_bytes(format!("{word}filename=\"{quoted}\"").as_bytes()));
    if let Ok(disposition) = disposition {
        sent.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Another form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Whole size, encoded anew.
    Jpeg { quality: u8 },
    Webp,
    /// Only the colours.
    Colours,
    /// Only the transparency.
    Alpha,
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

/// The picture in another form. It is decoded and encoded off the thread that
/// answers everyone.
async fn convert(path: PathBuf, form: Form) -> Result<Response> {
    let converted = tokio::task::spawn_blocking(move || {
        let picture = ImageReader::open(path).ok()?.with_guessed_format().ok()?.decode().ok()?;
        let mut bytes = std::io::Cursor::new(Vec::new());
        let kind = match form {
            Form::Jpeg { quality } => {
                DynamicImage::from(picture.to_rgb8()).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))).ok()?;
                "image/jpeg"
            }
            Form::Webp => {
                DynamicImage::from(picture.to_rgba8()).write_to(&mut bytes, ImageFormat::WebP).ok()?;
                "image/webp"
            }
            Form::Colours => {
                picture.to_rgb8().write_to(&mut bytes, ImageFormat::Png).ok()?;
                "image/png"
            }
            Form::Alpha => {
                let mut alpha = picture.to_rgba8();
                alpha.pixels_mut().for_each(|pixel| pixel.0 = [0, 0, 0, pixel[3]]);
                alpha.write_to(&mut bytes, ImageFormat::Png).ok()?;
                "image/png"
            }
        };
        Some((kind, bytes.into_inner()))
    });
    match converted.await {
        Ok(Some((kind, bytes))) => Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response()),
        // Not a picture.
        _ => Err(Error::Status(StatusCode::INTERNAL_SERVER_ERROR)),
    }
}

/// The file as it is, or a part of it, or word that it has not changed.
async fn send(path: &Path, asked: &HeaderMap) -> Result<Response> {
    let missing = |_| Error::Status(StatusCode::NOT_FOUND);
    let mut file = tokio::fs::File::open(path).await.map_err(missing)?;
    let facts = file.metadata().await.map_err(missing)?;
    let modified = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let etag = format!("\"{:x}-{:x}\"", modified.as_nanos(), facts.len());
    let last_modified = http_date(UNIX_EPOCH + modified);
    let validators = [
        (header::ETAG, etag.clone()),
        (header::LAST_MODIFIED, last_modified.clone()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let unchanged = match text(header::IF_NONE_MATCH) {
        Some(known) => known == "*" || known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag),
        None => text(header::IF_MODIFIED_SINCE) == Some(&last_modified),
    };
    if unchanged {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    let whole = 0..facts.len();
    let part = match text(header::RANGE).and_then(|range| parse_range(range, facts.len())) {
        None => None,
        Some(Ok(part)) => Some(part),
        Some(Err(())) => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{}", facts.len()))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let sent = part.clone().unwrap_or(whole);
    file.seek(SeekFrom::Start(sent.start)).await.map_err(missing)?;
    let length = sent.end - sent.start;
    let body = Body::from_stream(ReaderStream::new(file.take(length)));
    let mut response = (validators, [(header::CONTENT_LENGTH, length)], body).into_response();
    if let Some(part) = part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes {}-{}/{}", part.start, part.end - 1, facts.len());
        let range = HeaderValue::from_str(&range).map_err(|_| Error::Status(StatusCode::INTERNAL_SERVER_ERROR))?;
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    Ok(response)
}

/// The one range that is asked for: `None` to ignore it, an error when it lies
/// beyond the file.
fn parse_range(text: &str, length: u64) -> Option<std::result::Result<Range<u64>, ()>> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let range = if start.is_empty() {
        length.saturating_sub(end.parse().ok()?)..length
    } else {
        let last = if end.is_empty() { u64::MAX } else { end.parse().ok()? };
        start.parse().ok()?..last.saturating_add(1).min(length)
    };
    Some(if range.start < range.end { Ok(range) } else { Err(()) })
}

fn http_date(time: SystemTime) -> String {
    let time = jiff::Timestamp::try_from(time).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// By the file's extension.
fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("bmp") => "image/bmp",
        Some("svg") => "image/svg+xml",
        Some("mp4") => "video/mp4",
        Some("webm") => "video/webm",
        Some("wav") => "audio/wav",
        Some("mp3") => "audio/mpeg",
        Some("flac") => "audio/flac",
        Some("txt") => "text/plain",
        Some("json") => "application/json",
        Some("html" | "htm") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("xml") => "text/xml",
        _ => "application/octet-stream",
    }
}

/// What a browser would run, and so never gets to see as what it is.
fn is_active(kind: &str) -> bool {
    matches!(kind, "text/html" | "text/javascript" | "text/css" | "image/svg+xml" | "text/xml")
}

/// Inside `<img>` even SVG cannot run anything.
fn is_shown_as_image(kind: &str, headers: &HeaderMap) -> bool {
    kind == "image/svg+xml" && headers.get("sec-fetch-dest").is_some_and(|dest| dest == "image")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_in_its_three_forms() {
        assert_eq!(parse_range("bytes=0-99", 1000), Some(Ok(0..100)));
        assert_eq!(parse_range("bytes=900-", 1000), Some(Ok(900..1000)));
        assert_eq!(parse_range("bytes=-100", 1000), Some(Ok(900..1000)));
        assert_eq!(parse_range("bytes=0-5000", 1000), Some(Ok(0..1000)));
        assert_eq!(parse_range("bytes=5000-", 1000), Some(Err(())));
        assert_eq!(parse_range("bytes=-0", 1000), Some(Err(())));
        for ignored in ["bytes=0-1,5-6", "lines=0-1", "bytes=x-y", ""] {
            assert_eq!(parse_range(ignored, 1000), None, "{ignored}");
        }
    }

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
