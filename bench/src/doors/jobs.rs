//! Asking for pictures, and how they fare: beside `comfy-api-proxy`, and as many at once as can be made durable.

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    beside::{Beside, ROUNDS},
    key,
    line::{Line, get, post},
    load::Load,
    rival::Rival,
};
use crate::{
    figure::Figure,
    house::House,
    quantile::{Times, median},
    relay,
    upstream::Upstream,
};

/// How many programs ask at once.
const PROGRAMS: usize = 64;
/// How long each is asked in a round.
const TURN: Duration = Duration::from_secs(2);
/// Longer than a job takes to reach its engine.
const PATIENCE: Duration = Duration::from_secs(20);
/// More jobs than any round hands in.
const ROOM: &str = "1000000";

/// Both, each before an engine of its own that takes every job and finishes none.
struct Doors {
    house: House,
    /// Parlor's.
    engine: Upstream,
    rival: Rival,
    /// The header that lets in.
    key: String,
    /// What is asked for, as the Comfy API v2 has it.
    graph: String,
    _folders: [tempfile::TempDir; 2],
}

/// What one kind of request came to.
#[derive(Default)]
struct Rounds {
    rates: Beside,
    ours: Times,
    theirs: Times,
}

/// Measures all of it.
pub async fn measure(binary: &Path, rival: &Path) -> anyhow::Result<Vec<Figure>> {
    let doors = Doors::open(binary, rival).await?;
    let (ours, theirs) = (doors.house.address.as_str(), doors.rival.address.as_str());
    let paths = (doors.job(ours).await?, doors.job(theirs).await?);
    doors.sample().await?;
    let polls = (doors.poll(ours, &paths.0), doors.poll(theirs, &paths.1));
    let polls = rounds(polls).await.context("asking how jobs fare")?;
    let polled = doors.memory().await?;
    let submits = (doors.submit(ours), doors.submit(theirs));
    let submits = rounds(submits).await.context("handing in jobs")?;
    let full = doors.memory().await?;
    let durable = doors.durable().await.context("handing in jobs that last")?;
    doors.house.close().await?;

    let mut figures = Vec::from(polls.figures(POLLS));
    figures.extend(submits.figures(SUBMITS));
    figures.push(Figure::at_most("memory when polled, of comfy-api-proxy's", polled, 1.0, "×"));
    figures.push(Figure::told("memory with all these jobs, of its own", full, "×"));
    figures.push(Figure::at_least("durable submits of 64 programs", durable, 5000.0, "/s"));
    Ok(figures)
}

