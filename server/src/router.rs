//! Every URL the server answers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, head, patch, post, put};
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::Predicate;
use tower_http::cors::CorsLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::api::{
    account, comfy_v2, docs, live, native, openai, ops, pages, parlor, recipes, serverless, studio,
};
use crate::app::App;
use crate::auth;
use crate::config::{Config, Origin};
use crate::error::{self, Error};
use crate::limits;
use crate::telemetry;

/// The whole server. Reading this function is reading the API.
///
/// # Errors
///
/// When a configured origin cannot stand in a header.
pub fn router(app: &Arc<App>) -> anyhow::Result<Router> {
    let parlor = Router::new()
        .route("/house", get(parlor::house::show))
        .route("/workflows", get(parlor::workflows::list))
        .route("/workflows/{slug}", get(parlor::workflows::show))
        .route("/workflows/{slug}/openapi.json", get(docs::of_workflow))
        .route("/workflows/{slug}/jobs", post(parlor::submit::submit))
        .route("/workflows/{slug}/batches", post(parlor::batches::create))
        .route("/batches/{id}", get(parlor::batches::show).delete(parlor::batches::delete))
        .route("/batches/{id}/cancel", post(parlor::batches::cancel))
        .route("/batches/{id}/events", get(parlor::batches::events))
        .route("/batches/{id}/outputs.zip", get(account::pack::batch))
        .route("/jobs", get(parlor::jobs::list))
        .route("/jobs/{id}", get(parlor::jobs::show).delete(parlor::jobs::delete))
        .route("/jobs/{id}/cancel", post(parlor::jobs::cancel))
        .route("/jobs/{id}/favourite", put(parlor::jobs::favour).delete(parlor::jobs::unfavour))
        .route("/jobs/{id}/events", get(parlor::events::stream))
        .route("/jobs/{id}/graph", get(parlor::jobs::graph))
        .route("/uploads", post(parlor::uploads::create).layer(DefaultBodyLimit::disable()))
        .route("/uploads/{id}", get(parlor::uploads::show))
        .merge(resumable_routes())
        .route("/outputs/{id}", get(parlor::outputs::show))
        .route("/outputs/{id}/thumb", get(parlor::outputs::thumb))
        .route("/outputs/{id}/link", post(parlor::outputs::link))
        .route("/signed/{seal}/uploads/{id}", get(parlor::uploads::show))
        .route("/signed/{seal}/outputs/{id}", get(parlor::outputs::show))
        .route("/signed/{seal}/outputs/{id}/thumb", get(parlor::outputs::thumb))
        .route("/webhooks", get(parlor::webhooks::list).post(parlor::webhooks::create))
        .route("/webhooks/{id}", delete(parlor::webhooks::delete))
        .route("/webhooks/deliveries", get(parlor::webhooks::deliveries))
        .route("/webhooks/deliveries/{id}/replay", post(parlor::webhooks::replay))
        .route("/covers/{hash}", get(studio::cover))
        .nest("/studio", studio_routes())
        .route("/openapi.json", get(docs::description))
        .route("/live", get(live::open));
    let api = Router::new()
        .route("/docs", get(docs::page))
        .route("/docs/{slug}", get(docs::code::page))
        .nest("/parlor/v1", parlor.merge(people()).layer(from_fn(parlor::words::only_known)))
        .nest("/v2", comfy_v2::routes())
        .nest("/serverless", serverless::routes())
        // Or the page for unknown addresses would answer unknown API calls.
        .fallback(error::no_such_address)
        .layer(from_fn_with_state(Arc::clone(app), limits::gate))
        // It has a gate of its own, behind which it refuses in ComfyUI's words.
        .merge(native::under_api(app))
        .merge(recipes::routes(app));
    let api = if app.config.cors_origins.is_empty() { api } else { api.layer(cors(&app.config)?) };
    let routes = Router::new()
        .nest("/api", api)
        .nest("/v1", openai::routes(app))
        .merge(native::at_root(app))
        .merge(native::under_comfy(app))
        .route("/", get(pages::page))
        .route("/gallery", get(pages::page))
        .route("/w/{slug}", get(pages::workflow))
        .route("/embed/{slug}", get(pages::embed))
        .route("/sign-in", get(pages::studio))
        .route("/account", get(pages::studio))
        .route("/admin", get(pages::studio))
        .route("/admin/{*rest}", get(pages::studio))
        .route("/studio", get(pages::studio))
        .route("/studio/", get(pages::studio))
        .route("/studio/{*rest}", get(pages::studio))
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
        .fallback(get(pages::file_or_lost));
    let layered = protected(routes, app)?
        .layer(from_fn_with_state(Arc::clone(app), error::finish))
        .layer(from_fn_with_state(Arc::clone(app), telemetry::observe));
    Ok(below(app.config.base_path(), layered.with_state(Arc::clone(app))))
}

