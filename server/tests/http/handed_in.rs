//! Files that come from elsewhere, and files as they are fetched again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wire::{BatchPage, Job, JobStatus, Upload};

use super::house::{Answer, House, Visitor, keyed, post};
use super::webhooks::NEAR;

const UPLOADS: &str = "/api/parlor/v1/uploads";
const UPSCALE: &str = "/api/parlor/v1/workflows/upscale";

fn png() -> Vec<u8> {
    let image = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut content = std::io::Cursor::new(Vec::new());
    image.write_to(&mut content, image::ImageFormat::Png).unwrap();
    content.into_inner()
}

/// Has one picture, and counts who asks for it.
struct Gallery {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Gallery {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hill.png", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let routes = Router::new().fallback(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            png()
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, asked }
    }
}

async fn handed_in(visitor: &Visitor<'_>) -> Upload {
    let asked =
        Request::post(format!("{UPLOADS}?name=hill.png")).header("content-type", "image/png");
    visitor.send(asked.body(png().into()).unwrap()).await.json()
}

#[tokio::test]
async fn a_file_is_handed_in_by_its_address_or_in_base64() {
    let house = House::with(&NEAR).await;
    let (me, gallery) = (house.visitor().await, Gallery::open().await);
    let base64 = BASE64_STANDARD.encode(png());
    let known = handed_in(&me).await;
    for from in [
        json!({ "url": gallery.url }),
        json!({ "url": gallery.url, "name": "hill.png" }),
        json!({ "base64": base64 }),
        json!({ "base64": format!("data:image/png;base64,{base64}"), "name": "../hill.png" }),
    ] {
        let answer = me.post(UPLOADS, &from).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let upload: Upload = answer.json();
        assert_eq!((upload.id, upload.width), (known.id, Some(64)), "the same bytes");
        assert_eq!(answer.header("location"), format!("/{}", upload.url));
    }
    let new = house.visitor().await;
    let named: Upload =
        new.post(UPLOADS, &json!({ "url": gallery.url, "name": "fox.png" })).await.json();
    assert_eq!(named.name, "fox.png");
}

// safety 26, 30
#[tokio::test]
async fn what_is_no_file_is_refused_where_it_stands() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let text = BASE64_STANDARD.encode("no picture at all");
    for (from, status, field) in [
        (json!({ "url": "http://127.0.0.1/a.png" }), 422, Some("url")),
        (json!({ "url": "file:///etc/passwd" }), 422, Some("url")),
        (json!({ "base64": "?" }), 422, Some("base64")),
        (json!({ "base64": text, "name": "a.png" }), 422, Some("file")),
        (json!({ "base64": text, "url": "https://example.org" }), 400, None),
        (json!({ "base64": text, "folder": "x" }), 400, None),
        (json!({}), 400, None),
        (json!([1]), 400, None),
    ] {
        let problem = me.post(UPLOADS, &from).await.problem();
        assert_eq!((problem.status, problem.field.as_deref()), (status, field), "{from}");
    }
    let large = json!({ "base64": "A".repeat(4 << 20) });
    assert_eq!(me.post(UPLOADS, &large).await.problem().status, 413);
    // With a name it is the file itself.
    let asked = Request::post(format!("{UPLOADS}?name=a.json"));
    let asked = asked.header("content-type", "application/json").body("{\"url\":1}".into());
    let kept = me.send(asked.unwrap()).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
    assert_eq!(kept.json::<Upload>().name, "a.json");
}

