//! The pages and their files, for people.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use wire::Access;

use super::parlor::house::welcome;
use crate::app::App;
use crate::auth::{Principal, Token};
use crate::config::Door;
use crate::error::Result;
use crate::extract::Path;
use crate::site;
use crate::workflows::Published;

/// Every page for guests is the same document: the page looks at its address.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    principal: Result<Principal>,
    headers: HeaderMap,
) -> Response {
    document(&app, principal.ok().as_ref(), (StatusCode::OK, &headers))
}

/// `/w/{slug}`: not found when there is no such workflow, said by the page.
pub(crate) async fn workflow(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    principal: Result<Principal>,
    headers: HeaderMap,
) -> Response {
    let principal = principal.ok();
    // Who still has to sign in is shown where, and whom it is not for is shown
    // nothing: neither learns whether there is such a workflow.
    let found = principal.as_ref().is_none_or(|principal| {
        app.workflows.get(&slug).is_some_and(|one| principal.may_run(&slug, one.access()))
    });
    let status = if found { StatusCode::OK } else { StatusCode::NOT_FOUND };
    document(&app, principal.as_ref(), (status, &headers))
}

/// `/studio` and below: the host's side. Only its shell, which is no secret: what it shows and does is
/// allowed or refused where it asks for it.
pub(crate) async fn studio(
    State(app): State<Arc<App>>,
    principal: Result<Principal>,
    headers: HeaderMap,
) -> Response {
    welcomed(&app, principal.ok().as_ref(), app.studio_page.respond(StatusCode::OK, &headers))
}

/// `/embed/{slug}`: a workflow's page in a frame of another site. No cookie: the page
/// gets a token of its own, and keeps it as long as its tab. Whoever reads it is a
/// guest, and where no guests are let in it tells nobody what there is.
pub(crate) async fn embed(State(app): State<Arc<App>>, Path(slug): Path<String>) -> Response {
    let mut response = app.page.respond_embedded(&Token::random().reveal());
    let for_guests = |one: Arc<Published>| *one.access() == Access::Anyone;
    let told = app.config.door() != Door::Closed;
    if told && !app.workflows.get(&slug).is_some_and(for_guests) {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, app.embed_policy.clone());
    response
}

/// A file of the page; for every other address, the page that says so.
pub(crate) async fn file_or_lost(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match site::find(uri.path().trim_start_matches('/')) {
        Some(asset) => asset.respond(&headers),
        None => lost(&app, &headers),
    }
}

/// The page that says that there is no such page.
pub(super) fn lost(app: &App, request: &HeaderMap) -> Response {
    document(app, None, (StatusCode::NOT_FOUND, request))
}

fn document(
    app: &App,
    principal: Option<&Principal>,
    (status, request): (StatusCode, &HeaderMap),
) -> Response {
    welcomed(app, principal, app.page.respond(status, request))
}

/// With the cookie of a new visitor.
fn welcomed(app: &App, principal: Option<&Principal>, mut document: Response) -> Response {
    let welcome = principal.map(|principal| welcome(app, principal));
    document.headers_mut().extend(welcome.unwrap_or_default());
    document
}
