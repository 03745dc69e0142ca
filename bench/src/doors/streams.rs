//! A thousand programs that listen to one job by server-sent events.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};
use wire::{Event, ToViewer};

use super::{
    key,
    line::{Line, get},
};
use crate::{
    figure::Figure,
    house::House,
    quantile::Times,
    relay,
    upstream::{Prompt, Upstream},
    viewer::Visitor,
};

/// How many listen.
const STREAMS: usize = 1000;
/// How many begin to listen at once.
const DOOR: usize = 50;
/// Frames of progress, and how far apart.
const FRAMES: u64 = 100;
const EVERY: Duration = Duration::from_millis(100);
/// Longer than the last event may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A job that many listen to.
struct Scene {
    house: House,
    upstream: Upstream,
    prompt: Prompt,
    /// What every listener sends.
    request: Vec<u8>,
    /// When frame number n left the backend, in nanoseconds since `start`.
    sent: Arc<[AtomicU64]>,
    start: Instant,
    _data: tempfile::TempDir,
}

/// What one of them heard.
struct Heard {
    /// Numbered events, each one more than the last.
    events: u64,
    times: Times,
}

/// Measures all of it.
pub async fn measure(binary: &Path) -> anyhow::Result<Vec<Figure>> {
    let scene = Scene::set(binary).await?;
    let before = scene.house.memory().await?;
    let mut listening = Vec::with_capacity(STREAMS);
    while listening.len() < STREAMS {
        listening.extend(try_join_all((0..DOOR).map(|_| scene.listen())).await?);
    }
    scene.play().await;
    let mut all = Times::default();
    let mut most = 0;
    let mut counts = Vec::with_capacity(STREAMS);
    let grown = scene.house.memory().await?.saturating_sub(before);
    for stream in listening {
        let heard = timeout(PATIENCE, stream).await.context("a stream never ended")???;
        most = most.max(heard.events);
        counts.push(heard.events);
        all.append(heard.times);
    }
    scene.house.close().await?;
    ensure!(most > 4, "only {most} events were numbered");
    let behind = counts.iter().filter(|count| **count < most).count();
    Ok(vec![
        Figure::at_most("of 1,000 event streams, missed an event", behind as f64, 0.0, ""),
        Figure::told("event to a thousand streams, p99", all.millis(0.99), "ms"),
        Figure::told(
            "memory of an event stream, of a thousand",
            grown as f64 / STREAMS as f64 / 1000.0,
            "kB",
        ),
    ])
}

impl Scene {
    async fn set(binary: &Path) -> anyhow::Result<Self> {
        let (upstream, address) = Upstream::open(relay::definitions().await?).await?;
        let data = tempfile::tempdir()?;
        let house = House::open(binary, data.path(), &["--backend".to_owned(), address]).await?;
        let key = key(&house).await?;
        let job = Visitor::with_key(&house, &key)?.submit("text-to-picture").await?.id;
        let prompt = timeout(PATIENCE, relay::handed_in(&upstream))
            .await
            .context("the job never reached the backend")?;
        let path = format!("/api/parlor/v1/jobs/{job}/events");
        let request = get(&house.address, &path, &format!("X-API-Key: {key}\r\n"));
        let sent = (0..=FRAMES).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { house, upstream, prompt, request, sent, start: Instant::now(), _data: data })
    }

    /// One more listener; it has been let in when this returns.
    #[expect(clippy::disallowed_methods, reason = "awaited by the caller")]
    async fn listen(&self) -> anyhow::Result<JoinHandle<anyhow::Result<Heard>>> {
        let mut line = Line::open(&self.house.address).await?;
        let status = line.listen(&self.request).await?;
        ensure!(status == 200, "listening was answered with {status}");
        let (sent, start, sampler) = (self.sent.clone(), self.start, self.prompt.sampler.clone());
        Ok(tokio::spawn(async move {
            let mut heard = Heard { events: 0, times: Times::default() };
            let mut over = false;
            loop {
                let text = line.line().await?;
                if over && text.is_empty() {
                    return Ok(heard);
                }
                if let Some(id) = text.strip_prefix("id: ") {
                    let id: u64 = id.parse()?;
                    ensure!(id == heard.events + 1, "event {id} came after {}", heard.events);
                    heard.events = id;
                }
                let Some(data) = text.strip_prefix("data: ") else {
                    continue;
                };
                match serde_json::from_str(data)? {
                    ToViewer::Progress { progress, .. } => {
                        let node = progress.nodes.get(&sampler);
                        // Before its first step nothing was handed over whose age could be told.
                        let Some(node) = node.filter(|node| node.value > 0) else { continue };
                        let sent = sent[node.value as usize].load(Ordering::Relaxed);
                        let age = start.elapsed().as_nanos() as u64 - sent;
                        heard.times.push(Duration::from_nanos(age));
                    }
                    // Its number follows what it says.
                    ToViewer::Event { event: Event::Finished { .. }, .. } => over = true,
                    _ => (),
                }
            }
        }))
    }

    /// A whole run, of which every listener hears.
    async fn play(&self) {
        self.upstream.begin(&self.prompt);
        for node in &self.prompt.nodes {
            self.upstream.enter(&self.prompt, node);
            sleep(EVERY).await;
        }
        self.upstream.enter(&self.prompt, &self.prompt.sampler);
        for number in 1..=FRAMES {
            let now = self.start.elapsed().as_nanos() as u64;
            self.sent[number as usize].store(now, Ordering::Relaxed);
            self.upstream.progress(&self.prompt, number, FRAMES);
            sleep(EVERY).await;
        }
        self.upstream.fail(&self.prompt);
    }
}
