//! `GET /me/export`: all that is theirs, page by page as it is read.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::json;

use super::me;
use crate::api::parlor::links::Links;
use crate::app::App;
use crate::auth::Principal;
use crate::db::JobFilter;
use crate::error::Result;
use crate::extract::Own;

/// Jobs that are read at once.
pub(super) const PAGE: u32 = 100;

pub(crate) async fn export(
    State(app): State<Arc<App>>,
    Own(principal): Own,
) -> Result<impl IntoResponse> {
    let about = about(&app, &principal).await? + ",\"jobs\":[";
    let first = Some(Next { about: Some(about), cursor: None });
    let work = (app, principal);
    let parts = stream::try_unfold((work, first), |(work, next)| async {
        let Some(next) = next else { return anyhow::Ok(None) };
        let (part, next) = part(&work.0, &work.1, next).await?;
        Ok(Some((part, (work, next))))
    });
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"parlor-export.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(parts)))
}

/// Where the reading is.
struct Next {
    /// What comes before all jobs; taken by the first part.
    about: Option<String>,
    /// Where the next page of jobs begins.
    cursor: Option<String>,
}

/// All but the jobs, as an object that is not closed yet.
pub(super) async fn about(app: &App, principal: &Principal) -> Result<String> {
    let person = principal.person();
    let links = Links::new(app, principal);
    let uploads = app.db.uploads_of(principal.id).await?;
    let uploads = uploads.into_iter().map(|row| {
        json!({
            "id": row.id, "name": row.name, "mime": row.mime, "bytes": row.bytes,
            "created_at": row.created_at, "url": links.upload(row.id.0),
        })
    });
    let batches = app.db.batches_of(principal.id).await?.into_iter();
    let batches: Vec<_> = batches.map(|(id, jobs)| json!({ "id": id, "jobs": jobs })).collect();
    let about = json!({
        "me": me::describe(app, principal).await?,
        "sessions": app.people.sessions(Some(person), principal.session()).await?,
        "keys": app.people.keys(Some(person)).await?,
        "uploads": uploads.collect::<Vec<_>>(),
        "webhooks": app.webhooks.list(principal).await?,
        "batches": batches,
    });
    let mut text = text(&about)?;
    text.pop();
    Ok(text)
}

async fn part(
    app: &App,
    principal: &Principal,
    next: Next,
) -> anyhow::Result<(Bytes, Option<Next>)> {
    let filter = JobFilter { cursor: next.cursor, limit: PAGE, ..JobFilter::default() };
    let list = app.jobs.list(principal.id, &filter).await?;
    let list = Links::new(app, principal).list(list);
    let jobs: Vec<String> = list.jobs.iter().map(text).collect::<Result<_, _>>()?;
    let (before, between) = next.about.map_or_else(
        // Not the first page: what came before it ends without a comma.
        || (String::new(), if jobs.is_empty() { "" } else { "," }),
        |about| (about, ""),
    );
    let after = if list.next.is_some() { "" } else { "]}" };
    let part = format!("{before}{between}{}{after}", jobs.join(","));
    Ok((part.into(), list.next.map(|cursor| Next { about: None, cursor: Some(cursor) })))
}

pub(super) fn text(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(value)?)
}
