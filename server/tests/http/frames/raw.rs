//! The other end of a WebSocket, byte by byte.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// A connection that was a request.
pub struct Raw {
    stream: TcpStream,
    held: Vec<u8>,
}

/// A frame of a server.
#[derive(Debug)]
pub struct Frame {
    pub opcode: u8,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code of a goodbye; 1005 where it has none. (RFC 6455 §7.1.5)
    pub fn code(&self) -> u16 {
        self.payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))
    }
}

impl Raw {
    /// Asks for a WebSocket; the first line of the answer when it is none. `upgrade` is what the
    /// header of that name says, `cookie` who asks.
    pub async fn open(
        address: SocketAddr,
        path: &str,
        (upgrade, cookie): (&str, &str),
    ) -> Result<Self, String> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Cookie: {cookie}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut held = Vec::new();
        let end = loop {
            if let Some(at) = held.windows(4).position(|at| at == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(stream.read_buf(&mut held).await.unwrap() > 0, "it hung up");
        };
        let answer = String::from_utf8(held.drain(..end).collect()).unwrap();
        let first = answer.lines().next().unwrap();
        if first.starts_with("HTTP/1.1 101 ") {
            Ok(Self { stream, held })
        } else {
            Err(first.to_owned())
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Nothing more will be sent.
    pub async fn hang_up(&mut self) {
        // It may have hung up before.
        let _ = self.stream.shutdown().await;
    }

    /// What is told next; `None` once the connection has ended.
    pub async fn told(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.whole() {
                return Some(frame);
            }
            match self.stream.read_buf(&mut self.held).await {
                Ok(0) => {
                    assert!(self.held.is_empty(), "it ends within a frame: {:?}", self.held);
                    return None;
                }
                Ok(_) => (),
                Err(_) => return None,
            }
        }
    }

    /// The first frame, if all of it has come. Ours are whole, and never masked.
    fn whole(&mut self) -> Option<Frame> {
        let [first, second] = *self.held.first_chunk()?;
        assert_eq!(first & 0xf0, 0x80, "in pieces, or with bits that mean nothing");
        assert_eq!(second & 0x80, 0, "servers do not mask");
        let opcode = first & 0x0f;
        assert!([TEXT, 2, CLOSE, PING, PONG].contains(&opcode), "{opcode}");
        let (from, length) = match second {
            126 => (4, u16::from_be_bytes(*self.held.get(2..)?.first_chunk()?).into()),
            127 => (10, u64::from_be_bytes(*self.held.get(2..)?.first_chunk()?)),
            short => (2, short.into()),
        };
        let end = from + usize::try_from(length).unwrap();
        let payload = self.held.get(from..end)?.to_vec();
        assert!(opcode < CLOSE || payload.len() <= 125, "a long one of control");
        self.held.drain(..end);
        Some(Frame { opcode, payload })
    }
}
