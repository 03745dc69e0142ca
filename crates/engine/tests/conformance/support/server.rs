//! The server under test.

use std::time::Duration;

use comfy::client::{self, Trust};
use engine::Options;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{PATIENCE, Socket, fresh_colour, plain};
use crate::target::Target;

/// The server under test.
pub(crate) struct Server {
    pub url: String,
    pub http: reqwest::Client,
    pub checkpoint: String,
    /// A house of Parlor's, as it says itself.
    pub is_house: bool,
    /// What it is shown with everything.
    pub shown: HeaderMap,
    _target: Target,
}

impl Server {
    /// A server that works as fast as it can.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// A server whose samplers take long enough to be met at work.
    pub(crate) async fn start_slow() -> Self {
        Self::start_with(|options| options.step_delay = Duration::from_millis(40)).await
    }

    /// With `options` changed, where it is an engine.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let target = Target::start(change).await;
        let shown = shown();
        let http = client::builder(&Trust::nobody()).timeout(PATIENCE);
        let http = http.default_headers(shown.clone()).build().unwrap();
        let (url, is_shared) = (target.url.clone(), target.is_shared());
        let house = http.get(format!("{url}/api/parlor/v1/house")).send().await.unwrap();
        let is_house = house.status() == StatusCode::OK;
        let checkpoint = String::new();
        let mut server = Self { url, http, checkpoint, is_house, shown, _target: target };
        let nodes = server.get("/object_info/CheckpointLoaderSimple").await;
        let names = &nodes["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0];
        server.checkpoint = names[0].as_str().expect("the server has no checkpoint").into();
        if is_shared {
            server.wait_until_idle().await;
            // What earlier tests made must not be found in the cache.
            server.forget_what_was_made().await;
            server.post("/history", &json!({ "clear": true })).await;
        }
        server
    }

    pub(crate) async fn request(&self, method: Method, path: &str) -> Response {
        self.http.request(method, format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// The JSON at `path`, which must be there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).await;
        assert_eq!(response.status(), StatusCode::OK, "GET {path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(format!("{}{path}", self.url)).json(body).send().await.unwrap()
    }

    /// Submits, and returns the answer's status and body.
    pub(crate) async fn submit(&self, request: &Value) -> (StatusCode, Value) {
        let response = self.post("/prompt", request).await;
        let status = response.status();
        (status, response.json().await.unwrap_or_default())
    }

    /// Submits what must be accepted, and returns its id.
    pub(crate) async fn queue(&self, prompt: &Value, client: Option<&str>) -> String {
        let mut request =
            json!({ "prompt": prompt, "extra_data": { "preview_method": "latent2rgb" } });
        if let Some(client) = client {
            request["client_id"] = json!(client);
        }
        let (status, answer) = self.submit(&request).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["prompt_id"].as_str().unwrap().into()
    }

    /// Runs small prompts to their ends, one after another, and returns their
    /// ids in that order.
    pub(crate) async fn run_small(&self, count: usize) -> Vec<String> {
        let mut socket = Socket::open(self, None, false).await;
        let mut ids = Vec::new();
        for _ in 0..count {
            let id = self.queue(&plain(fresh_colour()), Some(&socket.client)).await;
            socket.until_end_of(&id).await;
            ids.push(id);
        }
        ids
    }

    /// Empties the cache, and returns when it is empty: a server of torch does it
    /// between two prompts and says nothing, so one more prompt is run. Nobody can
    /// tell a house to.
    pub(crate) async fn forget_what_was_made(&self) {
        let wish = json!({ "unload_models": false, "free_memory": true });
        let status = self.post("/free", &wish).await.status();
        // Of a house there is no such address, and so none that is posted to.
        let none = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(if self.is_house { none.contains(&status) } else { status == 200 }, "{status}");
        self.run_small(1).await;
    }

    /// What history says of a prompt that is over.
    pub(crate) async fn history(&self, id: &str) -> Value {
        self.get(&format!("/history/{id}")).await[id].take()
    }

    /// Uploads a file, and returns the answer's status and body.
    pub(crate) async fn upload(
        &self,
        name: &str,
        bytes: &[u8],
        fields: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let part =
            Part::bytes(bytes.to_vec()).file_name(name.to_owned()).mime_str("image/png").unwrap();
        let mut form = Form::new().part("image", part);
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let response = self
            .http
            .post(format!("{}/upload/image", self.url))
            .multipart(form)
            .send()
            .await
            .unwrap();
        let status = response.status();
        (status, response.json().await.unwrap_or_default())
    }

    /// The file that a node told of.
    pub(crate) async fn view(&self, file: &Value) -> Vec<u8> {
        let text = |name: &str| file[name].as_str().unwrap().to_owned();
        let query = [
            ("filename", text("filename")),
            ("subfolder", text("subfolder")),
            ("type", text("type")),
        ];
        let response =
            self.http.get(format!("{}/view", self.url)).query(&query).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        response.bytes().await.unwrap().to_vec()
    }

    /// Waits on a socket until nothing runs or waits.
    pub(crate) async fn wait_until_idle(&self) {
        let mut socket = Socket::open(self, None, false).await;
        socket.wait_for("an empty queue", |heard| heard.queue() == Some(0)).await;
    }
}

/// The key that the environment names, for a server that wants one.
fn shown() -> HeaderMap {
    let key = std::env::var("PARLOR_TEST_COMFYUI_KEY").ok();
    let value = key.map(|key| format!("Bearer {key}").parse().expect("a key is visible ASCII"));
    value.map(|value| (AUTHORIZATION, value)).into_iter().collect()
}
