//! `/upload/image` and `/upload/mask`: ComfyUI protocol notes §6.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use comfy::FileRef;
use comfy::history::Folder;
use serde_json::{Value, json};

use super::error::{Error, Result};
use super::info::folder_named;
use super::{App, MAX_BODY};
use crate::folders::{Folders, PathError};
use crate::pixels;

/// Files of one name that differ.
const MAX_COPIES: u32 = 10_000;

/// The fields of an upload.
#[derive(Debug, Default)]
struct Form {
    file: Option<(String, Bytes)>,
    folder: Option<String>,
    subfolder: String,
    overwrite: bool,
    original: Option<FileRef>,
}

/// `POST /upload/image`: any file, under its own name or one like it.
pub(super) async fn image(State(house): App, request: Request) -> Result<Json<Value>> {
    let form = read(request).await?;
    blocking(move || store(&house.folders, &form, None)).await
}

/// `POST /upload/mask`: a picture whose transparency the original is given.
pub(super) async fn mask(State(house): App, request: Request) -> Result<Json<Value>> {
    let form = read(request).await?;
    blocking(move || {
        let masked = mask_original(&house.folders, &form)?;
        store(&house.folders, &form, Some(&masked))
    })
    .await
}

/// Off the thread that answers everyone.
async fn blocking(
    work: impl FnOnce() -> Result<Json<Value>> + Send + 'static,
) -> Result<Json<Value>> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Status(StatusCode::INTERNAL_SERVER_ERROR)))
}

async fn read(request: Request) -> Result<Form> {
    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Error::TooLarge);
    }
    let bad = |_| Error::Status(StatusCode::BAD_REQUEST);
    let mut fields = Multipart::from_request(request, &())
        .await
        .map_err(|_| Error::Status(StatusCode::BAD_REQUEST))?;
    let mut form = Form::default();
    while let Some(field) = fields.next_field().await.map_err(bad)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "image" {
            let file = field.file_name().map(Into::into);
            let bytes = field.bytes().await.map_err(|error| match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
                _ => Error::Status(StatusCode::BAD_REQUEST),
            })?;
            form.file = file.map(|file| (file, bytes));
            continue;
        }
        // As UTF-8, whatever it says: the tables of all other letters are large.
        let text = field.bytes().await.map_err(bad)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        match name.as_str() {
            "type" => form.folder = Some(text),
            "subfolder" => form.subfolder = text,
            "overwrite" => form.overwrite = matches!(text.as_str(), "true" | "1"),
            "original_ref" => form.original = serde_json::from_str(&text).ok(),
            _ => (),
        }
    }
    Ok(form)
}

/// Writes the file, or finds an equal one, and says what it is called.
fn store(folders: &Folders, form: &Form, instead: Option<&[u8]>) -> Result<Json<Value>> {
    let bad = || Error::Status(StatusCode::BAD_REQUEST);
    let (name, sent) = form.file.as_ref().filter(|(name, _)| !name.is_empty()).ok_or_else(bad)?;
    let folder = match form.folder.as_deref() {
        None => Folder::Input,
        Some(folder) => folder_named(folder).ok_or_else(bad)?,
    };
    let is_plain = Path::new(name).file_name().is_some_and(|plain| plain == name.as_str());
    if !is_plain || name.contains(['/', '\\', '\0']) {
        return Err(bad());
    }
    let bytes = instead.unwrap_or(sent);
    let dir = folders.make_dir(folder, &form.subfolder).map_err(|error| refuse(&error))?;
    let name =
        if form.overwrite { name.clone() } else { free_name(&dir, name, bytes).ok_or_else(bad)? };
    let path = dir.join(&name);
    if path.is_symlink() {
        return Err(bad());
    }
    std::fs::write(path, bytes).map_err(|error| refuse(&error.into()))?;
    Ok(Json(json!({ "name": name, "subfolder": form.subfolder, "type": folder })))
}

/// `name`, or `name (1)` and so on, that is free or holds the same bytes.
fn free_name(dir: &Path, name: &str, bytes: &[u8]) -> Option<String> {
    let path = PathBuf::from(name);
    let stem = path.file_stem()?.to_str()?;
    let extension = path
        .extension()
        .map_or_else(String::new, |extension| format!(".{}", extension.to_string_lossy()));
    let copies = (1..MAX_COPIES).map(|copy| format!("{stem} ({copy}){extension}"));
    std::iter::once(name.to_owned()).chain(copies).find(|name| {
        let path = dir.join(name);
        !path.exists() || holds(&path, bytes)
    })
}

/// Whether a file holds exactly these bytes. Files of another size are not read.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        path.metadata().is_ok_and(|file| file.is_file() && file.len() == bytes.len() as u64);
    let hash_file = || {
        let mut hash = blake3::Hasher::new();
        std::io::copy(&mut File::open(path).ok()?, &mut hash).ok()?;
        Some(hash.finalize())
    };
    same_size && hash_file() == Some(blake3::hash(bytes))
}

/// The original with the transparency of the mask, as PNG.
fn mask_original(folders: &Folders, form: &Form) -> Result<Vec<u8>> {
    let bad = || Error::Status(StatusCode::BAD_REQUEST);
    let (_, sent) = form.file.as_ref().ok_or_else(bad)?;
    let original = form.original.as_ref().ok_or_else(bad)?;
    let path = folders
        .find(original.folder, &original.subfolder, &original.filename)
        .map_err(|error| refuse(&error))?;
    let file = File::open(path).map_err(|error| refuse(&error.into()))?;
    let mut picture = pixels::decode(BufReader::new(file)).map_err(|_| bad())?.to_rgba8();
    let mask = pixels::decode(Cursor::new(sent)).map_err(|_| bad())?.to_rgba8();
    let mask = image::imageops::resize(
        &mask,
        picture.width(),
        picture.height(),
        image::imageops::FilterType::Triangle,
    );
    for (pixel, mask) in picture.pixels_mut().zip(mask.pixels()) {
        pixel[3] = mask[3];
    }
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .map_err(|_| Error::Status(StatusCode::INTERNAL_SERVER_ERROR))?;
    Ok(bytes.into_inner())
}

fn refuse(error: &PathError) -> Error {
    Error::Status(match error {
        PathError::Outside | PathError::Missing => StatusCode::BAD_REQUEST,
        PathError::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
    })
}
