//! Somebody whom the house knows again, and what they can do through the door.

use futures_util::StreamExt;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::target::Target;

/// A visitor with a cookie of their own.
pub(crate) struct Person {
    pub http: Client,
    pub url: String,
    cookie: String,
}

/// A socket of theirs.
pub(crate) struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Person {
    /// Somebody new.
    pub(crate) async fn visit(target: &Target) -> Self {
        let plain = client(HeaderMap::new());
        let house = plain.get(format!("{}/api/parlor/v1/house", target.url)).send().await.unwrap();
        let cookie = house.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let http = client([(COOKIE, cookie.parse().unwrap())].into_iter().collect());
        Self { http, url: target.url.clone(), cookie }
    }

    pub(crate) async fn ask(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// The JSON at `path`, which must be there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.ask(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(format!("{}{path}", self.url)).json(body).send().await.unwrap()
    }

    /// Submits what must be accepted, and returns its id.
    pub(crate) async fn queue(&self, graph: &Value, client: &str) -> String {
        let request = json!({ "prompt": graph, "client_id": client });
        let answer = self.post("/prompt", &request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        answer["prompt_id"].as_str().unwrap().to_owned()
    }

    /// Uploads a picture; what it is called.
    pub(crate) async fn upload(&self, name: &str, picture: Vec<u8>) -> String {
        let form = Form::new().part("image", Part::bytes(picture).file_name(name.to_owned()));
        let to = format!("{}/upload/image", self.url);
        let answer = self.http.post(to).multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()["name"].as_str().unwrap().to_owned()
    }

    /// Listens as `client`.
    pub(crate) async fn listen(&self, client: &str) -> Line {
        let address = self.url.replacen("http", "ws", 1);
        let mut request = format!("{address}/ws?clientId={client}").into_client_request().unwrap();
        request.headers_mut().insert("cookie", self.cookie.parse().unwrap());
        let mut line = Line(connect_async(request).await.unwrap().0);
        assert_eq!(line.next().await["type"], "status");
        line
    }
}

impl Line {
    /// The next text.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => (),
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    /// Every text until the prompt is over.
    pub(crate) async fn until_end_of(&mut self, prompt: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let message = self.next().await;
            let data = &message["data"];
            let over = message["type"] == "executing" && data["node"].is_null();
            let over = over && data["prompt_id"] == prompt;
            heard.push(message);
            if over {
                return heard;
            }
        }
    }
}

/// A client that shows these headers with everything.
pub(crate) fn client(headers: HeaderMap) -> Client {
    let builder = comfy::client::builder(&comfy::client::Trust::nobody());
    builder.default_headers(headers).build().unwrap()
}
