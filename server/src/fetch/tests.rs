//! Servers of this machine, and who may ask them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use axum::Router;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;

use super::*;

#[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
fn serve(listener: TcpListener, routes: Router) {
    tokio::spawn(async move { axum::serve(listener, routes).await });
}

/// A server of this machine, and what may ask it.
async fn inside() -> (String, Fetcher) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    serve(listener, Router::new().fallback(answer));
    (format!("http://{address}"), Fetcher::new(true, &["127.0.0.1/32".parse().unwrap()]))
}

async fn answer(uri: Uri) -> Response {
    match uri.path() {
        "/near" => Redirect::temporary("/file").into_response(),
        "/round" => Redirect::temporary("/round").into_response(),
        "/away" => Redirect::temporary("http://127.0.0.2:1/file").into_response(),
        _ => "content".into_response(),
    }
}

// safety 30
#[tokio::test]
async fn whatever_goes_wrong_is_told_alike() {
    let (base, _) = inside().await;
    let fetcher = Fetcher::new(true, &[]);
    let inside = format!("{base}/file");
    for url in [
        &*inside,
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://no.such.name.invalid/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "no address",
        "http://0177.0.0.1/",
        "http://2130706433/",
    ] {
        assert_eq!(fetcher.fetch(url, 100).await, Err(FetchError::Nothing), "{url}");
    }
    let only_https = Fetcher::new(false, &["127.0.0.0/8".parse().unwrap()]);
    assert_eq!(only_https.fetch(&inside, 100).await, Err(FetchError::Nothing));
}

// safety 30
#[tokio::test]
async fn each_redirection_is_looked_at_again() {
    let (base, fetcher) = inside().await;
    assert_eq!(fetcher.fetch(&format!("{base}/near"), 100).await.unwrap(), "content");
    for odd in ["away", "round"] {
        assert_eq!(
            fetcher.fetch(&format!("{base}/{odd}"), 100).await,
            Err(FetchError::Nothing),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn what_is_too_large_is_broken_off() {
    let (base, fetcher) = inside().await;
    assert_eq!(fetcher.fetch(&format!("{base}/file"), 3).await, Err(FetchError::TooLarge(3)));
}

fn post() -> Post {
    Post { headers: HeaderMap::new(), body: Bytes::new(), deadline: DEADLINE }
}

// safety 30, 31
#[tokio::test]
async fn what_is_handed_in_goes_where_fetching_may_and_is_not_redirected() {
    let (base, fetcher) = inside().await;
    let at = |path: &str| Url::parse(&format!("{base}{path}")).unwrap();
    assert_eq!(fetcher.post(&at("/file"), post()).await.unwrap().status, StatusCode::OK);
    let led_on = fetcher.post(&at("/near"), post()).await.unwrap();
    assert_eq!(led_on.status, StatusCode::TEMPORARY_REDIRECT);
    let stranger = Fetcher::new(true, &[]);
    assert!(!stranger.admits(&at("/file")) && fetcher.admits(&at("/file")));
    assert_eq!(stranger.post(&at("/file"), post()).await.unwrap_err(), FetchError::Nothing);
    let of_host = stranger.of_host().post(&at("/file"), post()).await.unwrap();
    assert_eq!(of_host.status, StatusCode::OK);
}

/// A DNS that says something else each time that it is asked, and the last again and again.
#[derive(Debug)]
struct Changing(Mutex<Vec<Vec<SocketAddr>>>);

impl Names for Changing {
    fn look_up(&self, name: String, _: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        assert_eq!(name, "rebinding.example");
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async { Ok(answer) })
    }
}

/// Two servers at one port, of which only the first may be asked.
async fn open_and_closed() -> (SocketAddr, SocketAddr) {
    let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let allowed = open.local_addr().unwrap();
    let inner = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), allowed.port());
    let closed = TcpListener::bind(inner).await.unwrap();
    serve(open, Router::new().fallback(|| async { "open" }));
    serve(closed, Router::new().fallback(|| async { "a secret of the inside" }));
    (allowed, inner)
}

fn asking(names: Vec<Vec<SocketAddr>>) -> Fetcher {
    let names = Arc::new(Changing(Mutex::new(names)));
    Fetcher { names, ..Fetcher::new(true, &["127.0.0.1/32".parse().unwrap()]) }
}

// safety 30
#[tokio::test]
async fn a_name_that_changes_between_looking_and_connecting_leads_nowhere_else() {
    let (open, inside) = open_and_closed().await;
    let url = format!("http://rebinding.example:{}/", open.port());
    let changing = || asking(vec![vec![open], vec![inside]]);
    assert_eq!(changing().fetch(&url, 100).await.unwrap(), "open", "as it was looked at");
    let fetcher = changing();
    assert_eq!(fetcher.fetch(&url, 100).await.unwrap(), "open");
    assert_eq!(fetcher.fetch(&url, 100).await, Err(FetchError::Nothing), "looked at again");
    let mixed = asking(vec![vec![inside, open]]);
    assert_eq!(mixed.fetch(&url, 100).await.unwrap(), "open", "of several the open one");
    let posted = changing();
    let url = Url::parse(&url).unwrap();
    assert_eq!(posted.post(&url, post()).await.unwrap().status, StatusCode::OK);
    assert_eq!(posted.post(&url, post()).await.unwrap_err(), FetchError::Nothing);
}