/// Files in pieces.
fn resumable_routes() -> Router<Arc<App>> {
    use parlor::resumable as tus;
    Router::new()
        .route("/uploads/resumable", post(tus::create).options(tus::possible))
        .route(
            "/uploads/resumable/{id}",
            head(tus::progress).patch(tus::append).delete(tus::end).post(tus::instead),
        )
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(tus::speak))
}

/// What only hosts may do.
fn studio_routes() -> Router<Arc<App>> {
    use studio::workflows as own;
    Router::new()
        .route("/import", post(studio::import).layer(DefaultBodyLimit::disable()))
        .route("/import/from", post(studio::import_from))
        .route("/workflows", get(own::list))
        .route("/workflows/{slug}", get(own::open).put(own::save).delete(own::delete))
        .route("/workflows/{slug}/draft", delete(own::drop_draft))
        .route("/workflows/{slug}/cover", put(studio::set_cover))
        .route("/workflows/{slug}/publish", post(own::publish))
        .route("/workflows/{slug}/hide", post(own::hide))
        .route("/workflows/{slug}/versions", get(own::versions))
        .route("/workflows/{slug}/versions/{number}/publish", post(own::show_version))
        .route("/workflows/{slug}/versions/{number}/draft", post(own::take_up))
        .route("/workflows/{slug}/compare", get(own::compare))
}

/// Who asks, what lets them in, and what is theirs.
fn people() -> Router<Arc<App>> {
    use account::{admin, export, keys, links, me, mine, oidc, pack, session};
    Router::new()
        .route("/session", post(session::sign_in).delete(session::sign_out))
        .route("/session/oidc", get(oidc::leave))
        .route("/session/oidc/return", get(oidc::come_back))
        .route("/registration", post(session::register))
        .route("/links/look", post(links::look))
        .route("/links/follow", post(links::follow))
        .route("/live/ticket", post(session::ticket))
        .route("/me", get(me::show).delete(mine::delete))
        .route("/me/export", get(export::export))
        .route("/me/export.zip", get(pack::export))
        .route("/me/password", put(mine::change_password))
        .route("/me/sessions", get(mine::sessions).delete(mine::end_other_sessions))
        .route("/me/sessions/{id}", delete(mine::end_session))
        .route("/me/keys", get(keys::list).post(keys::create))
        .route("/me/keys/{id}", delete(keys::revoke))
        .route("/admin/people", get(admin::people))
        .route("/admin/people/{id}", patch(admin::change_person).delete(admin::delete_person))
        .route("/admin/people/{id}/reset", post(admin::reset))
        .route("/admin/invites", get(admin::invites).post(admin::invite))
        .route("/admin/invites/{id}", delete(admin::revoke_invite))
        .route("/admin/keys", get(admin::keys))
        .route("/admin/keys/{id}", delete(admin::revoke_key))
        .route("/admin/sessions", get(admin::sessions))
        .route("/admin/sessions/{id}", delete(admin::end_session))
        .route("/admin/jobs", get(admin::jobs))
        .route("/admin/jobs/{id}/cancel", post(admin::cancel_job))
        .route("/admin/limits", get(admin::limits))
        .route("/admin/audit", get(admin::audit))
}

/// What holds for every address; the last layer is the first to see a request.
fn protected(routes: Router<Arc<App>>, app: &Arc<App>) -> anyhow::Result<Router<Arc<App>>> {
    let mut csrf = CsrfLayer::new();
    for origin in &app.config.cors_origins {
        csrf = csrf.add_trusted_origin(origin.as_str())?;
    }
    if let Some(public) = &app.config.public_url {
        csrf = csrf.add_trusted_origin(public.origin())?;
    }
    let csrf = csrf.with_rejection_response(|_: ProtectionError| {
        Error::Forbidden("this came from another site's page, which may not act here")
            .into_response()
    });
    Ok(routes
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(csrf)
        .layer(from_fn(error::refuse_odd_requests))
        .layer(from_fn_with_state(Arc::clone(app), only_our_names))
        .layer(CompressionLayer::new().compress_when(JsonOnly))
        .layer(from_fn_with_state(content_policy(&[])?, say_what_may_be)))
}

/// For whatever is opened as if it were a page: it may do nothing.
const NOT_A_PAGE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Nothing a page of ours needs.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
);
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What a page may load and who may frame it.
///
/// # Errors
///
/// When an origin cannot stand in a header.
pub fn content_policy(framed_by: &[Origin]) -> anyhow::Result<HeaderValue> {
    let framed_by: Vec<&str> = framed_by.iter().map(Origin::as_str).collect();
    let framed_by = if framed_by.is_empty() { "'none'".into() } else { framed_by.join(" ") };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors {framed_by}"
    );
    Ok(HeaderValue::from_str(&policy)?)
}

