//! Watching over a real WebSocket.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::{Event, FromViewer, JobId, JobStatus, PreviewHeader, ToViewer};

use super::house::{House, cookie, small};

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    open_with(address, "", headers).await
}

pub async fn open_with(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Error> {
    let uri = format!("ws://{address}/api/parlor/v1/live{query}");
    let mut request = uri.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

pub async fn say(socket: &mut Socket, said: &FromViewer) {
    socket.send(Message::text(serde_json::to_string(said).unwrap())).await.unwrap();
}

/// The next thing told as text; previews are skipped.
pub async fn told(socket: &mut Socket) -> ToViewer {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => (),
            other => panic!("unexpected {other:?}"),
        }
    }
}

pub async fn goodbye(socket: &mut Socket) -> CloseCode {
    while let Some(message) = socket.next().await {
        if let Message::Close(Some(frame)) = message.unwrap() {
            return frame.code;
        }
    }
    panic!("the connection broke off without a goodbye");
}

#[tokio::test]
async fn a_run_is_seen_from_its_beginning_to_its_end() {
    let house = House::working(5).await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    assert!(matches!(told(&mut socket).await, ToViewer::Hello { .. }));
    say(&mut socket, &FromViewer::WatchMine {}).await;

    let job: wire::Job = visitor.submit(&small("a red hill")).await.json();
    let (mut last, mut previews, mut progress) = (0, 0, false);
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Binary(frame) => {
                let (header, image) = PreviewHeader::decode(&frame).unwrap();
                assert_eq!(header.job, job.id);
                assert!(image::load_from_memory(image).is_ok());
                previews += 1;
            }
            Message::Text(text) => match serde_json::from_str(&text).unwrap() {
                ToViewer::Snapshot { job: snapshot } => {
                    assert_eq!(snapshot.id, job.id);
                    last = last.max(snapshot.seq);
                }
                ToViewer::Event { seq, event, .. } if seq > last => {
                    assert_eq!(seq, last + 1, "every event once, in order");
                    last = seq;
                    if let Event::Finished { status, .. } = event {
                        assert_eq!(status, JobStatus::Succeeded);
                        break;
                    }
                }
                ToViewer::Progress { .. } => progress = true,
                _ => (),
            },
            _ => (),
        }
    }
    assert!(previews > 0 && progress);
}

#[tokio::test]
async fn a_viewer_that_comes_back_gets_what_it_missed() {
    let house = House::working(0).await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let job = visitor.picture().await;
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::Watch { job: job.id, after: Some(1) }).await;
    for expected in 2..=job.seq {
        let ToViewer::Event { seq, .. } = told(&mut socket).await else { panic!("no event") };
        assert_eq!(seq, expected);
    }
    say(&mut socket, &FromViewer::Watch { job: job.id, after: None }).await;
    let ToViewer::Snapshot { job: whole } = told(&mut socket).await else { panic!("no snapshot") };
    assert_eq!(whole, job);
}