/// What the lines are called: how many times theirs, ours, theirs, and how long one in a hundred takes.
type Names = [&'static str; 5];
const POLLS: Names = [
    "status polls, of those of comfy-api-proxy",
    "status polls of 64 programs",
    "those of comfy-api-proxy",
    "one poll, p99",
    "one of comfy-api-proxy, p99",
];
const SUBMITS: Names = [
    "submits, of those of comfy-api-proxy",
    "submits of 64 programs, durable",
    "those of comfy-api-proxy",
    "one submit, p99",
    "one of comfy-api-proxy, p99",
];

impl Doors {
    async fn open(binary: &Path, rival: &Path) -> anyhow::Result<Self> {
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        let (engine, own) = Upstream::open(relay::definitions().await?).await?;
        let (_, others) = Upstream::open(json!({})).await?;
        let args = ["--backend", &own, "--queue-jobs", ROOM, "--queue-jobs-each", ROOM];
        let house = House::open_on_all(binary, folders[0].path(), &args.map(str::to_owned)).await?;
        let rival = Rival::open(rival, &others, folders[1].path()).await?;
        let key = format!("X-API-Key: {}\r\n", key(&house).await?);
        let graph = json!({ "workflow": graph() }).to_string();
        Ok(Self { house, engine, rival, key, graph, _folders: folders })
    }

    /// What ours takes, in times of what the other takes.
    async fn memory(&self) -> anyhow::Result<f64> {
        Ok(self.house.memory().await? as f64 / self.rival.memory().await? as f64)
    }

    /// Where a job is asked for that runs.
    async fn job(&self, address: &str) -> anyhow::Result<String> {
        let mut line = Line::open(address).await?;
        let path = loop {
            let answer = line.ask(&self.submit(address).request).await?;
            let text = String::from_utf8_lossy(answer.body).into_owned();
            // It takes a moment to know its engine.
            ensure!(matches!(answer.status, 201 | 503), "{} for a job: {text}", answer.status);
            if answer.status == 201 {
                let job: Value = serde_json::from_str(&text)?;
                let id = job["id"].as_str().context("a job has an id")?;
                break format!("/api/v2/jobs/{id}");
            }
        };
        loop {
            let answer = line.ask(&get(address, &path, &self.key)).await?;
            let job: Value = serde_json::from_slice(answer.body)?;
            if job["status"] == "running" {
                return Ok(path);
            }
        }
    }

    /// Lets the job that runs at Parlor be sampled: then there is something to tell of it.
    async fn sample(&self) -> anyhow::Result<()> {
        let prompt = timeout(PATIENCE, relay::handed_in(&self.engine)).await?;
        self.engine.begin(&prompt);
        self.engine.progress(&prompt, 3, 20);
        Ok(())
    }

    fn poll(&self, address: &str, path: &str) -> Load {
        load(address, get(address, path, &self.key), 200)
    }

    fn submit(&self, address: &str) -> Load {
        load(address, post(address, ("/api/v2/jobs", &self.key), &self.graph), 201)
    }

    /// Jobs of our own door in a second: each is on the disk when it is answered.
    async fn durable(&self) -> anyhow::Result<f64> {
        let path = "/api/parlor/v1/workflows/text-to-picture/jobs";
        let body = json!({ "inputs": { "prompt": "Dunes at dusk" } }).to_string();
        let address = self.house.address.as_str();
        let load = load(address, post(address, (path, &self.key), &body), 202);
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            rates.push(load.run(TURN).await?.per_second());
        }
        Ok(median(rates))
    }
}

fn load(address: &str, request: Vec<u8>, status: u16) -> Load {
    Load { address: address.to_owned(), request: request.into(), status, connections: PROGRAMS }
}

/// In turns.
async fn rounds((ours, theirs): (Load, Load)) -> anyhow::Result<Rounds> {
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let done = ours.run(TURN).await?;
        rounds.rates.ours.push(done.per_second());
        rounds.ours.append(done.times);
        let done = theirs.run(TURN).await?;
        rounds.rates.theirs.push(done.per_second());
        rounds.theirs.append(done.times);
    }
    Ok(rounds)
}

impl Rounds {
    fn figures(mut self, [times, ours, theirs, our_tail, their_tail]: Names) -> [Figure; 5] {
        let rates = self.rates.medians();
        [
            Figure::at_least(times, self.rates.ratio(), 10.0, "×"),
            Figure::told(ours, rates.0, "/s"),
            Figure::told(theirs, rates.1, "/s"),
            Figure::told(our_tail, self.ours.millis(0.99), "ms"),
            Figure::told(their_tail, self.theirs.millis(0.99), "ms"),
        ]
    }
}

/// A picture as programs ask for one, in the API format.
fn graph() -> Value {
    let node = |class: &str, inputs: Value| json!({ "class_type": class, "inputs": inputs });
    json!({
        "1": node("CheckpointLoaderSimple", json!({ "ckpt_name": "parlor-painter.safetensors" })),
        "2": node("CLIPTextEncode", json!({ "text": "Dunes at dusk", "clip": ["1", 1] })),
        "3": node("CLIPTextEncode", json!({ "text": "", "clip": ["1", 1] })),
        "4": node("EmptyLatentImage", json!({ "width": 512, "height": 512, "batch_size": 1 })),
        "5": node("KSampler", json!({
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            "seed": 7, "steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
        })),
        "6": node("VAEDecode", json!({ "samples": ["5", 0], "vae": ["1", 2] })),
        "7": node("SaveImage", json!({ "images": ["6", 0], "filename_prefix": "bench" })),
    })
}
