//! `GET /live`: what happens, as it happens, over a WebSocket.
//!
//! `socket` is the protocol on the wire, `watching` what a viewer listens to,
//! `viewer` the conversation of `wire::{FromViewer, ToViewer}`.

pub(in crate::api) mod socket;
mod viewer;
mod watching;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::upgrade::OnUpgrade;
use tokio::sync::OwnedSemaphorePermit;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::app::App;
use crate::auth::{self, Principal};
use crate::error::{Error, Result};
use crate::extract::asks_for;
use crate::limits::SocketPlace;
use crate::people::Whence;
use crate::shutdown::Shutdown;
use socket::Socket;
use viewer::Viewer;

/// The subprotocol we speak; pages that show a token ask for it beside.
const PROTOCOL: &str = "parlor";
/// What the key of a handshake is made of.
const KEY_BYTES: usize = 16;

/// Upgrades by hand and not by axum's extractor: that one copies what it sends
/// into a buffer per viewer, and its tasks cannot be waited for.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    request: Request,
) -> Result<Response> {
    let speaks = asks_for(request.headers(), SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    let opening = Opening::new(&app, (&principal, &whence), request)?;
    let shutdown = app.shutdown.clone();
    let mut response = opening.converse(&shutdown, async move |socket| {
        Viewer::new(app, (principal, whence.hash), socket).run().await;
    });
    if speaks {
        let protocol = HeaderValue::from_static(PROTOCOL);
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    Ok(response)
}

/// A socket that was asked for, and may be opened.
pub(in crate::api) struct Opening {
    response: Response,
    upgrade: OnUpgrade,
    places: (OwnedSemaphorePermit, SocketPlace),
    /// Largest message that is read, in bytes.
    most: usize,
}

impl Opening {
    /// What is asked for, if this principal may have it.
    pub(in crate::api) fn new(
        app: &App,
        (principal, whence): (&Principal, &Whence),
        mut request: Request,
    ) -> Result<Self> {
        if !auth::is_own_page(&app.config, request.uri(), request.headers()) {
            return Err(Error::Forbidden("a page of another site may not listen here"));
        }
        let accept = accept_key(request.headers())?;
        let upgrade = request
            .extensions_mut()
            .remove::<OnUpgrade>()
            .ok_or_else(|| Error::BadRequest("WebSocket needs HTTP/1.1 here".into()))?;
        let own_place = app.limits.socket(principal, whence.hash)?;
        let place = Arc::clone(&app.viewer_places).try_acquire_owned().map_err(|_| {
            Error::Unavailable("too many people are watching; try again in a moment")
        })?;
        let response = (StatusCode::SWITCHING_PROTOCOLS, accept).into_response();
        Ok(Self { response, upgrade, places: (place, own_place), most: socket::MAX_MESSAGE })
    }

    /// Also larger messages, of so many bytes.
    pub(in crate::api) fn taking(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Answers, and holds the conversation once the other side has heard.
    pub(in crate::api) fn converse<F: Future<Output = ()> + Send>(
        self,
        shutdown: &Shutdown,
        conversation: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response {
        let Self { response, upgrade, places, most } = self;
        shutdown.spawn(async move {
            match upgrade.await {
                Ok(upgraded) => conversation(Socket::new(upgraded, most).await).await,
                Err(error) => tracing::debug!(%error, "an upgrade did not happen"),
            }
            drop(places);
        });
        response
    }
}

/// The headers of the answer to a handshake. (RFC 6455 §4.2)
///
/// # Errors
///
/// [`Error::Handshake`] when this is none.
fn accept_key(headers: &HeaderMap) -> Result<[(HeaderName, HeaderValue); 3]> {
    let upgrades =
        asks_for(headers, CONNECTION, "upgrade") && asks_for(headers, UPGRADE, "websocket");
    if !upgrades {
        return Err(Error::Handshake("this address speaks WebSocket; open it as one"));
    }
    if !asks_for(headers, SEC_WEBSOCKET_VERSION, "13") {
        return Err(Error::Handshake("this address speaks WebSocket in its version 13"));
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if BASE64_STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == KEY_BYTES) {
        let accept = HeaderValue::from_str(&derive_accept_key(key));
        Ok([
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_ACCEPT, accept.expect("base64 is a header value")),
        ])
    } else {
        Err(Error::Handshake("a `Sec-WebSocket-Key` is 16 bytes in base64"))
    }
}
