//! What is saved besides single pictures: how nodes tell of it, and what is in it.

use std::io::Cursor;

use image::AnimationDecoder;
use serde_json::{Value, json};

use crate::support::{Server, Socket, Story, fresh_id};

/// Runs a graph whose node `out` saves something; what that node showed.
async fn saved(server: &Server, graph: Value) -> Value {
    let mut socket = Socket::open(server, None, false).await;
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_success", "{:?}", story.ending());
    story.shown_by("out")
}

fn pictures(count: u32) -> Value {
    json!({"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": count, "color": 0x00c0_8040}})
}

fn ends(file: &Value, ending: &str) -> bool {
    file["filename"].as_str().unwrap().ends_with(ending)
}

#[tokio::test]
async fn pictures_that_move_are_one_file_and_say_so() {
    let server = Server::start().await;
    let graph = |class: &str, more: Value| {
        let mut inputs = json!({"images": ["in", 0], "filename_prefix": format!("m/{}", fresh_id()), "fps": 4.0});
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"in": pictures(3), "out": {"class_type": class, "inputs": inputs}})
    };
    let png = saved(&server, graph("SaveAnimatedPNG", json!({"compress_level": 4}))).await;
    assert_eq!(png["animated"], json!([true]));
    assert!(ends(&png["images"][0], "_00001_.png"), "{png}");
    let bytes = server.view(&png["images"][0]).await;
    let decoder = image::codecs::png::PngDecoder::new(Cursor::new(bytes)).unwrap();
    assert_eq!(decoder.apng().unwrap().into_frames().count(), 3);

    let options = json!({"lossless": true, "quality": 80, "method": "default"});
    let webp = saved(&server, graph("SaveAnimatedWEBP", options)).await;
    assert_eq!(webp["animated"], json!([true]));
    assert!(ends(&webp["images"][0], "_00001_.webp"), "{webp}");
    let bytes = server.view(&webp["images"][0]).await;
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(bytes)).unwrap();
    let frames: Vec<_> = decoder.into_frames().map(Result::unwrap).collect();
    assert_eq!((frames.len(), frames[2].buffer().get_pixel(5, 5).0), (3, [0xc0, 0x80, 0x40, 255]));
}

#[tokio::test]
async fn sounds_are_saved_and_previewed_as_flac() {
    let server = Server::start().await;
    let silence = json!({"class_type": "EmptyAudio", "inputs": {"duration": 0.5, "sample_rate": 8000, "channels": 1}});
    let save = json!({"class_type": "SaveAudio", "inputs": {"audio": ["in", 0], "filename_prefix": format!("a/{}", fresh_id())}});
    let shown = saved(&server, json!({"in": silence, "out": save})).await;
    let file = &shown["audio"][0];
    assert_eq!(file["type"], "output");
    assert!(ends(file, "_00001.flac"), "{file}");
    assert!(server.view(file).await.starts_with(b"fLaC"));

    let preview = json!({"class_type": "PreviewAudio", "inputs": {"audio": ["in", 0]}});
    let shown = saved(&server, json!({"in": silence, "out": preview})).await;
    assert_eq!(shown["audio"][0]["type"], "temp");

    let wav = [
        &b"RIFF\x34\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"[..],
        b"data\x10\0\0\0\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08\0",
    ];
    let (_, stored) = server.upload(&format!("{}.wav", fresh_id()), &wav.concat(), &[]).await;
    let load = json!({"class_type": "LoadAudio", "inputs": {"audio": stored["name"]}});
    let shown = saved(&server, json!({"in": load, "out": preview})).await;
    assert!(server.view(&shown["audio"][0]).await.starts_with(b"fLaC"));
}

#[tokio::test]
async fn a_film_is_told_of_as_a_picture_that_moves() {
    let server = Server::start().await;
    let create = json!({"class_type": "CreateVideo", "inputs": {"images": ["p", 0], "fps": 8.0}});
    let save = || {
        json!({"class_type": "SaveVideo", "inputs": {
            "video": ["in", 0], "filename_prefix": format!("v/{}", fresh_id()),
            "format": "auto", "format.codec": "auto",
        }})
    };
    let shown = saved(&server, json!({"p": pictures(4), "in": create, "out": save()})).await;
    assert_eq!(shown["animated"], json!([true]));
    let file = &shown["images"][0];
    assert!(ends(file, "_00001_.mp4"), "{file}");
    let film = server.view(file).await;
    assert_eq!(film[4..8], *b"ftyp");

    let (_, stored) = server.upload(&format!("{}.mp4", fresh_id()), &film, &[]).await;
    let load = json!({"class_type": "LoadVideo", "inputs": {"file": stored["name"]}});
    let shown = saved(&server, json!({"in": load, "out": save()})).await;
    assert_eq!(server.view(&shown["images"][0]).await[4..8], *b"ftyp");

    let parts = json!({"class_type": "GetVideoComponents", "inputs": {"video": ["c", 0]}});
    let preview = json!({"class_type": "PreviewImage", "inputs": {"images": ["in", 0]}});
    let graph = json!({"p": pictures(4), "c": create, "in": parts, "out": preview});
    assert_eq!(saved(&server, graph).await["images"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_latent_is_saved_and_loaded() {
    let server = Server::start().await;
    let save = || json!({"class_type": "SaveLatent", "inputs": {"samples": ["in", 0], "filename_prefix": format!("l/{}", fresh_id())}});
    let empty = json!({"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 32, "batch_size": 2}});
    let shown = saved(&server, json!({"in": empty, "out": save()})).await;
    let file = &shown["latents"][0];
    assert!(ends(file, "_00001_.latent"), "{file}");
    let bytes = server.view(file).await;
    let length = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    assert!(header["latent_tensor"].is_object(), "{header}");

    let (_, stored) = server.upload(&format!("{}.latent", fresh_id()), &bytes, &[]).await;
    let load = json!({"class_type": "LoadLatent", "inputs": {"latent": stored["name"]}});
    let shown = saved(&server, json!({"in": load, "out": save()})).await;
    assert_eq!(shown["latents"].as_array().unwrap().len(), 1);
}
