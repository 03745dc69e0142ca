//! What every request passes on its way in and every answer on its way out, whatever is asked for.
//!
//! One function for all of it: each layer of a router is an allocation or two for every request, and again for each
//! layer around it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;

use crate::app::App;
use crate::auth;
use crate::config::Origin;
use crate::error::{self, Asked, Error};
use crate::telemetry::Observed;

/// What it takes.
#[derive(Debug, Clone)]
pub(crate) struct Threshold {
    app: Arc<App>,
    /// Of pages that do not say otherwise.
    no_frames: HeaderValue,
}

impl Threshold {
    pub(crate) fn new(app: &Arc<App>) -> anyhow::Result<Self> {
        Ok(Self { app: Arc::clone(app), no_frames: content_policy(&[])? })
    }
}

/// Lets a request in, or says why not; its answer gets what all have.
pub(crate) async fn pass(
    State(Threshold { app, no_frames }): State<Threshold>,
    mut request: Request,
    next: Next,
) -> Response {
    let observed = Observed::of(&mut request);
    let asked = Asked::of(&request);
    // RFC 9110 §14.2: a range is of what GET answers. HEAD is answered by the same code.
    if request.method() != Method::GET {
        request.headers_mut().remove(header::RANGE);
    }
    let answering = async {
        match error::refuse_odd(&request).or_else(|| refuse_other_names(&app, &request)) {
            None => next.run(request).await,
            Some(refusal) => refusal,
        }
    };
    let mut response = answering.instrument(observed.span.clone()).await;
    say_what_may_be(&mut response, no_frames);
    asked.finish(&mut response, (app.config.base_path(), &observed.id));
    observed.end(&mut response, &app.metrics);
    response
}

/// Health checks come by any name.
fn refuse_other_names(app: &App, request: &Request) -> Option<Response> {
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    let is_ours = health || auth::check_host(&app.config, request.uri(), request.headers());
    (!is_ours).then(|| Error::WrongHost.into_response())
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
pub(crate) fn content_policy(framed_by: &[Origin]) -> anyhow::Result<HeaderValue> {
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
fn say_what_may_be(response: &mut Response, no_frames: HeaderValue) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
