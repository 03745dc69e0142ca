//! Pictures that people hand in.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use wire::{ErrorCode, Upload};

use super::house::{API, House};
use super::late::Late;

fn png() -> Vec<u8> {
    let image =
        image::RgbImage::from_fn(40, 20, |x, y| image::Rgb([x as u8 * 6, y as u8 * 12, 90]));
    let mut content = Vec::new();
    image.write_to(&mut Cursor::new(&mut content), image::ImageFormat::Png).unwrap();
    content
}

fn raw(name: &str, kind: &str, content: Vec<u8>) -> Request<Body> {
    let uri = format!("{API}/uploads?name={name}");
    Request::post(uri).header("content-type", kind).body(content.into()).unwrap()
}

fn form(name: &str, kind: &str, content: &[u8]) -> Request<Body> {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--b--\r\n"].concat();
    let kind = "multipart/form-data; boundary=b";
    Request::post(format!("{API}/uploads")).header("content-type", kind).body(body.into()).unwrap()
}

#[tokio::test]
async fn a_picture_comes_back_as_it_was_shown() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let answer = visitor.send(form("hat & coat.png", "image/png", &png())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let upload: Upload = answer.json();
    assert_eq!((upload.name.as_str(), upload.mime.as_str()), ("hat & coat.png", "image/png"));
    assert_eq!((upload.width, upload.height), (Some(40), Some(20)));

    let back = visitor.get(&format!("/{}", upload.url)).await;
    assert_eq!(back.header("content-type"), "image/png");
    assert!(back.header("content-disposition").starts_with("inline; filename=\"hat _ coat.png\""));
    assert_eq!(back.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(back.header("x-content-type-options"), "nosniff");
    assert_eq!(image::load_from_memory(&back.body).unwrap().width(), 40);
}

#[tokio::test]
async fn the_same_picture_is_the_same_upload_however_it_comes() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let one: Upload = visitor.send(form("a.png", "image/png", &png())).await.json();
    let two: Upload = visitor.send(raw("b.png", "image/png", png())).await.json();
    assert_eq!(one.id, two.id);
    let others: Upload = house.visitor().await.send(raw("a.png", "image/png", png())).await.json();
    assert_ne!(one.id, others.id);
}

// safety 11
#[tokio::test]
async fn anothers_upload_does_not_exist() {
    let house = House::quiet().await;
    let upload: Upload = house.visitor().await.send(raw("a.png", "image/png", png())).await.json();
    let other = house.visitor().await;
    assert_eq!(other.get(&format!("/{}", upload.url)).await.status, StatusCode::NOT_FOUND);
    let inputs = serde_json::json!({ "inputs": { "picture": { "upload": upload.id } } });
    let answer = other.post(&format!("{API}/workflows/upscale/jobs"), &inputs).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problem().field.as_deref(), Some("picture"));
}

// safety 25, 26
#[tokio::test]
async fn what_is_no_good_picture_is_refused_beside_its_field() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let cut = png()[..png().len() / 2].to_vec();
    for (asked, reason) in [
        (raw("a.png", "image/png", Vec::new()), "empty"),
        (raw("a.png", "image/png", cut), "damaged"),
        (raw("a.jpg", "image/jpeg", png()), ".jpg"),
        (raw("a.png", "text/html", png()), "text/html"),
        (raw("a.svg", "image/svg+xml", b"<svg onload='x()'/>".to_vec()), "not a PNG"),
        (form("a.png", "image/png", b"<html>"), "not a PNG"),
    ] {
        let answer = visitor.send(asked).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
        let problem = answer.problem();
        assert_eq!((problem.code, problem.field.as_deref()), (ErrorCode::BadInput, Some("file")));
        assert!(problem.detail.contains(reason), "{}", problem.detail);
    }
}

// safety 25, 29
#[tokio::test]
async fn a_name_is_never_a_path() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let upload: Upload = visitor.send(form("../../x.png", "image/png", &png())).await.json();
    assert_eq!(upload.name, "x.png");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_before_and_while_it_comes() {
    let house = House::with(&["--max-upload-mb", "1"]).await;
    let visitor = house.visitor().await;
    let mut announced = raw("a.png", "image/png", Vec::new());
    announced.headers_mut().insert("content-length", "9000000".parse().unwrap());
    let streamed = raw("a.png", "image/png", vec![0; (1 << 20) + 1]);
    for asked in [announced, streamed] {
        let answer = visitor.send(asked).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.problem().detail.contains("1 MB"));
    }
}

#[tokio::test]
async fn a_form_without_a_file_says_so() {
    let house = House::quiet().await;
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhello\r\n--b--\r\n";
    let asked = Request::post(format!("{API}/uploads"))
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body.into())
        .unwrap();
    let problem = house.visitor().await.send(asked).await.problem();
    assert_eq!(problem.field.as_deref(), Some("file"));
    assert!(problem.detail.contains("`filename`"), "{}", problem.detail);
}

