//! What history has of many, and what pictures say of how they were made.

use bytes::Bytes;
use img_parts::png::{Png, PngChunk};
use serde_json::{Value, json};

use crate::person::Person;
use crate::support::{fresh_colour, plain};
use crate::target::Target;

/// The texts of a PNG, by keyword, as JSON.
fn texts(picture: Bytes) -> Vec<(String, Value)> {
    let png = Png::from_bytes(picture).unwrap();
    let texts = png.chunks().iter().filter(|chunk| chunk.kind() == *b"tEXt");
    let text = |chunk: &PngChunk| {
        let text = std::str::from_utf8(chunk.contents()).unwrap();
        let (keyword, text) = text.split_once('\0').unwrap();
        (keyword.to_owned(), serde_json::from_str(text).unwrap())
    };
    texts.map(text).collect()
}

/// Saves one colour under a name.
fn saved() -> Value {
    let mut graph = plain(fresh_colour());
    let save = json!({"images": ["1", 0], "filename_prefix": "of/mine"});
    graph["2"] = json!({"class_type": "SaveImage", "inputs": save});
    graph
}

// safety 2
#[tokio::test]
async fn a_picture_opens_in_the_editor_as_it_was_made_there() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let mut ear = person.listen("me").await;
    let (graph, workflow) = (saved(), json!({"id": "ü", "nodes": [], "links": []}));
    let extra = json!({"extra_pnginfo": {"workflow": workflow, "other": 5}, "note": "mine alone"});
    let request = json!({"prompt": graph, "client_id": "me", "extra_data": extra});
    let answer: Value = person.post("/prompt", &request).await.json().await.unwrap();
    let id = answer["prompt_id"].as_str().unwrap();
    ear.until_end_of(id).await;
    let history = person.get(&format!("/history/{id}")).await;
    let file = history[id]["outputs"]["2"]["images"][0]["filename"].as_str().unwrap().to_owned();
    let picture = person.ask(&format!("/view?filename={file}")).await.bytes().await.unwrap();
    let told = texts(picture);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&("prompt".to_owned(), graph.clone())), "{told:?}");
    assert!(told.contains(&("workflow".to_owned(), workflow)), "{told:?}");

    // A backend was told of none of it.
    let upstream = format!("{}/history", target.engine.url());
    let bare = crate::person::client(reqwest::header::HeaderMap::new());
    let upstream = bare.get(upstream).send().await.unwrap().text().await.unwrap();
    for secret in ["extra_pnginfo", "mine alone", "of/mine"] {
        assert!(!upstream.contains(secret), "{secret} reached the backend");
    }

    // Without the editor's file there is the graph alone.
    let id = person.queue(&saved(), "me").await;
    ear.until_end_of(&id).await;
    let history = person.get(&format!("/history/{id}")).await;
    let file = history[&id]["outputs"]["2"]["images"][0]["filename"].as_str().unwrap().to_owned();
    let picture = person.ask(&format!("/view?filename={file}")).await.bytes().await.unwrap();
    let keywords: Vec<_> = texts(picture).into_iter().map(|(keyword, _)| keyword).collect();
    assert_eq!(keywords, ["prompt"]);
}

#[tokio::test]
async fn history_is_had_whole_and_by_the_page_however_long_it_is() {
    let target = Target::start(|_| ()).await;
    let person = Person::visit(&target).await;
    let mut ear = person.listen("me").await;
    let mut ids = Vec::new();
    let graph = plain(fresh_colour());
    for _ in 0..COUNT {
        let id = person.queue(&graph, "me").await;
        ear.until_end_of(&id).await;
        ids.push(id);
    }
    let keys = |told: &Value| told.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&person.get("/history").await), ids, "oldest first");
    let newest = keys(&person.get("/history?max_items=205").await);
    assert_eq!(newest, ids[COUNT - 205..]);
    let mut paged = Vec::new();
    for offset in (0..COUNT).step_by(201) {
        let page = person.get(&format!("/history?max_items=201&offset={offset}")).await;
        paged.extend(keys(&page));
    }
    assert_eq!(paged, ids);
    for (query, count) in
        [("max_items=0", 0), ("offset=409", 1), ("offset=9999", 0), ("max_items=-1", COUNT)]
    {
        assert_eq!(keys(&person.get(&format!("/history?{query}")).await).len(), count, "{query}");
    }
}

/// More than two pages of what is in memory at once.
const COUNT: usize = 410;
