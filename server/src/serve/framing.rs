//! Lets no head pass that says twice where its body ends. (safety 23)
//!
//! `Transfer-Encoding` beside `Content-Length`, or one of them twice: hyper
//! reads one of them and forgets the other, as RFC 9112 §6.3 permits. A proxy
//! before us may have read the other one, so for us it is no request at all.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What says where a body ends.
const FIELDS: [&[u8]; 2] = [b"content-length:", b"transfer-encoding:"];

/// How the first line of a request ends (`HTTP/1.1`, without the minor version).
const VERSION: &[u8] = b" HTTP/1.";

/// How an answer begins that another one follows.
const INTERIM: &[u8] = b"HTTP/1.1 100";

/// How the last answer of a connection begins that goes on as something else.
const SWITCHING: &[u8] = b"HTTP/1.1 101";

/// A stream of requests. In a head that says twice where its body ends the second colon is
/// missing when it is read, which no parser takes for a head.
#[derive(Debug)]
pub(super) struct Framing<S> {
    stream: S,
    reading: Reading,
}

/// Where in a request the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Before its first line.
    Before,
    /// In that line, where so many letters of a version were just read.
    First(u8),
    Head(Head),
    /// In a body, or in something that is no request. An answer ends it.
    Rest,
    /// Behind the last request: this is a WebSocket now.
    Over,
}

/// Below the first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    /// Whether it was said where the body ends.
    has_end: bool,
    line: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Nothing of it was read, or a return.
    Empty,
    /// So many letters of this field were read.
    Name(u8, u8),
    /// It is about something else.
    Other,
}

impl<S> Framing<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, reading: Reading::Before }
    }

    /// After an answer comes a request.
    fn answered(&mut self, answer: &[u8]) {
        if answer.starts_with(SWITCHING) {
            self.reading = Reading::Over;
        } else if self.reading != Reading::Over && !answer.starts_with(INTERIM) {
            self.reading = Reading::Before;
        }
    }
}

impl Reading {
    /// Goes over what arrived, until a body begins.
    fn watch(&mut self, content: &mut [u8]) {
        for byte in content {
            *self = match *self {
                // Empty lines may stand before a request. (RFC 9112 §2.2)
                Self::Before if matches!(byte, b'\r' | b'\n') => Self::Before,
                Self::Before => Self::first(0, *byte),
                Self::First(matched) => Self::first(matched, *byte),
                Self::Head(head) => match head.next(*byte) {
                    Next::Head(head) => Self::Head(head),
                    Next::Body => Self::Rest,
                    Next::Twice => {
                        *byte = 0;
                        Self::Rest
                    }
                },
                Self::Rest | Self::Over => return,
            };
        }
    }

    fn first(matched: u8, byte: u8) -> Self {
        const ALL: u8 = VERSION.len() as u8;
        match byte {
            b'\n' if matched == ALL => Self::Head(Head { has_end: false, line: Line::Empty }),
            b'\n' => Self::Rest,
            b'0'..=b'9' | b'\r' if matched == ALL => Self::First(ALL),
            _ if matched < ALL && byte == VERSION[usize::from(matched)] => Self::First(matched + 1),
            b' ' => Self::First(1),
            _ => Self::First(0),
        }
    }
}

enum Next {
    Head(Head),
    Body,
    /// This is the colon of a field that says again where the body ends.
    Twice,
}

impl Head {
    fn next(self, byte: u8) -> Next {
        let Self { has_end, line } = self;
        let go_on = |line| Next::Head(Self { has_end, line });
        match (line, byte) {
            (Line::Empty, b'\n') => Next::Body,
            (_, b'\n') | (Line::Empty, b'\r') => go_on(Line::Empty),
            (Line::Empty, _) => go_on(Line::begin(byte)),
            (Line::Other, _) => go_on(Line::Other),
            (Line::Name(field, matched), _) => {
                let name = FIELDS[usize::from(field)];
                let at = usize::from(matched);
                if byte.to_ascii_lowercase() != name[at] {
                    go_on(Line::Other)
                } else if at + 1 < name.len() {
                    go_on(Line::Name(field, matched + 1))
                } else if has_end {
                    Next::Twice
                } else {
                    Next::Head(Self { has_end: true, line: Line::Other })
                }
            }
        }
    }
}

impl Line {
    fn begin(byte: u8) -> Self {
        let first = byte.to_ascii_lowercase();
        match FIELDS.iter().position(|name| name[0] == first) {
            Some(field) => Self::Name(field as u8, 1),
            None => Self::Other,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Framing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let said = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.reading.watch(&mut buffer.filled_mut()[before..]);
        said
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Framing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        content: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.answered(content);
        Pin::new(&mut self.stream).poll_write(context, content)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answered(pieces.first().map_or(&[], |piece| piece));
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of it, arriving in pieces of this size.
    fn passed(content: &str, size: usize) -> String {
        let mut bytes = content.as_bytes().to_vec();
        let mut reading = Reading::Before;
        bytes.chunks_mut(size).for_each(|piece| reading.watch(piece));
        String::from_utf8(bytes).unwrap()
    }

    // safety 23
    #[test]
    fn a_second_end_of_one_body_is_no_field_any_more() {
        for (first, second) in [
            ("Content-Length: 5", "Transfer-Encoding: chunked"),
            ("transfer-encoding: chunked", "CONTENT-LENGTH: 5"),
            ("Content-Length: 5", "content-length: 5"),
            ("Transfer-Encoding: chunked", "X: y\r\nTransfer-Encoding: chunked"),
        ] {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{first}\r\n{second}\r\n\r\n");
            let colon = head.rfind(':').unwrap();
            for size in 1..=head.len() {
                let passed = passed(&head, size);
                assert_eq!(passed.find('\0'), Some(colon), "{passed:?} in pieces of {size}");
                assert_eq!(passed.replace('\0', ":"), head);
            }
        }
    }

    #[test]
    fn what_says_it_once_passes_and_so_does_every_body() {
        let twice = "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n";
        for content in [
            "\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Lengthy: 5\r\n\r\nhello"
                .to_owned(),
            format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{twice}"),
            format!("POST / HTTP/1.0\nContent-Length: 5\n\n{twice}"),
            format!("--boundary\r\nPOST / HTTP/1.1\r\n{twice}"),
        ] {
            for size in 1..=content.len() {
                assert_eq!(passed(&content, size), content, "in pieces of {size}");
            }
        }
    }

    #[test]
    fn after_an_answer_comes_a_request_and_after_a_switch_none() {
        let mut framing = Framing::new(());
        framing.reading = Reading::Rest;
        framing.answered(b"HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(framing.reading, Reading::Rest, "its body comes now");
        framing.answered(b"HTTP/1.1 200 OK\r\n");
        assert_eq!(framing.reading, Reading::Before);
        framing.answered(b"HTTP/1.1 101 Switching Protocols\r\n");
        framing.answered(b"\x82\x05hello");
        assert_eq!(framing.reading, Reading::Over);
    }
}
