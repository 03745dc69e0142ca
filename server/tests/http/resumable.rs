//! Files in pieces, by tus.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use wire::{Limited, Me, Upload};

use super::house::{API, Answer, House, Visitor};
use super::late::Late;

const FILES: &str = "/api/parlor/v1/uploads/resumable";

/// `fox.png`, `image/png`.
const FOX: &str = "filename Zm94LnBuZw==,filetype aW1hZ2UvcG5n";

fn png() -> Vec<u8> {
    let image =
        image::RgbImage::from_fn(40, 20, |x, y| image::Rgb([x as u8 * 6, y as u8 * 12, 90]));
    let mut content = Vec::new();
    image.write_to(&mut Cursor::new(&mut content), image::ImageFormat::Png).unwrap();
    content
}

fn begin(length: usize) -> Request<Body> {
    Request::post(FILES)
        .header("tus-resumable", "1.0.0")
        .header("upload-length", length)
        .header("upload-metadata", FOX)
        .body(Body::empty())
        .unwrap()
}

fn piece(at: &str, from: usize, content: impl Into<Body>) -> Request<Body> {
    Request::patch(at)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", from)
        .body(content.into())
        .unwrap()
}

async fn begun(visitor: &Visitor<'_>, length: usize) -> String {
    let answer = visitor.send(begin(length)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert!(answer.header("upload-expires").ends_with("GMT"));
    answer.header("location").to_owned()
}

async fn offset(visitor: &Visitor<'_>, at: &str) -> usize {
    let answer = visitor.call("HEAD", at).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    answer.header("upload-offset").parse().unwrap()
}

/// A body that breaks off behind `content`.
fn broken(content: &[u8]) -> Body {
    let content = Bytes::copy_from_slice(content);
    let parts = [Ok(content), Err(std::io::Error::other("the line is cut"))];
    Body::from_stream(futures_util::stream::iter(parts))
}

#[tokio::test]
async fn a_picture_in_pieces_is_an_upload_like_any_other() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let (content, half) = (png(), png().len() / 2);
    let at = begun(&visitor, content.len()).await;
    assert_eq!(offset(&visitor, &at).await, 0);
    let first = visitor.send(piece(&at, 0, content[..half].to_vec())).await;
    assert_eq!(first.status, StatusCode::NO_CONTENT, "{}", first.text());
    assert_eq!(
        (first.header("upload-offset"), offset(&visitor, &at).await),
        (&*half.to_string(), half)
    );
    let last = visitor.send(piece(&at, half, content[half..].to_vec())).await;
    assert_eq!(last.status, StatusCode::NO_CONTENT, "{}", last.text());
    assert_eq!(last.header("upload-offset"), content.len().to_string());

    let back = visitor.get(last.header("content-location")).await;
    assert_eq!(image::load_from_memory(&back.body).unwrap().width(), 40);
    let whole =
        Request::post(format!("{API}/uploads?name=fox.png")).header("content-type", "image/png");
    let whole: Upload = visitor.send(whole.body(content.clone().into()).unwrap()).await.json();
    assert!(last.header("content-location").ends_with(&whole.id.to_string()), "the same file");
    assert_eq!(whole.name, "fox.png");
    let asked = visitor.call("HEAD", &at).await;
    assert_eq!(asked.header("upload-offset"), content.len().to_string());
    assert_eq!(asked.header("content-location"), last.header("content-location"));
    assert_eq!(asked.header("upload-metadata"), FOX);
    let halves = std::fs::read_dir(house.folder().join("files/halves")).unwrap().count();
    assert_eq!(halves, 0, "nothing is left behind");
}

// safety 32
#[tokio::test]
async fn what_came_before_the_line_was_cut_need_not_come_again() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let content = png();
    let at = begun(&visitor, content.len()).await;
    let cut = visitor.send(piece(&at, 0, broken(&content[..20]))).await;
    assert_eq!(cut.status, StatusCode::BAD_REQUEST, "{}", cut.text());
    assert_eq!(offset(&visitor, &at).await, 20);
    let rest = visitor.send(piece(&at, 20, content[20..].to_vec())).await;
    assert_eq!(rest.status, StatusCode::NO_CONTENT, "{}", rest.text());
    assert!(!rest.header("content-location").is_empty());
}

// safety 32
#[tokio::test]
async fn whoever_comes_back_need_not_wait_for_a_line_that_hangs() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let (content, late) = (png(), Late::new());
    let at = begun(&visitor, content.len()).await;
    let hanging = visitor.send(piece(&at, 0, late.body(content.clone())));
    let coming_back = async {
        late.is_awaited(1).await;
        let from = offset(&visitor, &at).await;
        visitor.send(piece(&at, from, content[from..].to_vec())).await
    };
    let (hung, back) = tokio::join!(hanging, coming_back);
    assert_eq!(hung.status, StatusCode::BAD_REQUEST, "{}", hung.text());
    assert_eq!(back.status, StatusCode::NO_CONTENT, "{}", back.text());
}

async fn refused(visitor: &Visitor<'_>, asked: Request<Body>, status: u16, reason: &str) -> Answer {
    let answer = visitor.send(asked).await;
    assert_eq!(answer.status.as_u16(), status, "{reason}: {}", answer.text());
    assert!(answer.text().contains(reason), "{reason}: {}", answer.text());
    assert_eq!(answer.header("tus-resumable"), "1.0.0", "on every answer");
    answer
}

