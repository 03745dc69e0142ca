//! Everybody has a world of their own in it.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::person::{Person, client};
use crate::support::{fresh_colour, picture, plain};
use crate::target::Target;

/// Long enough to be met at work.
fn long(seed: u32) -> Value {
    json!({
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "parlor-painter.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red fox", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "5": {"class_type": "KSampler", "inputs": {
            "seed": seed, "steps": 150, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0], "latent_image": ["4", 0]}},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "PreviewImage", "inputs": {"images": ["6", 0]}},
    })
}

/// The long graph with a checkpoint that there is.
async fn long_for(person: &Person) -> Value {
    let nodes = person.get("/object_info/CheckpointLoaderSimple").await;
    let names = &nodes["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0];
    let mut graph = long(fresh_colour());
    graph["1"]["inputs"]["ckpt_name"] = names[0].clone();
    graph
}

// safety 12
#[tokio::test]
async fn two_principals_under_one_client_id_hear_and_see_nothing_of_each_other() {
    let target = Target::start(|_| ()).await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    let (mut ear, mut other) = (one.listen("same").await, two.listen("same").await);
    let [mine, theirs] = [
        one.queue(&plain(fresh_colour()), "same").await,
        two.queue(&plain(fresh_colour()), "same").await,
    ];
    for (line, own, foreign) in [(&mut ear, &mine, &theirs), (&mut other, &theirs, &mine)] {
        let heard = line.until_end_of(own).await;
        let kinds: Vec<_> = heard.iter().map(|message| message["type"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"executed") && kinds.contains(&"execution_success"), "{kinds:?}");
        assert!(!json!(heard).to_string().contains(foreign.as_str()), "{heard:?}");
        let counts = heard.iter().filter_map(|message| {
            message["data"]["status"]["exec_info"]["queue_remaining"].as_u64()
        });
        assert!(counts.max() <= Some(1), "the queue of others is not counted");
    }
    for (person, own, foreign) in [(&one, &mine, &theirs), (&two, &theirs, &mine)] {
        let history = person.get("/history").await;
        assert_eq!(history.as_object().unwrap().keys().collect::<Vec<_>>(), [own]);
        assert_eq!(person.get(&format!("/history/{foreign}")).await, json!({}));
        let job = person.ask(&format!("/api/jobs/{foreign}")).await;
        assert_eq!(job.status(), StatusCode::NOT_FOUND);
        assert_eq!(person.get("/api/jobs").await["pagination"]["total"], 1);
    }
}

// safety 12
#[tokio::test]
async fn files_of_another_can_neither_be_seen_nor_used() {
    let target = Target::start(|_| ()).await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    let name = one.upload("mine.png", picture(7)).await;
    let view = format!("/view?filename={name}&type=input");
    assert_eq!(one.ask(&view).await.status(), StatusCode::OK);
    assert_eq!(two.ask(&view).await.status(), StatusCode::NOT_FOUND);
    let list = async |person: &Person| {
        let nodes = person.get("/object_info/LoadImage").await;
        nodes["LoadImage"]["input"]["required"]["image"][0].clone()
    };
    assert_eq!((list(&one).await, list(&two).await), (json!(["mine.png"]), json!([])));
    let graph = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    });
    let refused = two.post("/prompt", &json!({"prompt": graph})).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["node_errors"]["1"]["errors"][0]["type"], "custom_validation_failed");

    // The same name is another file for somebody else.
    two.upload("mine.png", picture(200)).await;
    let bytes = async |person: &Person| person.ask(&view).await.bytes().await.unwrap();
    assert_ne!(bytes(&one).await, bytes(&two).await);

    let mut ear = one.listen("me").await;
    let id = one.queue(&graph, "me").await;
    let heard = ear.until_end_of(&id).await;
    let shown = heard.iter().find(|message| message["type"] == "executed").unwrap();
    let made = shown["data"]["output"]["images"][0]["filename"].as_str().unwrap();
    let made = format!("/view?filename={made}&type=temp");
    assert_eq!(one.ask(&made).await.status(), StatusCode::OK);
    assert_eq!(two.ask(&made).await.status(), StatusCode::NOT_FOUND);
}

// safety 12
#[tokio::test]
async fn nobody_stops_or_drops_the_jobs_of_another() {
    let target = Target::start(|options| {
        options.step_delay = std::time::Duration::from_millis(20);
    })
    .await;
    let [one, two] = [Person::visit(&target).await, Person::visit(&target).await];
    let mut ear = one.listen("me").await;
    let running = one.queue(&long_for(&one).await, "me").await;
    while ear.next().await["type"] != "progress" {}
    let waiting = one.queue(&plain(fresh_colour()), "me").await;
    assert_eq!(two.get("/queue").await, json!({"queue_running": [], "queue_pending": []}));
    assert_eq!(two.get("/prompt").await["exec_info"]["queue_remaining"], 0);
    for body in [json!({}), json!({"prompt_id": running})] {
        assert_eq!(two.post("/interrupt", &body).await.status(), StatusCode::OK);
    }
    two.post("/queue", &json!({"clear": true, "delete": [waiting]})).await;
    for id in [&running, &waiting] {
        let answer = two.post(&format!("/api/jobs/{id}/cancel"), &json!({})).await;
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"cancelled": false}));
    }
    let queue = one.get("/queue").await;
    assert_eq!(queue["queue_running"][0][1], json!(running));
    assert_eq!(queue["queue_pending"][0][1], json!(waiting));
    one.post("/queue", &json!({"clear": true})).await;
    one.post("/interrupt", &json!({})).await;
    let heard = ear.until_end_of(&running).await;
    assert!(heard.iter().any(|message| message["type"] == "execution_interrupted"));
}

