//! A house for one test, and ways to knock at it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use clap::Parser;
use engine::Engine;
use http_body_util::BodyExt;
use parlor::app::App;
use parlor::auth::Peer;
use parlor::config::Config;
use parlor::shutdown::Shutdown;
use parlor::{router, serve};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt;

pub const API: &str = "/api/parlor/v1";
const TEXT_TO_PICTURE: &str = "/api/parlor/v1/workflows/text-to-picture/jobs";

/// A whole server but for the socket; its folder goes with it.
pub struct House {
    pub app: Arc<App>,
    router: Router,
    _engine: Option<Engine>,
    folder: tempfile::TempDir,
}

impl House {
    /// With no backend that answers: jobs wait.
    pub async fn quiet() -> Self {
        Self::with(&[]).await
    }

    /// With no backend that answers, and these flags.
    pub async fn with(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(folder, &[&["--backend", "http://127.0.0.1:9"], args].concat(), None).await
    }

    /// With the demo engine at work, resting this long after each step.
    pub async fn working(delay_ms: u64) -> Self {
        Self::engaged(delay_ms, &[]).await
    }

    /// With the demo engine at work, and these flags.
    pub async fn working_with(args: &[&str]) -> Self {
        Self::engaged(0, args).await
    }

    /// With the demo engine at work, resting this long after each step, and these flags.
    pub async fn engaged(delay_ms: u64, args: &[&str]) -> Self {
        let step_delay = std::time::Duration::from_millis(delay_ms);
        Self::over(args, |options| options.step_delay = step_delay).await
    }

    /// With the demo engine at work, which also has nodes that fail, and these flags.
    pub async fn failing(args: &[&str]) -> Self {
        Self::over(args, |options| options.faults.test_nodes = true).await
    }

    /// With an engine that is as it is told.
    async fn over(args: &[&str], tell: impl FnOnce(&mut engine::Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = engine::Options::new(folder.path().join("engine"));
        tell(&mut options);
        let engine = Engine::start(options).await.unwrap();
        Self::open(folder, args, Some(engine)).await
    }

    /// Returns when some backend has said which nodes there are.
    pub async fn is_known(&self) {
        while self.app.backends.definitions().is_empty() || !self.app.backends.any_open() {
            tokio::task::yield_now().await;
        }
    }

    async fn open(folder: tempfile::TempDir, args: &[&str], engine: Option<Engine>) -> Self {
        let data = folder.path().to_str().unwrap();
        let config = Config::parse_from([&["parlor", "--data", data], args].concat());
        let demo = engine.as_ref().map(|engine| engine.url().parse().unwrap());
        let app = App::open(config, demo, Shutdown::default()).await.unwrap();
        let router = router::router(&app).unwrap();
        Self { app, router, _engine: engine, folder }
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The answer to a request from this machine.
    pub async fn answer(&self, request: Request<Body>) -> Answer {
        self.answer_to("127.0.0.1:40000", request).await
    }

    /// The answer to a request from this address.
    pub async fn answer_to(&self, peer: &str, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        request.headers_mut().entry("host").or_insert("localhost:8787".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.answer(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    /// A browser that opened the page once.
    pub async fn visitor(&self) -> Visitor<'_> {
        let house = self.get(&format!("{API}/house")).await;
        let cookie = house.headers[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Visitor { house: self, shown: ("cookie", cookie) }
    }

    /// Whoever sends this header with everything.
    pub fn showing(&self, name: &'static str, value: &str) -> Visitor<'_> {
        Visitor { house: self, shown: (name, value.to_owned()) }
    }

    /// An embedded page, which has a token and no cookie.
    pub async fn embedded(&self) -> Visitor<'_> {
        let page = self.get("/embed/text-to-picture").await;
        let html = page.text();
        let (_, rest) = html.split_once("name=\"parlor-visitor\" content=\"").unwrap();
        let token = rest.split('"').next().unwrap().to_owned();
        Visitor { house: self, shown: ("x-parlor-visitor", token) }
    }

    /// Serves on a real socket until the house closes.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve::serve(listener, self.app.clone(), self.router.clone()));
        address
    }
}

/// Somebody the house knows again.
pub struct Visitor<'a> {
    house: &'a House,
    /// Header and value.
    pub shown: (&'static str, String),
}

impl Visitor<'_> {
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let (name, value) = &self.shown;
        request.headers_mut().insert(*name, value.parse().unwrap());
        self.house.answer(request).await
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, uri: &str, body: &Value) -> Answer {
        self.send(post(uri, body)).await
    }

    pub async fn call(&self, method: &str, uri: &str) -> Answer {
        self.send(Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()).await
    }

    pub async fn send_json(&self, method: &str, uri: &str, body: &Value) -> Answer {
        let mut request = post(uri, body);
        *request.method_mut() = method.parse().unwrap();
        self.send(request).await
    }

    /// A finished job with one small picture.
    pub async fn picture(&self) -> wire::Job {
        let answer = self.post(&format!("{TEXT_TO_PICTURE}?wait=60"), &small("a red hill")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let job: wire::Job = answer.json();
        assert_eq!(job.status, wire::JobStatus::Succeeded, "{:?}", job.failure);
        job
    }

    /// A job that was only asked for.
    pub async fn submit(&self, inputs: &Value) -> Answer {
        self.post(TEXT_TO_PICTURE, inputs).await
    }
}

/// The inputs of a picture that is quickly made.
pub fn small(prompt: &str) -> Value {
    json!({ "inputs": { "prompt": prompt, "steps": 3, "size": { "width": 256, "height": 256 } } })
}

pub fn post(uri: &str, body: &Value) -> Request<Body> {
    Request::post(uri)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// With a key of idempotency.
pub fn keyed(mut request: Request<Body>, key: &str) -> Request<Body> {
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The refusal, which must be one of ours.
    pub fn problem(&self) -> wire::Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: wire::Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.request_id.as_deref(), Some(self.header("x-request-id")));
        problem
    }
}

/// The cookie of a visitor, for a real socket.
pub fn cookie(visitor: &Visitor<'_>) -> String {
    assert_eq!(visitor.shown.0, COOKIE.as_str());
    visitor.shown.1.clone()
}
