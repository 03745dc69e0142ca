//! Files as they are served: ComfyUI protocol notes §7.

use reqwest::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, RANGE,
};
use reqwest::{Method, Response};

use crate::support::{Server, fresh_id, picture};

fn header(response: &Response, name: impl reqwest::header::AsHeaderName) -> String {
    response
        .headers()
        .get(name)
        .map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

async fn upload(server: &Server, name: &str, bytes: &[u8]) -> String {
    let (status, _) =
        server.upload(name, bytes, &[("subfolder", "view"), ("overwrite", "true")]).await;
    assert_eq!(status, 200);
    format!("/view?filename={name}&subfolder=view&type=input")
}

#[tokio::test]
async fn a_file_comes_as_it_is_and_can_be_asked_for_in_part_or_if_changed() {
    let server = Server::start().await;
    let name = format!("{}.png", fresh_id());
    let bytes = picture(1);
    let path = upload(&server, &name, &bytes).await;
    let whole = server.request(Method::GET, &path).await;
    assert_eq!(header(&whole, CONTENT_TYPE), "image/png");
    assert_eq!(header(&whole, CONTENT_DISPOSITION), format!("filename=\"{name}\""));
    assert_eq!(header(&whole, "x-content-type-options"), "nosniff");
    assert_eq!(header(&whole, ACCEPT_RANGES), "bytes");
    let (etag, modified) = (header(&whole, ETAG), header(&whole, LAST_MODIFIED));
    assert_eq!(whole.bytes().await.unwrap(), bytes);

    let ask = async |name: reqwest::header::HeaderName, value: &str| {
        server.http.get(format!("{}{path}", server.url)).header(name, value).send().await.unwrap()
    };
    assert_eq!(ask(IF_NONE_MATCH, &etag).await.status(), 304);
    assert_eq!(ask(IF_MODIFIED_SINCE, &modified).await.status(), 304);
    assert_eq!(ask(IF_NONE_MATCH, "\"other\"").await.status(), 200);
    let part = ask(RANGE, "bytes=10-19").await;
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, CONTENT_RANGE), format!("bytes 10-19/{}", bytes.len()));
    assert_eq!(part.bytes().await.unwrap(), bytes[10..20]);
    assert_eq!(ask(RANGE, "bytes=99999-").await.status(), 416);
    let head = server.request(Method::HEAD, &path).await;
    assert_eq!(
        (head.status().as_u16(), header(&head, "content-length")),
        (200, bytes.len().to_string())
    );
    assert_eq!(server.request(Method::GET, &format!("/api{path}")).await.status(), 200);
}

#[tokio::test]
async fn pictures_can_be_had_in_other_forms() {
    let server = Server::start().await;
    let path = upload(&server, &format!("{}.png", fresh_id()), &picture(1)).await;
    let forms = [
        ("preview=jpeg;50", "image/jpeg"),
        ("preview=webp;90", "image/webp"),
        ("preview=png;90", "image/webp"),
        ("channel=rgb", "image/png"),
        ("channel=a", "image/png"),
        ("channel=x", "image/png"),
        ("rand=0.5", "image/png"),
    ];
    for (form, kind) in forms {
        let response = server.request(Method::GET, &format!("{path}&{form}")).await;
        assert_eq!(header(&response, CONTENT_TYPE), kind, "{form}");
        let picture = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 64), "{form}");
    }
    let text = upload(&server, "x.txt", b"no picture").await;
    let refused = server.request(Method::GET, &format!("{text}&preview=webp;90")).await.status();
    // A ComfyUI stumbles over it: 500.
    assert!(refused.is_client_error() || refused.is_server_error(), "{refused}");
}

#[tokio::test]
async fn nothing_outside_can_be_seen() {
    let server = Server::start().await;
    upload(&server, "here.png", &picture(1)).await;
    let cases = [
        ("filename=../../x&type=output", 400),
        ("filename=..%2F..%2Fx&type=output", 400),
        ("filename=%2Fetc%2Fpasswd&type=output", 400),
        ("filename=..%5C..%5Cx&type=output", 400),
        ("filename=a..b.png&type=output", 400),
        ("filename=&type=output", 400),
        ("filename=here.png&type=bogus", 400),
        ("filename=x&subfolder=..&type=output", 403),
        ("filename=x&subfolder=..%2F..&type=output", 403),
        ("filename=x&subfolder=%2Ftmp&type=output", 403),
        ("type=output", 404),
        ("filename=not-there.png&type=output", 404),
        ("filename=a%00b.png&type=output", 404),
        ("filename=x.png&subfolder=a%00b&type=output", 404),
        ("filename=here.png&subfolder=view&type=output", 404),
        ("filename=view%2Fhere.png&type=input", 404),
        ("filename=here.png%20%5Binput%5D&subfolder=view&type=output", 200),
    ];
    for (query, status) in cases {
        let response = server.request(Method::GET, &format!("/view?{query}")).await;
        assert_eq!(response.status(), status, "{query}");
    }
}
