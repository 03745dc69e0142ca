//! "ComfyUI Serverless API": what was said of a task, tasks that are begun twice, and runs that end badly.

use axum::http::{Request, StatusCode};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use wire::JobList;

use super::house::{API, House, Visitor, cookie, post};
use super::serverless::{DOOR, empty, inverts, kinds, painted, refusal, results, status, with};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn socket(house: &House, visitor: &Visitor<'_>) -> Socket {
    let address = house.listen().await;
    let mut request = format!("ws://{address}{DOOR}/ws").into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie(visitor).parse().unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

/// Every message until the last of a run, or a refusal.
async fn until_last(socket: &mut Socket) -> Vec<Value> {
    let mut told: Vec<Value> = Vec::new();
    loop {
        let packet = socket.next().await.expect("the socket stays open").unwrap();
        if let Packet::Text(text) = packet {
            told.push(serde_json::from_str(&text).unwrap());
            let kind = told.last().unwrap()["type"].as_str().unwrap().to_owned();
            if ["serverless_api", "error"].contains(&&*kind) {
                return told;
            }
        }
    }
}

/// The messages of a stream.
fn streamed(text: &str) -> Vec<Value> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whatever it saves, it fails before.
fn fails() -> Value {
    let mut graph = empty(1);
    let fail = json!({ "image": ["1", 0], "message": "told to fail" });
    graph["5"] = json!({ "class_type": "ParlorTestFail", "inputs": fail });
    graph["9"]["inputs"]["images"] = json!(["5", 0]);
    graph
}

/// It ends as the jobs of a server do that did not end well, and the last message says why.
fn ends_badly(messages: &[Value], (ending, word): (&str, &str)) {
    let all = kinds(messages);
    let end = [ending, "status", "executing", "serverless_api"];
    assert_eq!(all[all.len() - 4..], end, "{all:?}");
    let last = messages.last().unwrap();
    assert!(results(last).is_empty(), "{last}");
    assert_eq!(last["data"]["error"]["status"], word, "{last}");
}

// safety 33
#[tokio::test]
async fn a_task_that_is_sent_several_times_at_once_is_one_job() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let headers = [("x-fc-invocation-type", "Async"), ("x-fc-trace-id", "task-7")];
    let begin = || me.send(with(post(&format!("{DOOR}/run"), &empty(-1)), &headers));
    let answers = futures_util::future::join_all((0..8).map(|_| begin())).await;
    let jobs: Vec<Value> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
            assert_eq!(answer.header("x-fc-request-id"), "task-7");
            answer.json::<Value>()["prompt_id"].clone()
        })
        .collect();
    assert!(jobs.iter().all(|job| *job == jobs[0]), "{jobs:?}");
    assert_eq!(me.get(&format!("{API}/jobs")).await.json::<JobList>().total, 1);
}

