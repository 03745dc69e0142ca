//! From the backend's frame to the viewer's: how long, for how many, at what cost.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use comfy::client::{self, Trust};
use engine::{Engine, Options};
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};
use wire::ToViewer;

use crate::{
    figure::Figure,
    house::House,
    quantile::Times,
    stalled,
    upstream::{Prompt, Upstream},
    viewer::{Viewer, Visitor},
};

/// Longer than any measured step may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How large a preview usually is, in bytes.
const PREVIEW: usize = 20_000;

/// How a backend talks during a measurement: frame after frame. Numbers grow from one measurement to the next,
/// as the steps of one long run.
#[derive(Clone, Copy)]
struct Pace {
    first: u64,
    last: u64,
    every: Duration,
    /// One frame in so many comes with a preview.
    preview: u64,
    /// Of a preview, in bytes.
    size: usize,
}

/// A quick sampler, watched by one.
const ALONE: Pace =
    Pace { first: 1, last: 500, every: Duration::from_millis(20), preview: 1, size: PREVIEW };
/// A common one, watched by many.
const CROWD: Pace =
    Pace { first: 501, last: 600, every: Duration::from_millis(100), preview: 5, size: PREVIEW };
/// The same, when some of them do not read.
const SILENT: Pace = Pace { first: 611, last: 710, ..CROWD };
/// Large previews with every frame, until the connections of those who do not read are full.
const FLOOD: Pace =
    Pace { first: 601, last: 610, every: Duration::from_millis(300), preview: 1, size: 1_000_000 };

/// A house with one job running, and everybody concerned.
struct Scene {
    house: House,
    upstream: Upstream,
    prompt: Prompt,
    visitor: Visitor,
    job: wire::JobId,
    /// When frame number n left the backend, in nanoseconds since `start`.
    sent: Arc<[AtomicU64]>,
    start: Instant,
    _data: tempfile::TempDir,
}

/// Measures all figures of the relay.
pub async fn measure(binary: &Path, viewers: usize) -> anyhow::Result<Vec<Figure>> {
    let scene = Scene::set(binary).await?;
    let one = vec![scene.visitor.watch(scene.job).await?];
    let (_, mut alone) = scene.watched_by(one, ALONE).await?;

    let before = scene.house.memory().await?;
    let (mut crowd, mut all) = scene.watched_by(scene.crowd(viewers).await?, CROWD).await?;
    let grown = scene.house.memory().await?.saturating_sub(before);

    crowd.truncate(viewers / 10);
    let mut rest = scene.watched_beside(crowd, viewers - viewers / 10).await?;
    scene.house.close().await?;

    let relayed = |what, measured| Figure::at_most(what, measured, 100.0, "ms");
    Ok(vec![
        Figure::at_most("frame relayed to one viewer, p50", alone.millis(0.5), 1.0, "ms"),
        Figure::told("frame relayed to one viewer, p99", alone.millis(0.99), "ms"),
        Figure::at_most(
            "memory of a viewer, of a thousand",
            grown as f64 / viewers as f64 / 1000.0,
            6.0,
            "kB",
        ),
        relayed("frame relayed to a thousand, p99", all.millis(0.99)),
        relayed("the same when a tenth of them do not read", rest.millis(0.99)),
    ])
}

