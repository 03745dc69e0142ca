//! The jobs API: ComfyUI protocol notes §9.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Server, Socket, fresh_colour, fresh_seed, plain, text_to_picture};

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_job_is_pending_then_running_then_over_with_everything() {
    let server = Server::start_slow().await;
    let mut socket = Socket::open(&server, None, true).await;
    let graph = text_to_picture(&server, fresh_seed(), 60);
    let running = server.queue(&graph, Some(&socket.client)).await;
    socket.wait_for("the sampler", |heard| heard.is_step(2)).await;
    let waiting = server.queue(&plain(fresh_colour()), Some(&socket.client)).await;

    let list = server.get("/api/jobs?status=pending,in_progress").await;
    assert_eq!(
        list["pagination"],
        json!({"offset": 0, "limit": null, "total": 2, "has_more": false})
    );
    let common =
        ["id", "status", "priority", "create_time", "outputs_count", "previewable_outputs_count"];
    for (id, state) in [(&running, "in_progress"), (&waiting, "pending")] {
        let job = server.get(&format!("/api/jobs/{id}")).await;
        assert_eq!(job["status"], state);
        assert_eq!(names(&job), common);
    }

    for (id, cancelled) in [(&waiting, true), (&running, true), (&waiting, false)] {
        let answer = server.post(&format!("/api/jobs/{id}/cancel"), &json!({})).await;
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"cancelled": cancelled}));
    }
    socket.until_end_of(&running).await;
    assert_eq!(server.get(&format!("/api/jobs/{running}")).await["status"], "cancelled");
    assert_eq!(
        server.request(Method::GET, &format!("/api/jobs/{waiting}")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_finished_job_tells_its_outputs_its_times_and_its_workflow() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let workflow = uuid::Uuid::new_v4().to_string();
    let graph = text_to_picture(&server, fresh_seed(), 1);
    let request = json!({
        "prompt": graph, "client_id": socket.client,
        "extra_data": {"extra_pnginfo": {"workflow": {"id": workflow}}, "api_key_comfy_org": "secret", "note": 1},
    });
    let (_, answer) = server.submit(&request).await;
    let id = answer["prompt_id"].as_str().unwrap();
    socket.until_end_of(id).await;

    let job = server.get(&format!("/api/jobs/{id}")).await;
    assert_eq!(
        names(&job),
        [
            "id",
            "status",
            "priority",
            "create_time",
            "execution_start_time",
            "execution_end_time",
            "outputs_count",
            "previewable_outputs_count",
            "preview_output",
            "workflow_id",
            "outputs",
            "execution_status",
            "workflow",
        ]
    );
    assert_eq!(job["status"], "completed");
    assert_eq!((&job["outputs_count"], &job["workflow_id"]), (&json!(1), &json!(workflow)));
    assert_eq!(job["preview_output"]["nodeId"], "7");
    assert_eq!(job["preview_output"]["mediaType"], "images");
    assert_eq!(job["workflow"]["prompt"]["2"], graph["2"]);
    assert_eq!(
        names(&job["workflow"]["extra_data"]),
        ["extra_pnginfo", "note", "client_id", "create_time"],
        "secrets are not kept"
    );

    let found = server.get(&format!("/api/jobs?workflow_id={workflow}")).await;
    assert_eq!(found["pagination"]["total"], 1);
    assert_eq!(found["jobs"][0]["id"], id);
}

#[tokio::test]
async fn jobs_come_in_pages_newest_first() {
    let server = Server::start().await;
    let ids = server.run_small(3).await;
    let page = server.get("/api/jobs?limit=2").await;
    assert_eq!(page["pagination"]["has_more"], true);
    assert_eq!([&page["jobs"][0]["id"], &page["jobs"][1]["id"]], [&json!(ids[2]), &json!(ids[1])]);
    let rest = server.get("/api/api/jobs?limit=2&offset=2").await;
    assert_eq!(rest["jobs"][0]["id"], json!(ids[0]));
}

#[tokio::test]
async fn wrong_questions_are_told_what_is_wrong() {
    let server = Server::start().await;
    for query in ["status=bogus", "limit=0", "limit=x", "sort_by=x", "sort_order=x"] {
        let response = server.request(Method::GET, &format!("/api/jobs?{query}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        let answer: Value = response.json().await.unwrap();
        assert!(answer["error"].is_string(), "{query}: {answer}");
    }
    let cancel =
        async |ids: Value| server.post("/api/jobs/cancel", &json!({ "job_ids": ids })).await;
    let wrong = cancel(json!(["x"])).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    assert_eq!(wrong.json::<Value>().await.unwrap()["invalid_ids"], json!(["x"]));
    assert_eq!(cancel(json!("x")).await.status(), StatusCode::BAD_REQUEST);
    let unknown = cancel(json!([uuid::Uuid::new_v4()])).await;
    assert_eq!(unknown.json::<Value>().await.unwrap(), json!({"cancelled": false}));
}
