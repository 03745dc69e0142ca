//! What the picture nodes compute, seen from outside.

use image::RgbImage;
use serde_json::{Value, json};

use crate::support::{Server, Socket, Story, fresh_id, picture};

/// Runs a graph whose node `out` is a preview, and returns its first picture.
async fn run(server: &Server, graph: Value) -> RgbImage {
    let mut socket = Socket::open(server, None, false).await;
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_success", "{:?}", story.ending());
    let bytes = server.view(&story.shown_by("out")["images"][0]).await;
    image::load_from_memory(&bytes).unwrap().to_rgb8()
}

/// Between an uploaded picture (`in`) and a preview: `nodes`, whose last is `last`.
async fn through(server: &Server, nodes: Value, last: &str) -> RgbImage {
    let (_, stored) = server.upload(&format!("{}.png", fresh_id()), &picture(100), &[]).await;
    let mut graph = json!({
        "in": {"class_type": "LoadImage", "inputs": {"image": stored["name"]}},
        "out": {"class_type": "PreviewImage", "inputs": {"images": [last, 0]}},
    });
    graph.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
    run(server, graph).await
}

fn colours(picture: &RgbImage) -> [[u8; 3]; 2] {
    let (width, height) = picture.dimensions();
    [picture.get_pixel(width / 8, height / 2).0, picture.get_pixel(width * 7 / 8, height / 2).0]
}

fn near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 2)
}

#[tokio::test]
async fn colours_are_inverted_and_pictures_turned() {
    let server = Server::start().await;
    let inverted = through(
        &server,
        json!({"a": {"class_type": "ImageInvert", "inputs": {"image": ["in", 0]}}}),
        "a",
    )
    .await;
    let [left, right] = colours(&inverted);
    assert!(near(left, [5, 15, 155]) && near(right, [245, 235, 155]), "{left:?} {right:?}");
    let flipped = json!({"a": {"class_type": "ImageFlip", "inputs": {"image": ["in", 0], "flip_method": "y-axis: horizontally"}}});
    assert_eq!(colours(&through(&server, flipped, "a").await), [[10, 20, 100], [250, 240, 100]]);
    let rotated = json!({"a": {"class_type": "ImageRotate", "inputs": {"image": ["in", 0], "rotation": "90 degrees"}}});
    let rotated = through(&server, rotated, "a").await;
    assert_eq!(
        [rotated.get_pixel(32, 5).0, rotated.get_pixel(32, 60).0],
        [[250, 240, 100], [10, 20, 100]]
    );
}

#[tokio::test]
async fn pictures_are_scaled_and_cropped() {
    let server = Server::start().await;
    for (inputs, class, size) in [
        (
            json!({"upscale_method": "lanczos", "width": 100, "height": 50, "crop": "disabled"}),
            "ImageScale",
            (100, 50),
        ),
        (
            json!({"upscale_method": "bicubic", "width": 32, "height": 0, "crop": "disabled"}),
            "ImageScale",
            (32, 32),
        ),
        (json!({"upscale_method": "nearest-exact", "scale_by": 1.5}), "ImageScaleBy", (96, 96)),
        (json!({"width": 16, "height": 999, "x": 8, "y": 40}), "ImageCrop", (16, 24)),
    ] {
        let mut inputs = inputs;
        inputs["image"] = json!(["in", 0]);
        let scaled =
            through(&server, json!({"a": {"class_type": class, "inputs": inputs}}), "a").await;
        assert_eq!(scaled.dimensions(), size, "{inputs}");
        assert!(near(scaled.get_pixel(2, 5).0, [250, 240, 100]), "{inputs}");
    }
}

