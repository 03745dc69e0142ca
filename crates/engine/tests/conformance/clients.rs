//! Several clients, none, and the same one twice: ComfyUI protocol notes §4.

use comfy::Frame;
use serde_json::json;

use crate::support::{
    Heard, Server, Socket, Story, fresh_colour, fresh_id, fresh_seed, plain, text_to_picture,
};

#[tokio::test]
async fn each_client_hears_of_its_own_prompts_and_all_of_the_queue() {
    let server = Server::start().await;
    let mut owner = Socket::open(&server, None, true).await;
    let mut other = Socket::open(&server, None, false).await;
    let graph = text_to_picture(&server, fresh_seed(), 2);
    let id = server.queue(&graph, Some(&owner.client)).await;
    Story::of(&owner.until_end_of(&id).await, &graph).assert_order();
    let heard = other.until_idle().await;
    assert!(heard.iter().all(|heard| heard.kind() == "status"), "{heard:?}");
}

#[tokio::test]
async fn a_prompt_of_nobody_tells_everybody_its_progress_in_the_old_form() {
    let server = Server::start().await;
    let mut modern = Socket::open(&server, None, true).await;
    let mut plain = Socket::open(&server, None, false).await;
    let graph = text_to_picture(&server, fresh_seed(), 2);
    let id = server.queue(&graph, None).await;
    for socket in [&mut modern, &mut plain] {
        let heard = socket.until_idle().await;
        let kinds: Vec<_> =
            heard.iter().map(Heard::kind).filter(|kind| *kind != "status").collect();
        assert!(
            kinds.iter().all(|kind| ["progress_state", "progress", "frame"].contains(kind)),
            "{kinds:?}"
        );
        let previews = Story::of(&heard, &graph).frames().into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(previews.len(), 2);
        assert!(previews.iter().all(|frame| matches!(frame, Frame::Preview { .. })));
    }
    assert_eq!(server.history(&id).await["status"]["status_str"], "success");
}

#[tokio::test]
async fn the_failure_of_a_prompt_of_nobody_is_told_to_nobody() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let graph = json!({"1": {"class_type": "PreviewImage", "inputs": {"images": 5}}});
    let id = server.queue(&graph, None).await;
    let heard = socket.until_idle().await;
    assert!(
        heard.iter().all(|heard| ["status", "progress_state"].contains(&heard.kind())),
        "{heard:?}"
    );
    assert_eq!(server.history(&id).await["status"]["status_str"], "error");
}

#[tokio::test]
async fn texts_of_nodes_go_to_everybody() {
    let server = Server::start().await;
    let mut owner = Socket::open(&server, None, true).await;
    let mut other = Socket::open(&server, None, false).await;
    let mut graph = plain(fresh_colour());
    graph["3"] = json!({"class_type": "GetImageSize", "inputs": {"image": ["1", 0]}});
    graph["4"] = json!({"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}});
    let id = server.queue(&graph, Some(&owner.client)).await;
    let story = Story::of(&owner.until_end_of(&id).await, &graph);
    assert_eq!(story.shown_by("4"), json!({"text": ["64"]}));
    let heard = other.until_idle().await;
    let text =
        Frame::Text { node: "3".into(), text: "width: 64, height: 64\n batch size: 1".into() };
    assert!(heard.contains(&Heard::Frame(text.clone())), "{heard:?}");
    assert!(story.frames().contains(&&text));
}

#[tokio::test]
async fn who_comes_back_in_the_middle_is_told_the_node_and_hears_the_rest() {
    let server = Server::start_slow().await;
    let mut first = Socket::open(&server, Some(&fresh_id()), true).await;
    let graph = text_to_picture(&server, fresh_seed(), 30);
    let id = server.queue(&graph, Some(&first.client)).await;
    first.wait_for("the sampler", |heard| heard.is_step(2)).await;
    let client = first.client.clone();
    first.close().await;

    let mut second = Socket::open(&server, Some(&client), true).await;
    let heard = second.until_end_of(&id).await;
    let executing = heard.iter().find(|heard| heard.kind() == "executing").unwrap();
    assert_eq!(*executing.data(), json!({"node": "5"}), "without prompt and display node");
    assert!(heard.iter().any(|heard| heard.kind() == "execution_success"));
    assert!(heard.iter().all(|heard| heard.kind() != "execution_start"), "nothing is replayed");
}

#[tokio::test]
async fn odd_first_messages_harm_nothing() {
    let server = Server::start().await;
    for odd in ["[]", "5", "null", "not json", "{}"] {
        let mut socket = Socket::open(&server, None, false).await;
        socket.say(odd).await;
        let graph = plain(fresh_colour());
        let id = server.queue(&graph, Some(&socket.client)).await;
        Story::of(&socket.until_end_of(&id).await, &graph).assert_order();
    }
}

#[tokio::test]
async fn only_the_first_message_can_ask_for_flags() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    socket.say("{}").await;
    socket
        .say(
            &json!({"type": "feature_flags", "data": {"supports_preview_metadata": true}})
                .to_string(),
        )
        .await;
    socket.ping().await;
    let graph = text_to_picture(&server, fresh_seed(), 1);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let heard = socket.until_end_of(&id).await;
    assert!(heard.iter().all(|heard| heard.kind() != "feature_flags"));
    assert!(matches!(Story::of(&heard, &graph).frames()[..], [Frame::Preview { .. }]));
}

#[tokio::test]
async fn any_text_is_a_client_id_and_none_is_given_one() {
    let server = Server::start().await;
    let named = Socket::open(&server, Some("a%20b%2Fc"), false).await;
    assert_eq!(named.client, "a b/c");
    for nobody in [None, Some("")] {
        let given = Socket::open(&server, nobody, false).await;
        assert!(
            given.client.len() == 32 && given.client.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{}",
            given.client
        );
    }
}
