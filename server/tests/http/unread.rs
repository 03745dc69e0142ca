//! Answers that come before the end of what is sent: whoever sends it reads them.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::house::House;

/// A client that first sends and then reads, on one connection.
struct Client(BufReader<TcpStream>);

/// The head of an answer, in lower case.
struct Head(String);

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends the head of a request, and its body when that is on its way for certain.
    async fn post(&mut self, head: &str, body: &[u8]) {
        let length = body.len();
        let head = format!("POST {head}\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        self.send(head).await;
        // Another packet, which the server has not seen when it has the head.
        tokio::task::yield_now().await;
        self.send(body).await;
    }

    /// The next answer, whose body is skipped.
    async fn answer(&mut self) -> Head {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).await.unwrap(), 0, "no answer: {head}");
        }
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.unwrap();
        Head(head)
    }

    /// That the other end hangs up.
    async fn ends(mut self) {
        assert!(self.0.read_u8().await.is_err());
    }
}

impl Head {
    fn is(&self, status: u16) -> bool {
        self.0.starts_with(&format!("http/1.1 {status} "))
    }

    fn says_close(&self) -> bool {
        self.0.contains("\r\nconnection: close\r\n")
    }
}

/// Requests that are refused before anybody reads their bodies, and how.
const REFUSED: [(&str, u16); 5] = [
    ("/api/parlor/v1/uploads HTTP/1.1\r\nX-API-Key: nope", 401),
    ("/api/parlor/v1/none-such HTTP/1.1", 404),
    ("/v1/images/generations HTTP/1.1\r\nAuthorization: Bearer nope", 401),
    ("/api/parlor/v1/jobs HTTP/1.1", 405),
    ("/api/parlor/v1/workflows/upscale/jobs HTTP/1.1\r\nContent-Type: text/plain", 415),
];

#[tokio::test]
async fn after_a_refusal_the_connection_goes_on() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let body = vec![b'x'; 20_000];
    for (head, status) in REFUSED {
        let mut client = Client::connect(address).await;
        for _ in 0..3 {
            client.post(head, &body).await;
            let answer = client.answer().await;
            assert!(answer.is(status) && !answer.says_close(), "{head}: {}", answer.0);
        }
        client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert!(client.answer().await.is(200), "{head}");
    }
}

#[tokio::test]
async fn whoever_sends_far_too_much_is_told_so() {
    let house = House::with(&["--max-upload-mb", "1"]).await;
    let address = house.listen().await;
    let much = vec![b'x'; 20 << 20];
    let too_large = ("/api/parlor/v1/uploads?name=a.png HTTP/1.1\r\nContent-Type: image/png", 413);
    for (head, status) in REFUSED.into_iter().chain([too_large]) {
        let mut client = Client::connect(address).await;
        client.post(head, &much).await;
        let answer = client.answer().await;
        assert!(answer.is(status) && answer.says_close(), "{head}: {}", answer.0);
        client.ends().await;
    }
}

#[tokio::test]
async fn whoever_asks_first_whether_to_send_is_answered_without_a_body() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut client = Client::connect(address).await;
    let head = "POST /api/parlor/v1/uploads HTTP/1.1\r\nHost: localhost\r\nX-API-Key: nope\r\n\
                Expect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    client.send(head).await;
    let answer = client.answer().await;
    assert!(answer.is(401) && answer.says_close(), "{}", answer.0);
    client.ends().await;
}

#[tokio::test]
async fn a_body_that_never_comes_keeps_nobody_waiting() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut client = Client::connect(address).await;
    let head = "POST /api/parlor/v1/uploads HTTP/1.1\r\nHost: localhost\r\nX-API-Key: nope\r\n\
                Content-Length: 5\r\n\r\n";
    client.send(head).await;
    tokio::time::pause();
    let answer = client.answer().await;
    assert!(answer.is(401) && answer.says_close(), "{}", answer.0);
    client.ends().await;
}
