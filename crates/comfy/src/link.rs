//! The one WebSocket to a server.
//!
//! Keep it drained: a ComfyUI server sends to its sockets one after another, and
//! one that is not read holds up all others. Open another only when this one is
//! closed, or with another client id: of two with one id, the server forgets
//! both when the first ends (ComfyUI protocol notes §4.5, §4.6).

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message as Packet};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::client::{BackendError, Client, below, distrust, root};
use crate::message::{Frame, Message};

/// What a client must say first for previews to carry the id of their job.
const HELLO: &str = r#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#;

/// How much a link takes, and how long it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkLimits {
    /// The longest message, in bytes. A longer one ends the link.
    pub message_bytes: usize,
    /// How long connecting may take.
    pub deadline: Duration,
}

impl Default for LinkLimits {
    fn default() -> Self {
        Self { message_bytes: 64 << 20, deadline: Duration::from_secs(10) }
    }
}

/// What a server said.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// In text.
    Message(Message),
    /// In bytes.
    Frame(Frame),
}

/// The one WebSocket to a server.
#[derive(Debug)]
pub struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    limits: LinkLimits,
    over: bool,
}

impl Link {
    /// Connects to the server of `client` as `client_id`: what is submitted with
    /// that id is reported here. Whoever knows the id can take over the stream,
    /// so make it secret and fresh.
    pub async fn connect(client: &Client, client_id: &str) -> Result<Self, BackendError> {
        Self::connect_within(client, client_id, LinkLimits::default()).await
    }

    /// [`Self::connect`] under other limits.
    pub async fn connect_within(
        client: &Client,
        client_id: &str,
        limits: LinkLimits,
    ) -> Result<Self, BackendError> {
        let connecting = async {
            let (config, trust) = (Some(config(limits)), Some(client.trust().connector()));
            let url = address(client.base(), client_id)?;
            let (mut socket, _) = connect_async_tls_with_config(url.as_str(), config, true, trust)
                .await
                .map_err(refused)?;
            socket.send(Packet::text(HELLO)).await.map_err(|error| broken(error, limits))?;
            Ok(Self { socket, limits, over: false })
        };
        timeout(limits.deadline, connecting).await.map_err(|_| BackendError::Timeout)?
    }

    /// What the server says next; `None` when the link is over, which the server
    /// never brings about by itself unless it stops. After
    /// [`BackendError::NotComfy`] (something unreadable) the link goes on; any
    /// other error is its last word. Pings are answered meanwhile. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Incoming, BackendError>> {
        while !self.over {
            match self.socket.next().await {
                Some(Ok(Packet::Text(text))) => return Some(self.message(text.as_bytes())),
                Some(Ok(Packet::Binary(bytes))) => return Some(frame(bytes)),
                // Pings are answered by the socket itself.
                Some(Ok(Packet::Ping(_) | Packet::Pong(_) | Packet::Frame(_))) => (),
                Some(Ok(Packet::Close(_))) | None => self.over = true,
                Some(Err(error)) => {
                    self.over = true;
                    return Some(Err(broken(error, self.limits)));
                }
            }
        }
        None
    }

    /// Says goodbye, so that the server forgets this client at once. Dropping
    /// the link without it is allowed, only ruder.
    pub async fn close(mut self) {
        let goodbye = self.socket.close(None);
        // Whether the server still listens makes no difference to us.
        let _ = timeout(Duration::from_secs(1), goodbye).await;
    }

    fn message(&self, text: &[u8]) -> Result<Incoming, BackendError> {
        Message::parse(text, self.limits.message_bytes)
            .map(Incoming::Message)
            .map_err(|error| BackendError::NotComfy(error.to_string()))
    }
}

fn frame(bytes: Bytes) -> Result<Incoming, BackendError> {
    Frame::parse(bytes)
        .map(Incoming::Frame)
        .map_err(|error| BackendError::NotComfy(error.to_string()))
}

/// Where the WebSocket of the server at `base` is.
fn address(base: &Url, client_id: &str) -> Result<Url, BackendError> {
    let mut url = below(base, &["ws"]);
    let scheme = if base.scheme() == "https" { "wss" } else { "ws" };
    url.set_scheme(scheme).map_err(|()| BackendError::BadAddress(base.to_string()))?;
    url.query_pairs_mut().clear().append_pair("clientId", client_id);
    Ok(url)
}

/// The read buffer is small because it is held for as long as the link; large
/// messages get room of their own.
fn config(limits: LinkLimits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(0)
        .max_message_size(Some(limits.message_bytes))
        .max_frame_size(Some(limits.message_bytes))
}

/// What an error before the first message means.
fn refused(error: tungstenite::Error) -> BackendError {
    if let Some(why) = distrust(&error) {
        return BackendError::Untrusted(why);
    }
    match error {
        tungstenite::Error::Http(answer) if answer.status().is_success() => {
            BackendError::NotComfy("no WebSocket".into())
        }
        tungstenite::Error::Http(answer) => BackendError::Status(answer.status().as_u16()),
        tungstenite::Error::Io(error) => BackendError::Unreachable(root(&error)),
        tungstenite::Error::Protocol(error) => BackendError::NotComfy(error.to_string()),
        error => BackendError::Unreachable(root(&error)),
    }
}

/// What an error on an open socket means.
fn broken(error: tungstenite::Error, limits: LinkLimits) -> BackendError {
    match error {
        tungstenite::Error::Capacity(_) => {
            BackendError::TooLarge { limit: limits.message_bytes as u64 }
        }
        error => BackendError::Broken(root(&error)),
    }
}