#[tokio::test]
async fn two_sockets_of_one_client_both_hear_and_none_deafens_the_other() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let (mut first, mut second) = (person.listen("same").await, person.listen("same").await);
    let id = person.queue(&plain(fresh_colour()), "same").await;
    for line in [&mut first, &mut second] {
        line.until_end_of(&id).await;
    }
    drop(first);
    let id = person.queue(&plain(fresh_colour()), "same").await;
    second.until_end_of(&id).await;
}

// safety 13
#[tokio::test]
async fn nothing_of_a_backend_is_told() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let mut ear = person.listen("me").await;
    let mut graph = plain(fresh_colour());
    graph["3"] = json!({"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "mine"}});
    let id = person.queue(&graph, "me").await;
    let heard = ear.until_end_of(&id).await;
    let mut told = json!(heard).to_string();
    for path in ["/history", "/queue", "/api/jobs", "/system_stats", &format!("/api/jobs/{id}")] {
        told += &person.get(path).await.to_string();
    }
    let bare = client(HeaderMap::new());
    let upstream = format!("{}/history", target.engine.url());
    let upstream: Value = bare.get(upstream).send().await.unwrap().json().await.unwrap();
    let (prompt, entry) = upstream.as_object().unwrap().iter().next().unwrap();
    let client_id = entry["prompt"][3]["client_id"].as_str().unwrap();
    let file = entry["outputs"]["3"]["images"][0]["filename"].as_str().unwrap();
    for secret in [prompt.as_str(), client_id, file, target.engine.url().as_str()] {
        assert!(!told.contains(secret), "{secret} is told");
    }
    assert!(told.contains("mine_"), "files are called as the graph would have them");
}

#[tokio::test]
async fn what_came_by_another_door_is_in_history_too() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let inputs =
        json!({"inputs": {"prompt": "a hill", "steps": 2, "size": {"width": 256, "height": 256}}});
    let job = person.post("/api/parlor/v1/workflows/text-to-picture/jobs?wait=60", &inputs).await;
    let job: Value = job.json().await.unwrap();
    let id = job["id"].as_str().unwrap();
    let history = person.get(&format!("/history/{id}")).await;
    let entry = &history[id];
    assert_eq!(entry["status"]["status_str"], "success");
    let outputs = entry["outputs"].as_object().unwrap();
    let file = outputs.values().find_map(|output| output["images"].get(0)).unwrap();
    let view = format!("/view?filename={}", file["filename"].as_str().unwrap());
    let picture = person.ask(&view).await.bytes().await.unwrap();
    assert!(image::load_from_memory(&picture).is_ok());

    // History forgets, and what was made stays.
    person.post("/history", &json!({"clear": true})).await;
    assert_eq!(person.get("/history").await, json!({}));
    let kept = person.ask(&format!("/api/parlor/v1/jobs/{id}")).await;
    assert_eq!(kept.status(), StatusCode::OK);
}

// safety 1, 11
#[tokio::test]
async fn who_may_not_run_graphs_is_told_so_in_words_that_clients_read() {
    let target = Target::start_with(|_| (), &["--public-url", "http://127.0.0.1", "--open"]).await;
    let guest = client(HeaderMap::new());
    for path in ["/prompt", "/object_info", "/history", "/queue", "/api/jobs", "/view?filename=x"] {
        let answer = guest.get(format!("{}{path}", target.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let refusal: Value = answer.json().await.unwrap();
        assert!(refusal["error"]["message"].as_str().unwrap().contains("graph"), "{refusal}");
        assert_eq!(refusal["node_errors"], json!({}));
    }
    let unknown = guest.get(format!("{}/prompt", target.url)).header("x-api-key", "plr_nobody");
    let unknown = unknown.send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.json::<Value>().await.unwrap()["error"]["type"], "unauthorized");
    for closed in ["/free", "/internal/logs", "/manager", "/api/free", "/api/internal/logs"] {
        let answer = guest.post(format!("{}{closed}", target.url)).send().await.unwrap();
        assert!([404, 405].contains(&answer.status().as_u16()), "{closed}: {}", answer.status());
    }
}

// safety 35
#[tokio::test]
async fn who_does_not_read_slows_nobody() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(person.listen("me").await);
    }
    let mut ear = person.listen("me").await;
    // More than the buffers of both ends hold.
    let id = person.queue(&long_for(&person).await, "me").await;
    ear.until_end_of(&id).await;
    drop(deaf);
}