#[tokio::test]
async fn pictures_are_mixed() {
    let server = Server::start().await;
    let red = json!({"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0x00ff_0000}});
    let blend = json!({
        "red": red,
        "a": {"class_type": "ImageBlend", "inputs": {"image1": ["in", 0], "image2": ["red", 0], "blend_factor": 0.5, "blend_mode": "normal"}},
    });
    let [left, right] = colours(&through(&server, blend, "a").await);
    assert!(near(left, [252, 120, 50]) && near(right, [132, 10, 50]), "{left:?} {right:?}");

    let composite = json!({
        "red": red,
        "mask": {"class_type": "SolidMask", "inputs": {"value": 1.0, "width": 16, "height": 16}},
        "a": {"class_type": "ImageCompositeMasked", "inputs": {"destination": ["in", 0], "source": ["red", 0], "x": 32, "y": 0, "resize_source": false, "mask": ["mask", 0]}},
    });
    assert_eq!(colours(&through(&server, composite, "a").await), [[250, 240, 100], [255, 0, 0]]);
}

#[tokio::test]
async fn blur_softens_the_edge_and_nothing_else() {
    let server = Server::start().await;
    let blur = json!({"a": {"class_type": "ImageBlur", "inputs": {"image": ["in", 0], "blur_radius": 5, "sigma": 2.0}}});
    let blurred = through(&server, blur, "a").await;
    let [left, right] = colours(&blurred);
    assert!(near(left, [250, 240, 100]) && near(right, [10, 20, 100]));
    let edge = blurred.get_pixel(32, 32)[0];
    assert!((60..=200).contains(&edge), "{edge}");
}

#[tokio::test]
async fn masks_are_made_of_pictures_and_pictures_of_masks() {
    let server = Server::start().await;
    let masks = json!({
        "m": {"class_type": "ImageToMask", "inputs": {"image": ["in", 0], "channel": "red"}},
        "i": {"class_type": "InvertMask", "inputs": {"mask": ["m", 0]}},
        "a": {"class_type": "MaskToImage", "inputs": {"mask": ["i", 0]}},
    });
    let [left, right] = colours(&through(&server, masks, "a").await);
    assert!(near(left, [5, 5, 5]) && near(right, [245, 245, 245]), "{left:?} {right:?}");
}

#[tokio::test]
async fn padding_for_outpainting_makes_room_and_a_mask_of_it() {
    let server = Server::start().await;
    let pad = |output: u8| {
        json!({
            "p": {"class_type": "ImagePadForOutpaint", "inputs": {"image": ["in", 0], "left": 0, "top": 0, "right": 64, "bottom": 0, "feathering": 8}},
            "m": {"class_type": "MaskToImage", "inputs": {"mask": ["p", 1]}},
            "n": {"class_type": "ImageInvert", "inputs": {"image": [if output == 0 { "p" } else { "m" }, 0]}},
            "a": {"class_type": "ImageInvert", "inputs": {"image": ["n", 0]}},
        })
    };
    let padded = through(&server, pad(0), "a").await;
    assert_eq!(padded.dimensions(), (128, 64));
    let mask = through(&server, pad(1), "a").await;
    assert_eq!([mask.get_pixel(5, 32)[0], mask.get_pixel(100, 32)[0]], [0, 255]);
}

#[tokio::test]
async fn words_are_joined_and_shown() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let graph = json!({
        "1": {"class_type": "PrimitiveString", "inputs": {"value": "fox"}},
        "2": {"class_type": "StringConcatenate", "inputs": {"string_a": "a red", "string_b": ["1", 0], "delimiter": " "}},
        "3": {"class_type": "PreviewAny", "inputs": {"source": ["2", 0]}},
    });
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.shown_by("3"), json!({"text": ["a red fox"]}));
}

#[tokio::test]
async fn a_name_has_the_size_that_its_graph_wants_in_it() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let id = fresh_id();
    let size = json!({"width": 64, "height": 32, "batch_size": 1, "color": 7});
    let prefix = format!("{id}_%width%x%height%");
    let graph = json!({
        "1": {"class_type": "EmptyImage", "inputs": size},
        "2": {"class_type": "SaveImage", "inputs": {"filename_prefix": prefix, "images": ["1", 0]}},
    });
    let prompt = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&prompt).await, &graph);
    let file = &story.shown_by("2")["images"][0];
    let name = file["filename"].as_str().unwrap();
    assert!(name.starts_with(&format!("{id}_64x32_")), "{name}");
    assert!(!server.view(file).await.is_empty());
}
