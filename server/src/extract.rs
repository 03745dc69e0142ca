//! axum's extractors, except that a refusal is an [`Error`] like any other.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request};
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, UPGRADE, USER_AGENT};
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::auth::{Asked, Known, Peer, Principal, Refused, Role, client_address, comes_from_home};
use crate::error::Error;
use crate::json;
use crate::people::Whence;

/// Largest JSON body in bytes: a prompt of 10,000 characters is far below.
pub(crate) const MAX_JSON: usize = 1 << 20;
/// Largest body with a graph in bytes: ComfyUI's page sends what its editor shows beside each.
pub(crate) const MAX_GRAPH: usize = 16 << 20;
/// Deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 64;
/// What is kept of the name of a browser, in characters.
const LONGEST_AGENT: usize = 200;
/// How long a JSON body may take to arrive.
const JSON_DEADLINE: Duration = Duration::from_secs(30);

/// To whom was let in when the request began, and would not be any more.
pub(crate) const OVER: &str = "this was signed out, changed or revoked while the request arrived: \
                               send it again with what is good now";

/// A JSON body, which is an object at every door.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        object_within(request, MAX_JSON).await.map(Self)
    }
}

/// An object in JSON, of at most so many bytes.
///
/// # Errors
///
/// [`Error::UnsupportedMediaType`], [`Error::TooLarge`], or [`Error::BadRequest`].
pub(crate) async fn object_within<T: DeserializeOwned>(
    request: Request,
    max: usize,
) -> Result<T, Error> {
    let body = json_text(request, max).await?;
    json::object(&body).map_err(|error| unusable(&error))
}

/// Any JSON of at most so many bytes, for what knows by itself which forms it may have.
///
/// # Errors
///
/// As of [`object_within`].
pub(crate) async fn json_within<T: DeserializeOwned>(
    request: Request,
    max: usize,
) -> Result<T, Error> {
    let body = json_text(request, max).await?;
    serde_json::from_slice(&body).map_err(|error| unusable(&error))
}

async fn json_text(request: Request, max: usize) -> Result<Bytes, Error> {
    if !is_json(request.headers()) {
        let cure = "send JSON, with `Content-Type: application/json`".to_owned();
        return Err(Error::UnsupportedMediaType(cure));
    }
    json_body(request, max).await
}

fn unusable(error: &serde_json::Error) -> Error {
    Error::BadRequest(format!("the JSON cannot be used: {error}"))
}

/// Parts of the address. What does not parse names nothing.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Error))]
pub struct Path<T>(pub T);

impl From<PathRejection> for Error {
    fn from(_: PathRejection) -> Self {
        Self::NotFound("thing")
    }
}

/// What follows the `?`.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Error))]
pub struct Query<T>(pub T);

impl From<QueryRejection> for Error {
    fn from(rejection: QueryRejection) -> Self {
        Self::BadRequest(format!("the query cannot be used: {}", root_cause(&rejection)))
    }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .last()
        .map_or_else(String::new, ToString::to_string)
}

impl FromRequestParts<Arc<App>> for Principal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        Ok(identify(parts, app).await??)
    }
}

/// Who sends a request, or why nobody is let in by it.
///
/// # Errors
///
/// When the database cannot be asked.
pub(crate) async fn identify(
    parts: &Parts,
    app: &App,
) -> anyhow::Result<Result<Principal, Refused>> {
    // The gate of the API has found out already.
    if let Some(Known(who)) = parts.extensions.get::<Known>() {
        return Ok(who.clone());
    }
    let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
    let (peer, address) = (peer(parts), client(parts, app));
    let opens_socket = opens_socket(parts);
    Asked { method, uri, headers, opens_socket, peer, address }.principal(app).await
}

/// safety 17: whether a WebSocket is asked for, where there is one. The route's own pattern says
/// where, for an address may hold any word of a caller's.
fn opens_socket(parts: &Parts) -> bool {
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_socket = route.ends_with("/live") || route.ends_with("/ws");
    is_socket && parts.method == Method::GET && asks_for(&parts.headers, UPGRADE, "websocket")
}

/// Whether a header that is a list has this word in it.
pub(crate) fn asks_for(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| item.trim().eq_ignore_ascii_case(wanted))
}

/// Whoever arrives: also somebody who still has to sign in, who is `None`.
/// A key that is not known is refused here too.
#[derive(Debug, Clone)]
pub struct Arrival(pub Option<Principal>);

impl FromRequestParts<Arc<App>> for Arrival {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        match identify(parts, app).await? {
            Ok(principal) => Ok(Self(Some(principal))),
            Err(Refused::NoGuests) => Ok(Self(None)),
            Err(refused) => Err(refused.into()),
        }
    }
}