#[tokio::test]
async fn every_job_that_is_not_over_is_told_of_however_many_there_are() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let mut many = small("a red hill");
    many["count"] = 450.into();
    let batch: wire::BatchPage = visitor.submit(&many).await.json();
    assert_eq!(batch.batch.total, 450);
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::WatchMine {}).await;
    let nothing = JobId(uuid::Uuid::nil());
    say(&mut socket, &FromViewer::Watch { job: nothing, after: None }).await;
    let mut jobs = std::collections::HashSet::new();
    // What is said is obeyed in its order.
    loop {
        match told(&mut socket).await {
            ToViewer::Snapshot { job } => assert!(jobs.insert(job.id), "{} twice", job.id),
            ToViewer::Gone { job } if job == nothing => break,
            ToViewer::Event { .. } | ToViewer::Progress { .. } | ToViewer::Position { .. } => (),
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(jobs.len(), 450);
}

#[tokio::test]
async fn an_embedded_page_shows_its_token_beside_the_protocol() {
    let house = House::working(0).await;
    let embedded = house.embedded().await;
    let address = house.listen().await;
    let protocols = format!("parlor, token.{}", embedded.shown.1);
    let mut socket = open(address, &[("sec-websocket-protocol", &protocols)]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::WatchMine {}).await;
    embedded.submit(&small("a red hill")).await;
    let url = loop {
        if let ToViewer::Event { event: Event::Output { output }, .. } = told(&mut socket).await {
            break output.url;
        }
    };
    assert_eq!(house.get(&format!("/{url}")).await.status, 200, "{url}");
}

// safety 12
#[tokio::test]
async fn nobody_hears_of_anothers_job() {
    let house = House::quiet().await;
    let (mine, other) = (house.visitor().await, house.visitor().await);
    let address = house.listen().await;
    let job: wire::Job = mine.submit(&small("x")).await.json();
    let mut socket = open(address, &[("cookie", &cookie(&other))]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::WatchMine {}).await;
    say(&mut socket, &FromViewer::Watch { job: job.id, after: None }).await;
    assert_eq!(told(&mut socket).await, ToViewer::Gone { job: job.id });
    say(&mut socket, &FromViewer::Cancel { job: job.id }).await;
    assert!(matches!(told(&mut socket).await, ToViewer::Refused { job: Some(_), .. }));
}

#[tokio::test]
async fn whoever_watches_a_job_can_stop_it() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let job: wire::Job = visitor.submit(&small("x")).await.json();
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::Watch { job: job.id, after: None }).await;
    say(&mut socket, &FromViewer::Cancel { job: job.id }).await;
    let status = loop {
        match told(&mut socket).await {
            ToViewer::Event { event: Event::Finished { status, .. }, .. } => break status,
            ToViewer::Refused { message, .. } => panic!("{message}"),
            _ => (),
        }
    };
    assert_eq!(status, JobStatus::Canceled);
    let job: wire::Job = visitor.get(&format!("/api/parlor/v1/jobs/{}", job.id)).await.json();
    assert_eq!(job.status, JobStatus::Canceled);
}

#[tokio::test]
async fn a_job_that_is_not_watched_any_more_is_told_of_no_more() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let [one, two]: [wire::Job; 2] =
        [visitor.submit(&small("x")).await.json(), visitor.submit(&small("y")).await.json()];
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    told(&mut socket).await;
    for job in [one.id, two.id] {
        say(&mut socket, &FromViewer::Watch { job, after: None }).await;
        assert!(
            matches!(told(&mut socket).await, ToViewer::Snapshot { job: told } if told.id == job)
        );
    }
    say(&mut socket, &FromViewer::Unwatch { job: one.id }).await;
    for job in [one.id, two.id] {
        say(&mut socket, &FromViewer::Cancel { job }).await;
    }
    loop {
        match told(&mut socket).await {
            ToViewer::Event { job, event, .. } => {
                assert_eq!(job, two.id, "{event:?}");
                if matches!(event, Event::Finished { .. }) {
                    break;
                }
            }
            ToViewer::Position { job, .. } => assert_eq!(job, two.id),
            other => panic!("unexpected {other:?}"),
        }
    }
    let one: wire::Job = visitor.get(&format!("/api/parlor/v1/jobs/{}", one.id)).await.json();
    assert_eq!(one.status, JobStatus::Canceled, "it was stopped all the same");
}

// safety 16
#[tokio::test]
async fn a_key_that_only_reads_watches_and_stops_nothing() {
    let house = House::with(&["--open=false"]).await;
    let owner = house.owner().await;
    let key = owner.key(serde_json::json!({"name": "screen", "scope": "read"})).await;
    let address = house.listen().await;
    let job: wire::Job = owner.submit(&small("x")).await.json();
    let mut socket = open(address, &[("x-api-key", &key.secret)]).await.unwrap();
    told(&mut socket).await;
    say(&mut socket, &FromViewer::Watch { job: job.id, after: None }).await;
    assert!(matches!(told(&mut socket).await, ToViewer::Snapshot { .. }));
    say(&mut socket, &FromViewer::Cancel { job: job.id }).await;
    let ToViewer::Refused { job: Some(about), message } = told(&mut socket).await else {
        panic!("it was not refused")
    };
    assert!(about == job.id && message.contains("read"), "{message}");
    let job: wire::Job = owner.get(&format!("/api/parlor/v1/jobs/{}", job.id)).await.json();
    assert_eq!(job.status, JobStatus::Queued);
}