#[tokio::test]
async fn what_is_not_the_protocol_is_refused_with_what_would_be() {
    let house = House::with(&["--max-upload-mb", "1"]).await;
    let visitor = house.visitor().await;
    let at = begun(&visitor, 8).await;
    let with = |mut asked: Request<Body>, name: &'static str, value: &str| {
        asked.headers_mut().insert(name, value.parse().unwrap());
        asked
    };
    let none = Request::post(FILES).body(Body::empty()).unwrap();
    refused(&visitor, none, 400, "upload-length").await;
    refused(&visitor, with(begin(8), "upload-length", "-1"), 400, "upload-length").await;
    refused(&visitor, begin(0), 422, "empty").await;
    refused(&visitor, begin((1 << 20) + 1), 413, "1 MB").await;
    refused(&visitor, with(begin(8), "upload-metadata", "filename ?"), 400, "base64").await;
    let version = with(begin(8), "tus-resumable", "0.2.2");
    let version = refused(&visitor, version, 412, "1.0.0").await;
    assert_eq!(version.header("tus-version"), "1.0.0");
    refused(&visitor, piece(&at, 3, "x"), 409, "0 bytes have come").await;
    let kind = with(piece(&at, 0, "x"), "content-type", "image/png");
    refused(&visitor, kind, 415, "application/offset+octet-stream").await;
    refused(&visitor, piece(&at, 0, "123456789"), 413, "8 bytes").await;
    let other = format!("{FILES}/00000000-0000-0000-0000-000000000000");
    refused(&visitor, piece(&other, 0, "x"), 404, "no such upload").await;
    let options = visitor.call("OPTIONS", FILES).await;
    assert_eq!(options.status, StatusCode::NO_CONTENT);
    assert_eq!(options.header("tus-extension"), "creation,expiration,termination");
    assert_eq!(options.header("tus-max-size"), (1 << 20).to_string());
}

// safety 26
#[tokio::test]
async fn a_file_that_is_not_what_it_says_is_refused_and_forgotten() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let at = begun(&visitor, 6).await;
    let answer = refused(&visitor, piece(&at, 0, "<html>"), 422, "not a PNG").await;
    assert_eq!(answer.problem().field.as_deref(), Some("file"));
    assert_eq!(visitor.call("HEAD", &at).await.status, StatusCode::NOT_FOUND);
}

// safety 11
#[tokio::test]
async fn anothers_file_does_not_exist() {
    let house = House::quiet().await;
    let (visitor, other) = (house.visitor().await, house.visitor().await);
    let at = begun(&visitor, 8).await;
    assert_eq!(other.call("HEAD", &at).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.send(piece(&at, 0, "x")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.call("DELETE", &at).await.status, StatusCode::NOT_FOUND);
    assert_eq!(offset(&visitor, &at).await, 0);
}

#[tokio::test]
async fn a_file_can_be_given_up_also_by_whoever_can_only_post() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let instead = |at: &str, method: &str| {
        let mut asked = piece(at, 0, "1234");
        *asked.method_mut() = "POST".parse().unwrap();
        asked.headers_mut().insert("x-http-method-override", method.parse().unwrap());
        asked
    };
    let at = begun(&visitor, 8).await;
    assert_eq!(visitor.send(instead(&at, "PATCH")).await.header("upload-offset"), "4");
    assert_eq!(visitor.send(instead(&at, "PUT")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visitor.send(instead(&at, "DELETE")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(visitor.call("HEAD", &at).await.status, StatusCode::NOT_FOUND);
    let halves = std::fs::read_dir(house.folder().join("files/halves")).unwrap().count();
    assert_eq!(halves, 0);
}

// safety 22
#[tokio::test]
async fn what_is_not_whole_counts_as_kept_and_as_handed_in() {
    let flags = ["--public-url", "http://art.example.org", "--open", "--guest-storage-mb", "1"];
    let house = House::with(&flags).await;
    let visitor = house.visitor().await;
    let at = begun(&visitor, 1 << 20).await;
    let me: Me = visitor.get(&format!("{API}/me")).await.json();
    let used = |what| me.limits.iter().find(|limit| limit.what == what).unwrap().used;
    assert_eq!(used(Limited::StorageBytes), 1 << 20);
    assert_eq!(used(Limited::UploadBytesPerDay), 1 << 20);
    assert_eq!(visitor.send(begin(8)).await.status, StatusCode::TOO_MANY_REQUESTS);
    visitor.call("DELETE", &at).await;
    assert_eq!(visitor.send(begin(8)).await.status, StatusCode::CREATED, "there is room again");
}

#[tokio::test]
async fn what_post_stands_for_is_answered_as_the_description_says() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let document: serde_json::Value = house.get(&format!("{API}/openapi.json")).await.json();
    let described = &document["paths"]["/uploads/resumable/{id}"]["post"]["responses"];
    let at = begun(&visitor, png().len()).await;
    for (meant, status) in [("HEAD", "200"), ("PATCH", "204"), ("DELETE", "204")] {
        let mut asked = piece(&at, 0, png());
        *asked.method_mut() = "POST".parse().unwrap();
        asked.headers_mut().insert("x-http-method-override", meant.parse().unwrap());
        let answer = visitor.send(asked).await;
        assert_eq!(answer.status.as_str(), status, "{meant}: {}", answer.text());
        let headers = described[status]["headers"].as_object().expect(meant);
        for name in answer.headers.keys().filter(|name| name.as_str().starts_with("upload-")) {
            let known = headers.keys().any(|header| header.eq_ignore_ascii_case(name.as_str()));
            assert!(known, "{meant}: {name} is not described");
        }
    }
}
