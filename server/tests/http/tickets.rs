//! Tickets for a WebSocket: what they open, and where they count for nothing.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use wire::Ticket;

use super::frames::raw::Raw;
use super::house::{API, House, Visitor};
use super::live;
use super::matrix::TABLE;
use super::rules::{Who, expected};
use super::things::Things;

const CLOSED: [&str; 1] = ["--open=false"];

/// Every address at which a WebSocket is opened.
const SOCKETS: [&str; 6] =
    ["/api/parlor/v1/live", "/api/serverless/ws", "/ws", "/api/ws", "/comfy/ws", "/comfy/api/ws"];

async fn ticket(owner: &Visitor<'_>) -> String {
    owner.post(&format!("{API}/live/ticket"), &json!({})).await.json::<Ticket>().token
}

async fn opens(address: SocketAddr, path: &str, ticket: &str) -> bool {
    let request = format!("ws://{address}{path}?token={ticket}").into_client_request().unwrap();
    connect_async(request).await.is_ok()
}

// safety 17
#[tokio::test]
async fn a_ticket_opens_one_websocket_of_any_door() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let address = house.listen().await;
    for path in SOCKETS {
        assert!(!opens(address, path, "").await, "{path}");
        let ticket = ticket(&owner).await;
        assert!(opens(address, path, &ticket).await, "{path}");
        assert!(!opens(address, path, &ticket).await, "{path}: once");
    }
}

// safety 17
#[tokio::test]
async fn a_protocol_may_be_one_of_a_list_and_written_in_any_letters() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let address = house.listen().await;
    for (upgrade, opens) in [("h2c, WebSocket", true), ("WEBSOCKET", true), ("x", false)] {
        let path = format!("{API}/live?token={}", ticket(&owner).await);
        let answer = Raw::open(address, &path, (upgrade, "")).await;
        assert_eq!(answer.is_ok(), opens, "{upgrade}: {:?}", answer.err());
    }
}

// safety 11, 17
#[tokio::test]
async fn a_ticket_counts_for_nothing_where_no_socket_is_opened() {
    let house = House::working_with(&CLOSED).await;
    let owner = house.owner().await;
    let things = Things::of(&owner).await;
    let address = house.listen().await;
    let (mut wrong, mut shown) = (Vec::new(), Vec::new());
    for (method, path, before, rule) in TABLE {
        let uri = things.uri(path, before);
        let is_socket = *method == "GET" && SOCKETS.contains(&uri.as_str());
        let ticket = ticket(&owner).await;
        for upgrade in ["x", "websocket", "h2c, WebSocket"] {
            if is_socket && upgrade != "x" {
                continue;
            }
            let request = Request::builder()
                .method(*method)
                .uri(format!("{uri}?token={ticket}"))
                .header("connection", "upgrade")
                .header("upgrade", upgrade)
                .body(Body::empty());
            let status = house.answer(request.unwrap()).await.status.as_u16();
            let as_nobody = expected(*rule, Who::Nobody, method);
            if as_nobody.is_some_and(|expected| expected != status) {
                wrong.push(format!("{method} {path} with `{upgrade}`: {status}"));
            }
        }
        shown.push(ticket);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nothing has used them up either.
    for ticket in shown {
        let mut socket = live::open_with(address, &format!("?token={ticket}"), &[]).await.unwrap();
        live::told(&mut socket).await;
    }
}
