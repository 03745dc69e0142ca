//! Listening.

use std::time::Duration;

use comfy::Frame;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PATIENCE, Server};

/// One thing heard on a socket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Text(Value),
    Frame(Frame),
    /// The connection ended, with this code, if it ended with one.
    End(Option<u16>),
}

/// A WebSocket of one client.
pub(crate) struct Socket {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Its client id.
    pub client: String,
    /// Everything heard so far.
    pub heard: Vec<Heard>,
}

impl Heard {
    /// The kind of a text message.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Text(message) => message["type"].as_str().unwrap_or_default(),
            Self::Frame(_) => "frame",
            Self::End(_) => "end",
        }
    }

    /// The data of a text message.
    pub(crate) fn data(&self) -> &Value {
        match self {
            Self::Text(message) => &message["data"],
            Self::Frame(_) | Self::End(_) => &Value::Null,
        }
    }

    /// How long the queue is, if this says so.
    pub(crate) fn queue(&self) -> Option<u64> {
        self.data()["status"]["exec_info"]["queue_remaining"].as_u64()
    }

    /// Whether this ends the prompt.
    pub(crate) fn is_end_of(&self, prompt_id: &str) -> bool {
        self.kind() == "executing"
            && self.data()["node"].is_null()
            && self.data()["prompt_id"] == prompt_id
    }

    /// Whether a sampler got to this step.
    pub(crate) fn is_step(&self, value: u64) -> bool {
        self.kind() == "progress" && self.data()["value"].as_f64() == Some(value as f64)
    }
}

impl Socket {
    /// Connects. With `metadata` it asks for previews that say whose they are.
    pub(crate) async fn open(server: &Server, client: Option<&str>, metadata: bool) -> Self {
        let address = server.url.replacen("http", "ws", 1);
        let query = client.map_or_else(String::new, |client| format!("?clientId={client}"));
        let mut request = format!("{address}/ws{query}").into_client_request().unwrap();
        request.headers_mut().extend(server.shown.clone());
        let (wire, _) = connect_async(request).await.unwrap();
        let mut socket = Self { wire, client: String::new(), heard: Vec::new() };
        if metadata {
            socket
                .say(
                    &json!({"type": "feature_flags", "data": {"supports_preview_metadata": true}})
                        .to_string(),
                )
                .await;
        }
        let first = socket.next().await;
        assert_eq!(first.kind(), "status", "the first message is the status");
        socket.client = first.data()["sid"].as_str().expect("it says who one is").into();
        if metadata {
            socket.wait_for("the server's flags", |heard| heard.kind() == "feature_flags").await;
        }
        socket
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.wire.send(Packet::text(text)).await.unwrap();
    }

    /// The next message that is neither ping nor pong.
    pub(crate) async fn next(&mut self) -> Heard {
        let heard = timeout(PATIENCE, self.receive()).await;
        let heard = heard
            .unwrap_or_else(|_| panic!("nothing came any more after {:#?}", self.last_words()));
        self.heard.push(heard.clone());
        heard
    }

    async fn receive(&mut self) -> Heard {
        loop {
            match self.wire.next().await {
                Some(Ok(Packet::Text(text))) => {
                    return Heard::Text(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Packet::Binary(bytes))) => {
                    return Heard::Frame(Frame::parse(bytes).unwrap());
                }
                Some(Ok(Packet::Close(frame))) => {
                    return Heard::End(frame.map(|frame| frame.code.into()));
                }
                Some(Err(_)) | None => return Heard::End(None),
                Some(Ok(_)) => (),
            }
        }
    }

    /// Reads until something is heard that fits.
    pub(crate) async fn wait_for(&mut self, what: &str, fits: impl Fn(&Heard) -> bool) -> Heard {
        if let Some(heard) = self.heard.iter().find(|heard| fits(heard)) {
            return heard.clone();
        }
        loop {
            let heard = self.next().await;
            if fits(&heard) {
                return heard;
            }
            assert!(
                !matches!(heard, Heard::End(_)),
                "the connection ended before {what}: {:#?}",
                self.last_words()
            );
        }
    }

    /// Reads until the prompt is over, and returns everything since `open` or
    /// the last call.
    pub(crate) async fn until_end_of(&mut self, prompt_id: &str) -> Vec<Heard> {
        self.wait_for("the end of the prompt", |heard| heard.is_end_of(prompt_id)).await;
        std::mem::take(&mut self.heard)
    }

    /// Reads until the queue was told to be empty after the prompt ran. For
    /// sockets that do not own it.
    pub(crate) async fn until_idle(&mut self) -> Vec<Heard> {
        self.heard.clear();
        self.wait_for("an empty queue", |heard| heard.queue() == Some(0)).await;
        std::mem::take(&mut self.heard)
    }

    /// Waits until the server has answered everything said so far.
    pub(crate) async fn ping(&mut self) {
        self.wire.send(Packet::Ping(bytes::Bytes::from_static(b"?"))).await.unwrap();
        let answered = async {
            loop {
                match self.wire.next().await {
                    Some(Ok(Packet::Pong(_))) => return,
                    Some(Ok(Packet::Text(text))) => {
                        self.heard.push(Heard::Text(serde_json::from_str(&text).unwrap()));
                    }
                    Some(Ok(Packet::Binary(bytes))) => {
                        self.heard.push(Heard::Frame(Frame::parse(bytes).unwrap()));
                    }
                    other => panic!("no pong but {other:?}"),
                }
            }
        };
        timeout(PATIENCE, answered).await.unwrap();
    }

    /// Says goodbye and hangs up.
    pub(crate) async fn close(mut self) {
        self.wire.close(None).await.unwrap();
        while timeout(Duration::from_secs(10), self.receive())
            .await
            .is_ok_and(|heard| !matches!(heard, Heard::End(_)))
        {}
    }

    fn last_words(&self) -> &[Heard] {
        &self.heard[self.heard.len().saturating_sub(5)..]
    }
}
