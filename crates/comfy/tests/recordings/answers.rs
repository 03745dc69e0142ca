//! What a real server was heard to answer, read as the client reads it.

use comfy::client::{Queue, SystemStats};
use comfy::history::{Folder, StoredName};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lines::incoming;

/// Every JSON answer of success to this request.
fn answers<T: DeserializeOwned>(method: &str, path: &str) -> Vec<(Value, T)> {
    let lines = incoming("http").into_iter().map(|(_, line)| line);
    let lines = lines.filter(|line| {
        line["method"] == method
            && line["path"] == path
            && line["status"] == 200
            && line["body"].is_object()
    });
    let read = |mut line: Value| {
        let body = line["body"].take();
        let read =
            serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"));
        (body, read)
    };
    lines.map(read).collect()
}

#[test]
fn every_queue_is_read() {
    let queues = answers::<Queue>("GET", "/queue");
    assert!(queues.len() > 5);
    for (body, queue) in queues {
        assert_eq!(queue.running.len(), body["queue_running"].as_array().unwrap().len());
        assert_eq!(queue.waiting.len(), body["queue_pending"].as_array().unwrap().len());
    }
}

#[test]
fn every_upload_says_where_it_lies() {
    let stored = answers::<StoredName>("POST", "/upload/image");
    assert!(stored.len() > 10);
    let inputs: Vec<_> = stored.iter().map(|(_, stored)| stored.as_input()).collect();
    assert!(inputs.contains(&"sub/dir/up_158576571418149.png".into()), "{inputs:?}");
    assert!(stored.iter().any(|(_, stored)| stored.folder == Folder::Temp));
}

#[test]
fn the_system_says_what_it_is() {
    let stats = answers::<SystemStats>("GET", "/system_stats");
    assert!(!stats.is_empty());
    for (_, stats) in stats {
        assert_eq!(stats.system.comfyui_version.as_deref(), Some("0.33.0"));
        assert_eq!(stats.devices[0].kind, "cpu");
    }
}
