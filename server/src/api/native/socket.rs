//! `GET /ws`: ComfyUI protocol notes §4.
//!
//! Two differences: a client hears of its principal's jobs only, and several
//! sockets of one `clientId` all hear of them, none takes them from another.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use comfy::message::{self, Executing, Frame, Message, Status};
use serde::Deserialize;
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use uuid::Uuid;

use super::info;
use super::words::Result;
use crate::api::live::Opening;
use crate::api::live::socket::{End, Pulse, Socket};
use crate::app::App;
use crate::auth::Principal;
use crate::events::{Behind, Ear, Line, Preview, Said, To};
use crate::extract::{GraphRunner, Query};
use crate::people::Whence;
use crate::telemetry::Counted;

const SIGNED_OUT: End = End::Close(CloseCode::Policy, "signed out, or the key is no longer good");
const CLOSING: End = End::Close(CloseCode::Restart, "this house is closing for a moment");
/// safety 35
const TOO_SLOW: End = End::Close(CloseCode::Policy, "more was said than was read");

/// What a client calls itself.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "clientId")]
    client: Option<String>,
}

/// `GET /ws`
pub(super) async fn open(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response> {
    let opening = Opening::new(&app, (&principal, &whence), request)?;
    let given = asked.client.filter(|client| !client.is_empty());
    let client = given.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let shutdown = app.shutdown.clone();
    Ok(opening.converse(&shutdown, async move |socket| {
        Listener::new(app, (principal, client.into()), socket).run().await;
    }))
}

/// One client. Ends when it leaves, does not answer or is too slow, is signed
/// out, or when the house closes.
struct Listener {
    app: Arc<App>,
    principal: Principal,
    client: Arc<str>,
    socket: Socket,
    ear: Ear,
    /// It wants previews that say whose they are.
    metadata: bool,
    /// It has not said anything yet: only then may it ask for them.
    silent: bool,
    /// Without metadata a preview comes after the progress that it belongs to.
    held: Option<Preview>,
    pulse: Pulse,
    _counted: Counted,
}

impl Listener {
    fn new(app: Arc<App>, (principal, client): (Principal, Arc<str>), socket: Socket) -> Self {
        Self {
            ear: app.hub.listen(principal.id),
            metadata: false,
            silent: true,
            held: None,
            pulse: Pulse::new(),
            _counted: app.metrics.viewing(),
            app,
            principal,
            client,
            socket,
        }
    }

    async fn run(mut self) {
        let Err(end) = self.converse().await;
        tracing::debug!(?end, "a client of ComfyUI leaves");
        if let End::Close(code, reason) = end {
            Box::pin(self.socket.close(code, reason)).await;
        }
    }

    /// Never ends well: `Ok` exists only for the question mark.
    async fn converse(&mut self) -> Result<Infallible, End> {
        self.greet().await?;
        let stopping = self.app.shutdown.started();
        tokio::pin!(stopping);
        loop {
            tokio::select! {
                line = self.ear.next() => match line {
                    Ok(line) => self.tell(line).await?,
                    Err(Behind) => return Err(TOO_SLOW),
                },
                packet = self.socket.receive() => self.hear(packet?).await?,
                () = self.pulse.due() => self.check().await?,
                () = self.principal.ended() => return Err(SIGNED_OUT),
                () = &mut stopping => return Err(CLOSING),
            }
        }
    }

    /// How long the queue is and who one is; then the node that is at work for
    /// this client, if one is. Nothing is replayed.
    async fn greet(&mut self) -> Result<(), End> {
        let mut status = Status::of(self.app.hub.unfinished(self.principal.id));
        status.sid = Some(self.client.to_string());
        self.say(&Message::Status(status)).await?;
        let node = self.app.hub.at_work(self.principal.id, &self.client);
        if node.is_some() {
            let at = Executing { node, display_node: None, prompt_id: None };
            self.say(&Message::Executing(at)).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, line: Line) -> Result<(), End> {
        if matches!(&line.to, To::Client(client) if *client != self.client) {
            return Ok(());
        }
        match line.said {
            Said::Message(message) => self.tell_message(&message).await,
            Said::Text { node, text } => {
                let text = Frame::Text { node, text: text.to_string() };
                self.socket.send_binary(text.encode()).await
            }
            // What everyone is told is told in the old form.
            Said::Preview(preview) if self.metadata && line.to != To::All => {
                self.show(preview).await
            }
            Said::Preview(preview) => match self.held.replace(preview) {
                Some(before) => self.show_plain(before).await,
                None => Ok(()),
            },
        }
    }

    async fn tell_message(&mut self, message: &Message) -> Result<(), End> {
        let belongs = matches!(message, Message::Progress(_));
        if !belongs {
            self.show_held().await?;
        }
        self.say(message).await?;
        self.show_held().await
    }

    async fn show(&mut self, preview: Preview) -> Result<(), End> {
        let Some(meta) = preview.meta else { return self.show_plain(preview).await };
        let meta = message::PreviewMeta::clone(&meta);
        let frame = Frame::PreviewWithMetadata { meta, image: preview.image };
        self.socket.send_binary(frame.encode()).await
    }

    async fn show_held(&mut self) -> Result<(), End> {
        match self.held.take() {
            Some(preview) => self.show_plain(preview).await,
            None => Ok(()),
        }
    }

    async fn show_plain(&mut self, preview: Preview) -> Result<(), End> {
        let frame = Frame::Preview { format: preview.format, image: preview.image };
        self.socket.send_binary(frame.encode()).await
    }

    /// Only the first message can mean anything.
    async fn hear(&mut self, packet: Packet) -> Result<(), End> {
        self.pulse.heard();
        match packet {
            Packet::Text(text) => {
                let first = std::mem::take(&mut self.silent);
                if let Some(metadata) = message::asked_for_flags(text.as_bytes()).filter(|_| first)
                {
                    self.metadata = metadata;
                    self.say(&Message::FeatureFlags(info::flags(&self.app))).await?;
                }
                Ok(())
            }
            Packet::Binary(_) => {
                self.silent = false;
                Ok(())
            }
            Packet::Close(_) => Err(End::Close(CloseCode::Normal, "")),
            Packet::Ping(_) | Packet::Pong(_) | Packet::Frame(_) => Ok(()),
        }
    }

    async fn check(&mut self) -> Result<(), End> {
        if self.principal.is_over() {
            return Err(SIGNED_OUT);
        }
        self.pulse.ask()?;
        Box::pin(self.socket.ping()).await
    }

    async fn say(&mut self, message: &Message) -> Result<(), End> {
        self.socket.send_text(Bytes::from(message.encode())).await
    }
}
