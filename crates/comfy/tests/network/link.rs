//! The WebSocket against servers that behave and servers that do not.

use std::time::Duration;

use bytes::Bytes;
use comfy::client::BackendError;
use comfy::link::LinkLimits;
use comfy::message::{ImageFormat, Status};
use comfy::{Frame, Incoming, Link, Message};
use futures_util::{SinkExt, StreamExt};
use reqwest::Url;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use crate::hostile::{Answer, Hostile, patient, said};

/// A server's end of one link, and how it was asked for.
struct Far {
    socket: WebSocketStream<TcpStream>,
    asked: String,
}

/// Both ends of a link.
async fn linked(limits: LinkLimits) -> (Link, Far) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/below/", listener.local_addr().unwrap()).parse().unwrap();
    let client = patient(base);
    let far = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut asked = String::new();
        #[expect(clippy::result_large_err, reason = "the trait of the handshake has it so")]
        let note = |request: &Request, response: Response| {
            asked = format!("{} {:?}", request.uri(), request.headers());
            Ok(response)
        };
        let socket = accept_hdr_async(stream, note).await.unwrap();
        Far { socket, asked }
    };
    let (link, far) = tokio::join!(Link::connect_within(&client, "secret & fresh", limits), far);
    (link.unwrap(), far)
}

async fn text(far: &mut Far) -> String {
    far.socket.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

async fn says(far: &mut Far, packet: Packet) {
    far.socket.send(packet).await.unwrap();
}

async fn hears(link: &mut Link) -> Result<Incoming, BackendError> {
    link.next().await.expect("the link goes on")
}

#[tokio::test]
async fn it_asks_for_previews_with_metadata_before_all_else() {
    let (_link, mut far) = linked(LinkLimits::default()).await;
    assert!(far.asked.starts_with("/below/ws?clientId=secret+%26+fresh "), "{}", far.asked);
    for header in ["origin", "cookie", "authorization", "referer"] {
        assert!(!far.asked.contains(header), "{}", far.asked);
    }
    let hello = r#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#;
    assert_eq!(text(&mut far).await, hello);
}

#[tokio::test]
async fn messages_and_frames_arrive_in_order() {
    let (mut link, mut far) = linked(LinkLimits::default()).await;
    let message = Message::Status(Status::of(3));
    let frame = Frame::Preview { format: ImageFormat::Png, image: Bytes::from_static(b"png") };
    says(&mut far, Packet::text(message.encode())).await;
    says(&mut far, Packet::binary(frame.encode())).await;
    assert_eq!(hears(&mut link).await.unwrap(), Incoming::Message(message));
    assert_eq!(hears(&mut link).await.unwrap(), Incoming::Frame(frame));
}

#[tokio::test]
async fn what_cannot_be_read_does_not_end_it() {
    let (mut link, mut far) = linked(LinkLimits::default()).await;
    says(&mut far, Packet::text("<html>")).await;
    says(&mut far, Packet::binary(&b"\0\0\0\x09"[..])).await;
    says(&mut far, Packet::text(r#"{"type":"own","data":NaN}"#)).await;
    assert!(matches!(hears(&mut link).await, Err(BackendError::NotComfy(_))));
    assert!(matches!(hears(&mut link).await, Err(BackendError::NotComfy(_))));
    assert!(matches!(hears(&mut link).await, Ok(Incoming::Message(Message::Other { .. }))));
}

#[tokio::test]
async fn pings_are_answered_while_waiting() {
    let (mut link, mut far) = linked(LinkLimits::default()).await;
    text(&mut far).await;
    says(&mut far, Packet::Ping(Bytes::from_static(b"there?"))).await;
    let pong = tokio::select! {
        pong = far.socket.next() => pong.unwrap().unwrap(),
        incoming = link.next() => panic!("a ping is not for the owner of the link: {incoming:?}"),
    };
    assert_eq!(pong, Packet::Pong(Bytes::from_static(b"there?")));
}

#[tokio::test]
async fn a_frame_of_100_megabytes_ends_it_before_it_is_read() {
    let (mut link, mut far) = linked(LinkLimits::default()).await;
    // Final binary frame, 64-bit length, and then nothing of it.
    let mut header = vec![0x82, 127];
    header.extend((100_u64 << 20).to_be_bytes());
    far.socket.get_mut().write_all(&header).await.unwrap();
    let error = hears(&mut link).await.unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { limit: 0x400_0000 }), "{error}");
    assert!(link.next().await.is_none());
}

#[tokio::test]
async fn many_small_frames_do_not_make_one_large_message() {
    let limits = LinkLimits { message_bytes: 1000, ..LinkLimits::default() };
    let (mut link, mut far) = linked(limits).await;
    text(&mut far).await;
    // A text that begins, and pieces of it that never end.
    let first = [&[0x01, 125][..], &[b'x'; 125]].concat();
    let next = [&[0x00, 125][..], &[b'x'; 125]].concat();
    far.socket.get_mut().write_all(&first).await.unwrap();
    for _ in 0..8 {
        far.socket.get_mut().write_all(&next).await.unwrap();
    }
    drop(far);
    assert!(matches!(hears(&mut link).await, Err(BackendError::TooLarge { limit: 1000 })));
}

#[tokio::test]
async fn it_is_over_when_the_server_closes_it() {
    let (mut link, mut far) = linked(LinkLimits::default()).await;
    far.socket.close(None).await.unwrap();
    assert!(link.next().await.is_none());
    assert!(link.next().await.is_none());
}

#[tokio::test]
async fn a_server_that_dies_leaves_an_error_and_then_nothing() {
    let (mut link, far) = linked(LinkLimits::default()).await;
    drop(far);
    assert!(matches!(hears(&mut link).await, Err(BackendError::Broken(_))));
    assert!(link.next().await.is_none());
}

#[tokio::test]
async fn it_says_goodbye() {
    let (link, mut far) = linked(LinkLimits::default()).await;
    text(&mut far).await;
    let (packet, ()) = tokio::join!(far.socket.next(), link.close());
    assert!(matches!(packet, Some(Ok(Packet::Close(_)))), "{packet:?}");
}

#[tokio::test]
async fn what_is_no_websocket_is_refused() {
    let page = Hostile::start(|_| said(200, "text/html", "<html>")).await;
    let error = Link::connect(&patient(page.url()), "id").await.unwrap_err();
    assert!(matches!(error, BackendError::NotComfy(_)), "{error}");

    let refusing = Hostile::start(|_| said(403, "text/plain", "")).await;
    let error = Link::connect(&patient(refusing.url()), "id").await.unwrap_err();
    assert!(matches!(error, BackendError::Status(403)), "{error}");

    let silent = Hostile::start(|_| Answer::Silence(String::new())).await;
    let limits = LinkLimits { deadline: Duration::from_millis(200), ..LinkLimits::default() };
    let error = Link::connect_within(&patient(silent.url()), "id", limits).await.unwrap_err();
    assert!(matches!(error, BackendError::Timeout), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base = format!("http://{free}").parse().unwrap();
    let error = Link::connect(&patient(base), "id").await.unwrap_err();
    assert!(matches!(error, BackendError::Unreachable(_)), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}
