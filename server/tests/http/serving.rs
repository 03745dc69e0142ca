//! Connections, byte by byte.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::{House, small};

/// Sends these bytes and reads until the other side closes.
async fn exchange(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

// safety 23
#[tokio::test]
async fn a_header_that_is_never_finished_is_hung_up_on() {
    let house = House::quiet().await;
    let address = house.listen().await;
    // From here on the clock jumps to the next deadline when nothing happens.
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let answer = exchange(address, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(begun.elapsed().as_secs() <= 10, "{:?}", begun.elapsed());
}

// safety 23
#[tokio::test]
async fn a_body_that_is_never_finished_has_a_deadline() {
    let house = House::quiet().await;
    let address = house.listen().await;
    tokio::time::pause();
    let head = "POST /api/parlor/v1/workflows/upscale/jobs HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let answer = exchange(address, head).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

// safety 23
#[tokio::test]
async fn requests_that_proxies_could_read_differently_are_refused() {
    let house = House::quiet().await;
    let address = house.listen().await;
    for head in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: gzip",
        "Content-Length: +5",
        "X-Folded: a\r\n b",
    ] {
        let answer = exchange(address, &smuggling(head)).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head}: {answer}");
    }
    let old = "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(exchange(address, old).await.contains(" 400 "));
}

// safety 23
#[tokio::test]
async fn of_two_lengths_the_chunks_count_and_nothing_after_them_is_read() {
    let house = House::quiet().await;
    let address = house.listen().await;
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
    ] {
        let answer = exchange(address, &smuggling(head)).await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head}: {answer}");
        assert!(answer.contains("connection: close"), "{head}: {answer}");
    }
}

/// An empty chunked body with this in its head, and a second request behind it.
fn smuggling(head: &str) -> String {
    format!(
        "POST /api/parlor/v1/uploads HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n0\r\n\r\n\
         GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
}

// safety 37
#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_house_closes() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let body = small("x").to_string();
    let head = format!(
        "POST /api/parlor/v1/workflows/text-to-picture/jobs?wait=600 HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let waiting = tokio::spawn(async move { exchange(address, &head).await });
    while house.app.jobs.queued() == 0 {
        tokio::task::yield_now().await;
    }
    house.app.shutdown.start();
    assert!(waiting.await.unwrap().starts_with("HTTP/1.1 202"));
    house.app.shutdown.finished().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
