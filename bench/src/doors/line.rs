//! One connection of a program: HTTP/1.1, kept alive, with so little code that what is measured is the other end.

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An open connection.
pub struct Line {
    stream: TcpStream,
    /// What was read and belongs to no answer yet.
    read: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Of itself, with the empty line.
    length: usize,
    /// Of what follows; `None` when it does not say.
    body: Option<usize>,
}

impl Line {
    /// Calls `address`, which is `127.0.0.1:port`.
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// Sends a whole request and reads its whole answer, which has to say how long it is.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.read.clear();
        self.stream.write_all(request).await?;
        let head = self.head().await?;
        let body = head.body.context("an answer of unknown length")?;
        let end = head.length + body;
        while self.read.len() < end {
            self.more().await?;
        }
        ensure!(self.read.len() == end, "more was answered than was asked");
        Ok(Answer { status: head.status, body: &self.read[head.length..] })
    }

    /// Sends a whole request whose answer does not end; its status.
    pub async fn listen(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.read.clear();
        self.stream.write_all(request).await?;
        let head = self.head().await?;
        self.read.drain(..head.length);
        Ok(head.status)
    }

    /// The next line of an answer that does not end, without its end. What says how long the pieces are is among
    /// them.
    pub async fn line(&mut self) -> anyhow::Result<String> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(String::from_utf8(line)?.trim_end().to_owned());
            }
            self.more().await?;
        }
    }

    async fn head(&mut self) -> anyhow::Result<Head> {
        loop {
            if let Some(head) = head(&self.read)? {
                return Ok(head);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the other end hung up");
        }
        Ok(())
    }
}

/// The head that `read` begins with; `None` when it is not whole.
fn head(read: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&read[..end]).context("a head that is no text")?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Ok(Some(Head { status: status.context("no status")?, length: end + 4, body: length }))
}

/// `GET` of a path and whatever headers, each with its end.
pub fn get(address: &str, path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").into_bytes()
}

/// `POST` of JSON.
pub fn post(address: &str, (path, headers): (&str, &str), json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{json}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 202 Accepted\r\nx: y\r\nContent-LENGTH:  7\r\n\r\n{";
        assert_eq!(head(&text[..40]).unwrap(), None);
        let whole = Head { status: 202, length: text.len() - 1, body: Some(7) };
        assert_eq!(head(text).unwrap(), Some(whole));
        let endless = head(b"HTTP/1.1 200 OK\r\n\r\n").unwrap().unwrap();
        assert_eq!((endless.status, endless.body), (200, None));
        assert!(head(b"nonsense\r\n\r\n").is_err());
    }
}
