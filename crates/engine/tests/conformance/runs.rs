//! Runs from beginning to end: ComfyUI protocol notes §4.2 and §4.3.

use comfy::Frame;
use comfy::message::ImageFormat;
use serde_json::{Value, json};

use crate::support::{
    Heard, Server, Socket, Story, fresh_colour, fresh_seed, plain, text_to_picture,
};

#[tokio::test]
async fn a_picture_is_made_step_by_step_with_named_previews() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, true).await;
    let graph = text_to_picture(&server, fresh_seed(), 3);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let heard = socket.until_end_of(&id).await;

    let queue: Vec<_> = heard.iter().skip(1).filter_map(Heard::queue).collect();
    assert_eq!(queue, [1, 1, 0], "told when queued, when begun and when over");
    let story = Story::of(&heard, &graph);
    story.assert_order();
    let lines = story.lines();
    let sampling = lines.iter().position(|line| line == "executing 5").unwrap();
    assert_eq!(
        lines[sampling - 1..],
        [
            "5 running",
            "executing 5",
            "5 running",
            "preview of 5",
            "progress 1 of 3",
            "5 running",
            "preview of 5",
            "progress 2 of 3",
            "5 running",
            "preview of 5",
            "progress 3 of 3",
            "5 finished",
            "6 running",
            "executing 6",
            "6 finished",
            "7 running",
            "executing 7",
            "executed 7",
            "7 finished",
            "execution_success",
            "executing nothing",
        ]
    );
    for frame in story.frames() {
        let Frame::PreviewWithMetadata { meta, image } = frame else { panic!("{frame:?}") };
        assert_eq!((meta.prompt_id.as_str(), meta.display_node_id.as_str()), (id.as_str(), "5"));
        assert_eq!(meta.image_type, ImageFormat::Jpeg);
        let preview = image::load_from_memory_with_format(image, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((preview.width(), preview.height()), (512, 512), "small pictures are enlarged");
    }
    let entry = server.history(&id).await;
    assert_eq!(entry["status"]["status_str"], "success");
    assert_eq!(entry["outputs"]["7"], story.shown_by("7"));
}

#[tokio::test]
async fn a_client_that_did_not_ask_gets_plain_previews_after_the_progress() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let graph = text_to_picture(&server, fresh_seed(), 2);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    story.assert_order();
    let lines = story.lines();
    let sampling = lines.iter().position(|line| line == "executing 5").unwrap();
    let steps = [
        "5 running",
        "progress 1 of 2",
        "preview",
        "5 running",
        "progress 2 of 2",
        "preview",
        "5 finished",
    ];
    assert_eq!(lines[sampling + 1..sampling + 8], steps);
    assert!(
        story
            .frames()
            .iter()
            .all(|frame| matches!(frame, Frame::Preview { format: ImageFormat::Jpeg, .. }))
    );
}

#[tokio::test]
async fn a_prompt_can_ask_for_no_previews() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, true).await;
    let graph = text_to_picture(&server, fresh_seed(), 2);
    let request = json!({ "prompt": graph, "client_id": socket.client, "extra_data": { "preview_method": "none" } });
    let (_, answer) = server.submit(&request).await;
    let story =
        Story::of(&socket.until_end_of(answer["prompt_id"].as_str().unwrap()).await, &graph);
    assert!(story.frames().is_empty());
    assert!(story.lines().contains(&"progress 2 of 2".to_owned()));
}

#[tokio::test]
async fn what_was_made_is_not_made_again() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let graph = text_to_picture(&server, fresh_seed(), 2);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let first = Story::of(&socket.until_end_of(&id).await, &graph);

    let id = server.queue(&graph, Some(&socket.client)).await;
    let again = Story::of(&socket.until_end_of(&id).await, &graph);
    again.assert_order();
    assert_eq!(again.cached(), ["1", "2", "3", "4", "5", "6", "7"]);
    let expected = [
        "execution_start",
        "execution_cached",
        "executed 7",
        "7 finished",
        "execution_success",
        "executing nothing",
    ];
    assert_eq!(again.lines(), expected);
    let [one, other] = [&first, &again].map(|story| story.shown_by("7")["images"][0].clone());
    assert_eq!(server.view(&one).await, server.view(&other).await, "nothing new is made");

    let mut changed = graph.clone();
    changed["5"]["inputs"]["seed"] = json!(fresh_seed());
    let id = server.queue(&changed, Some(&socket.client)).await;
    let partly = Story::of(&socket.until_end_of(&id).await, &changed);
    partly.assert_order();
    assert_eq!(partly.cached(), ["1", "2", "3", "4"]);
    assert_eq!(partly.begun(), ["5", "6", "7"]);
    assert_ne!(partly.shown_by("7"), first.shown_by("7"));
}

#[tokio::test]
async fn a_value_where_a_link_belongs_fails_when_it_runs() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let graph = json!({"1": {"class_type": "PreviewImage", "inputs": {"images": 5}}});
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_error");
    assert_eq!(story.ending().data()["node_id"], "1");
}

#[tokio::test]
async fn pictures_for_the_socket_come_as_png_and_are_kept_nowhere() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, true).await;
    let graph = json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 80, "height": 48, "batch_size": 2, "color": fresh_colour()}},
        "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}},
    });
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    let lines = story.lines();
    let saving = lines.iter().position(|line| line == "executing 2").unwrap();
    let expected = [
        "2 running",
        "preview of 2",
        "progress 0 of 2",
        "2 running",
        "preview of 2",
        "progress 1 of 2",
        "2 finished",
        "execution_success",
        "executing nothing",
    ];
    assert_eq!(lines[saving + 1..], expected);
    for frame in story.frames() {
        let (format, bytes) = frame.image().unwrap();
        assert_eq!(format, ImageFormat::Png);
        assert_eq!(image::load_from_memory(bytes).unwrap().width(), 80);
    }
    assert_eq!(server.history(&id).await["outputs"], json!({}));
}

#[tokio::test]
async fn a_batch_is_told_at_once() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["1"]["inputs"]["batch_size"] = json!(3);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    let shown = story.shown_by("2");
    let names: Vec<_> =
        shown["images"].as_array().unwrap().iter().map(|file| &file["filename"]).collect();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|name: &&Value| name.as_str().unwrap().starts_with("ComfyUI_temp_")));
    assert_eq!(shown["images"][0]["type"], "temp");
}

#[tokio::test]
async fn only_the_outputs_that_are_asked_for_run() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["3"] = json!({"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}});
    let request =
        json!({ "prompt": graph, "client_id": socket.client, "partial_execution_targets": ["3"] });
    let (_, answer) = server.submit(&request).await;
    let story =
        Story::of(&socket.until_end_of(answer["prompt_id"].as_str().unwrap()).await, &graph);
    assert_eq!(story.begun(), ["1", "3"]);
}
