//! `GET /ws`: a graph in, what is said of it out, as often as one likes.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::follow::Follow;
use super::order::{self, From, Wishes};
use crate::api::live::Opening;
use crate::api::live::socket::{End, Pulse, Socket};
use crate::api::native::words::{Refused, Result, refusal};
use crate::app::App;
use crate::error::Error;
use crate::extract::{GraphRunner, Query};
use crate::people::Whence;

const SIGNED_OUT: End = End::Close(CloseCode::Policy, "signed out, or the key is no longer good");
const CLOSING: End = End::Close(CloseCode::Restart, "this house is closing for a moment");
const ONE_WAITS: &str = "one graph runs and another waits: send the next when the first is over";
/// Said back, as politeness and RFC 6455 ask.
const GOODBYE: End = End::Close(CloseCode::Normal, "");

pub(super) async fn open(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    Query(wishes): Query<Wishes>,
    request: Request,
) -> Result<Response> {
    wishes.check(&app)?;
    // safety 19: no more than over HTTP, and only from those who may run graphs.
    let most = order::longest(&app);
    let opening = Opening::new(&app, (&principal, &whence), request)?.taking(most);
    let shutdown = app.shutdown.clone();
    let from = From { app, principal, address: whence.hash };
    Ok(opening.converse(&shutdown, async move |socket| {
        Talk { from, wishes, socket, pulse: Pulse::new(), waiting: None }.run().await;
    }))
}

/// One conversation. Ends when the other side leaves, does not answer or is signed
/// out, and when the house closes.
struct Talk {
    from: From,
    wishes: Wishes,
    socket: Socket,
    pulse: Pulse,
    /// What was said while another graph ran.
    waiting: Option<Packet>,
}

impl Talk {
    async fn run(mut self) {
        let Err(end) = self.converse().await;
        if let End::Close(code, reason) = end {
            Box::pin(self.socket.close(code, reason)).await;
        }
    }

    /// Never ends well: `Ok` exists only for the question mark.
    async fn converse(&mut self) -> Result<Infallible, End> {
        loop {
            let packet = tokio::select! {
                biased;
                () = self.from.principal.ended() => return Err(SIGNED_OUT),
                () = self.from.app.shutdown.started() => return Err(CLOSING),
                packet = next(&mut self.waiting, &mut self.socket) => packet?,
                () = self.pulse.due() => {
                    self.check().await?;
                    continue;
                }
            };
            self.pulse.heard();
            match packet {
                Packet::Text(text) => self.answer(text.as_bytes()).await?,
                Packet::Binary(_) => {
                    self.refuse(Refused::invalid("send the graph as text")).await?;
                }
                Packet::Close(_) => return Err(GOODBYE),
                Packet::Ping(_) | Packet::Pong(_) | Packet::Frame(_) => (),
            }
        }
    }

    /// Runs one graph, or says why not.
    async fn answer(&mut self, text: &[u8]) -> Result<(), End> {
        match self.begin(text).await {
            Ok(follow) => self.tell(follow).await,
            Err(refused) => self.refuse(refused).await,
        }
    }

    /// What is said counts like what is asked.
    async fn begin(&mut self, text: &[u8]) -> Result<Follow> {
        let From { app, principal, address } = &self.from;
        if let Err(too_often) = app.limits.request(Some(principal), *address) {
            let retry_after = too_often.retry_after.as_secs() + 1;
            let message = format!("this is said too often: say it again in {retry_after} s");
            return Err(Error::TooMany { message, retry_after }.into());
        }
        let body = comfy::json::strict(text, order::longest(app));
        let body = body.map_err(|error| Refused::invalid(&error.to_string()))?;
        Follow::begin(self.from.clone(), &body, self.wishes).await
    }

    async fn tell(&mut self, mut follow: Follow) -> Result<(), End> {
        loop {
            tokio::select! {
                message = follow.next() => match message {
                    Ok(Some(message)) => self.say(&message).await?,
                    Ok(None) if follow.over.is_some() => return Ok(()),
                    Ok(None) => return match follow.broken_off() {
                        gone @ Error::NotFound(_) => self.refuse(gone.into()).await,
                        // The conversation ends by it, and says so.
                        _ => Ok(()),
                    },
                    Err(error) => {
                        tracing::error!(error = format!("{error:#}"), "a run cannot be told");
                        return Ok(());
                    }
                },
                packet = self.socket.receive() => {
                    self.pulse.heard();
                    self.set_aside(packet?).await?;
                }
                () = self.pulse.due() => self.check().await?,
            }
        }
    }

    /// Keeps what is said while a graph runs until that is over: one graph, as large as it may be.
    async fn set_aside(&mut self, packet: Packet) -> Result<(), End> {
        match packet {
            Packet::Close(_) => Err(GOODBYE),
            Packet::Ping(_) | Packet::Pong(_) | Packet::Frame(_) => Ok(()),
            Packet::Text(_) | Packet::Binary(_) if self.waiting.is_none() => {
                self.waiting = Some(packet);
                Ok(())
            }
            Packet::Text(_) | Packet::Binary(_) => {
                self.refuse(Refused::Graph(refusal("too_many", ONE_WAITS))).await
            }
        }
    }

    async fn check(&mut self) -> Result<(), End> {
        self.pulse.ask()?;
        self.socket.ping().await
    }

    async fn refuse(&mut self, refused: Refused) -> Result<(), End> {
        let body = body_of(refused).await;
        self.say(&json!({ "type": "error", "data": body })).await
    }

    async fn say(&mut self, message: &Value) -> Result<(), End> {
        self.socket.send_text(Bytes::from(message.to_string())).await
    }
}

/// What waits, or is said next. Dropping the future loses nothing.
async fn next(waiting: &mut Option<Packet>, socket: &mut Socket) -> Result<Packet, End> {
    match waiting.take() {
        Some(packet) => Ok(packet),
        None => socket.receive().await,
    }
}

/// The body that a refusal has over HTTP.
async fn body_of(refused: Refused) -> Value {
    use http_body_util::BodyExt as _;

    let mut response = refused.into_response();
    if let Some(problem) = response.extensions_mut().remove::<wire::Problem>() {
        return json!({ "error": { "type": problem.code, "message": problem.detail,
                                  "details": "", "extra_info": {} }, "node_errors": {} });
    }
    let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
    body.unwrap_or_else(|| json!({ "error": StatusCode::BAD_REQUEST.to_string() }))
}
