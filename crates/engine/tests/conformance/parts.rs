//! What workflows of today are put together from: samplers in parts, films, sounds that are made,
//! and nodes that decide. With the engine's own models, so only an engine is asked.

use serde_json::{Value, json};

use crate::engine_only::elsewhere;
use crate::support::{Server, Socket, Story, fresh_id};

/// Runs a graph; what happened.
async fn story(server: &Server, graph: &Value) -> Story {
    let mut socket = Socket::open(server, None, false).await;
    let id = server.queue(graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, graph);
    assert_eq!(story.ending().kind(), "execution_success", "{:?}", story.ending());
    story
}

/// What an input of a graph says in words, by a node `out` that is put there for it.
async fn said(server: &Server, mut graph: Value, link: Value) -> String {
    graph["out"] = json!({"class_type": "PreviewAny", "inputs": {"source": link}});
    let shown = story(server, &graph).await.shown_by("out");
    shown["text"][0].as_str().unwrap().to_owned()
}

/// Loaders and words, to which nodes are added.
fn with(nodes: &Value) -> Value {
    let mut graph = json!({
        "model": {"class_type": "UNETLoader", "inputs": {"unet_name": "parlor-painter.safetensors", "weight_dtype": "default"}},
        "shifted": {"class_type": "ModelSamplingSD3", "inputs": {"model": ["model", 0], "shift": 3.0}},
        "clip": {"class_type": "CLIPLoader", "inputs": {"clip_name": "parlor-words.safetensors", "type": "sd3"}},
        "vae": {"class_type": "VAELoader", "inputs": {"vae_name": "pixel_space"}},
        "good": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["clip", 0], "text": "a red hill"}},
        "bad": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["good", 0]}},
        "empty": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    });
    for (id, node) in nodes.as_object().unwrap() {
        graph[id] = node.clone();
    }
    graph
}

/// Samples a latent at once, decodes and saves it.
fn sampled(latent: &Value, positive: &Value, negative: &Value) -> Value {
    json!({
        "sampler": {"class_type": "KSampler", "inputs": {
            "model": ["shifted", 0], "seed": 5, "steps": 4, "cfg": 3.0, "sampler_name": "euler", "scheduler": "simple",
            "positive": positive, "negative": negative, "latent_image": latent, "denoise": 1.0}},
        "decoded": {"class_type": "VAEDecode", "inputs": {"samples": ["sampler", 0], "vae": ["vae", 0]}},
    })
}

#[tokio::test]
async fn a_sampler_in_parts_paints_what_one_in_one_piece_does() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let mut graph = with(&sampled(&json!(["empty", 0]), &json!(["good", 0]), &json!(["bad", 0])));
    for (id, inputs) in [
        ("RandomNoise", json!({"noise_seed": 5})),
        (
            "CFGGuider",
            json!({"model": ["shifted", 0], "positive": ["good", 0], "negative": ["bad", 0], "cfg": 3.0}),
        ),
        ("KSamplerSelect", json!({"sampler_name": "euler"})),
        (
            "BasicScheduler",
            json!({"model": ["shifted", 0], "scheduler": "simple", "steps": 4, "denoise": 1.0}),
        ),
        (
            "SamplerCustomAdvanced",
            json!({"noise": ["RandomNoise", 0], "guider": ["CFGGuider", 0], "sampler": ["KSamplerSelect", 0],
            "sigmas": ["BasicScheduler", 0], "latent_image": ["empty", 0]}),
        ),
    ] {
        graph[id] = json!({"class_type": id, "inputs": inputs});
    }
    graph["other"] = json!({"class_type": "VAEDecode", "inputs": {"samples": ["SamplerCustomAdvanced", 1], "vae": ["vae", 0]}});
    for (id, pictures) in [("one", "decoded"), ("two", "other")] {
        graph[id] = json!({"class_type": "SaveImage", "inputs": {"images": [pictures, 0], "filename_prefix": fresh_id()}});
    }
    let story = story(&server, &graph).await;
    let mut painted = Vec::new();
    for id in ["one", "two"] {
        let file = server.view(&story.shown_by(id)["images"][0]).await;
        painted.push(image::load_from_memory(&file).unwrap().into_rgb8());
    }
    assert_eq!(painted[0], painted[1]);
    assert!(
        painted[0].pixels().any(|pixel| pixel != painted[0].get_pixel(0, 0)),
        "something is painted"
    );
}

#[tokio::test]
async fn a_film_to_be_painted_has_as_many_pictures_as_asked_up_to_what_is_held() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    for (edge, length, frames) in [(64, 5, "5"), (1024, 81, "4")] {
        let film = json!({"class_type": "WanImageToVideo", "inputs": {
            "positive": ["good", 0], "negative": ["bad", 0], "vae": ["vae", 0],
            "width": edge, "height": edge, "length": length, "batch_size": 1}});
        let mut graph =
            with(&sampled(&json!(["film", 2]), &json!(["film", 0]), &json!(["film", 1])));
        graph["film"] = film;
        graph["size"] = json!({"class_type": "GetImageSize", "inputs": {"image": ["decoded", 0]}});
        assert_eq!(said(&server, graph, json!(["size", 2])).await, frames);
    }
}

