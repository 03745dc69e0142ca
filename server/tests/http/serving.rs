//! Connections, byte by byte.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::{House, small};

/// Sends these bytes and reads until the other side closes.
pub async fn exchange(address: SocketAddr, bytes: &str) -> String {
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
#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let house = House::with(&["--max-connections", "8"]).await;
    let address = house.listen().await;
    let hold = async |from: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        socket.connect(address).await.unwrap()
    };
    let held = [hold("127.0.0.1").await, hold("127.0.0.1").await];
    let mut refused = hold("127.0.0.1").await;
    let mut answer = Vec::new();
    let _ = refused.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{answer:?}");
    let mut other = hold("127.0.0.2").await;
    other.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
    other.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{answer:?}");
    drop(held);
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
