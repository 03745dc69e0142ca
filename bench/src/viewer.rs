//! Somebody who watches: one WebSocket to `/api/parlor/v1/live`.

use anyhow::Context;
use comfy::client::Trust;
use futures_util::{SinkExt, StreamExt};
use reqwest::header::SET_COOKIE;
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};
use wire::{FromViewer, Job, JobId, ToViewer};

use crate::house::House;

/// A browser's identity: the cookies the house gave it.
#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    house: String,
    /// What lets in: name and value of a header.
    shows: (&'static str, String),
}

impl Visitor {
    /// Walks in, as a browser's first request does.
    pub async fn new(house: &House) -> anyhow::Result<Self> {
        let http = comfy::client::builder(&Trust::nobody()).build()?;
        let answer = http.get(format!("{}/api/parlor/v1/house", house.url())).send().await?;
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = pairs.collect::<Vec<_>>().join("; ");
        Ok(Self { http, house: house.address.clone(), shows: ("cookie", cookie) })
    }

    /// A program that has this key.
    pub fn with_key(house: &House, key: &str) -> anyhow::Result<Self> {
        let http = comfy::client::builder(&Trust::nobody()).build()?;
        Ok(Self { http, house: house.address.clone(), shows: ("x-api-key", key.to_owned()) })
    }

    /// Asks for a picture.
    pub async fn submit(&self, workflow: &str) -> anyhow::Result<Job> {
        let url = format!("http://{}/api/parlor/v1/workflows/{workflow}/jobs", self.house);
        let body = json!({ "inputs": { "prompt": "Dunes at dusk" } });
        let answer =
            self.http.post(url).header(self.shows.0, &self.shows.1).json(&body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        serde_json::from_str(&text).with_context(|| format!("submitting answered {status}: {text}"))
    }

    /// Begins to watch `job`; the snapshot has arrived when this returns.
    pub async fn watch(&self, job: JobId) -> anyhow::Result<Viewer> {
        let mut request =
            format!("ws://{}/api/parlor/v1/live", self.house).into_client_request()?;
        request.headers_mut().insert(self.shows.0, self.shows.1.parse()?);
        request.headers_mut().insert("origin", format!("http://{}", self.house).parse()?);
        let socket = TcpSocket::new_v4()?;
        // Who stops reading shall be noticed by the server soon, not after megabytes in the kernel.
        socket.set_recv_buffer_size(16 * 1024)?;
        let stream = socket.connect(self.house.parse()?).await.context("connecting a viewer")?;
        let port = stream.local_addr()?.port();
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let (mut socket, _) = client_async_with_config(request, stream, Some(config))
            .await
            .context("opening /live")?;
        let watch = serde_json::to_string(&FromViewer::Watch { job, after: None })?;
        socket.send(Message::Text(watch.into())).await?;
        let mut viewer = Viewer { socket, port };
        while !matches!(viewer.next().await?, ToViewer::Snapshot { .. }) {}
        Ok(viewer)
    }
}

/// An open connection that watches one job.
pub struct Viewer {
    socket: WebSocketStream<TcpStream>,
    /// At this end.
    pub port: u16,
}

impl Viewer {
    /// The next message of the house; previews are taken and passed over.
    pub async fn next(&mut self) -> anyhow::Result<ToViewer> {
        loop {
            if let Message::Text(text) = self.socket.next().await.context("the house hung up")?? {
                return serde_json::from_str(&text).with_context(|| format!("reading {text}"));
            }
        }
    }
}
