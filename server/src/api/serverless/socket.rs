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
use crate::api::native::words::{Refused, Result};
use crate::app::App;
use crate::error::Error;
use crate::extract::{GraphRunner, Query};
use crate::people::Whence;

const SIGNED_OUT: End = End::Close(CloseCode::Policy, "signed out, or the key is no longer good");
const CLOSING: End = End::Close(CloseCode::Restart, "this house is closing for a moment");
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
        Talk { from, wishes, socket, pulse: Pulse::new() }.run().await;
    }))
}

/// One conversation. Ends when the other side leaves, does not answer or is signed
/// out, and when the house closes.
struct Talk {
    from: From,
    wishes: Wishes,
    socket: Socket,
    pulse: Pulse,
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
                packet = self.socket.receive() => packet?,
                () = self.pulse.due() => {
                    self.check().await?;
                    continue;
                }
                () = self.from.principal.ended() => return Err(SIGNED_OUT),
                () = self.from.app.shutdown.started() => return Err(CLOSING),
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
                    Ok(None) => return Ok(()),
                    Err(error) => {
                        tracing::error!(error = format!("{error:#}"), "a run cannot be told");
                        return Ok(());
                    }
                },
                // Only one graph at a time; what else is said meanwhile is not heard.
                packet = self.socket.receive() => {
                    self.pulse.heard();
                    if let Packet::Close(_) = packet? {
                        return Err(GOODBYE);
                    }
                }
                () = self.pulse.due() => self.check().await?,
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