#[tokio::test]
async fn what_cannot_be_understood_is_said_so() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut socket = open(address, &[]).await.unwrap();
    told(&mut socket).await;
    for said in [
        r#"{"type":"sing"}"#,
        r#"{"type":"watch_mine","job":null}"#,
        r#"["watch_mine"]"#,
        r#" ["cancel","00000000-0000-0000-0000-000000000000"]"#,
    ] {
        socket.send(Message::text(said)).await.unwrap();
        let answer = told(&mut socket).await;
        assert!(matches!(answer, ToViewer::Refused { job: None, .. }), "{said}: {answer:?}");
    }
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert!(matches!(told(&mut socket).await, ToViewer::Refused { job: None, .. }));
    for _ in 0..17 {
        let job = JobId(uuid::Uuid::new_v4());
        say(&mut socket, &FromViewer::Watch { job, after: None }).await;
        assert_eq!(told(&mut socket).await, ToViewer::Gone { job });
    }
}

// safety 19
#[tokio::test]
async fn a_page_of_another_site_may_not_listen() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let asked = [("origin", "https://evil.example"), ("cookie", &cookie(&visitor))];
    let Err(Error::Http(refused)) = open(address, &asked).await else { panic!("let in") };
    assert_eq!(refused.status(), 403);
    let own = format!("http://{address}");
    assert!(open(address, &[("origin", &own)]).await.is_ok());
}

// safety 19
#[tokio::test]
async fn a_message_over_64_kib_ends_the_conversation() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut socket = open(address, &[]).await.unwrap();
    told(&mut socket).await;
    socket.send(Message::text("x".repeat((64 << 10) + 1))).await.unwrap();
    assert_eq!(goodbye(&mut socket).await, CloseCode::Size);
}

// safety 19
#[tokio::test]
async fn who_does_not_answer_a_ping_is_gone() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "GET /api/parlor/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    while !said.windows(5).any(|at| at == b"hello") {
        assert!(stream.read_buf(&mut said).await.unwrap() > 0, "it hung up");
    }
    // From here on the clock jumps to the next deadline when nothing happens.
    tokio::time::pause();
    let _ = stream.read_to_end(&mut said).await;
    assert!(said.windows(2).any(|at| at == [0x89, 0]), "it was asked whether it is there");
    tokio::time::resume();
    drop(stream);
    while !house.app.metrics.render().unwrap().contains("parlor_viewers 0") {
        tokio::task::yield_now().await;
    }
}

// safety 37
#[tokio::test]
async fn a_house_that_closes_tells_its_viewers_when_to_come_back() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let mut socket = open(address, &[]).await.unwrap();
    told(&mut socket).await;
    house.app.shutdown.start();
    assert!(matches!(told(&mut socket).await, ToViewer::Restarting { after_ms: 1000..=2000 }));
    assert_eq!(goodbye(&mut socket).await, CloseCode::Restart);
    house.app.shutdown.finished().await;
    let metrics = house.app.metrics.render().unwrap();
    assert!(metrics.contains("parlor_viewers 0"), "{metrics}");
}

// safety 22
#[tokio::test]
async fn what_is_said_counts_like_what_is_asked() {
    let flags = ["--public-url", "http://art.example.org", "--open", "--guest-requests", "4"];
    let house = House::with(&flags).await;
    let visitor = house.visitor().await;
    let address = house.listen().await;
    let mut socket = open(address, &[("cookie", &cookie(&visitor))]).await.unwrap();
    told(&mut socket).await;
    let nothing = FromViewer::Watch { job: JobId(uuid::Uuid::nil()), after: None };
    let mut let_in = 0;
    let refused = loop {
        say(&mut socket, &nothing).await;
        match told(&mut socket).await {
            ToViewer::Refused { message, .. } => break message,
            _ => let_in += 1,
        }
        assert!(let_in <= 4, "nobody stops it");
    };
    assert!(refused.contains("too often"), "{refused}");
}
