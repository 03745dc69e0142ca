//! `GET /ws`: ComfyUI protocol notes §4.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Raw, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::response::Response;
use comfy::Message;
use comfy::message::{self, Executing, Status};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use uuid::Uuid;

use super::App;
use super::info::feature_flags;
use crate::house::House;
use crate::hub::{Inbox, Ticket};

/// Bytes that a client's message may have.
const MAX_MESSAGE: usize = 4 << 20;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// Who connects.
#[derive(Debug, Deserialize)]
pub(super) struct Caller {
    #[serde(rename = "clientId")]
    client_id: Option<String>,
}

/// `GET /ws?clientId=…`
pub(super) async fn open(
    State(house): App,
    Query(caller): Query<Caller>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let client = caller.client_id.filter(|id| !id.is_empty());
    let client = client.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| {
        let tracker = house.sockets.clone();
        tracker.track_future(serve(house, socket, client))
    })
}

/// One socket, until its client leaves, reads too slowly, or the engine stops.
async fn serve(house: Arc<House>, socket: WebSocket, client: String) {
    let (ticket, mut inbox) = house.hub.join(client.clone(), || greeting(&house, client));
    let (mut sink, stream) = socket.split();
    let overrun = inbox.overrun.clone();
    let goodbye = tokio::select! {
        () = speak(&mut sink, &mut inbox) => None,
        () = listen(stream, &house, &ticket) => None,
        () = overrun.cancelled() => Some((close_code::AGAIN, "you read too slowly")),
        // What is killed says nothing.
        () = house.stopping.cancelled() => (!house.killed.is_cancelled())
            .then_some((close_code::AWAY, "the engine stops")),
    };
    house.hub.leave(&ticket);
    if let Some((code, reason)) = goodbye {
        let frame = CloseFrame { code, reason: reason.into() };
        // Who does not take it within its time has left, or never will read.
        let _ = tokio::time::timeout(GOODBYE, sink.send(Raw::Close(Some(frame)))).await;
    }
}

/// What a new socket is told first: the queue, its id, and the node that runs
/// for its client, if one does.
fn greeting(house: &House, client: String) -> Vec<Message> {
    let node = house.ledger.node_of_client(&client);
    let status = Status { sid: Some(client), ..Status::of(house.ledger.remaining()) };
    let executing = node.map(|node| {
        Message::Executing(Executing { node: Some(node), display_node: None, prompt_id: None })
    });
    std::iter::once(Message::Status(status)).chain(executing).collect()
}

/// Sends what there is to send. Replaced by a newer socket it stays, silent, as
/// clients of a ComfyUI know it.
async fn speak(sink: &mut SplitSink<WebSocket, Raw>, inbox: &mut Inbox) {
    while let Some(message) = inbox.messages.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// Reads until the client leaves. Only its first message can mean anything.
async fn listen(mut stream: SplitStream<WebSocket>, house: &House, ticket: &Ticket) {
    let mut first = true;
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Raw::Text(text) => {
                if std::mem::take(&mut first)
                    && let Some(metadata) = message::asked_for_flags(text.as_bytes())
                {
                    house.hub.negotiate(ticket, metadata, &feature_flags());
                }
            }
            Raw::Binary(_) => first = false,
            Raw::Ping(_) | Raw::Pong(_) => (),
            Raw::Close(_) => return,
        }
    }
}
