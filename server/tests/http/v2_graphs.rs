//! Comfy API v2: graphs come back as they were sent, and all of them runs or nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::comfy_v2::{code, finished, hand_in, inverts, picture, working};
use super::house::{House, Visitor, post};

const JOBS: &str = "/api/v2/jobs";

/// Loads an asset and saves it under two names.
fn saves_twice(asset: &str) -> Value {
    let save = |prefix: &str| {
        json!({ "class_type": "SaveImage",
                "inputs": { "images": ["1", 0], "filename_prefix": prefix },
                "_meta": { "title": prefix } })
    };
    let mut graph = inverts(asset)["workflow"].take();
    (graph["3"], graph["4"]) = (save("first"), save("of/second one"));
    graph
}

async fn submitted(visitor: &Visitor<'_>, graph: &Value) -> Value {
    let answer = visitor.post(JOBS, &json!({ "workflow": graph })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn the_graph_of_a_job_is_the_one_that_was_sent_and_runs_again() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let sent = saves_twice(asset["id"].as_str().unwrap());
    let job = submitted(&me, &sent).await;
    let workflow = format!("{}/workflow", job["urls"]["self"].as_str().unwrap());
    let told: Value = me.get(&workflow).await.json();
    assert_eq!(told, json!({ "workflow": sent, "format": "api" }));
    finished(&me, &job).await;
    let again = submitted(&me, &me.get(&workflow).await.json::<Value>()["workflow"]).await;
    finished(&me, &again).await;
    let id = again["id"].as_str().unwrap();
    let ours: Value = me.get(&format!("/api/parlor/v1/jobs/{id}/graph")).await.json();
    assert_eq!(ours, sent, "by our own door");
    let history: Value = me.get(&format!("/history/{id}")).await.json();
    assert_eq!(history[id]["prompt"][2], sent, "and by ComfyUI's");
}

#[tokio::test]
async fn what_is_made_is_called_as_was_asked_through_every_door() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let job = submitted(&me, &saves_twice(asset["id"].as_str().unwrap())).await;
    let job = finished(&me, &job).await;
    let id = job["id"].as_str().unwrap();
    let history: Value = me.get(&format!("/history/{id}")).await.json();
    for (node, begins) in [("3", "first_"), ("4", "second_one_")] {
        let made = job["outputs"].as_array().unwrap();
        let made = made.iter().find(|output| output["node_id"] == node).unwrap();
        let name = made["name"].as_str().unwrap();
        assert!(name.starts_with(begins) && name.ends_with("_.png"), "{name}");
        assert_eq!(history[id]["outputs"][node]["images"][0]["filename"], name);
        assert_eq!(me.get(&format!("/view?filename={name}")).await.status, StatusCode::OK);
    }
}

// safety 2, 8
#[tokio::test]
async fn a_picture_carries_the_graph_that_was_sent() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let sent = inverts(asset["id"].as_str().unwrap())["workflow"].take();
    let job = submitted(&me, &sent).await;
    let job = finished(&me, &job).await;
    let content = format!("/api/v2/assets/{}/content", job["outputs"][0]["id"].as_str().unwrap());
    let made = me.get(&content).await.body;
    // Length, `tEXt`, keyword, a zero, text.
    let at = made.windows(11).position(|bytes| bytes == b"tEXtprompt\0").unwrap();
    let length = u32::from_be_bytes(made[at - 4..at].try_into().unwrap()) as usize;
    let carried: Value = serde_json::from_slice(&made[at + 11..at + 4 + length]).unwrap();
    assert_eq!(carried, sent);
}

#[tokio::test]
async fn a_graph_of_which_one_output_is_faulty_is_refused_whole() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let mut graph = saves_twice(asset["id"].as_str().unwrap());
    graph["4"]["inputs"] = json!({ "images": ["1", 0] });
    let refused = me.post(JOBS, &json!({ "workflow": graph })).await;
    assert_eq!((refused.status.as_u16(), &*code(&refused)), (422, "invalid_workflow"));
    let told: Value = refused.json();
    let faults = told["error"]["details"]["node_errors"].as_object().unwrap();
    assert_eq!(faults.keys().collect::<Vec<_>>(), ["4"], "{told}");
    assert_eq!(faults["4"][0]["field"], "filename_prefix");
    assert_eq!(faults["4"][0]["reason"], "required_input_missing");
    let mine: Value = me.get("/api/parlor/v1/jobs").await.json();
    assert_eq!(mine["jobs"], json!([]), "nothing was begun");
}

// safety 4
#[tokio::test]
async fn a_graph_may_be_as_large_as_by_comfyuis_own_door() {
    let house = working().await;
    let me = house.visitor().await;
    let asset: Value = hand_in(&me, &picture(), &[]).await.json();
    let mut graph = inverts(asset["id"].as_str().unwrap())["workflow"].take();
    graph["9"] = json!({ "class_type": "PrimitiveStringMultiline",
                         "inputs": { "value": "x".repeat(3 << 20) } });
    let body = json!({ "workflow": graph });
    assert_eq!(me.send(post(JOBS, &body)).await.status, StatusCode::CREATED);
    let beyond = me.send(post(JOBS, &json!({ "workflow": "x".repeat(16 << 20) }))).await;
    assert_eq!((beyond.status.as_u16(), &*code(&beyond)), (413, "too_large"));
}

#[tokio::test]
async fn a_job_that_was_stopped_still_says_of_how_many_nodes_it_was() {
    let house = House::engaged(60_000, &[]).await;
    let me = house.visitor().await;
    house.is_known().await;
    let graph = super::serverless::painted(1);
    let job = submitted(&me, &graph).await;
    let own = job["urls"]["self"].as_str().unwrap();
    let running = loop {
        let job: Value = me.get(own).await.json();
        if job["progress"]["current_node_class"] == "KSampler" {
            break job;
        }
        tokio::task::yield_now().await;
    };
    let total = graph.as_object().unwrap().len();
    assert_eq!(running["progress"]["nodes_total"], total);
    me.call("POST", job["urls"]["cancel"].as_str().unwrap()).await;
    let over = loop {
        let job: Value = me.get(own).await.json();
        if job["status"] == "canceled" {
            break job;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(over["progress"]["nodes_total"], total);
    assert_eq!(over["progress"]["current_node_class"], "KSampler");
}
