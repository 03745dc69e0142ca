//! Where every request of the API passes: who is it, and is it too often?
//!
//! Answers carry `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers-10), so that nobody is surprised.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use wire::Limited;

use super::{Quota, Rate, TooOften};
use crate::app::App;
use crate::auth::{Known, Refused};
use crate::error::Error;
use crate::extract::{client, identify};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Finds out who sends the request, once for all that ask later, and refuses
/// what comes too often.
pub(crate) async fn gate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let who = match identify(&parts, &app).await {
        Ok(who) => who,
        Err(error) => return Error::from(error).into_response(),
    };
    let address = app.visitors.of_address(client(&parts, &app));
    let counted = app.limits.request(who.as_ref().ok(), address);
    if counted.is_err() {
        let noted = app.limits.note((who.as_ref().ok(), address), Limited::Requests).await;
        noted.unwrap_or_else(|error| tracing::error!(error = format!("{error:#}"), "not noted"));
    }
    // Also where nobody asks who it is.
    if let (Ok(_), Err(refused)) = (&counted, &who)
        && matches!(refused, Refused::UnknownKey | Refused::SpentTicket | Refused::LooksTooOften)
    {
        return Error::from(*refused).into_response();
    }
    parts.extensions.insert(Known(who));
    match counted {
        Ok(None) => next.run(Request::from_parts(parts, body)).await,
        Ok(Some(quota)) => {
            let mut response = next.run(Request::from_parts(parts, body)).await;
            response.headers_mut().extend(headers(quota));
            response
        }
        Err(too_often) => refusal(too_often),
    }
}

fn refusal(too_often: TooOften) -> Response {
    let seconds = whole_seconds(too_often.retry_after);
    let message = format!(
        "these are too many requests: {} in a minute are allowed. Try again in {seconds} s",
        too_often.rate.most,
    );
    let mut response = Error::TooMany { message, retry_after: seconds }.into_response();
    let (rate, reset) = (too_often.rate, too_often.retry_after);
    response.headers_mut().extend(headers(Quota { rate, remaining: 0, reset }));
    response
}

fn headers(quota: Quota) -> HeaderMap {
    let Rate { most, per } = quota.rate;
    let policy = format!("\"requests\";q={most};w={}", per.as_secs());
    let limit = format!("\"requests\";r={};t={}", quota.remaining, whole_seconds(quota.reset));
    let value = |text: String| HeaderValue::from_str(&text).expect("digits are a header value");
    [(POLICY, value(policy)), (LIMIT, value(limit))].into_iter().collect()
}

/// Rounded up: whoever comes back then is not too early.
fn whole_seconds(time: std::time::Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
