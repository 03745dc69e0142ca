//! The WebSocket of one viewer.
//!
//! tungstenite reads, answers pings and closes. What we tell viewers goes past
//! it: it would copy every frame into a buffer that stays as large as the
//! largest preview ever sent. Here all viewers share one `Bytes`, and what a
//! viewer costs does not depend on what it is sent.

use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, FrameHeader};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Largest message a viewer may send; anything we understand is far smaller.
pub(super) const MAX_MESSAGE: usize = 64 << 10;
/// Allocated for as long as the viewer is there. It says little.
const READ_BUFFER: usize = 512;
/// A viewer whose connection takes nothing for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(20);
/// How long to wait for the other side's goodbye.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);
/// A viewer that says nothing is asked this often whether it is still there,
/// and is gone when it does not answer until the next time.
const PING: Duration = Duration::from_secs(30);
/// Longest head of a frame that is not masked.
const FRAME_HEAD: usize = 10;

/// Why the conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum End {
    /// The other side went away; there is nobody to tell.
    Gone,
    /// To be told.
    Close(CloseCode, &'static str),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => {
                Self::Close(CloseCode::Size, "a message is larger than is read here")
            }
            Error::Utf8(_) => Self::Close(CloseCode::Invalid, "a text is not UTF-8"),
            Error::Protocol(_) => Self::Close(CloseCode::Protocol, "this is not WebSocket"),
            _ => Self::Gone,
        }
    }
}

pub(in crate::api) struct Socket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Socket {
    /// Reads messages of up to `most` bytes.
    pub(in crate::api) async fn new(upgraded: Upgraded, most: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let io = TokioIo::new(upgraded);
        Self { stream: WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await }
    }

    /// The next message. Dropping the future loses nothing.
    pub(in crate::api) async fn receive(&mut self) -> Result<Message, End> {
        match self.stream.next().await {
            Some(Ok(message)) => Ok(message),
            Some(Err(error)) => Err(error.into()),
            None => Err(End::Gone),
        }
    }

    pub(in crate::api) async fn send_text(&mut self, text: Bytes) -> Result<(), End> {
        self.send(Data::Text, text).await
    }

    pub(in crate::api) async fn send_binary(&mut self, frame: Bytes) -> Result<(), End> {
        self.send(Data::Binary, frame).await
    }

    /// Asks whether the other side is still there.
    pub(in crate::api) async fn ping(&mut self) -> Result<(), End> {
        let ping = self.stream.send(Message::Ping(Bytes::new()));
        Ok(tokio::time::timeout(SEND_DEADLINE, ping).await.map_err(|_| End::Gone)??)
    }

    /// Says goodbye, and reads what is still on its way: closing a connection
    /// with unread bytes would take the goodbye back.
    pub(in crate::api) async fn close(mut self, code: CloseCode, reason: &'static str) {
        let _ = tokio::time::timeout(CLOSE_DEADLINE, async {
            let goodbye = CloseFrame { code, reason: reason.into() };
            if self.stream.close(Some(goodbye)).await.is_err() {
                // The other side was first. The answer is ready, and waits to be sent.
                self.stream.flush().await?;
            }
            let io = self.stream.get_mut();
            io.shutdown().await?;
            let mut scrap = [0; 512];
            while io.read(&mut scrap).await? > 0 {}
            Ok::<_, Error>(())
        })
        .await;
    }

    /// Sends a whole frame, or ends the conversation: never a part.
    async fn send(&mut self, kind: Data, payload: Bytes) -> Result<(), End> {
        let header = FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        let mut head = [0; FRAME_HEAD];
        let mut space = &mut head[..];
        header.format(payload.len() as u64, &mut space)?;
        let length = FRAME_HEAD - space.len();
        let sending = async {
            // tungstenite may have a pong half written.
            self.stream.flush().await?;
            let io = self.stream.get_mut();
            io.write_all_buf(&mut Buf::chain(&head[..length], payload)).await?;
            Ok::<_, End>(io.flush().await?)
        };
        tokio::time::timeout(SEND_DEADLINE, sending).await.map_err(|_| End::Gone)?
    }
}

/// Whether the other side is still there.
#[derive(Debug)]
pub(in crate::api) struct Pulse {
    asking: Interval,
    /// It said something since it was last asked.
    heard: bool,
}

impl Pulse {
    pub(in crate::api) fn new() -> Self {
        let mut asking = interval_at(Instant::now() + PING, PING);
        asking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { asking, heard: true }
    }

    /// It said something.
    pub(in crate::api) fn heard(&mut self) {
        self.heard = true;
    }

    /// Waits until it is to be asked. Dropping the future loses nothing.
    pub(in crate::api) async fn due(&mut self) {
        self.asking.tick().await;
    }

    /// It is asked now.
    ///
    /// # Errors
    ///
    /// When it has said nothing since it was last asked.
    pub(in crate::api) fn ask(&mut self) -> Result<(), End> {
        let heard = std::mem::take(&mut self.heard);
        if heard { Ok(()) } else { Err(End::Close(CloseCode::Policy, "no answer")) }
    }
}
