//! `GET /workflows`, `GET /workflows/{slug}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wire::{FieldKind, Workflow, WorkflowInFull, WorkflowSummary};

use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::site::is_known;
use crate::workflows::Published;
use crate::workflows::language::preferred;

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    principal: Principal,
    headers: HeaderMap,
) -> Result<Response> {
    let languages = preferred(accepted(&headers));
    let list = app.workflows.list();
    let theirs = list.iter().filter(|one| principal.may_run(one.slug(), one.access()));
    let cards: Vec<WorkflowSummary> = theirs.map(|one| one.card(&languages)).collect();
    unless_known(&headers, &cards)
}

/// The workflow, if this principal may see and run it.
///
/// # Errors
///
/// safety 11: one that is for others is as good as none.
pub(crate) fn find(app: &App, principal: &Principal, slug: &str) -> Result<Arc<Published>> {
    let found = app.workflows.get(slug);
    let theirs = found.filter(|one| principal.may_run(slug, one.access()));
    theirs.ok_or(Error::NotFound("workflow"))
}

fn accepted(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let workflow = form(&app, &principal, (&slug, &headers)).await?;
    let published = find(&app, &principal, &slug)?;
    let definitions = app.backends.definitions();
    let known: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let policy = published.open_policy(app.config.keep_days);
    let outputs = published.output_nodes(&known);
    unless_known(&headers, &WorkflowInFull { workflow, policy, outputs })
}

/// As JSON in the language that was asked for, or that whoever asks has it already.
fn unless_known(request: &HeaderMap, told: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(told).map_err(anyhow::Error::from)?;
    let etag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..20]);
    let about = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_name(ACCEPT_LANGUAGE)),
        (ETAG, HeaderValue::from_str(&etag).expect("hex digits are a header value")),
    ];
    if is_known(request, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, body).into_response())
}

/// The workflow with its form as this principal sees it now, in the language that `headers` ask for.
///
/// # Errors
///
/// When there is none for them.
pub(in crate::api) async fn form(
    app: &App,
    principal: &Principal,
    (slug, headers): (&str, &HeaderMap),
) -> Result<Workflow> {
    let published = find(app, principal, slug)?;
    let usual_ms = app.jobs.usual_ms(slug, published.version()).await?;
    let definitions = app.backends.definitions();
    let known: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let mut form = published.form_in(&preferred(accepted(headers)), (&known, usual_ms));
    for field in &mut form.fields {
        if let FieldKind::Image { max_bytes, .. } | FieldKind::File { max_bytes, .. } =
            &mut field.kind
        {
            *max_bytes = (*max_bytes).min(app.config.max_upload_bytes());
        }
    }
    form.closed = app.jobs.lacking(&published).map(|error| error.to_string());
    Ok(form)
}
