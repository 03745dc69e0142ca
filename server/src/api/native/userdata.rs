//! `/userdata`: the files that ComfyUI's own page has kept for each person, its
//! workflows above all. They lie in the database: a path here is a name.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::words::{Refused, Result};
use crate::app::App;
use crate::db::{Kept, KeptFile};
use crate::error::Error;
use crate::extract::{GraphRunner, OVER, Path, Query};
use crate::files::place;

/// Largest file, in bytes.
const MAX_FILE: usize = 16 << 20;

/// How long a file may take to arrive.
const DEADLINE: Duration = Duration::from_mins(1);

/// What is listed, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Listing {
    dir: Option<String>,
    recurse: String,
    full_info: String,
    split: String,
}

/// How a file is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Keeping {
    overwrite: Option<String>,
    full_info: String,
}

/// Which folder of the newer list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Below {
    path: String,
}

fn is(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// `GET /userdata`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Query(listing): Query<Listing>,
) -> Result<Json<Vec<Value>>> {
    let dir = listing.dir.as_deref().filter(|dir| !dir.is_empty());
    let dir = dir.ok_or(Refused::Status(StatusCode::BAD_REQUEST))?;
    let below = folder(dir)?;
    let files = app.db.native_userdata(principal.id, &below).await?;
    if files.is_empty() {
        return Err(StatusCode::NOT_FOUND.into());
    }
    let wanted = files.iter().filter_map(|file| {
        let name = file.path.strip_prefix(&below)?;
        (is(&listing.recurse) || !name.contains('/')).then_some((name, file))
    });
    let told = wanted.map(|(name, file)| {
        if is(&listing.full_info) {
            info(file, name)
        } else if is(&listing.split) {
            json!(std::iter::once(name).chain(name.split('/')).collect::<Vec<_>>())
        } else {
            json!(name)
        }
    });
    Ok(Json(told.collect()))
}

/// `GET /v2/userdata`: files and folders.
pub(super) async fn entries(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Query(below): Query<Below>,
) -> Result<Json<Vec<Value>>> {
    let below = folder(&below.path)?;
    let files = app.db.native_userdata(principal.id, &below).await?;
    let mut folders = BTreeSet::new();
    for file in &files {
        let inner = file.path.strip_prefix(&below).unwrap_or_default();
        folders.extend(inner.match_indices('/').map(|(at, _)| inner[..at].to_owned()));
    }
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let told = folders.iter().map(
        |path| json!({ "name": name(path), "path": format!("{below}{path}"), "type": "directory" }),
    );
    let files = files.iter().map(|file| {
        json!({
            "name": name(&file.path), "path": file.path, "type": "file",
            "size": file.bytes, "modified": file.modified_at,
        })
    });
    Ok(Json(told.chain(files).collect()))
}

/// `GET /userdata/{file}`
pub(super) async fn read(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(file): Path<String>,
) -> Result<Response> {
    let path = path_of(&file)?;
    let content = app.db.native_userdata_file(principal.id, &path).await?;
    let content = content.ok_or(StatusCode::NOT_FOUND)?;
    // safety 26: whatever it is, it is saved and not shown.
    let kind = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "json" => "application/json",
        "css" => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, kind.parse().map_err(anyhow::Error::from)?);
    headers.insert(CONTENT_DISPOSITION, "attachment".parse().map_err(anyhow::Error::from)?);
    Ok((headers, content).into_response())
}

/// `POST /userdata/{file}`
pub(super) async fn write(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(file): Path<String>,
    Query(keeping): Query<Keeping>,
    request: Request,
) -> Result<Json<Value>> {
    let path = path_of(&file)?;
    let body = Limited::new(request.into_body(), MAX_FILE).collect();
    let body = timeout(DEADLINE, body).await.map_err(|_| Error::Timeout)?;
    let too_large = |_| Error::TooLarge(format!("a file is at most {} MB", MAX_FILE >> 20));
    let content = body.map_err(too_large)?.to_bytes().to_vec();
    if principal.is_over() {
        return Err(Error::Unauthorized(OVER).into());
    }
    let kept = app.db.keep_native_userdata(principal.id, (path, content), keeping.overwrites());
    told(kept.await?, &keeping)
}

/// `POST /userdata/{file}/move/{to}`
pub(super) async fn rename(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path((from, to)): Path<(String, String)>,
    Query(keeping): Query<Keeping>,
) -> Result<Json<Value>> {
    let paths = (path_of(&from)?, path_of(&to)?);
    let kept = app.db.move_native_userdata(principal.id, paths, keeping.overwrites());
    told(kept.await?, &keeping)
}

/// `DELETE /userdata/{file}`
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(file): Path<String>,
) -> Result<StatusCode> {
    let deleted = app.db.delete_native_userdata(principal.id, path_of(&file)?).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(StatusCode::NOT_FOUND.into()) }
}

impl Keeping {
    fn overwrites(&self) -> bool {
        self.overwrite.as_deref().is_none_or(is)
    }
}

fn told(kept: Kept, keeping: &Keeping) -> Result<Json<Value>> {
    match kept {
        Kept::Yes(file) if is(&keeping.full_info) => Ok(Json(info(&file, &file.path))),
        Kept::Yes(file) => Ok(Json(json!(file.path))),
        Kept::Taken => Err(StatusCode::CONFLICT.into()),
        Kept::Missing => Err(StatusCode::NOT_FOUND.into()),
        Kept::Full => {
            let why = "what is kept here has no room for it: 1,000 files, 64 MB in all";
            Err(Refused::House(Error::TooLarge(why.into())))
        }
    }
}

fn info(file: &KeptFile, path: &str) -> Value {
    json!({
        "path": path,
        "size": file.bytes,
        "modified": file.modified_at,
        "created": file.created_at,
    })
}

/// The path that a request names.
fn path_of(text: &str) -> Result<String> {
    let path = place::subfolder_of(text).map_err(|_| StatusCode::FORBIDDEN)?;
    let plain = !path.is_empty() && path.split('/').all(place::is_name);
    if plain { Ok(path) } else { Err(StatusCode::BAD_REQUEST.into()) }
}

/// What the paths in a folder begin with.
fn folder(text: &str) -> Result<String> {
    let dir = place::subfolder_of(text).map_err(|_| StatusCode::FORBIDDEN)?;
    Ok(if dir.is_empty() { dir } else { format!("{dir}/") })
}
