//! One span, one log line and two figures for every request.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::app::App;

/// Names one request in answers and logs. Always ours: a caller's own id could
/// carry anything into a log line.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers, measures and logs a request. Logs the route, never the address as
/// it was sent: addresses of signed links are secrets.
pub async fn observe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = RequestId(format!("{:016x}", rand::random::<u64>()));
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id, %method, route);
    request.extensions_mut().insert(id.clone());

    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();

    let status = response.status();
    app.metrics.request(&method, route, status, took);
    span.in_scope(|| {
        tracing::debug!(
            status = status.as_u16(),
            duration_ms = took.as_millis() as u64,
            "answered"
        );
    });
    let id = HeaderValue::from_str(&id.0).expect("hex digits are a header value");
    response.headers_mut().insert("x-request-id", id);
    response
}
