//! Stopping what runs, dropping what waits, and what of that is first: ComfyUI protocol notes §3 and §8.

use serde_json::{Value, json};

use crate::support::{
    Heard, Server, Socket, Story, fresh_colour, fresh_seed, plain, text_to_picture,
};

/// Long enough to be met at work.
const LONG: u32 = 60;

pub(crate) async fn start_long(server: &Server, socket: &mut Socket) -> (String, Value) {
    let graph = text_to_picture(server, fresh_seed(), LONG);
    let id = server.queue(&graph, Some(&socket.client)).await;
    socket.heard.clear();
    socket.wait_for("the sampler", |heard| heard.is_step(2)).await;
    (id, graph)
}

fn assert_interrupted(heard: &[Heard], graph: &Value) {
    let story = Story::of(heard, graph);
    assert_eq!(story.ending().kind(), "execution_interrupted");
    let data = story.ending().data();
    assert_eq!((&data["node_id"], &data["node_type"]), (&json!("5"), &json!("KSampler")));
    assert!(!story.lines().contains(&format!("progress {LONG} of {LONG}")));
}

#[tokio::test]
async fn an_interrupt_ends_the_sampler_at_its_next_step() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (id, graph) = start_long(&server, &mut socket).await;
    server.post("/interrupt", &json!({})).await;
    let heard = socket.until_end_of(&id).await;
    assert_interrupted(&heard, &graph);
    let entry = server.history(&id).await;
    assert_eq!(entry["status"]["status_str"], "error");
    assert_eq!(
        entry["status"]["messages"].as_array().unwrap().last().unwrap()[0],
        "execution_interrupted"
    );
    assert_eq!(server.get(&format!("/api/jobs/{id}")).await["status"], "cancelled");
}

#[tokio::test]
async fn an_interrupt_that_names_another_prompt_does_nothing() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (id, graph) = start_long(&server, &mut socket).await;
    server.post("/interrupt", &json!({ "prompt_id": uuid::Uuid::new_v4() })).await;
    socket.heard.clear();
    socket.wait_for("another step", |heard| heard.kind() == "progress").await;
    server.post("/interrupt", &json!({ "prompt_id": id })).await;
    assert_interrupted(&socket.until_end_of(&id).await, &graph);
}

#[tokio::test]
async fn the_interruption_of_a_prompt_of_nobody_is_told_to_everybody() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    server.queue(&text_to_picture(&server, fresh_seed(), LONG), None).await;
    socket.wait_for("the sampler", |heard| heard.is_step(2)).await;
    server.post("/interrupt", &json!({})).await;
    socket.wait_for("the interruption", |heard| heard.kind() == "execution_interrupted").await;
    socket.wait_for("an empty queue", |heard| heard.queue() == Some(0)).await;
}

#[tokio::test]
async fn an_interrupt_does_not_hit_the_prompt_after_it() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (id, graph) = start_long(&server, &mut socket).await;
    let next = plain(fresh_colour());
    let next_id = server.queue(&next, Some(&socket.client)).await;
    server.post("/interrupt", &json!({})).await;
    assert_interrupted(&socket.until_end_of(&id).await, &graph);
    let story = Story::of(&socket.until_end_of(&next_id).await, &next);
    assert_eq!(story.ending().kind(), "execution_success");
}

#[tokio::test]
async fn what_waits_can_be_dropped_and_then_was_never_there() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (running, _) = start_long(&server, &mut socket).await;
    let second = server.queue(&plain(fresh_colour()), Some(&socket.client)).await;
    let third = server.queue(&plain(fresh_colour()), Some(&socket.client)).await;
    let queue = server.get("/queue").await;
    assert_eq!(queue["queue_running"][0][1], json!(running));
    assert_eq!(queue["queue_pending"].as_array().unwrap().len(), 2);
    assert_eq!(server.get("/prompt").await["exec_info"]["queue_remaining"], 3);

    server.post("/queue", &json!({ "delete": [second, running, "unknown"] })).await;
    assert_eq!(
        server.get("/prompt").await["exec_info"]["queue_remaining"],
        2,
        "what runs cannot be dropped"
    );
    assert_eq!(server.get(&format!("/history/{second}")).await, json!({}));
    assert_eq!(
        server.request(reqwest::Method::GET, &format!("/api/jobs/{second}")).await.status(),
        404
    );

    server.post("/queue", &json!({ "clear": true })).await;
    let left = server.get("/queue").await;
    assert_eq!(left["queue_pending"], json!([]));
    assert_eq!(left["queue_running"][0][1], json!(running));
    server.post("/interrupt", &json!({})).await;
    socket.until_end_of(&running).await;
    assert_eq!(server.get(&format!("/history/{third}")).await, json!({}));
}

#[tokio::test]
async fn the_lowest_number_runs_first() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (running, _) = start_long(&server, &mut socket).await;
    let mut ids = Vec::new();
    for place in [json!({}), json!({}), json!({"front": true}), json!({"number": -0.5})] {
        let mut request = json!({ "prompt": plain(fresh_colour()), "client_id": socket.client });
        request.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let (_, answer) = server.submit(&request).await;
        ids.push((
            answer["prompt_id"].as_str().unwrap().to_owned(),
            answer["number"].as_f64().unwrap(),
        ));
    }
    server.post("/interrupt", &json!({})).await;
    socket.until_end_of(&running).await;
    for (id, _) in &ids {
        socket.wait_for("all to be over", |heard| heard.is_end_of(id)).await;
    }
    let started = socket.heard.iter().filter(|heard| heard.kind() == "execution_start");
    let order: Vec<_> =
        started.map(|heard| heard.data()["prompt_id"].as_str().unwrap().to_owned()).collect();
    ids.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    assert_eq!(order, ids.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}