impl Scene {
    async fn set(binary: &Path) -> anyhow::Result<Self> {
        let (upstream, address) = Upstream::open(definitions().await?).await?;
        let data = tempfile::tempdir()?;
        let house = House::open(binary, data.path(), &["--backend".to_owned(), address]).await?;
        let visitor = Visitor::new(&house).await?;
        let job = visitor.submit("text-to-picture").await?.id;
        let prompt = timeout(PATIENCE, handed_in(&upstream))
            .await
            .context("the job never reached the backend")?;
        upstream.begin(&prompt);
        let sent = (0..=SILENT.last).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { house, upstream, prompt, visitor, job, sent, start: Instant::now(), _data: data })
    }

    async fn crowd(&self, count: usize) -> anyhow::Result<Vec<Viewer>> {
        let mut crowd = Vec::with_capacity(count);
        while crowd.len() < count {
            let some = (count - crowd.len()).min(50);
            crowd.extend(try_join_all((0..some).map(|_| self.visitor.watch(self.job))).await?);
        }
        Ok(crowd)
    }

    /// Lets so many `others` watch while the `silent` do not read.
    async fn watched_beside(&self, silent: Vec<Viewer>, others: usize) -> anyhow::Result<Times> {
        let port = self.house.port()?;
        let ports: Vec<_> = silent.iter().map(|viewer| viewer.port).collect();
        self.watched_by(vec![self.visitor.watch(self.job).await?], FLOOD).await?;
        // Who comes now is shown the last preview: no longer one of the flood.
        self.upstream.preview(&self.prompt, &vec![0x55; PREVIEW]);
        let crowd = self.crowd(others).await?;

        let before = stalled::held(port, &ports).await?;
        let (_, times) = self.watched_by(crowd, SILENT).await?;
        let stalled = stalled::stalled(&before, &stalled::held(port, &ports).await?);
        ensure!(
            stalled == silent.len(),
            "only {stalled} of {} connections that nobody reads were full: FLOOD must be larger here",
            silent.len()
        );
        Ok(times)
    }

    /// Sends frames while `viewers` read; the viewers, and the times from the backend to each of them.
    ///
    /// Progress is latest-wins, so who is behind may skip a frame: what counts is how old the frames are that
    /// arrive, and that the last one arrives at everybody.
    async fn watched_by(
        &self,
        viewers: Vec<Viewer>,
        pace: Pace,
    ) -> anyhow::Result<(Vec<Viewer>, Times)> {
        let reading: Vec<_> =
            viewers.into_iter().map(|viewer| self.read(viewer, pace.last)).collect();
        let image = vec![0x55; pace.size];
        for number in pace.first..=pace.last {
            self.sent[number as usize].store(self.now(), Ordering::Relaxed);
            self.upstream.progress(&self.prompt, number, SILENT.last);
            // None after the last frame: who has read that one has read everything.
            if number % pace.preview == 0 && number < pace.last {
                self.upstream.preview(&self.prompt, &image);
            }
            sleep(pace.every).await;
        }
        let (mut viewers, mut times) = (Vec::new(), Times::default());
        for reader in reading {
            let (viewer, read) = timeout(PATIENCE, reader)
                .await
                .context("a viewer never saw the last frame")???;
            viewers.push(viewer);
            times.append(read);
        }
        ensure!(times.count() > 0, "no viewer saw any frame");
        Ok((viewers, times))
    }

    /// Reads until frame number `last`.
    #[expect(clippy::disallowed_methods, reason = "awaited by the caller")]
    fn read(&self, mut viewer: Viewer, last: u64) -> JoinHandle<anyhow::Result<(Viewer, Times)>> {
        let (sent, start, sampler) = (self.sent.clone(), self.start, self.prompt.sampler.clone());
        tokio::spawn(async move {
            let mut times = Times::default();
            loop {
                let ToViewer::Progress { progress, .. } = viewer.next().await? else {
                    continue;
                };
                let now = start.elapsed();
                let Some(node) = progress.nodes.get(&sampler) else { continue };
                let left = sent[node.value as usize].load(Ordering::Relaxed);
                times.push(now.saturating_sub(Duration::from_nanos(left)));
                if u64::from(node.value) == last {
                    return Ok((viewer, times));
                }
            }
        })
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }
}

/// The node catalogue of the engine, so that the built-in workflows find their nodes.
pub async fn definitions() -> anyhow::Result<Value> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::start(Options::new(folder.path())).await?;
    let http = client::builder(&Trust::nobody()).build()?;
    let catalogue = http.get(format!("{}/object_info", engine.url())).send().await?.json().await?;
    engine.stop().await;
    Ok(catalogue)
}

/// The first prompt that `upstream` is handed.
pub async fn handed_in(upstream: &Upstream) -> Prompt {
    loop {
        if let Some(prompt) = upstream.prompt() {
            return prompt;
        }
        sleep(Duration::from_millis(5)).await;
    }
}