#[tokio::test]
async fn the_status_tells_every_node_what_it_showed_under_its_own_keys() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut graph = painted(3);
    let sound = json!({ "duration": 1.0, "sample_rate": 8000, "channels": 1 });
    graph["10"] = json!({ "class_type": "EmptyAudio", "inputs": sound });
    let saved = json!({ "audio": ["10", 0], "filename_prefix": "tone" });
    graph["11"] = json!({ "class_type": "SaveAudio", "inputs": saved });
    let words = json!({ "class_type": "PrimitiveString", "inputs": { "value": "some words" } });
    graph["12"] = words;
    graph["13"] = json!({ "class_type": "PreviewAny", "inputs": { "source": ["12", 0] } });
    let headers = [("x-fc-invocation-type", "Async"), ("x-fc-trace-id", "kinds")];
    let answer = me.send(with(post(&format!("{DOOR}/run"), &graph), &headers)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let job = answer.json::<Value>()["prompt_id"].as_str().unwrap().to_owned();
    me.get(&format!("{API}/jobs/{job}/events")).await;
    let told = status(&me, "kinds").await;
    let all = kinds(&told);
    assert_eq!(all.iter().filter(|kind| **kind == "executed").count(), 3, "{all:?}");
    for kind in ["progress_state", "executing", "progress"] {
        assert!(all.contains(&kind), "{kind} is not in {all:?}");
    }
    let shown = |node: &str| {
        let executed =
            told.iter().find(|one| one["type"] == "executed" && one["data"]["node"] == node);
        executed.unwrap_or_else(|| panic!("{node} showed nothing: {told:?}"))["data"]["output"]
            .clone()
    };
    assert!(shown("7")["images"][0]["filename"].is_string(), "{}", shown("7"));
    assert!(shown("11")["audio"][0]["filename"].as_str().unwrap().starts_with("tone"));
    assert_eq!(shown("13")["text"][0], "some words");
    let sampled = told.iter().find(|one| one["type"] == "progress").unwrap();
    assert_eq!((&sampled["data"]["value"], &sampled["data"]["max"]), (&json!(4), &json!(4)));
    // Also what history was told to forget.
    me.post("/history", &json!({ "clear": true })).await;
    assert_eq!(status(&me, "kinds").await, told);
}

// safety 19
#[tokio::test]
async fn a_picture_comes_within_the_graph_over_a_socket_too() {
    use base64::Engine as _;

    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut socket = socket(&house, &me).await;
    let noise = image::RgbImage::from_fn(256, 256, |x, y| {
        let value = (x + 256 * y).wrapping_mul(2_654_435_761);
        image::Rgb([(value >> 24) as u8, (value >> 16) as u8, (value >> 8) as u8])
    });
    let mut picture = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let inline = base64::prelude::BASE64_STANDARD.encode(picture.into_inner());
    assert!(inline.len() > 200_000, "larger than other sockets read");
    socket.send(Packet::text(inverts(&inline).to_string())).await.unwrap();
    let told = until_last(&mut socket).await;
    assert_eq!(results(told.last().unwrap()).len(), 1, "{told:?}");

    // More than over HTTP is read from nobody.
    let small = House::working_with(&["--max-upload-mb", "1"]).await;
    small.is_known().await;
    let me = small.visitor().await;
    let mut socket = self::socket(&small, &me).await;
    let large = inverts(&"A".repeat(4 << 20)).to_string();
    let sent = socket.send(Packet::text(large)).await;
    let closed = loop {
        match socket.next().await {
            Some(Ok(Packet::Close(Some(frame)))) => break Some(u16::from(frame.code)),
            Some(Ok(_)) => (),
            Some(Err(_)) | None => break None,
        }
    };
    assert!(closed == Some(1009) || sent.is_err(), "{closed:?}");
}

