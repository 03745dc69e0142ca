//! Downloading what was made: by how much processor time, beside nginx that hands on the same request to the engine
//! that made it.

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use comfy::client::{self, Trust};
use engine::{Engine, Options};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    beside::{Beside, ROUNDS},
    key,
    line::get,
    load::Load,
    nginx::Nginx,
    picture,
};
use crate::{cores, figure::Figure, house::House};

/// How many download at once.
const READERS: usize = 8;
/// How long each is asked in a round.
const TURN: Duration = Duration::from_millis(1500);
/// How often it is looked whether a picture is done.
const SOON: Duration = Duration::from_millis(20);
const KEY: &str = "x-api-key";

/// One size: bytes, the most processor time in nginx's, and what the lines are called.
type Size = (usize, f64, [&'static str; 3]);
const SIZES: [Size; 3] = [
    (1 << 10, 1.15, ["processor time of 1 KiB, of nginx's", "of 1 KiB", "nginx's of 1 KiB"]),
    (64 << 10, 0.7, ["processor time of 64 KiB, of nginx's", "of 64 KiB", "nginx's of 64 KiB"]),
    (1_500_000, 0.6, ["processor time of 1.5 MB, of nginx's", "of 1.5 MB", "nginx's of 1.5 MB"]),
];

/// Somebody who speaks ComfyUI, to the engine or to Parlor.
struct Artist {
    http: reqwest::Client,
    /// `http://127.0.0.1:port`.
    server: String,
    /// The engine asks for none.
    key: Option<String>,
}

/// Measures all of it.
pub async fn measure(binary: &Path, nginx: &Path) -> anyhow::Result<Vec<Figure>> {
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let engine = Engine::start(Options::new(folders[0].path())).await?;
    let url = engine.url().trim_end_matches('/').to_owned();
    let house =
        House::open(binary, folders[1].path(), &["--backend".to_owned(), url.clone()]).await?;
    let nginx = Nginx::open(nginx, &url).await?;
    let (at_engine, at_house) = (Artist::new(&url, None)?, {
        let key = key(&house).await?;
        Artist::new(&house.url(), Some(key))?
    });
    let processes = (house.id()?, nginx.id()?);
    let mut figures = Vec::new();
    for (bytes, most, names) in SIZES {
        let picture = picture::of_bytes(bytes)?;
        let ours = at_house.downloads(&house.address, &picture).await?;
        let theirs = at_engine.downloads(&nginx.address, &picture).await?;
        let mut costs = Beside::default();
        for _ in 0..ROUNDS {
            costs.ours.push(cost(&ours, processes.0).await.context("at Parlor")?);
            costs.theirs.push(cost(&theirs, processes.1).await.context("at nginx")?);
        }
        let each = costs.medians();
        figures.push(Figure::at_most(names[0], costs.ratio(), most, "×"));
        figures.push(Figure::told(names[1], each.0, "µs"));
        figures.push(Figure::told(names[2], each.1, "µs"));
    }
    house.close().await?;
    engine.stop().await;
    Ok(figures)
}

/// Microseconds of processor time that the process spends on one.
async fn cost(load: &Load, process: u32) -> anyhow::Result<f64> {
    let before = cores::time_of(process).await?;
    let done = load.run(TURN).await?;
    let spent = cores::time_of(process).await?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / done.times.count() as f64)
}

impl Artist {
    fn new(server: &str, key: Option<String>) -> anyhow::Result<Self> {
        let http = client::builder(&Trust::nobody()).build()?;
        Ok(Self { http, server: server.to_owned(), key })
    }

    /// Has a picture made that looks like this one; how it is downloaded from `address`.
    async fn downloads(&self, address: &str, picture: &[u8]) -> anyhow::Result<Load> {
        let name = self.made(picture).await?;
        let key = self.key.as_ref().map(|key| format!("{KEY}: {key}\r\n")).unwrap_or_default();
        let path = format!("/view?filename={name}&subfolder=&type=output");
        Ok(Load {
            address: address.to_owned(),
            request: get(address, &path, &key).into(),
            status: 200,
            connections: READERS,
        })
    }

    /// The name of the output.
    async fn made(&self, picture: &[u8]) -> anyhow::Result<String> {
        let file = Part::bytes(picture.to_vec()).file_name("noise.png").mime_str("image/png")?;
        let form = Form::new().part("image", file);
        let uploaded = self.answer(self.post("upload/image").multipart(form)).await?;
        let graph = json!({
            "1": { "class_type": "LoadImage", "inputs": { "image": uploaded["name"] } },
            "2": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "noise" } },
        });
        let taken = self.answer(self.post("prompt").json(&json!({ "prompt": graph }))).await?;
        let id = taken["prompt_id"].as_str().with_context(|| format!("no job: {taken}"))?;
        loop {
            let history = self.answer(self.get(&format!("history/{id}"))).await?;
            if let Some(name) = history[id]["outputs"]["2"]["images"][0]["filename"].as_str() {
                return Ok(name.to_owned());
            }
            ensure!(history[id]["status"]["status_str"] != "error", "it failed: {history}");
            sleep(SOON).await;
        }
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.with_key(self.http.get(format!("{}/{path}", self.server)))
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.with_key(self.http.post(format!("{}/{path}", self.server)))
    }

    fn with_key(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.key {
            Some(key) => request.header(KEY, key),
            None => request,
        }
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))
    }
}