#[tokio::test]
async fn a_sound_that_is_made_follows_the_seed() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let mut made = Vec::new();
    for seed in [1, 2] {
        let mut graph =
            with(&sampled(&json!(["sound", 0]), &json!(["good", 0]), &json!(["bad", 0])));
        graph["sound"] =
            json!({"class_type": "EmptyLatentAudio", "inputs": {"seconds": 1.5, "batch_size": 1}});
        graph["sampler"]["inputs"]["seed"] = json!(seed);
        graph["decoded"]["class_type"] = json!("VAEDecodeAudio");
        graph["out"] = json!({"class_type": "SaveAudioMP3", "inputs": {"audio": ["decoded", 0], "filename_prefix": fresh_id(), "quality": "V0"}});
        let shown = story(&server, &graph).await.shown_by("out");
        made.push(server.view(&shown["audio"][0]).await);
    }
    // The stream's own checksum is in its head.
    assert!(made.iter().all(|sound| sound.starts_with(b"fLaC")));
    assert_ne!(made[0], made[1]);
}

#[tokio::test]
async fn nodes_that_decide_and_count_say_what_they_came_to() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let graph = json!({
        "sum": {"class_type": "ComfyMathExpression", "inputs": {"expression": "floor(a / 32) * b", "values.a": 100, "values.b": 2.5}},
        "switch": {"class_type": "ComfySwitchNode", "inputs": {"switch": false, "on_false": ["sum", 1], "on_true": ["sum", 0]}},
        "size": {"class_type": "ResolutionSelector", "inputs": {"aspect_ratio": "16:9 (Widescreen)", "megapixels": 1.0, "multiple": 8}},
        "picture": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 32, "batch_size": 1, "color": 0}},
        "resized": {"class_type": "ResizeImageMaskNode", "inputs": {"input": ["picture", 0], "resize_type": "scale longer dimension",
            "resize_type.longer_size": 16, "scale_method": "area"}},
        "batch": {"class_type": "BatchImagesNode", "inputs": {"images.image0": ["resized", 0], "images.image1": ["picture", 0]}},
        "measured": {"class_type": "GetImageSize", "inputs": {"image": ["batch", 0]}},
    });
    for (link, words) in [
        (json!(["sum", 0]), "7.5"),
        (json!(["switch", 0]), "7"),
        (json!(["size", 0]), "1368"),
        (json!(["size", 1]), "768"),
        (json!(["measured", 0]), "16"),
        (json!(["measured", 1]), "8"),
        (json!(["measured", 2]), "2"),
    ] {
        assert_eq!(said(&server, graph.clone(), link.clone()).await, words, "{link}");
    }
}

#[tokio::test]
async fn what_only_a_model_could_do_is_passed_on() {
    if elsewhere() {
        return;
    }
    let server = Server::start().await;
    let graph = with(&json!({
        "picture": {"class_type": "EmptyImage", "inputs": {"width": 48, "height": 32, "batch_size": 1, "color": 0}},
        "found": {"class_type": "SAM3_Detect", "inputs": {"model": ["shifted", 0], "image": ["picture", 0], "threshold": 0.5,
            "refine_iterations": 2, "individual_masks": false}},
        "shown": {"class_type": "MaskToImage", "inputs": {"mask": ["found", 0]}},
        "size": {"class_type": "GetImageSize", "inputs": {"image": ["shown", 0]}},
        "edit": {"class_type": "TextEncodeQwenImageEditPlus", "inputs": {"clip": ["clip", 0], "prompt": "make it blue", "image1": ["picture", 0]}},
        "guided": {"class_type": "FluxGuidance", "inputs": {"conditioning": ["edit", 0], "guidance": 3.5}},
        "poses": {"class_type": "WanCameraEmbedding", "inputs": {"camera_pose": "Static", "width": 64, "height": 48, "length": 9}},
    }));
    for (link, words) in [
        (json!(["size", 0]), "48"),
        (json!(["guided", 0]), "make it blue"),
        (json!(["poses", 2]), "48"),
        (json!(["poses", 0]), "WAN_CAMERA_EMBEDDING"),
    ] {
        assert_eq!(said(&server, graph.clone(), link.clone()).await, words, "{link}");
    }
}

#[tokio::test]
async fn a_model_that_is_not_listed_is_refused_and_one_that_the_options_name_is_not() {
    if elsewhere() {
        return;
    }
    let graph = with(&json!({
        "model": {"class_type": "UNETLoader", "inputs": {"unet_name": "wan2.2.safetensors", "weight_dtype": "default"}},
        "out": {"class_type": "PreviewAny", "inputs": {"source": ["shifted", 0]}},
    }));
    let (status, answer) = Server::start().await.submit(&json!({ "prompt": graph })).await;
    assert_eq!(status, 400);
    assert_eq!(answer["node_errors"]["model"]["errors"][0]["type"], "value_not_in_list");
    let server =
        Server::start_with(|options| options.models.push("wan2.2.safetensors".into())).await;
    story(&server, &graph).await;
}