async fn fetch(visitor: &Visitor<'_>, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let asked = Request::get(uri);
    let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
    visitor.send(asked.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_upload_is_fetched_in_parts_as_long_as_it_is_the_same() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let upload = handed_in(&me).await;
    let uri = format!("{UPLOADS}/{}", upload.id);
    let whole = me.get(&uri).await;
    let etag = whole.header("etag");
    assert_eq!(whole.body.len() as u64, upload.bytes);
    let part = fetch(&me, &uri, &[("range", "bytes=1-3"), ("if-range", etag)]).await;
    assert_eq!((part.status, &*part.body), (StatusCode::PARTIAL_CONTENT, &b"PNG"[..]));
    assert_eq!(part.header("content-range"), format!("bytes 1-3/{}", upload.bytes));
    let end = fetch(&me, &uri, &[("range", "bytes=-4")]).await;
    assert_eq!(end.body, whole.body.slice(whole.body.len() - 4..));
    let other = fetch(&me, &uri, &[("range", "bytes=1-3"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status, other.body.len()), (StatusCode::OK, whole.body.len()));
    let beyond = fetch(&me, &uri, &[("range", "bytes=9999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", upload.bytes));
    let known = fetch(&me, &uri, &[("if-none-match", etag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

// RFC 9110 §14.2
#[tokio::test]
async fn whoever_asks_only_for_the_head_of_a_file_is_told_of_all_of_it() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let upload = handed_in(&me).await;
    for range in ["bytes=1-3", "bytes=9999999-"] {
        let asked = Request::head(format!("{UPLOADS}/{}", upload.id)).header("range", range);
        let head = me.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0), "{range}");
        assert_eq!(head.header("content-length"), upload.bytes.to_string());
        assert_eq!((head.header("accept-ranges"), head.header("content-range")), ("bytes", ""));
    }
}

#[tokio::test]
async fn a_small_picture_need_not_be_sent_twice() {
    let house = House::working(0).await;
    let me = house.visitor().await;
    let job = me.picture().await;
    let uri = format!("/{}/thumb", job.outputs[0].url);
    let first = me.get(&format!("{uri}?w=100")).await;
    let etag = first.header("etag");
    assert_eq!((first.status, etag.len() > 2), (StatusCode::OK, true));
    let known = fetch(&me, &format!("{uri}?w=100"), &[("if-none-match", etag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(known.header("etag"), etag);
    let larger = fetch(&me, &format!("{uri}?w=640"), &[("if-none-match", etag)]).await;
    assert_eq!(larger.status, StatusCode::OK, "another size is another picture");
}

fn upscaled(picture: &Value) -> Value {
    json!({ "inputs": { "picture": picture, "factor": 1.5 }, "wait": 60 })
}

#[tokio::test]
async fn a_job_begins_with_what_is_at_an_address_or_what_another_made() {
    let house = House::working_with(&NEAR).await;
    let (me, gallery) = (house.visitor().await, Gallery::open().await);
    let jobs = format!("{UPSCALE}/jobs");
    let first = me.post(&jobs, &upscaled(&json!({ "url": gallery.url }))).await;
    let first: Job = first.json();
    assert_eq!(first.status, JobStatus::Succeeded, "{:?}", first.failure);
    assert_eq!(first.outputs[0].width, Some(96));
    let made = json!({ "job": first.id, "output": 0 });
    let second: Job = me.post(&jobs, &upscaled(&made)).await.json();
    assert_eq!(second.status, JobStatus::Succeeded, "{:?}", second.failure);
    assert_eq!((second.outputs[0].width, &second.inputs["picture"]), (Some(144), &made));
    // safety 11
    let others = house.visitor().await.post(&jobs, &upscaled(&made)).await.problem();
    assert_eq!((others.status, others.field.as_deref()), (422, Some("picture")));
}

/// A picture of a megabyte: nothing in it repeats.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let image = image::RgbImage::from_fn(700, 500, |_, _| image::Rgb([next(), next(), next()]));
    let mut content = std::io::Cursor::new(Vec::new());
    image.write_to(&mut content, image::ImageFormat::Png).unwrap();
    content.into_inner()
}

// safety 4
#[tokio::test]
async fn a_job_comes_with_a_picture_of_megabytes_and_one_that_is_too_large_is_told_where_to_go() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let text = BASE64_STANDARD.encode(noise());
    assert!(text.len() > 1 << 20, "{}", text.len());
    let inputs = json!({ "picture": { "base64": text } });
    let answer = me.post(&format!("{UPSCALE}/jobs"), &json!({ "inputs": inputs })).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let kept = &answer.json::<Job>().inputs["picture"];
    assert!(kept["upload"].is_string(), "{kept}");
    let inputs = json!({ "picture": { "base64": "A".repeat(4 << 20) } });
    for uri in ["jobs", "batches"].map(|what| format!("{UPSCALE}/{what}")) {
        let problem = me.post(&uri, &json!({ "inputs": inputs })).await.problem();
        assert_eq!(problem.status, 413, "{uri}");
        assert!(problem.detail.contains("4096 kB"), "{}", problem.detail);
        assert!(problem.detail.contains("`POST /uploads`"), "{}", problem.detail);
    }
}

// safety 33
#[tokio::test]
async fn what_is_asked_for_again_is_not_fetched_again() {
    let house = House::working_with(&NEAR).await;
    let (me, gallery) = (house.visitor().await, Gallery::open().await);
    let asked = || {
        let body = upscaled(&json!({ "url": gallery.url }));
        keyed(post(&format!("{UPSCALE}/jobs?output=0"), &body), "k")
    };
    let first = me.send(asked()).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    let again = me.send(asked()).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (StatusCode::OK, "true"));
    assert_eq!(again.body, first.body);
    assert_eq!(gallery.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_table_names_files_by_upload_by_job_and_by_address() {
    let house = House::working_with(&NEAR).await;
    let (me, gallery) = (house.visitor().await, Gallery::open().await);
    let upload = handed_in(&me).await.id;
    let from = upscaled(&json!({ "upload": upload }));
    let made: Job = me.post(&format!("{UPSCALE}/jobs"), &from).await.json();
    let table = format!("picture,factor\n{upload},1.5\n{}/0,1.5\n{},1.5", made.id, gallery.url);
    let send = async |table: String| {
        let asked = Request::post(format!("{UPSCALE}/batches?wait=60"));
        me.send(asked.header("content-type", "text/csv").body(table.into()).unwrap()).await
    };
    let answer = send(table).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let page: BatchPage = answer.json();
    let widths: Vec<_> = page.jobs.iter().map(|one| one.job.outputs[0].width).collect();
    assert_eq!(widths, [Some(96), Some(144), Some(96)]);
    assert_eq!(page.jobs[1].job.inputs["picture"], json!({ "job": made.id, "output": 0 }));
    for wrong in ["fox.png", "../../etc/passwd", &format!("{}/first", made.id)] {
        let problem = send(format!("picture\n{wrong}")).await.problem();
        let about = (problem.status, problem.line, problem.field.as_deref());
        assert_eq!(about, (422, Some(2), Some("picture")), "{wrong}");
    }
}
