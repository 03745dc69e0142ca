//! Requests that two servers in a row could read differently.
//!
//! Each has a second request behind it. Whatever is made of the first, the
//! second is never answered: it may have been the body of somebody else's.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::house::House;
use super::serving::exchange;

/// What stands in a head that must not be let pass.
const HEADS: &[&str] = &[
    // How long is it?
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 5, 6",
    "Content-Length: 5, 5",
    "Content-Length: +5",
    "Content-Length: -5",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: 5a",
    "Content-Length: ",
    "Content-Length: 99999999999999999999",
    "Content-Length : 5",
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nTransfer-Encoding: Chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 0",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    // Which coding is it in?
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
    "Transfer-Encoding : chunked",
    " Transfer-Encoding: chunked",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding\0: chunked",
    "Transfer-Encoding: \x0bchunked",
    // Where does a line end?
    "X-Folded: a\r\n b",
    "X-Folded: a\r\n\tb",
    "X: a\rTransfer-Encoding: chunked",
    "X\rTransfer-Encoding: chunked",
    "X: a\0b",
    "No colon",
    ": no name",
    "X y: z",
    // Whom is it for?
    "Host: localhost",
    "Host: evil.example",
];

/// Bodies in pieces that are none.
const CHUNKS: &[&str] = &[
    "g\r\nhello\r\n0\r\n\r\n",
    "-1\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "5 5\r\nhello\r\n0\r\n\r\n",
    "\r\nhello\r\n0\r\n\r\n",
    "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    "5\nhello\r\n0\r\n\r\n",
    "5\r\nhelloX0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5;a\nb\r\nhello\r\n0\r\n\r\n",
    "5\rXhello\r\n0\r\n\r\n",
];

/// First lines that are none, or of another HTTP.
const LINES: &[&str] = &[
    "GET / HTTP/1.1 x",
    "GET  / HTTP/1.1",
    "GET / HTTP/2.0",
    "GET / HTTP/1.2",
    "GET / HTTP/9.9",
    "GET /\0 HTTP/1.1",
    "GET /a b HTTP/1.1",
    "GET / http/1.1",
    "G\0T / HTTP/1.1",
    "GET\t/\tHTTP/1.1",
    "GET",
];

const SECOND: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn post(head: &str, body: &str) -> String {
    format!(
        "POST /api/parlor/v1/uploads HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{body}{SECOND}"
    )
}

/// Whether there was one answer, of a status that begins so, and nothing more.
fn is_refused(answer: &str, status: &str) -> bool {
    let first = answer.strip_prefix("HTTP/1.1 ").is_some_and(|rest| rest.starts_with(status));
    first && answer.matches("HTTP/1.").count() == 1
}

// safety 23
#[tokio::test]
async fn a_head_that_two_servers_could_read_differently_is_refused() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut wrong = Vec::new();
    for head in HEADS {
        let answer = exchange(address, &post(head, "0\r\n\r\n")).await;
        wrong.extend((!is_refused(&answer, "400")).then_some((head, answer)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let old = "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(exchange(address, old).await.contains(" 400 "));
}

// safety 23
#[tokio::test]
async fn the_next_request_of_a_connection_is_read_as_strictly() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let head = "Content-Length: 5\r\nTransfer-Encoding: chunked";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(SECOND.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    stream.write_all(post(head, "0\r\n\r\n").as_bytes()).await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest.matches("HTTP/1.1 400 ").count(), 1, "{rest}");
    assert_eq!(rest.matches("HTTP/1.").count(), 1, "{rest}");
}

// safety 23
#[tokio::test]
async fn after_a_piece_that_is_none_nothing_is_read() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut wrong = Vec::new();
    for body in CHUNKS {
        let head = "Content-Type: image/png\r\nTransfer-Encoding: chunked";
        let answer = exchange(address, &post(head, body)).await;
        wrong.extend((!is_refused(&answer, "4")).then_some((body, answer)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

// safety 23
#[tokio::test]
async fn a_first_line_of_another_language_is_not_guessed_at() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut wrong = Vec::new();
    for line in LINES {
        let first = format!("{line}\r\nHost: localhost\r\n\r\n");
        let answer = exchange(address, &format!("{first}{SECOND}")).await;
        wrong.extend((!is_refused(&answer, "400")).then_some((line, answer)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

// safety 23
#[tokio::test]
async fn a_head_without_end_is_not_collected() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let long = format!("X: {}", "x".repeat(1 << 20));
    let many = "X-Many: x\r\n".repeat(5_000);
    for head in [long.as_str(), many.trim_end()] {
        let answer = exchange(address, &post(head, "")).await;
        // What was not read any more may have taken the answer with it.
        assert!(answer.is_empty() || is_refused(&answer, "431"), "{answer}");
    }
}