#[tokio::test]
async fn a_run_that_fails_is_no_success_by_any_way() {
    let house = House::failing(&[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let answer = me.post(&format!("{DOOR}/run"), &fails()).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{}", answer.text());
    let last: Value = answer.json();
    assert!(results(&last).is_empty());
    assert_eq!(last["data"]["error"]["status"], "failed");
    assert!(last["data"]["error"]["message"].is_string(), "{last}");

    let stream = me.post(&format!("{DOOR}/run?stream=true"), &fails()).await;
    ends_badly(&streamed(&stream.text()), ("execution_error", "failed"));

    let mut socket = socket(&house, &me).await;
    socket.send(Packet::text(fails().to_string())).await.unwrap();
    ends_badly(&until_last(&mut socket).await, ("execution_error", "failed"));

    let headers = [("x-fc-invocation-type", "Async"), ("x-fc-trace-id", "bad")];
    let begun = me.send(with(post(&format!("{DOOR}/run"), &fails()), &headers)).await;
    let job = begun.json::<Value>()["prompt_id"].as_str().unwrap().to_owned();
    me.get(&format!("{API}/jobs/{job}/events")).await;
    ends_badly(&status(&me, "bad").await, ("execution_error", "failed"));
}

/// Stops whatever of theirs is not over.
async fn stop_all(visitor: &Visitor<'_>) {
    loop {
        let list: JobList = visitor.get(&format!("{API}/jobs")).await.json();
        let running = list.jobs.iter().find(|job| job.status == wire::JobStatus::Running);
        if let Some(job) = running {
            visitor.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await;
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_says_so_by_any_way() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let (uri, graph) = (format!("{DOOR}/run"), painted(5));
    let (answer, ()) = tokio::join!(me.post(&uri, &graph), stop_all(&me));
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
    assert_eq!(answer.json::<Value>()["data"]["error"]["status"], "canceled");

    let streams = format!("{uri}?stream=true");
    let (stream, ()) = tokio::join!(me.post(&streams, &graph), stop_all(&me));
    ends_badly(&streamed(&stream.text()), ("execution_interrupted", "canceled"));

    let mut socket = socket(&house, &me).await;
    socket.send(Packet::text(graph.to_string())).await.unwrap();
    let (told, ()) = tokio::join!(until_last(&mut socket), stop_all(&me));
    ends_badly(&told, ("execution_interrupted", "canceled"));
}

/// Deletes what runs, as soon as it does.
async fn delete_running(visitor: &Visitor<'_>) {
    loop {
        let list: JobList = visitor.get(&format!("{API}/jobs?status=running")).await.json();
        if let Some(job) = list.jobs.first() {
            let deleted = visitor.call("DELETE", &format!("{API}/jobs/{}", job.id)).await;
            assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text());
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_run_whose_job_was_deleted_is_not_there_any_more() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let (uri, graph) = (format!("{DOOR}/run"), painted(5));
    let (answer, ()) = tokio::join!(me.post(&uri, &graph), delete_running(&me));
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    assert_eq!(refusal(&answer)["error"]["type"], "not_found");
    assert_eq!(answer.header("retry-after"), "", "there is nothing to wait for");

    let mut socket = socket(&house, &me).await;
    socket.send(Packet::text(painted(6).to_string())).await.unwrap();
    let (told, ()) = tokio::join!(until_last(&mut socket), delete_running(&me));
    let last = told.last().unwrap();
    assert_eq!(
        (&last["type"], &last["data"]["error"]["type"]),
        (&json!("error"), &json!("not_found"))
    );
}

#[tokio::test]
async fn a_graph_that_comes_while_another_runs_waits_and_a_third_is_refused() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut socket = socket(&house, &me).await;
    for seed in 1..=3 {
        socket.send(Packet::text(painted(seed).to_string())).await.unwrap();
    }
    let told = until_last(&mut socket).await;
    let refused = told.last().unwrap();
    assert_eq!(refused["data"]["error"]["type"], "too_many", "{refused}");
    let mut jobs = Vec::new();
    for _ in 0..2 {
        let (told, ()) = tokio::join!(until_last(&mut socket), stop_all(&me));
        assert!(results(told.last().unwrap()).is_empty());
        jobs.push(told.last().unwrap()["data"]["prompt_id"].clone());
    }
    assert_ne!(jobs[0], jobs[1]);
    let list: JobList = me.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.total, 2);
    assert_eq!(json!(list.jobs[0].id), jobs[1], "the second is answered second");
}

#[tokio::test]
async fn who_waits_no_longer_is_told_where_the_job_is_found() {
    let house = House::engaged(60_000, &[]).await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut request: Request<_> = post(&format!("{DOOR}/run"), &painted(6));
    request.headers_mut().insert("prefer", "wait=0".parse().unwrap());
    let late = me.send(request).await;
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT, "{}", late.text());
    let told: Value = late.json();
    assert!(told["error"].is_string(), "{told}");
    let job = told["prompt_id"].as_str().unwrap();
    assert!(!status(&me, job).await.is_empty(), "it goes on");
    stop_all(&me).await;
}
