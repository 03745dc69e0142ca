//! "ComfyUI Serverless API", as its programs use it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Packet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::house::{Answer, House, Visitor, cookie, post};
use super::serverless_files::Gallery;

pub const DOOR: &str = "/api/serverless";

pub fn picture() -> Vec<u8> {
    let image = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 9, 7, y as u8 * 9]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Saves an empty picture twice over.
pub fn empty(seed: i64) -> Value {
    let size = json!({ "width": 64, "height": 64, "batch_size": 2, "color": 0, "seed": seed });
    json!({
        "1": { "class_type": "EmptyImage", "inputs": size },
        "9": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "x" } },
    })
}

/// Paints a small picture and saves it.
pub fn painted(seed: u64) -> Value {
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    json!({
        "1": node("CheckpointLoaderSimple", json!({ "ckpt_name": "parlor-painter.safetensors" })),
        "2": node("CLIPTextEncode", json!({ "text": "a red fox", "clip": ["1", 1] })),
        "4": node("EmptyLatentImage", json!({ "width": 64, "height": 64, "batch_size": 1 })),
        "5": node("KSampler", json!({
            "seed": seed, "steps": 4, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal",
            "denoise": 1.0, "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0],
            "latent_image": ["4", 0],
        })),
        "6": node("VAEDecode", json!({ "samples": ["5", 0], "vae": ["1", 2] })),
        "7": node("SaveImage", json!({ "images": ["6", 0], "filename_prefix": "fox" })),
    })
}

pub fn inverts(image: &str) -> Value {
    json!({
        "1": { "class_type": "LoadImage", "inputs": { "image": image } },
        "2": { "class_type": "ImageInvert", "inputs": { "image": ["1", 0] } },
        "9": { "class_type": "SaveImage", "inputs": { "images": ["2", 0], "filename_prefix": "x" } },
    })
}

async fn working_with(args: &[&str]) -> House {
    let house = House::working_with(args).await;
    house.visitor().await.picture().await;
    house
}

/// The results of an answer or a message, which must be the last one.
pub fn results(last: &Value) -> Vec<Value> {
    assert_eq!(last["type"], "serverless_api", "{last}");
    assert!(last["data"]["prompt_id"].is_string(), "{last}");
    last["data"]["results"].as_array().unwrap().clone()
}

pub fn with(request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    headers.iter().fold(request, |mut request, (name, value)| {
        request.headers_mut().insert(*name, value.parse().unwrap());
        request
    })
}

pub fn kinds(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["type"].as_str().unwrap()).collect()
}

pub fn refusal(answer: &Answer) -> Value {
    let body: Value = answer.json();
    assert!(body["error"]["type"].is_string() && body["error"]["message"].is_string(), "{body}");
    body
}

