//! "ComfyUI Serverless API": the files that a graph brings, and where those are found that it makes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::Redirect;
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

use super::crossing::view;
use super::house::House;
use super::serverless::{DOOR, empty, inverts, painted, picture, refusal, results};
use super::webhooks::NEAR;

/// Has pictures, and counts who asks for them.
pub struct Gallery {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Gallery {
    pub async fn open(ip: &str) -> Self {
        Self::leading_to(ip, "/").await
    }

    /// Where `away` leads to another address.
    pub async fn leading_to(ip: &str, elsewhere: &str) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, elsewhere) = (Arc::clone(&asked), elsewhere.to_owned());
        let two = Arc::new(Barrier::new(2));
        // Nobody gets this one before another asks for it, too.
        let together = async move |uri: Uri| {
            two.wait().await;
            picture_of(uri.path())
        };
        let routes = Router::new()
            .route("/me.png", get(async || picture()))
            .route("/away", get(async move || Redirect::temporary(&elsewhere)))
            .route("/together/{name}", get(together))
            .fallback(async move |uri: Uri| {
                count.fetch_add(1, Ordering::Relaxed);
                picture_of(uri.path())
            });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, asked }
    }

    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// How often its pictures were asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Of another colour at each address: what is made of the same a backend may make once.
fn picture_of(path: &str) -> Vec<u8> {
    let colour = path.bytes().fold(0_u8, |colour, byte| colour.wrapping_mul(31) ^ byte);
    let picture = image::RgbImage::from_pixel(16, 16, image::Rgb([colour, 7, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Inverts each of these pictures.
fn inverts_all(images: &[String]) -> Value {
    let mut graph = json!({});
    for (number, image) in images.iter().enumerate() {
        for (node, value) in inverts(image).as_object().unwrap() {
            let mut value = value.clone();
            for input in ["image", "images"] {
                if let Some(link) = value["inputs"].get_mut(input).and_then(Value::as_array_mut) {
                    link[0] = format!("{number}-{}", link[0].as_str().unwrap()).into();
                }
            }
            graph[format!("{number}-{node}")] = value;
        }
    }
    graph
}

#[tokio::test]
async fn whatever_a_graph_made_is_found_under_the_name_that_is_told() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    let mut graph = empty(1);
    graph["10"] = node("PreviewImage", json!({ "images": ["1", 0] }));
    graph["11"] = node("SaveImageWebsocket", json!({ "images": ["1", 0] }));
    graph["12"] = node("PrimitiveString", json!({ "value": "some words" }));
    graph["13"] = node("PreviewAny", json!({ "source": ["12", 0] }));
    let answer = me.post(&format!("{DOOR}/run?output_base64=true"), &graph).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let last: Value = answer.json();
    let results = results(&last);
    let of = |node: &str| -> Vec<_> {
        results.iter().filter(|one| one["id"] == node).map(|one| &one["output"]).collect()
    };
    let counts = ["9", "10", "11", "13"].map(|node| of(node).len());
    assert_eq!(counts, [2, 2, 2, 1], "{last}");
    for result in &results {
        let output = &result["output"];
        let found = me.get(&view(output)).await;
        assert_eq!(found.status, StatusCode::OK, "{result}");
        let inline = BASE64_STANDARD.decode(output["base64"].as_str().unwrap()).unwrap();
        assert!(found.body == inline, "{}: its name leads to something else", output["filename"]);
    }
    let id = last["data"]["prompt_id"].as_str().unwrap();
    let history: Value = me.get(&format!("/history/{id}")).await.json();
    for node in ["9", "10"] {
        let shown = history[id]["outputs"][node]["images"].as_array().unwrap();
        for (shown, told) in shown.iter().zip(of(node)) {
            for key in ["filename", "type", "subfolder"] {
                assert_eq!(told[key], shown[key], "{told}");
            }
        }
    }
    assert_eq!((&of("9")[0]["type"], &of("10")[0]["type"]), (&json!("output"), &json!("temp")));
}

#[tokio::test]
async fn a_picture_within_the_graph_may_be_small_and_written_in_any_base64() {
    let house = House::working(0).await;
    house.is_known().await;
    let me = house.visitor().await;
    let encoded = |side: u32, format: image::ImageFormat| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(side, side).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let dot = encoded(1, image::ImageFormat::Png);
    assert!(BASE64_STANDARD.encode(&dot).len() < 256);
    let for_addresses = BASE64_URL_SAFE_NO_PAD.encode(picture());
    assert!(for_addresses.contains(['-', '_']), "{for_addresses}");
    for image in [
        BASE64_STANDARD.encode(&dot),
        BASE64_STANDARD.encode(encoded(64, image::ImageFormat::Png)),
        BASE64_STANDARD.encode(encoded(1, image::ImageFormat::Gif)),
        BASE64_STANDARD.encode(encoded(1, image::ImageFormat::WebP)),
        BASE64_STANDARD_NO_PAD.encode(&dot),
        BASE64_URL_SAFE_NO_PAD.encode(encoded(1, image::ImageFormat::Jpeg)),
        for_addresses,
    ] {
        let answer = me.post(&format!("{DOOR}/run"), &inverts(&image)).await;
        assert_eq!(answer.status, StatusCode::OK, "{image}: {}", answer.text());
    }
}

#[tokio::test]
async fn addresses_are_asked_at_once_and_each_of_them_once() {
    let house = House::working_with(&NEAR).await;
    house.is_known().await;
    let (me, gallery) = (house.visitor().await, Gallery::open("127.0.0.1").await);
    let run = async |images: &[String]| me.post(&format!("{DOOR}/run"), &inverts_all(images)).await;
    let two = ["together/a", "together/b"].map(|name| gallery.url(name));
    let answer = run(&two).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(results(&answer.json()).len(), 2);
    let answer = run(&[gallery.url("a"), gallery.url("b"), gallery.url("a")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(results(&answer.json()).len(), 3, "{}", answer.text());
    assert_eq!(gallery.asked(), 2);
}

#[tokio::test]
async fn nobody_is_asked_for_a_graph_that_is_refused_anyway() {
    let gallery = Gallery::open("127.0.0.1").await;
    let near = |more: &[&'static str]| [&NEAR[..], more].concat();
    let house =
        House::working_with(&near(&["--graph-class", "LoadImage", "--graph-class", "SaveImage"]))
            .await;
    house.is_known().await;
    let me = house.visitor().await;
    let mut unknown = inverts(&gallery.url("a"));
    unknown["2"]["class_type"] = "NoSuchNode".into();
    let many: Vec<_> = (0..17).map(|number| gallery.url(&number.to_string())).collect();
    let broken = [gallery.url("a"), "data:image/png;base64,?".into()];
    for (graph, said) in [(unknown, "NoSuchNode"), (inverts(&gallery.url("a")), "ImageInvert")] {
        let answer = me.post(&format!("{DOOR}/run"), &graph).await;
        assert!(answer.status.is_client_error(), "{}", answer.text());
        assert!(refusal(&answer).to_string().contains(said), "{}", answer.text());
    }
    let house = House::working_with(&NEAR).await;
    house.is_known().await;
    let me = house.visitor().await;
    for (images, said) in [(&many[..], "more than 16"), (&broken, "no whole base64")] {
        let answer = me.post(&format!("{DOOR}/run"), &inverts_all(images)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
        assert!(refusal(&answer).to_string().contains(said), "{}", answer.text());
    }
    // Whoever may have one job at once, and has one.
    let open = near(&["--public-url", "http://art.example.org", "--open", "--member-jobs", "1"]);
    let house = House::engaged(60_000, &open).await;
    house.is_known().await;
    let mia = house.member("Mia", json!(["graph"])).await;
    let first = super::serverless::with(
        super::house::post(&format!("{DOOR}/run"), &painted(1)),
        &[("x-fc-invocation-type", "Async")],
    );
    assert_eq!(mia.send(first).await.status, StatusCode::ACCEPTED);
    let second = mia.post(&format!("{DOOR}/run"), &inverts(&gallery.url("a"))).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS, "{}", second.text());
    assert_eq!(gallery.asked(), 0);
}
