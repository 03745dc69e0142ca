//! `GET /view`: ComfyUI protocol notes §7.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use comfy::history::Folder;
use serde::Deserialize;
use tokio::time::timeout;
use wire::{Event, JobStatus, Millis, ToViewer};

use super::words::Result;
use crate::api::parlor::content::{self, Content};
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::{NamedFile, Wanted};
use crate::events::Told;
use crate::extract::{GraphRunner, Query};
use crate::files::place::{self, Place};
use crate::files::{Form, may_be_shown};

/// How long to wait for a file of a job that still runs.
const SOON: Duration = Duration::from_mins(1);

/// Names are given again: a browser has to ask.
const ASK: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Which file, and in which form.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
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
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let place = asked.place()?;
    let found = match find(&app, principal.id, &place).await? {
        Some(found) => Some(found),
        None => wait_for(&app, principal.id, &place).await?,
    };
    let found = found.ok_or(StatusCode::NOT_FOUND)?;
    if let Some(form) = asked.form()? {
        let (mime, content) =
            app.files.in_form(found.hash, form).await?.ok_or(StatusCode::UNSUPPORTED_MEDIA_TYPE)?;
        let mut response = ([(CONTENT_TYPE, mime)], content).into_response();
        label(response.headers_mut(), &place.name, "");
        return Ok(response);
    }
    let modified = http_date(found.since);
    let unchanged = headers.get(IF_MODIFIED_SINCE).is_some_and(|since| *since == modified);
    if unchanged && !headers.contains_key(IF_NONE_MATCH) {
        let etag = format!("\"{}\"", found.hash);
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let content = Content { hash: found.hash, mime: &found.mime, name: &place.name };
    let mut response = content::serve(&app.files, &content, &headers).await?;
    let sent = response.headers_mut();
    sent.insert(LAST_MODIFIED, modified);
    sent.insert(CACHE_CONTROL, ASK);
    label(sent, &place.name, if may_be_shown(&found.mime) { "" } else { "attachment; " });
    Ok(response)
}

/// The principal's file of this name. Outputs have names that no two have, so
/// where they lie is not looked at.
pub(super) async fn find(
    app: &App,
    principal: PrincipalId,
    place: &Place,
) -> anyhow::Result<Option<NamedFile>> {
    app.db.native_file(principal, place.key()).await
}

/// A file that a job has told of comes home as soon as it is told: whoever asks for it waits that
/// long, as pages do that show each picture as it is told.
async fn wait_for(app: &App, principal: PrincipalId, place: &Place) -> Result<Option<NamedFile>> {
    let mut watch = app.hub.watch_mine(principal);
    let wanted =
        Wanted { statuses: Some(vec![JobStatus::Running]), limit: 100, ..Wanted::default() };
    let look = async {
        loop {
            let running = app.db.native_jobs(principal, &wanted).await?;
            let told = running.iter().any(|job| place.name.contains(&tag(job.id)));
            // Looked for after it was asked what runs: nothing falls between the two.
            let found = find(app, principal, place).await?;
            if found.is_some() || !told {
                return Ok(found);
            }
            while !may_have_come(&watch.next().await) {}
        }
    };
    timeout(SOON, look).await.unwrap_or(Ok(None))
}

/// Whether some file may be here now, or come no more.
fn may_have_come(told: &Told) -> bool {
    match told {
        Told::News(news) => match news.message() {
            ToViewer::Event { event, .. } => {
                matches!(event, Event::Output { .. } | Event::Finished { .. })
            }
            message => matches!(message, ToViewer::Gone { .. }),
        },
        Told::Preview(_) => false,
        Told::Resync(_) => true,
    }
}

/// What the names of a job's files hold.
fn tag(job: wire::JobId) -> String {
    job.0.simple().to_string()[20..].to_owned()
}

/// Says what the file is called.
fn label(sent: &mut HeaderMap, name: &str, word: &str) {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    if let Ok(value) = HeaderValue::from_bytes(format!("{word}filename=\"{quoted}\"").as_bytes()) {
        sent.insert(CONTENT_DISPOSITION, value);
    }
}

fn http_date(at: Millis) -> HeaderValue {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    let text = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).expect("a date is printable")
}

impl Asked {
    fn place(&self) -> Result<Place> {
        let Some(filename) = &self.filename else { return Err(StatusCode::NOT_FOUND.into()) };
        let (name, annotated) = place::split_annotation(filename);
        if name.is_empty() || name.starts_with('/') || name.contains("..") {
            return Err(StatusCode::BAD_REQUEST.into());
        }
        let folder = match (annotated, self.folder.as_deref()) {
            (Some(folder), _) => folder,
            (None, None) => Folder::Output,
            (None, Some(name)) => place::folder_named(name).ok_or(StatusCode::BAD_REQUEST)?,
        };
        if self.subfolder.contains('\0') {
            return Err(StatusCode::NOT_FOUND.into());
        }
        let subfolder = place::subfolder_of(&self.subfolder).map_err(|_| StatusCode::FORBIDDEN)?;
        let name = name.rsplit('/').next().unwrap_or(name);
        Ok(Place { folder, subfolder, name: name.to_owned() })
    }

    fn form(&self) -> Result<Option<Form>> {
        if let Some(preview) = &self.preview {
            let (format, quality) = preview.split_once(';').unwrap_or((preview, "90"));
            let quality: u8 = match quality.parse::<u64>() {
                // A ComfyUI stumbles over it: 500.
                Ok(101..) => return Err(StatusCode::BAD_REQUEST.into()),
                Ok(quality) => quality.max(1) as u8,
                Err(_) => 90,
            };
            let jpeg = format == "jpeg";
            return Ok(Some(if jpeg { Form::Jpeg { quality } } else { Form::Webp { quality } }));
        }
        Ok(match self.channel.as_deref() {
            Some("rgb") => Some(Form::Colours),
            Some("a") => Some(Form::Transparency),
            _ => None,
        })
    }
}