/// Makes an extractor of the principals for which a question is answered yes.
macro_rules! only {
    ($(#[$doc:meta])* $name:ident, $may:expr, $cure:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Principal);

        impl FromRequestParts<Arc<App>> for $name {
            type Rejection = Error;

            async fn from_request_parts(
                parts: &mut Parts,
                app: &Arc<App>,
            ) -> Result<Self, Error> {
                let principal = Principal::from_request_parts(parts, app).await?;
                let may: fn(&Principal) -> bool = $may;
                if may(&principal) { Ok(Self(principal)) } else { Err(Error::Forbidden($cure)) }
            }
        }
    };
}

only! {
    /// A principal that may use the studio: the owner, a member with the grant
    /// `studio`, or an API key of theirs with the scope `admin`.
    Host, Principal::may_use_studio,
    "this is for the host: sign in as the owner or as a member with the grant `studio`, \
     or send a key with the scope `admin`"
}
only! {
    /// A principal that may run graphs of its own: the owner, a member with the grant `graph`, or
    /// an API key of theirs that runs anything.
    GraphRunner, Principal::may_run_graphs,
    "this is for those who may run graphs: sign in as the owner or as a member with the grant \
     `graph`, or send a key of theirs with the scope `run` and for all workflows"
}
only! {
    /// An owner, or an API key of theirs with the scope `admin`.
    Owner, Principal::may_keep_house,
    "this is for the owner of the house: sign in as one, or send a key of theirs with the \
     scope `admin`"
}
only! {
    /// Somebody with an account (at home, whoever is there), or an API key of
    /// theirs with the scope `admin`.
    Resident, |principal| principal.role > Role::Guest && principal.may_keep_account(),
    "this needs an account: sign in, or send a key with the scope `admin`"
}
only! {
    /// Whoever may decide about all that is theirs: anybody but an API key
    /// without the scope `admin`.
    Own, Principal::may_keep_account,
    "this key may not decide about that: send one with the scope `admin`"
}

impl FromRequestParts<Arc<App>> for Whence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let address = client(parts, app);
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(LONGEST_AGENT).collect();
        Ok(Self { agent, address, hash: app.visitors.of_address(address) })
    }
}

/// Whether the request comes straight from this machine.
#[derive(Debug, Clone, Copy)]
pub struct AtHome(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for AtHome {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(comes_from_home(peer(parts), &parts.uri, &parts.headers)))
    }
}

/// The address of the caller, behind whatever proxies.
pub(crate) fn client(parts: &Parts, app: &App) -> IpAddr {
    client_address(peer(parts), &parts.headers, &app.config.trusted_proxies)
}

fn peer(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = content_type(headers);
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The body of a request that is to be JSON, of at most so many bytes and not too
/// deep. Whatever type it says it has.
///
/// # Errors
///
/// Also when who sends it was signed out meanwhile.
pub(crate) async fn json_body(request: Request, max: usize) -> Result<Bytes, Error> {
    let body = body_within(request, max).await?;
    check_depth(&body)?;
    Ok(body)
}

/// The body of a request, of at most so many bytes.
///
/// # Errors
///
/// Also when who sends it was signed out meanwhile.
pub(crate) async fn body_within(request: Request, max: usize) -> Result<Bytes, Error> {
    let known = request.extensions().get::<Known>().cloned();
    let body = whole_body(request, max).await?;
    // It may have taken half a minute: what was revoked meanwhile is over.
    if known.is_some_and(|Known(who)| who.is_ok_and(|principal| principal.is_over())) {
        return Err(Error::Unauthorized(OVER));
    }
    Ok(body)
}

/// safety 4: that JSON is not nested too deep.
pub(crate) fn check_depth(json: &[u8]) -> Result<(), Error> {
    if depth(json) > MAX_DEPTH {
        return Err(Error::BadRequest(format!("the JSON is nested deeper than {MAX_DEPTH}")));
    }
    Ok(())
}

/// The type that a request says its body has, without parameters, in small letters.
pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn whole_body(request: Request, max: usize) -> Result<Bytes, Error> {
    let body = Limited::new(request.into_body(), max).collect();
    match tokio::time::timeout(JSON_DEADLINE, body).await {
        Err(_) => Err(Error::Timeout),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Error::TooLarge(format!("the request is larger than {} kB", max >> 10)))
        }
        Ok(Err(_)) => Err(Error::BadRequest("the request did not arrive whole".into())),
    }
}

/// How deep a JSON text nests, whether or not it is valid.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => (),
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn refused(kind: &str, body: impl Into<Body>) -> Error {
        let request = Request::post("/").header(CONTENT_TYPE, kind).body(body.into()).unwrap();
        Json::<serde_json::Value>::from_request(request, &()).await.unwrap_err()
    }

    // safety 18
    #[tokio::test]
    async fn a_form_is_not_json() {
        for kind in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            assert!(matches!(refused(kind, "{}").await, Error::UnsupportedMediaType(_)), "{kind}");
        }
    }

    // safety 4
    #[tokio::test]
    async fn json_that_is_too_large_too_deep_or_no_number_is_refused() {
        let large = format!("\"{}\"", "x".repeat(MAX_JSON));
        assert!(matches!(refused("application/json", large).await, Error::TooLarge(_)));
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        assert!(matches!(refused("application/json", deep).await, Error::BadRequest(_)));
        assert!(matches!(refused("application/json", "{\"a\":NaN}").await, Error::BadRequest(_)));
    }

    #[test]
    fn brackets_in_texts_do_not_nest() {
        assert_eq!(depth(br#"{"a":"[[[\"[[","b":[1]}"#), 2);
    }
}
