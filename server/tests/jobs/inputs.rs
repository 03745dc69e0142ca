//! Files that jobs read: handed in, or made by an earlier job.

use parlor::jobs::SubmitError;
use serde_json::json;

use crate::fake::Fake;
use crate::house::{House, somebody};
use crate::outputs::film;

/// A workflow that reads a video.
async fn reads_video(house: &House) {
    let field = "[[fields]]\nname = \"clip\"\nlabel = \"Clip\"\ntype = \"video\"\nrequired = true\nbind = [\"2.file\"]";
    let load = json!({ "class_type": "LoadVideo", "inputs": { "file": "" } });
    house.publish("reads", field, json!({ "2": load })).await;
}

fn refusal(answer: Result<wire::Job, SubmitError>) -> String {
    match answer {
        Err(SubmitError::Field { field, message }) if field == "clip" => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_video_reaches_the_backend_under_our_name_and_without_its_tags() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    reads_video(&house).await;
    let clip = house.hand_in(somebody(1), "../My trip.MP4", film()).await;
    let job = house.submit(somebody(1), "reads", json!({ "clip": { "upload": clip } })).await;
    house.made(somebody(1), job.unwrap().id).await;
    let uploads = fake.inner.uploads.lock().unwrap();
    let (name, content) = uploads.iter().next().unwrap();
    assert!(name.starts_with("parlor-") && name.split('.').nth(1) == Some("mp4"), "{name}");
    assert!(content.ends_with(b"CONTENT") && !content.windows(6).any(|at| at == b"secret"));
    let sent = &fake.inner.accepted.lock().unwrap()[0].body["prompt"]["2"]["inputs"]["file"];
    assert_eq!(sent, name.as_str());
}

#[tokio::test]
async fn what_an_earlier_job_made_can_be_the_input_of_the_next() {
    let fake = Fake::start();
    fake.show(
        json!({ "9": { "gifs": [{ "filename": "a.mp4" }, { "filename": "b.txt" }] } }),
        [("a.mp4", film()), ("b.txt", b"words".to_vec())],
    );
    let house = House::open(&[fake.url()]).await;
    reads_video(&house).await;
    let first = house.paint(somebody(1)).await;
    house.made(somebody(1), first).await;
    let clip = |output: u32| json!({ "clip": { "job": first, "output": output } });
    let next = house.submit(somebody(1), "reads", clip(0)).await.unwrap();
    house.made(somebody(1), next.id).await;
    assert_eq!(fake.inner.uploads.lock().unwrap().len(), 1);

    let text = refusal(house.submit(somebody(1), "reads", clip(1)).await);
    assert_eq!(text, "This file is text/plain. Choose a video instead.");
    let none = refusal(house.submit(somebody(1), "reads", clip(7)).await);
    assert_eq!(none, "This file is not here: choose a video again.");
}

// safety 6, 11
#[tokio::test]
async fn only_ones_own_files_of_the_right_kind_are_taken() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    reads_video(&house).await;
    let sound = [&b"fLaC\0\0\0\x22"[..], &[1; 34], b"\x84\0\0\0CONTENT"].concat();
    let sound = house.hand_in(somebody(1), "a.flac", sound).await;
    let theirs = house.hand_in(somebody(2), "a.mp4", film()).await;
    for (given, expected) in [
        (json!({ "upload": sound }), "audio/flac"),
        (json!({ "upload": theirs }), "not here"),
        (json!("a.mp4 [output]"), "Upload a video first"),
        (json!("../a.mp4"), "Upload a video first"),
        (json!(null), "Choose a video first"),
    ] {
        let message = refusal(house.submit(somebody(1), "reads", json!({ "clip": given })).await);
        assert!(message.contains(expected), "{message}");
    }
}
