//! Everything else that can be asked: ComfyUI protocol notes §2 and §13.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Server, Socket, fresh_colour, fresh_seed, plain, text_to_picture};

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Mixes two conditionings under the name that the node had once.
fn with_an_old_name(server: &Server) -> Value {
    let mut graph = text_to_picture(server, fresh_seed(), 2);
    let inputs = json!({"conditioning_to": ["2", 0], "conditioning_from": ["3", 0], "conditioning_to_strength": 0.5});
    graph["8"] =
        json!({"class_type": "ConditioningAverage ", "inputs": inputs, "_meta": {"title": "old"}});
    graph["5"]["inputs"]["positive"] = json!(["8", 0]);
    graph
}

#[tokio::test]
async fn an_old_name_of_a_node_is_read_as_its_new_one() {
    let server = Server::start().await;
    let told = server.get("/node_replacements").await;
    assert_eq!(told["ConditioningAverage "][0]["new_node_id"], "ConditioningAverage");
    assert_eq!(server.get("/features").await["node_replacements"], true);

    let mut socket = Socket::open(&server, None, false).await;
    let mut graph = with_an_old_name(&server);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let heard = socket.until_end_of(&id).await;
    assert!(heard.iter().any(|heard| heard.kind() == "execution_success"), "{heard:?}");
    let kept = &server.history(&id).await["prompt"][2]["8"];
    assert_eq!(kept["class_type"], "ConditioningAverage", "kept as it was run");
    assert_eq!(kept["inputs"], graph["8"]["inputs"]);

    graph["8"]["inputs"] = json!({});
    let (status, answer) = server.submit(&json!({ "prompt": graph })).await;
    assert_eq!(
        (status.as_u16(), &answer["error"]["type"]),
        (400, &json!("prompt_outputs_failed_validation"))
    );
    let node = &answer["node_errors"]["8"];
    assert_eq!(node["class_type"], "ConditioningAverage");
    let mut missing: Vec<_> = node["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            assert_eq!(error["type"], "required_input_missing");
            error["extra_info"]["input_name"].as_str().unwrap()
        })
        .collect();
    missing.sort_unstable();
    assert_eq!(missing, ["conditioning_from", "conditioning_to", "conditioning_to_strength"]);
}

#[tokio::test]
async fn an_idle_server_says_so_at_both_prefixes() {
    let server = Server::start().await;
    for prefix in ["", "/api"] {
        let get = async |path: &str| server.get(&format!("{prefix}{path}")).await;
        assert_eq!(get("/prompt").await, json!({"exec_info": {"queue_remaining": 0}}));
        assert_eq!(get("/queue").await, json!({"queue_running": [], "queue_pending": []}));
        assert_eq!(get("/history").await, json!({}));
        assert_eq!(get("/history/unknown").await, json!({}));
        assert!(get("/embeddings").await.is_array());
        assert!(get("/models").await.as_array().unwrap().contains(&json!("checkpoints")));
        assert!(
            get("/models/checkpoints")
                .await
                .as_array()
                .unwrap()
                .contains(&json!(server.checkpoint))
        );
        assert_eq!(get("/object_info/NoSuchNode").await, json!({}));
    }
    for missing in
        ["/models/nonexistent", "/nonexistent", "/interrupt", "/free", "/upload/image", "/jobs"]
    {
        assert_eq!(
            server.request(Method::GET, missing).await.status(),
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    assert_eq!(
        server.request(Method::DELETE, "/prompt").await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(server.request(Method::GET, "/ws").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(server.request(Method::OPTIONS, "/prompt").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_server_says_what_it_is_and_can() {
    let server = Server::start().await;
    let stats = server.get("/system_stats").await;
    for name in [
        "os",
        "ram_total",
        "ram_free",
        "comfyui_version",
        "python_version",
        "pytorch_version",
        "argv",
    ] {
        assert!(!stats["system"][name].is_null(), "{name}");
    }
    let device =
        ["index", "name", "torch_vram_free", "torch_vram_total", "type", "vram_free", "vram_total"];
    assert_eq!(names(&stats["devices"][0]), device);

    let features = server.get("/features").await;
    assert_eq!(features["supports_preview_metadata"], true);
    assert!(features["max_upload_size"].is_u64());
    let mut socket = Socket::open(&server, None, true).await;
    let flags = socket.wait_for("flags", |heard| heard.kind() == "feature_flags").await;
    assert_eq!(*flags.data(), features);
}

#[tokio::test]
async fn definitions_can_be_read_by_the_client_library() {
    let server = Server::start().await;
    let bytes = server.request(Method::GET, "/object_info").await.bytes().await.unwrap();
    let definitions = comfy::Definitions::parse(&bytes).unwrap();
    let sampler = definitions.node("KSampler").expect("every server samples");
    let names: Vec<_> = sampler.inputs.iter().map(|input| &*input.name).collect();
    let expected = [
        "model",
        "seed",
        "steps",
        "cfg",
        "sampler_name",
        "scheduler",
        "positive",
        "negative",
        "latent_image",
        "denoise",
    ];
    assert_eq!(names, expected);
    assert!(definitions.node("SaveImage").unwrap().output_node);
    let one = server.get("/object_info/KSampler").await;
    let whole: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(one["KSampler"], whole["KSampler"]);
}

#[tokio::test]
async fn history_can_be_read_in_parts_and_forgotten() {
    let server = Server::start().await;
    let ids = server.run_small(3).await;
    let keys = async |query: &str| {
        let history = server.get(&format!("/history{query}")).await;
        history.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys("").await, ids, "oldest first");
    assert_eq!(keys("?max_items=2").await, ids[1..], "the newest, oldest first");
    assert_eq!(keys("?max_items=1&offset=0").await, ids[..1], "counted from the oldest");
    assert!(keys("?max_items=0").await.is_empty());
    let entry = server.history(&ids[0]).await;
    assert_eq!(names(&entry), ["meta", "outputs", "prompt", "status"]);
    assert_eq!(
        entry["meta"]["2"],
        json!({"node_id": "2", "display_node": "2", "parent_node": null, "real_node_id": "2"})
    );
    server.post("/history", &json!({"delete": [ids[1], "unknown"]})).await;
    assert_eq!(keys("").await, [ids[0].clone(), ids[2].clone()]);
    server.post("/history", &json!({"clear": true})).await;
    assert!(keys("").await.is_empty());
}

#[tokio::test]
async fn pages_of_other_sites_are_kept_out() {
    let server = Server::start().await;
    let host = server.url.trim_start_matches("http://").to_owned();
    let ask = async |name: &str, value: &str| {
        let request = server.http.get(format!("{}/prompt", server.url)).header(name, value);
        request.send().await.unwrap().status()
    };
    assert_eq!(ask("origin", &format!("http://{host}")).await, StatusCode::OK);
    assert_eq!(ask("origin", "http://evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(ask("sec-fetch-site", "cross-site").await, StatusCode::FORBIDDEN);
    assert_eq!(ask("sec-fetch-site", "same-origin").await, StatusCode::OK);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let server = Server::start().await;
    let body = json!({ "prompt": plain(fresh_colour()) }).to_string();
    let request = server
        .http
        .post(format!("{}/prompt", server.url))
        .header("content-type", "text/plain")
        .body(body);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    server.wait_until_idle().await;
}
