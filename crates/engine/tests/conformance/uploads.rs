//! Uploads: ComfyUI protocol notes §6.

use serde_json::{Value, json};

use crate::support::{Server, Socket, Story, fresh_id, fresh_seed, picture, text_to_picture};

#[tokio::test]
async fn a_name_that_is_taken_by_another_picture_gets_a_number() {
    let server = Server::start().await;
    let name = fresh_id();
    let upload = async |shade: u8, fields: &[(&str, &str)]| {
        let (status, answer) = server.upload(&format!("{name}.png"), &picture(shade), fields).await;
        assert_eq!(status, 200);
        answer
    };
    let stored = |name: &str| json!({"name": name, "subfolder": "", "type": "input"});
    assert_eq!(upload(1, &[]).await, stored(&format!("{name}.png")));
    assert_eq!(
        upload(1, &[]).await,
        stored(&format!("{name}.png")),
        "the same bytes are the same file"
    );
    assert_eq!(upload(2, &[]).await, stored(&format!("{name} (1).png")));
    assert_eq!(upload(3, &[]).await, stored(&format!("{name} (2).png")));
    assert_eq!(upload(2, &[]).await, stored(&format!("{name} (1).png")));
    assert_eq!(upload(2, &[("overwrite", "true")]).await, stored(&format!("{name}.png")));
    assert_eq!(upload(2, &[]).await, stored(&format!("{name}.png")));
    let there = json!({"name": format!("{name}.png"), "subfolder": "sub/dir", "type": "temp"});
    assert_eq!(upload(1, &[("subfolder", "sub/dir"), ("type", "temp")]).await, there);
}

#[tokio::test]
async fn a_folder_is_told_as_it_was_said_and_found_under_all_its_names() {
    let server = Server::start().await;
    let name = format!("{}.png", fresh_id());
    let (status, told) = server.upload(&name, &picture(1), &[("subfolder", "./sub/../sub2")]).await;
    assert_eq!(status, 200);
    assert_eq!(told, json!({"name": name, "subfolder": "./sub/../sub2", "type": "input"}));
    for subfolder in ["sub2", "./sub/../sub2"] {
        let file = json!({"filename": name, "subfolder": subfolder, "type": "input"});
        assert_eq!(server.view(&file).await, picture(1), "{subfolder}");
    }
    let mut socket = Socket::open(&server, None, false).await;
    let graph = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": format!("sub2/{name}")}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    });
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    assert_eq!(story.ending().kind(), "execution_success");
}

#[tokio::test]
async fn names_keep_their_letters() {
    let server = Server::start().await;
    let name = format!("猫 {}.png", fresh_id());
    let (status, answer) = server.upload(&name, &picture(1), &[]).await;
    assert_eq!((status.as_u16(), &answer["name"]), (200, &json!(name)));
}

#[tokio::test]
async fn paths_out_of_the_folder_are_refused() {
    let server = Server::start().await;
    let (status, _) = server.upload("x.png", &picture(1), &[("subfolder", "../../x")]).await;
    assert_eq!(status, 400);
    let (status, _) = server.upload("../evil.png", &picture(1), &[]).await;
    assert_eq!(status, 400);
    let form = reqwest::multipart::Form::new().text("foo", "bar");
    let response = server
        .http
        .post(format!("{}/upload/image", server.url))
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn an_uploaded_picture_can_be_varied() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, true).await;
    let (_, stored) = server.upload(&format!("{}.png", fresh_id()), &picture(1), &[]).await;
    let mut graph = text_to_picture(&server, fresh_seed(), 4);
    graph["8"] = json!({"class_type": "LoadImage", "inputs": {"image": stored["name"]}});
    graph["4"] =
        json!({"class_type": "VAEEncode", "inputs": {"pixels": ["8", 0], "vae": ["1", 2]}});
    graph["5"]["inputs"]["denoise"] = json!(0.5);
    let id = server.queue(&graph, Some(&socket.client)).await;
    let story = Story::of(&socket.until_end_of(&id).await, &graph);
    story.assert_order();
    assert_eq!(story.begun().len(), 8);
    let bytes = server.view(&story.shown_by("7")["images"][0]).await;
    assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 64);
}

#[tokio::test]
async fn an_overwritten_picture_is_loaded_again() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, None, false).await;
    let name = format!("{}.png", fresh_id());
    let graph = json!({
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    });
    let mut run = async |shade: u8| {
        server.upload(&name, &picture(shade), &[("overwrite", "true")]).await;
        let id = server.queue(&graph, Some(&socket.client)).await;
        Story::of(&socket.until_end_of(&id).await, &graph)
    };
    let first = run(1).await;
    let same = run(1).await;
    let other = run(2).await;
    assert_eq!((first.cached().len(), same.cached().len(), other.cached().len()), (0, 2, 0));
}

#[tokio::test]
async fn a_mask_gives_the_original_its_transparency() {
    let server = Server::start().await;
    let name = format!("{}.png", fresh_id());
    server.upload(&name, &picture(1), &[]).await;
    let mask = image::RgbaImage::from_fn(64, 64, |x, _| {
        image::Rgba([0, 0, 0, if x < 32 { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    mask.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let part =
        reqwest::multipart::Part::bytes(bytes.into_inner()).file_name(format!("masked-{name}"));
    let original = json!({"filename": name, "subfolder": "", "type": "input"}).to_string();
    let form = reqwest::multipart::Form::new().part("image", part).text("original_ref", original);
    let response = server
        .http
        .post(format!("{}/upload/mask", server.url))
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let stored: Value = response.json().await.unwrap();
    let stored = json!({"filename": stored["name"], "subfolder": stored["subfolder"], "type": stored["type"]});
    let masked = image::load_from_memory(&server.view(&stored).await).unwrap().to_rgba8();
    assert_eq!([masked.get_pixel(10, 10)[3], masked.get_pixel(50, 10)[3]], [0, 255]);
    assert_eq!(
        masked.get_pixel(50, 10).0[..3],
        [10, 20, 1],
        "the colours are those of the original"
    );
}