pub async fn status(visitor: &Visitor<'_>, task: &str) -> Vec<Value> {
    let answer = visitor.get(&format!("{DOOR}/status?task_id={task}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_graph_is_answered_with_what_it_made() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    let uri = format!("{DOOR}/run?output_base64=true");
    let answer = me.post(&uri, &empty(-1)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let results = results(&answer.json());
    let places: Vec<_> = results.iter().map(|one| (&one["id"], &one["index"])).collect();
    assert_eq!(places, [(&json!("9"), &json!(0)), (&json!("9"), &json!(1))]);
    let output = &results[0]["output"];
    assert_eq!((&output["type"], &output["subfolder"]), (&json!("output"), &json!("")));
    let inline = BASE64_STANDARD.decode(output["base64"].as_str().unwrap()).unwrap();
    assert!(inline.starts_with(b"\x89PNG"));
    let plain = me.post(&format!("{DOOR}/run"), &empty(1)).await;
    let plain: Value = plain.json();
    assert!(plain["data"]["results"][0]["output"].get("base64").is_none(), "{plain}");
}

#[tokio::test]
async fn an_old_name_of_a_node_is_read_as_its_new_one_at_each_door_for_graphs() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    let mut graph = painted(1);
    let inputs = json!({
        "conditioning_to": ["2", 0], "conditioning_from": ["2", 0], "conditioning_to_strength": 0.5,
    });
    graph["8"] = json!({ "class_type": "ConditioningAverage ", "inputs": inputs });
    graph["5"]["inputs"]["positive"] = json!(["8", 0]);
    let answer = me.post(&format!("{DOOR}/run"), &graph).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(results(&answer.json()).len(), 1);
    let answer = me.post("/api/v2/jobs", &json!({ "workflow": graph })).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let job: Value = answer.json();
    let run = format!("{}/workflow", job["urls"]["self"].as_str().unwrap());
    let run = me.get(&run).await.text();
    assert!(run.contains("\"ConditioningAverage\""), "{run}");
}

#[tokio::test]
async fn who_wants_objects_where_there_is_no_store_is_told_how_to_have_one() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    for more in ["", "&stream=true"] {
        let uri = format!("{DOOR}/run?output_oss=true{more}");
        for headers in [&[][..], &[("x-fc-invocation-type", "Async")]] {
            let answer = me.send(with(post(&uri, &empty(1)), headers)).await;
            let refused = refusal(&answer);
            assert_eq!(
                (answer.status.as_u16(), &refused["error"]["type"]),
                (400, &json!("no_object_store"))
            );
            assert!(refused.to_string().contains("--object-store-endpoint"), "{refused}");
        }
    }
}

#[tokio::test]
async fn a_stream_tells_everything_and_ends_with_the_results() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    let answer = me.post(&format!("{DOOR}/run?stream=true"), &empty(7)).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = answer.text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let messages: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds = kinds(&messages);
    let order: Vec<_> = ["execution_start", "executing", "executed", "execution_success"]
        .iter()
        .map(|kind| kinds.iter().position(|one| one == kind))
        .collect();
    assert!(order.is_sorted() && order.iter().all(Option::is_some), "{kinds:?}");
    let end = ["execution_success", "status", "executing", "serverless_api"];
    assert_eq!(kinds[kinds.len() - 4..], end, "{kinds:?}");
    assert_eq!(results(messages.last().unwrap()).len(), 2);
}

#[tokio::test]
async fn a_task_can_be_asked_for_by_its_name() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    let headers = [("x-fc-invocation-type", "Async"), ("x-fc-trace-id", "task-1")];
    let begin = async || {
        let request = post(&format!("{DOOR}/run?output_base64=1"), &empty(-1));
        let answer = me.send(with(request, &headers)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        answer.json::<Value>()["prompt_id"].clone()
    };
    let job = begin().await;
    assert_eq!(begin().await, job, "the same task is not begun twice");
    let events = format!("/api/parlor/v1/jobs/{}/events", job.as_str().unwrap());
    me.get(&events).await;
    let told = status(&me, "task-1").await;
    let kinds = kinds(&told);
    let start = ["status", "status", "execution_start", "execution_cached"];
    assert_eq!(kinds[..4], start, "{kinds:?}");
    let end = ["execution_success", "status", "executing", "serverless_api"];
    assert_eq!(kinds[kinds.len() - 4..], end, "{kinds:?}");
    assert!(results(told.last().unwrap())[0]["output"]["base64"].is_string());
    assert_eq!(status(&me, job.as_str().unwrap()).await.len(), told.len(), "also by its own id");
}

