//! How a WebSocket is asked for. (RFC 6455 §4)

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::House;

const SOCKETS: [&str; 3] = ["/api/parlor/v1/live", "/api/serverless/ws", "/ws"];
const GOOD: &str = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

/// The head of the answer to whoever asks like this, in small letters.
async fn answer(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         {headers}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut held = Vec::new();
    while !held.windows(4).any(|at| at == b"\r\n\r\n") {
        assert!(stream.read_buf(&mut held).await.unwrap() > 0, "it hung up");
    }
    String::from_utf8_lossy(&held).to_lowercase()
}

// safety 19
#[tokio::test]
async fn a_key_is_sixteen_bytes_in_base64() {
    let house = House::quiet().await;
    let address = house.listen().await;
    for path in SOCKETS {
        let good = answer(address, path, GOOD).await;
        assert!(good.starts_with("http/1.1 101 "), "{path}: {good}");
        assert!(good.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{good}");
        for key in ["", "x", "?", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j"] {
            let headers = format!("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}");
            let refused = answer(address, path, &headers).await;
            assert!(refused.starts_with("http/1.1 400 "), "{path} {key:?}: {refused}");
        }
    }
}

#[tokio::test]
async fn whoever_speaks_another_version_is_told_which_is_spoken_here() {
    let house = House::quiet().await;
    let address = house.listen().await;
    for path in SOCKETS {
        for version in ["8", "7, 8", "x"] {
            let headers = GOOD.replace("13", version);
            let refused = answer(address, path, &headers).await;
            assert!(refused.starts_with("http/1.1 400 "), "{path}: {refused}");
            assert!(refused.contains("\r\nsec-websocket-version: 13\r\n"), "{path}: {refused}");
        }
    }
}
