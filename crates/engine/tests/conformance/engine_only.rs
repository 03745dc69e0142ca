//! What only an engine can be asked for: its options, its faults, and the
//! faults of ComfyUI that it does not have. Each test says which; pointed at
//! another server, they ask nothing.

use std::time::Duration;

use comfy::client::{self, Trust};
use engine::{Engine, Options};
use futures_util::StreamExt;
use image::{Rgb, RgbImage};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;

use crate::support::{
    Heard, PATIENCE, Server, Socket, Story, fresh_colour, fresh_id, fresh_seed, plain,
    text_to_picture,
};

/// Whether the tests run against something else than an engine.
pub(crate) fn elsewhere() -> bool {
    std::env::var_os("PARLOR_TEST_COMFYUI").is_some()
}

async fn assert_works(server: &Server) {
    let mut socket = Socket::open(server, None, false).await;
    let graph = plain(fresh_colour());
    let id = server.queue(&graph, Some(&socket.client)).await;
    Story::of(&socket.until_end_of(&id).await, &graph).assert_order();
}

/// ComfyUI itself ends, or runs nothing any more, after these.
#[tokio::test]
async fn requests_that_break_a_comfyui_are_refused_or_harmless() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    for client in [json!([]), json!({}), json!(5)] {
        let (status, answer) =
            server.submit(&json!({ "prompt": plain(1), "client_id": client })).await;
        assert_eq!(
            (status, &answer["error"]["type"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_request"))
        );
        let (status, _) = server
            .submit(&json!({ "prompt": plain(1), "extra_data": { "client_id": client } }))
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let twin = json!({ "prompt": plain(1), "prompt_id": uuid::Uuid::new_v4(), "number": 5 });
    for _ in 0..2 {
        assert_eq!(server.submit(&twin).await.0, StatusCode::OK);
    }
    for poison in [json!({"extra_pnginfo": null}), json!({"extra_pnginfo": {"workflow": null}})] {
        let (status, _) =
            server.submit(&json!({ "prompt": plain(fresh_colour()), "extra_data": poison })).await;
        assert_eq!(status, StatusCode::OK);
    }
    server.wait_until_idle().await;
    assert_eq!(server.get("/api/jobs").await["pagination"]["total"], 3);
    for nonsense in [
        "",
        "5",
        "{",
        r#"{"prompt": NaN}"#,
        r#"{"prompt": {"1": 5}}"#,
        r#"{"prompt": {}, "extra_data": null}"#,
    ] {
        let response =
            server.http.post(format!("{}/prompt", server.url)).body(nonsense).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{nonsense}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["error"]["type"],
            "invalid_request",
            "{nonsense}"
        );
    }
    assert_works(&server).await;
}

/// ComfyUI has no such limits: it would run out of memory.
#[tokio::test]
async fn absurd_graphs_are_refused_before_they_cost_anything() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let mut chain = plain(1);
    for node in 3..5_000 {
        chain[node.to_string()] =
            json!({"class_type": "ImageInvert", "inputs": {"image": [(node - 1).to_string(), 0]}});
    }
    assert_eq!(server.submit(&json!({ "prompt": chain })).await.0, StatusCode::BAD_REQUEST);

    let mut socket = Socket::open(&server, None, false).await;
    let mut huge = plain(1);
    huge["1"]["inputs"] = json!({"width": 16384, "height": 16384, "batch_size": 4096, "color": 1});
    let id = server.queue(&huge, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &huge);
    assert_eq!(story.ending().kind(), "execution_error");
    assert!(story.ending().data()["exception_message"].as_str().unwrap().contains("pixels"));
    assert_works(&server).await;
}

/// ComfyUI forgets the newer socket together with the older.
#[tokio::test]
async fn a_replaced_socket_that_closes_does_not_deafen_the_newer_one() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let first = Socket::open(&server, Some(&fresh_id()), false).await;
    let mut second = Socket::open(&server, Some(&first.client.clone()), false).await;
    first.close().await;
    let graph = plain(fresh_colour());
    let id = server.queue(&graph, Some(&second.client)).await;
    Story::of(&second.until_end_of(&id).await, &graph).assert_order();
}

/// ComfyUI sends to nobody any more while one client does not read.
#[tokio::test]
async fn a_client_that_does_not_read_stops_nobody_and_is_let_go() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let client = fresh_id();
    let address = server.url.replacen("http", "ws", 1);
    let (mut deaf, _) = connect_async(format!("{address}/ws?clientId={client}")).await.unwrap();
    deaf.next().await.unwrap().unwrap();

    // More than the buffers of both ends hold, and then more than its outbox.
    let noise = RgbImage::from_fn(64, 64, |x, y| {
        Rgb([x, y, x * y].map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8))
    });
    let mut png = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let (_, stored) = server.upload("noise.png", &png.into_inner(), &[]).await;
    let flood = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": stored["name"]}},
        "2": {"class_type": "RepeatImageBatch", "inputs": {"image": ["1", 0], "amount": 4000}},
        "3": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["2", 0]}},
    });
    let id = server.queue(&flood, Some(&client)).await;
    assert_works(&server).await;
    assert_eq!(server.history(&id).await["status"]["status_str"], "success");
    let let_go = async { while let Some(Ok(_)) = deaf.next().await {} };
    tokio::time::timeout(PATIENCE, let_go).await.expect("its connection ends");
}