/// A form that arrives in these pieces.
fn arriving(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Request<Body> {
    let pieces = futures_util::stream::iter(pieces.map(Ok::<_, std::io::Error>));
    let kind = "multipart/form-data; boundary=b";
    let asked = Request::post(format!("{API}/uploads")).header("content-type", kind);
    asked.body(Body::from_stream(pieces)).unwrap()
}

// safety 27
#[tokio::test]
async fn a_form_that_never_comes_to_its_file_is_broken_off() {
    const PIECE: &[u8] = &[b'x'; 8 << 10];
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let field = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n";
    for beginning in ["", "--b\r\nX-Endless: ", field] {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let endless = std::iter::repeat_n(Bytes::from_static(PIECE), 4_000)
            .inspect(move |piece| _ = counted.fetch_add(piece.len(), Ordering::Relaxed));
        let pieces = std::iter::once(Bytes::from_static(beginning.as_bytes())).chain(endless);
        let answer = visitor.send(arriving(pieces)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{beginning}");
        assert!(answer.problem().detail.contains("before its file"), "{}", answer.text());
        assert!(answer.problem().detail.contains("`filename`"), "{}", answer.text());
        assert!(taken.load(Ordering::Relaxed) < 256 << 10, "{taken:?} of {beginning}");
    }
}

#[tokio::test]
async fn a_form_may_arrive_in_pieces_of_any_size() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let noise = image::RgbImage::from_fn(300, 300, |x, y| {
        image::Rgb([x.wrapping_mul(y) as u8, ((x * x) ^ y) as u8, ((y * y * 7) ^ (x * 13)) as u8])
    });
    let mut content = Vec::new();
    noise.write_to(&mut Cursor::new(&mut content), image::ImageFormat::Png).unwrap();
    assert!(content.len() > 128 << 10, "{}", content.len());
    let body = form("a.png", "image/png", &content).into_body();
    let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    for size in [1_000, body.len()] {
        let pieces: Vec<_> = body.chunks(size).map(Bytes::copy_from_slice).collect();
        let answer = visitor.send(arriving(pieces.into_iter())).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }
}

// safety 26
#[tokio::test]
async fn a_video_is_taken_in_and_shown_as_one_and_a_page_never_is() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let boxed = |name: &str, content: &[u8]| {
        [&(content.len() as u32 + 8).to_be_bytes()[..], name.as_bytes(), content].concat()
    };
    let film = [boxed("ftyp", b"isom\0\0\0\0"), boxed("moov", &boxed("udta", b"home"))].concat();
    let answer = visitor.send(raw("trip.mp4", "video/mp4", film)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let upload: Upload = answer.json();
    assert_eq!((upload.mime.as_str(), upload.width), ("video/mp4", None));
    let back = visitor.get(&format!("/{}", upload.url)).await;
    assert_eq!(back.header("content-type"), "video/mp4");
    assert!(back.header("content-disposition").starts_with("inline"));
    assert!(!back.body.windows(4).any(|at| at == b"home"), "where it was taken is gone");

    let page = b"<html><script>x()</script></html>".to_vec();
    let upload: Upload = visitor.send(raw("page.html", "text/html", page)).await.json();
    let back = visitor.get(&format!("/{}", upload.url)).await;
    assert!(back.header("content-disposition").starts_with("attachment"));
    assert_eq!(back.header("content-security-policy"), "sandbox; default-src 'none'");
}

/// An open house, with more flags.
async fn open(flags: &[&str]) -> House {
    House::with(&[&["--public-url", "http://art.example.org", "--open"], flags].concat()).await
}

/// A picture of which nothing arrives yet.
fn slow(late: &Late) -> Request<Body> {
    let asked = Request::post(format!("{API}/uploads")).header("content-type", "image/png");
    asked.body(late.body(png())).unwrap()
}

// safety 22
#[tokio::test]
async fn what_is_still_arriving_counts_as_handed_in() {
    let house = open(&["--max-upload-mb", "1", "--guest-upload-mb-per-day", "1"]).await;
    let (visitor, late) = (house.visitor().await, Late::new());
    let meanwhile = async {
        late.is_awaited(1).await;
        // Another cookie from the same address is no other day.
        let second = house.visitor().await.send(raw("b.png", "image/png", png())).await;
        late.arrives(1);
        second
    };
    let (first, second) = tokio::join!(visitor.send(slow(&late)), meanwhile);
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS, "{}", second.text());
    let third = visitor.send(raw("b.png", "image/png", png())).await;
    assert_eq!(third.status, StatusCode::CREATED, "what did not arrive is given back");
}

// safety 22
#[tokio::test]
async fn only_so_many_files_arrive_at_once() {
    let house = open(&["--guest-upload-mb-per-day", "0"]).await;
    let (visitor, late) = (house.visitor().await, Late::new());
    let meanwhile = async {
        late.is_awaited(8).await;
        let one_more = visitor.send(raw("b.png", "image/png", png())).await;
        late.arrives(8);
        one_more
    };
    let slow = futures_util::future::join_all((0..8).map(|_| visitor.send(slow(&late))));
    let (all, one_more) = tokio::join!(slow, meanwhile);
    assert!(all.iter().all(|answer| answer.status == StatusCode::CREATED));
    assert_eq!(one_more.status, StatusCode::TOO_MANY_REQUESTS, "{}", one_more.text());
    let next = visitor.send(raw("b.png", "image/png", png())).await;
    assert_eq!(next.status, StatusCode::CREATED);
}