// safety 11
#[tokio::test]
async fn tasks_of_others_are_as_good_as_none() {
    let house = House::working_with(&["--public-url", "http://art.example.org", "--open"]).await;
    let (mia, paul) =
        (house.member("Mia", json!(["graph"])).await, house.member("Paul", json!(["graph"])).await);
    mia.picture().await;
    let headers = [("x-fc-invocation-type", "Async"), ("x-fc-trace-id", "mine")];
    mia.send(with(post(&format!("{DOOR}/run"), &empty(1)), &headers)).await;
    assert!(!status(&mia, "mine").await.is_empty());
    for task in ["mine", "none", "00000000-0000-0000-0000-000000000000"] {
        let answer = paul.get(&format!("{DOOR}/status?task_id={task}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
        refusal(&answer);
    }
    let guest = house.visitor().await.post(&format!("{DOOR}/run"), &empty(1)).await;
    assert_eq!(guest.status, StatusCode::FORBIDDEN);
}

// safety 30
#[tokio::test]
async fn pictures_come_by_name_by_address_and_within_the_graph() {
    let inside = Gallery::open("127.0.0.2").await;
    let gallery = Gallery::leading_to("127.0.0.1", &inside.url("a")).await;
    let house = working_with(&["--fetch-http", "--fetch-network", "127.0.0.1/32"]).await;
    let me = house.visitor().await;
    let named = Request::post("/api/parlor/v1/uploads?name=me.png");
    let named = named.header("content-type", "image/png").body(Body::from(picture())).unwrap();
    assert_eq!(me.send(named).await.status, StatusCode::CREATED);
    let inline = BASE64_STANDARD.encode(picture());
    let data = format!("data:image/png;base64,{inline}");
    let url = gallery.url("me.png");
    let mut made = Vec::new();
    for image in ["me.png", &*url, &*inline, &*data] {
        let answer = me.post(&format!("{DOOR}/run?output_base64=1"), &inverts(image)).await;
        assert_eq!(answer.status, StatusCode::OK, "{image}: {}", answer.text());
        let inline = results(&answer.json())[0]["output"]["base64"].clone();
        let inverted = BASE64_STANDARD.decode(inline.as_str().unwrap()).unwrap();
        made.push(image::load_from_memory(&inverted).unwrap());
    }
    assert!(made.iter().all(|one| *one == made[0]), "it is the same picture");
    for image in [
        "other.png",
        "x.png [output]",
        "oss://bucket.endpoint/key",
        "s3://b/k",
        "https://127.0.0.2/x",
        "http://10.0.0.1/x.png",
        &*inside.url("a"),
        &*gallery.url("away"),
        &*BASE64_STANDARD.encode([b'<'; 600]),
    ] {
        let answer = me.post(&format!("{DOOR}/run"), &inverts(image)).await;
        assert!(answer.status.is_client_error(), "{image}: {}", answer.text());
        let fault = &refusal(&answer)["node_errors"]["1"]["errors"][0];
        assert_eq!(fault["extra_info"]["input_name"], "image", "{image}: {}", answer.text());
    }
    assert_eq!(inside.asked(), 0, "what is there is no business of theirs");
}

#[tokio::test]
async fn whatever_is_malformed_is_refused_in_comfys_words() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    for body in [
        json!([]),
        json!(5),
        json!({}),
        json!({ "1": {} }),
        json!({ "1": { "class_type": "Shell", "inputs": {} } }),
    ] {
        let answer = me.post(&format!("{DOOR}/run"), &body).await;
        assert!(answer.status.is_client_error(), "{body}: {}", answer.text());
        refusal(&answer);
    }
    let text = Request::post(format!("{DOOR}/run")).header("content-type", "text/plain");
    let text = me.send(text.body(Body::from("{}")).unwrap()).await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    refusal(&text);
    for (method, path) in [("GET", "/run"), ("GET", "/nothing"), ("GET", "/status"), ("GET", "/ws")]
    {
        let answer = me.call(method, &format!("{DOOR}{path}")).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.text());
        refusal(&answer);
    }
}

#[tokio::test]
async fn graphs_run_over_a_socket_one_after_the_other() {
    let house = working_with(&[]).await;
    let me = house.visitor().await;
    let address = house.listen().await;
    let url = format!("ws://{address}{DOOR}/ws?output_base64=true");
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie(&me).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    for round in 0..2 {
        socket.send(Packet::text(empty(round).to_string())).await.unwrap();
        let mut told: Vec<Value> = Vec::new();
        while told.last().is_none_or(|last| last["type"] != "serverless_api") {
            let packet = socket.next().await.unwrap().unwrap();
            told.extend(packet.to_text().ok().and_then(|text| serde_json::from_str(text).ok()));
        }
        assert!(results(told.last().unwrap())[0]["output"]["base64"].is_string());
        assert!(kinds(&told).contains(&"executed"), "{told:?}");
    }
    for bad in ["{", "[]", "{\"1\":{\"class_type\":\"Shell\",\"inputs\":{}}}"] {
        socket.send(Packet::text(bad)).await.unwrap();
        let packet = socket.next().await.unwrap().unwrap();
        let told: Value = serde_json::from_str(packet.to_text().unwrap()).unwrap();
        assert_eq!(told["type"], "error", "{told}");
        assert!(told["data"]["error"]["message"].is_string(), "{told}");
    }
}
