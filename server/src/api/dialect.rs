//! How each door says no: which door an address belongs to, whoever refuses what is sent there.
//!
//! What lies around all doors (from which page somebody may call, under which name, how often) knows
//! nothing of a request but its address. Its refusals are told in the words of the door all the same.

use axum::http::StatusCode;
use serde_json::Value;
use wire::Problem;

use super::{comfy_v2, native, openai, recipes};

/// The words of a door that are not Parlor's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// The body of a refusal.
    pub(crate) say: fn(&Problem) -> Value,
    /// What its status is there.
    pub(crate) status: fn(StatusCode) -> StatusCode,
}

const COMFYUI: Dialect = Dialect { say: native::words::said, status: as_it_is };
const COMFY_V2: Dialect = Dialect { say: comfy_v2::said, status: one_fault };
const OPENAI: Dialect = Dialect { say: openai::said, status: no_gateway };
const RECIPES: Dialect = Dialect { say: recipes::said, status: no_gateway };

/// How the door at `path` words a refusal; `None`: as Parlor's own does.
pub(crate) fn of(path: &str) -> Option<Dialect> {
    let below = |door: &str| path.strip_prefix(door).is_some_and(is_end);
    // First: one of its addresses lies below another door's.
    if native::is_at(path) || below("/api/serverless") {
        return Some(COMFYUI);
    }
    if below("/api/v2") {
        return Some(COMFY_V2);
    }
    if below("/v1") {
        return Some(OPENAI);
    }
    let is_recipe = path == "/api" || below("/api/generate") || below("/api/status");
    is_recipe.then_some(RECIPES)
}

/// Whether what stands before this is whole parts of an address.
pub(super) fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn as_it_is(status: StatusCode) -> StatusCode {
    status
}

/// The contract knows one fault of a server. When to ask again stands in `Retry-After` nonetheless.
fn one_fault(status: StatusCode) -> StatusCode {
    if status.is_server_error() { StatusCode::INTERNAL_SERVER_ERROR } else { status }
}

/// What lies behind a house is none of its callers' business: a run that failed is a fault of its server.
pub(super) fn no_gateway(status: StatusCode) -> StatusCode {
    if status == StatusCode::BAD_GATEWAY { StatusCode::INTERNAL_SERVER_ERROR } else { status }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    use axum::response::Response;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::error::{self, Asked, Error};
    use crate::telemetry::Observed;

    /// Of each door some addresses, and where the reason of a refusal stands.
    const DOORS: [(&str, &str); 18] = [
        ("/api/parlor/v1/jobs", "/detail"),
        ("/api/unknown", "/detail"),
        ("/prompts", "/detail"),
        ("/api/v2/jobs", "/error/message"),
        ("/api/v2", "/error/message"),
        ("/v1/images/generations", "/error/message"),
        ("/api", "/error"),
        ("/api/generate", "/error"),
        ("/api/status/7", "/error"),
        ("/api/serverless/run", "/error/message"),
        ("/prompt", "/error/message"),
        ("/api/queue", "/error/message"),
        ("/upload/image", "/error/message"),
        ("/api/jobs/7/cancel", "/error/message"),
        ("/api/api/jobs", "/error/message"),
        ("/comfy/api/settings/x", "/error/message"),
        ("/userdata/x", "/error/message"),
        ("/api/v2/userdata", "/error/message"),
    ];

    async fn finished(mut request: Request, next: Next) -> Response {
        let (observed, asked) = (Observed::of(&mut request), Asked::of(&request));
        let mut response = next.run(request).await;
        asked.finish(&mut response, ("/", &observed.id));
        response
    }

    /// The status, the reason, and whether it says when to come back.
    async fn answered(
        (path, reason): (&str, &str),
        handler: fn() -> Error,
    ) -> (u16, Option<String>, bool) {
        let routes = Router::new()
            .fallback(async move || handler())
            .layer(CatchPanicLayer::custom(error::panicked))
            .layer(from_fn(finished));
        let request = Request::post(path).body(Body::empty()).unwrap();
        let response = routes.oneshot(request).await.unwrap();
        let (status, later) =
            (response.status().as_u16(), response.headers().contains_key("retry-after"));
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        (status, body.pointer(reason).and_then(Value::as_str).map(str::to_owned), later)
    }

    #[tokio::test]
    async fn a_handler_that_breaks_is_told_in_the_words_of_its_door() {
        for door in DOORS {
            let (status, reason, _) = answered(door, || panic!("a fault of ours")).await;
            assert_eq!(status, 500, "{door:?}");
            let reason = reason.unwrap_or_else(|| panic!("{door:?} says it in another form"));
            assert!(reason.starts_with("Something went wrong on our side"), "{door:?}: {reason}");
        }
    }

    #[tokio::test]
    async fn a_house_that_cannot_now_says_so_with_the_status_that_each_door_has() {
        for (path, reason) in DOORS {
            let unavailable = || Error::Unavailable("the database is busy");
            let (status, reason, later) = answered((path, reason), unavailable).await;
            let expected = if matches!(of(path), Some(door) if std::ptr::fn_addr_eq(door.say, COMFY_V2.say))
            {
                500
            } else {
                503
            };
            assert_eq!((status, later), (expected, true), "{path}");
            assert_eq!(reason.as_deref(), Some("The database is busy."), "{path}");
        }
    }
}