/// Headers of everything that does not say otherwise. What is said of pages only is spared files and answers.
async fn say_what_may_be(
    State(no_frames): State<HeaderValue>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE);
    let page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut say = |name, value| _ = headers.entry(name).or_insert(value);
    if page {
        say(header::CONTENT_SECURITY_POLICY, no_frames);
        say(OPENER_POLICY, SAME_ORIGIN);
    } else {
        say(header::CONTENT_SECURITY_POLICY, NOT_A_PAGE);
    }
    say(RESOURCE_POLICY, SAME_ORIGIN);
    say(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    say(header::REFERRER_POLICY, SAME_ORIGIN);
    say(PERMISSIONS_POLICY, PERMISSIONS);
    response
}

/// Only listed sites are answered; none is ever reflected.
fn cors(config: &Config) -> anyhow::Result<CorsLayer> {
    let origins: Result<Vec<HeaderValue>, _> =
        config.cors_origins.iter().map(|origin| HeaderValue::from_str(origin.as_str())).collect();
    let custom = |name| HeaderName::from_static(name);
    Ok(CorsLayer::new()
        .allow_origin(origins?)
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            custom("x-api-key"),
            custom("x-parlor-visitor"),
            custom("idempotency-key"),
            custom("webhook-url"),
            custom("webhook-secret"),
            custom("webhook-events"),
            custom("prefer"),
            custom("last-event-id"),
            custom("tus-resumable"),
            custom("upload-length"),
            custom("upload-metadata"),
            custom("upload-offset"),
            custom("x-http-method-override"),
        ])
        .expose_headers([
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_RANGE,
            header::ETAG,
            custom("x-request-id"),
            custom("preference-applied"),
            custom("idempotent-replayed"),
            header::CONTENT_LOCATION,
            custom("tus-resumable"),
            custom("upload-expires"),
            custom("upload-length"),
            custom("upload-metadata"),
            custom("upload-offset"),
            custom("ratelimit"),
            custom("ratelimit-policy"),
        ])
        .max_age(std::time::Duration::from_hours(1)))
}

/// Health checks come by any name.
async fn only_our_names(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    if health || auth::check_host(&app.config, request.uri(), request.headers()) {
        return next.run(request).await;
    }
    Error::WrongHost.into_response()
}

/// Compresses JSON: pictures are compressed already, ranges must keep their
/// numbers, and events must not wait for a full block. By gzip alone, since the
/// compressor of brotli would be a fourteenth of the binary.
#[derive(Debug, Clone, Copy)]
struct JsonOnly;

impl Predicate for JsonOnly {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let small = response.body().size_hint().upper().is_some_and(|size| size < 1024);
        kind.is_some_and(|kind| kind == "application/json") && !small
    }
}

/// Serves below a path too, whether or not the proxy in front takes it off.
fn below(base_path: &str, router: Router) -> Router {
    let Some(prefix) = base_path.strip_suffix('/').filter(|prefix| !prefix.is_empty()) else {
        return router;
    };
    let prefix = prefix.to_owned();
    // Before routing, so it cannot be a layer of the router itself.
    let strip = MapRequestLayer::new(move |mut request: Request| {
        if let Some(uri) = without_prefix(request.uri(), &prefix) {
            *request.uri_mut() = uri;
        }
        request
    });
    Router::new().fallback_service(strip.layer(router))
}

fn without_prefix(uri: &Uri, prefix: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(prefix)?;
    let rest = match rest.chars().next() {
        Some('/') => rest.to_owned(),
        None | Some('?') => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_path_is_taken_off_whole_or_not_at_all() {
        let strip = |uri: &'static str| {
            without_prefix(&Uri::from_static(uri), "/art").map(|uri| uri.to_string())
        };
        assert_eq!(strip("/art/w/x?y").as_deref(), Some("/w/x?y"));
        assert_eq!(strip("/art").as_deref(), Some("/"));
        assert_eq!(strip("/art?x").as_deref(), Some("/?x"));
        assert_eq!(strip("/artist/w/x"), None);
        assert_eq!(strip("/w/x"), None);
    }

    // safety 21
    #[test]
    fn only_listed_sites_may_frame_and_nothing_runs_inline() {
        let policy = content_policy(&[]).unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        let listed = content_policy(&["https://shop.example.org".parse().unwrap()]).unwrap();
        assert!(listed.to_str().unwrap().ends_with("frame-ancestors https://shop.example.org"));
    }
}
