//! Those who take as long as they can: Debian's `slowhttptest`, from one
//! address, while somebody at another wants a picture.

use std::net::SocketAddr;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::process::Command;

use super::super::house::House;

/// Unfinished heads, unfinished bodies, unread answers: what is asked, and how.
const KINDS: [(&str, &[&str]); 3] = [
    ("", &["-H"]),
    ("api/parlor/v1/session", &["-B", "-s", "8192", "-f", "application/json"]),
    ("icon-512.png", &["-X", "-w", "1", "-y", "2", "-n", "5", "-z", "1", "-k", "8"]),
];
/// How long each lasts.
const SECONDS: &str = "6";

/// Asks from another address than the attacker's, on a connection of its own.
async fn is_answered(house: SocketAddr) -> bool {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let Ok(mut stream) = socket.connect(house).await else { return false };
    let asked = b"GET /api/parlor/v1/workflows HTTP/1.0\r\nHost: localhost\r\n\r\n";
    let mut answer = Vec::new();
    let told = stream.write_all(asked).await.is_ok();
    told && stream.read_to_end(&mut answer).await.is_ok() && answer.starts_with(b"HTTP/1.0 200")
}

// safety 23
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs slowhttptest: `cargo xtask test attack` brings it"]
async fn whoever_takes_their_time_takes_nobody_elses() {
    for (path, args) in KINDS {
        // As many connections as the attacker opens.
        let house = House::with(&["--max-connections", "400"]).await;
        let address = house.listen().await;
        let mut attack = Command::new("slowhttptest");
        attack
            .args(["-c", "400", "-r", "400", "-i", "1", "-l", SECONDS, "-p", "2"])
            .args(["-u", &format!("http://localhost:{}/{path}", address.port())])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut attack = attack.spawn().expect("slowhttptest is installed");
        let (mut answered, mut held) = (0, 0);
        while attack.try_wait().unwrap().is_none() {
            assert!(is_answered(address).await, "{args:?}: after {answered} answers");
            answered += 1;
            held = held.max(connections(&house));
        }
        assert!(answered > 0 && held > 10, "{args:?}: it held {held} connections");
        house.app.shutdown.start();
    }
}

fn connections(house: &House) -> u32 {
    let figures = house.app.metrics.render().unwrap();
    let line = figures.lines().find_map(|line| line.strip_prefix("parlor_connections "));
    line.unwrap().parse().unwrap()
}