/// These nodes are the engine's own.
#[tokio::test]
async fn test_nodes_sleep_until_interrupted_and_fail_as_told() {
    if elsewhere() {
        return;
    }
    let server = Server::start_with(|options| options.faults.test_nodes = true).await;
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["2"]["inputs"]["images"] = json!(["3", 0]);
    graph["3"] =
        json!({"class_type": "ParlorTestSleep", "inputs": {"image": ["1", 0], "seconds": 3600}});
    let id = server.queue(&graph, Some(&socket.client)).await;
    socket
        .wait_for("the sleeper", |heard| heard.kind() == "executing" && heard.data()["node"] == "3")
        .await;
    server.post("/interrupt", &json!({})).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_interrupted");

    graph["3"] = json!({"class_type": "ParlorTestFail", "inputs": {"image": ["1", 0], "message": "as told"}});
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().data()["exception_message"], "as told\n");
    assert_eq!(story.ending().data()["node_type"], "ParlorTestFail");
}

/// An engine can be told to stall.
#[tokio::test]
async fn a_stalled_engine_answers_but_gets_nowhere_and_still_stops() {
    if elsewhere() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path());
    options.faults.stall_after_steps = Some(2);
    let engine = Engine::start(options).await.unwrap();
    let (mut socket, _) =
        connect_async(format!("{}/ws?clientId=me", engine.url().replacen("http", "ws", 1)))
            .await
            .unwrap();
    let http = client::builder(&Trust::nobody()).build().unwrap();
    let graph = json!({
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "parlor-painter.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "sea", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "5": {"class_type": "KSampler", "inputs": {
            "seed": 1, "steps": 9, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0], "latent_image": ["4", 0]}},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "PreviewImage", "inputs": {"images": ["6", 0]}},
    });
    let request = json!({ "prompt": graph, "client_id": "me" });
    http.post(format!("{}/prompt", engine.url())).json(&request).send().await.unwrap();
    loop {
        let message = socket.next().await.unwrap().unwrap().into_text().unwrap_or_default();
        let message: Value = serde_json::from_str(&message).unwrap_or_default();
        if Heard::Text(message).is_step(2) {
            break;
        }
    }
    http.post(format!("{}/interrupt", engine.url())).send().await.unwrap();
    let queue: Value =
        http.get(format!("{}/prompt", engine.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!(queue["exec_info"]["queue_remaining"], 1);
    tokio::time::timeout(Duration::from_secs(30), engine.stop())
        .await
        .expect("it stops though it stalls");
}

/// An engine can be stopped and started from within.
#[tokio::test]
async fn stopping_says_goodbye_and_frees_the_port_and_keeps_the_outputs() {
    if elsewhere() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(Options::new(folder.path())).await.unwrap();
    let address = engine.address();
    let (mut socket, _) = connect_async(format!("ws://{address}/ws")).await.unwrap();
    socket.next().await.unwrap().unwrap();
    std::fs::write(folder.path().join("output/kept.png"), "x").unwrap();
    engine.stop().await;
    let goodbye = socket.next().await.unwrap().unwrap();
    assert!(goodbye.is_close(), "{goodbye:?}");
    let again =
        Engine::start(Options { listen: address, ..Options::new(folder.path()) }).await.unwrap();
    assert!(folder.path().join("output/kept.png").exists());
    again.stop().await;
}

/// An engine can be told to die.
#[tokio::test]
async fn dying_cuts_every_connection_in_the_middle() {
    if elsewhere() {
        return;
    }
    let server = Server::start_with(|options| options.faults.die_after_steps = Some(3)).await;
    let mut socket = Socket::open(&server, None, false).await;
    server.queue(&text_to_picture(&server, fresh_seed(), 50), Some(&socket.client)).await;
    let end = loop {
        if let end @ Heard::End(_) = socket.next().await {
            break end;
        }
    };
    assert_eq!(end, Heard::End(None), "without a goodbye");
    assert!(server.http.get(format!("{}/prompt", server.url)).send().await.is_err());
}

/// An engine can be given a wrong folder.
#[tokio::test]
async fn a_taken_port_and_an_impossible_folder_are_said_in_words() {
    if elsewhere() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(Options::new(folder.path().join("one"))).await.unwrap();
    let taken = Options { listen: engine.address(), ..Options::new(folder.path().join("two")) };
    let error = Engine::start(taken).await.unwrap_err();
    assert!(format!("{error:#}").contains("choose another port"), "{error:#}");

    std::fs::write(folder.path().join("file"), "x").unwrap();
    let error = Engine::start(Options::new(folder.path().join("file"))).await.unwrap_err();
    assert!(format!("{error:#}").contains("cannot use the folder"), "{error:#}");
}
