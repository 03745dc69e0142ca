//! What a bare server does and a house before it does not, because it is one
//! world for everybody there: one count of prompts, names that clients choose for
//! files, one cache, one table of sockets. A house is not asked: docs/api.md tells
//! how it differs.

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Server, Socket, Story, fresh_colour, fresh_id, plain};

/// The server, unless it is a house of Parlor's.
fn bare(server: Server) -> Option<Server> {
    if server.is_house {
        eprintln!(
            "{} is a house of Parlor's, which is otherwise on purpose: not asked",
            server.url
        );
        return None;
    }
    Some(server)
}

#[tokio::test]
async fn a_newer_socket_of_the_same_client_takes_over() {
    let Some(server) = bare(Server::start().await) else { return };
    let mut first = Socket::open(&server, Some(&fresh_id()), false).await;
    let mut second = Socket::open(&server, Some(&first.client.clone()), false).await;
    let graph = plain(fresh_colour());
    let id = server.queue(&graph, Some(&second.client)).await;
    Story::of(&second.until_end_of(&id).await, &graph).assert_order();

    // The first is still there: it answers. It just is not told anything.
    first.ping().await;
    assert_eq!(first.heard.len(), 1, "{:?}", first.heard);
}

#[tokio::test]
async fn what_is_freed_is_made_again() {
    let Some(server) = bare(Server::start().await) else { return };
    let mut socket = Socket::open(&server, None, false).await;
    let graph = plain(fresh_colour());
    let id = server.queue(&graph, Some(&socket.client)).await;
    socket.until_end_of(&id).await;
    server.forget_what_was_made().await;
    let id = server.queue(&graph, Some(&socket.client)).await;
    let heard = socket.until_end_of(&id).await;
    let cached = heard.iter().find(|heard| heard.kind() == "execution_cached").unwrap();
    assert_eq!(cached.data()["nodes"], json!([]));
}

#[tokio::test]
async fn a_failing_node_is_named_with_what_it_was_given() {
    let Some(server) = bare(Server::start().await) else { return };
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["2"] = json!({"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "../../evil"}});
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    story.assert_order();
    assert_eq!(
        story.lines(),
        [
            "execution_start",
            "execution_cached",
            "1 running",
            "executing 1",
            "1 finished",
            "2 running",
            "executing 2",
            "execution_error",
            "executing nothing",
        ]
    );
    let error = story.ending().data();
    assert_eq!((&error["node_id"], &error["node_type"]), (&json!("2"), &json!("SaveImage")));
    assert_eq!(error["executed"], json!(["1"]));
    assert_eq!(error["current_inputs"]["filename_prefix"], json!(["../../evil"]));

    let entry = server.history(&id).await;
    assert_eq!(entry["status"]["status_str"], "error");
    assert_eq!(entry["status"]["completed"], false);
    let last = entry["status"]["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(last[0], "execution_error");
    let job = server.get(&format!("/api/jobs/{id}")).await;
    assert_eq!(job["status"], "failed");
    assert_eq!(job["execution_error"]["node_id"], "2");
}

#[tokio::test]
async fn ids_do_not_matter_to_what_is_remembered() {
    let Some(server) = bare(Server::start().await) else { return };
    let mut socket = Socket::open(&server, None, false).await;
    let colour = fresh_colour();
    let id = server.queue(&plain(colour), Some(&socket.client)).await;
    let first = Story::of(&socket.until_end_of(&id).await, &plain(colour));
    let renumbered = json!({
        "20": {"class_type": "PreviewImage", "inputs": {"images": ["10", 0]}},
        "10": {"class_type": "EmptyImage", "inputs": {"color": colour, "batch_size": 1, "height": 64, "width": 64}},
    });
    let id = server.queue(&renumbered, Some(&socket.client)).await;
    let second = Story::of(&socket.until_end_of(&id).await, &renumbered);
    assert_eq!(second.cached(), ["10", "20"]);
    assert_eq!(second.shown_by("20"), first.shown_by("2"));
}

#[tokio::test]
async fn saved_pictures_carry_their_graph() {
    let Some(server) = bare(Server::start().await) else { return };
    let mut socket = Socket::open(&server, None, false).await;
    let graph = json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 7}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": format!("conformance/{}", fresh_id())}},
    });
    let request = json!({ "prompt": graph, "client_id": socket.client, "extra_data": {"extra_pnginfo": {"workflow": {"id": "ü"}}} });
    let (_, answer) = server.submit(&request).await;
    let story =
        Story::of(&socket.until_end_of(answer["prompt_id"].as_str().unwrap()).await, &graph);
    let file = story.shown_by("2")["images"][0].clone();
    assert_eq!((&file["subfolder"], &file["type"]), (&json!("conformance"), &json!("output")));
    assert!(file["filename"].as_str().unwrap().ends_with("_00001_.png"));
    let bytes = server.view(&file).await;
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    reader.finish().unwrap();
    let texts = &reader.info().uncompressed_latin1_text;
    let text = |keyword: &str| {
        let text = &texts.iter().find(|chunk| chunk.keyword == keyword).unwrap().text;
        serde_json::from_str::<Value>(text).unwrap()
    };
    assert_eq!(text("prompt"), graph);
    assert_eq!(text("workflow"), json!({"id": "ü"}));
}

#[tokio::test]
async fn the_counter_goes_on_whether_a_prompt_is_accepted_or_not() {
    let Some(server) = bare(Server::start().await) else { return };
    let number = async |request: Value| server.submit(&request).await.1["number"].as_i64();
    let first = number(json!({"prompt": plain(1)})).await.unwrap();
    number(json!({"prompt": {}})).await;
    number(json!({"prompt": plain(1), "number": 77})).await;
    assert_eq!(number(json!({"prompt": plain(1)})).await, Some(first + 2));
    assert_eq!(number(json!({"prompt": plain(1), "front": true})).await, Some(-(first + 3)));
    server.wait_until_idle().await;
}

#[tokio::test]
async fn what_a_browser_would_run_comes_as_an_attachment() {
    let Some(server) = bare(Server::start().await) else { return };
    let upload = async |name: &str, bytes: &[u8]| {
        assert_eq!(server.upload(name, bytes, &[("overwrite", "true")]).await.0, 200);
        format!("/view?filename={name}&type=input")
    };
    let header = |response: &Response, name: HeaderName| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let svg = upload("x.svg", b"<svg/>").await;
    for path in [upload("x.html", b"<script>").await, svg.clone()] {
        let response = server.request(Method::GET, &path).await;
        assert_eq!(header(&response, CONTENT_TYPE), "application/octet-stream");
        assert!(header(&response, CONTENT_DISPOSITION).starts_with("attachment;"));
        assert_eq!(header(&response, X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
    let request = server.http.get(format!("{}{svg}", server.url)).header("sec-fetch-dest", "image");
    assert_eq!(header(&request.send().await.unwrap(), CONTENT_TYPE), "image/svg+xml");
}
