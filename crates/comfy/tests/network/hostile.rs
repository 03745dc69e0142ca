//! A server that answers with whatever bytes a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use comfy::client::{self, Client, Http, Trust};
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the server does when it has heard a request.
pub enum Answer {
    /// Says this and hangs up.
    Bytes(Vec<u8>),
    /// Says this, then zeros for as long as anyone listens.
    Endless(String),
    /// Says this, then nothing, and does not hang up either.
    Silence(String),
}

/// A server; stops when dropped.
pub struct Hostile {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Hostile {
    /// Answers every request, given as text, with what `answer` says.
    pub async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::new(answer), heard.clone()));
        Self { address, heard, _tasks: tasks }
    }

    /// Answers everything with this JSON.
    pub async fn json(status: u16, body: &'static str) -> Self {
        Self::start(move |_| json(status, body)).await
    }

    pub fn url(&self) -> Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// The requests so far, each with its body.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The first lines of the requests so far.
    pub fn asked(&self) -> Vec<String> {
        let first = |request: &String| request.lines().next().unwrap().replace(" HTTP/1.1", "");
        self.heard().iter().map(first).collect()
    }
}

/// What servers without a certificate are asked with.
pub fn plain() -> Http {
    client::http(Trust::nobody()).unwrap()
}

/// A client with the usual limits.
pub fn patient(base: Url) -> Client {
    Client::new(base, plain()).unwrap()
}

/// An answer of JSON.
pub fn json(status: u16, body: &str) -> Answer {
    said(status, "application/json; charset=utf-8", body)
}

/// A whole answer.
pub fn said(status: u16, kind: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(format!("{}Content-Length: {length}\r\n\r\n{body}", head(status, kind)).into())
}

/// How an answer begins. The headers go on until an empty line.
pub fn head(status: u16, kind: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n")
}

type Answerer = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

async fn accept(listener: TcpListener, answer: Answerer, heard: Arc<Mutex<Vec<String>>>) {
    let mut talks = JoinSet::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (answer, heard) = (answer.clone(), heard.clone());
        talks.spawn(async move {
            let request = hear(&mut stream).await;
            heard.lock().unwrap().push(request.clone());
            // A client that hangs up early is what some tests are about.
            let _ = say(&mut stream, answer(&request)).await;
        });
    }
}

/// One request with its body, whose length it must announce.
async fn hear(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= announced(head)
        {
            return text;
        }
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            return text;
        }
    }
}

fn announced(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().map_or(0, |(_, length)| length.parse().unwrap())
}

async fn say(stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
    match answer {
        Answer::Bytes(bytes) => stream.write_all(&bytes).await,
        Answer::Endless(start) => {
            stream.write_all(start.as_bytes()).await?;
            let zeros = vec![b'0'; 64 << 10];
            loop {
                stream.write_all(&zeros).await?;
            }
        }
        Answer::Silence(start) => {
            stream.write_all(start.as_bytes()).await?;
            std::future::pending().await
        }
    }
}
