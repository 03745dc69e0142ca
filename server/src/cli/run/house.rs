//! A house, asked over HTTP as any program asks it.

use std::path::Path;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use wire::{Event, Inputs, Job, JobId, Output, Problem, Progress, ToViewer, Upload, Workflow};

use crate::app::trust;
use crate::config::Config;

/// How often a lost stream is asked for again, one after the other.
const MOST_LOSSES: u32 = 10;

/// What is asked for, and by whom.
#[derive(Debug, Clone)]
pub(super) struct House {
    http: reqwest::Client,
    address: Url,
    key: Option<String>,
}

impl House {
    pub(super) async fn new(
        config: &Config,
        mut address: Url,
        key: Option<&str>,
    ) -> anyhow::Result<Self> {
        let trust = trust(config, std::iter::once(&address)).await?;
        let http = comfy::client::builder(&trust).build().context("no client for the house")?;
        if !address.path().ends_with('/') {
            let below = format!("{}/", address.path());
            address.set_path(&below);
        }
        Ok(Self { http, address, key: key.map(str::to_owned) })
    }

    pub(super) async fn workflow(&self, slug: &str) -> anyhow::Result<Workflow> {
        self.json(self.http.get(self.at(&["workflows", slug])?)).await
    }

    pub(super) async fn submit(&self, slug: &str, inputs: Inputs) -> anyhow::Result<Job> {
        let asked = self.http.post(self.at(&["workflows", slug, "jobs"])?);
        self.json(asked.json(&json!({ "inputs": inputs }))).await
    }

    pub(super) async fn job(&self, job: JobId) -> anyhow::Result<Job> {
        self.json(self.http.get(self.at(&["jobs", &job.to_string()])?)).await
    }

    pub(super) async fn cancel(&self, job: JobId) -> anyhow::Result<()> {
        self.answer(self.http.post(self.at(&["jobs", &job.to_string(), "cancel"])?)).await.map(drop)
    }

    /// Hands a file in; what refers to it.
    pub(super) async fn upload(&self, path: &Path) -> anyhow::Result<Value> {
        let content = tokio::fs::read(path).await;
        let content = content.with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut address = self.at(&["uploads"])?;
        address.query_pairs_mut().append_pair("name", &name);
        let asked = self.http.post(address).header("content-type", "application/octet-stream");
        let upload: Upload = self.json(asked.body(content)).await?;
        Ok(json!({ "upload": upload.id }))
    }

    pub(super) async fn content(&self, output: &Output) -> anyhow::Result<Bytes> {
        let address = self.at(&["outputs", &output.id.to_string()])?;
        let answer = self.answer(self.http.get(address)).await?;
        answer.bytes().await.with_context(|| format!("{} did not arrive whole", output.name))
    }

    /// What happens to the job from its beginning on.
    pub(super) fn listen(&self, job: JobId) -> Listening<'_> {
        Listening {
            house: self,
            job,
            answer: None,
            held: Vec::new(),
            seen: 0,
            losses: 0,
            over: false,
        }
    }

    fn at(&self, path: &[&str]) -> anyhow::Result<Url> {
        let mut address = self.address.join("api/parlor/v1").context("the address of the house")?;
        if let Ok(mut segments) = address.path_segments_mut() {
            segments.extend(path);
        }
        Ok(address)
    }

    async fn json<T: DeserializeOwned>(&self, asked: RequestBuilder) -> anyhow::Result<T> {
        let body = self.answer(asked).await?.bytes().await.context("the answer broke off")?;
        serde_json::from_slice(&body)
            .with_context(|| format!("{} answers as no Parlor does", self.address))
    }

    /// Why there is no answer at all: nobody is there, or they hung up.
    fn unanswered(&self, error: reqwest::Error) -> anyhow::Error {
        let address = &self.address;
        let why = if error.is_connect() {
            format!("no Parlor answers at {address}: start it, or name another with --house")
        } else {
            format!("the connection to {address} broke off before there was an answer")
        };
        anyhow::Error::new(error).context(why)
    }

    /// A good answer, or why it is none in the words of the house.
    async fn answer(&self, asked: RequestBuilder) -> anyhow::Result<Response> {
        let asked = match &self.key {
            Some(key) => asked.bearer_auth(key),
            None => asked,
        };
        let answer = asked.send().await.map_err(|error| self.unanswered(error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.bytes().await.unwrap_or_default();
        match serde_json::from_slice::<Problem>(&body) {
            Ok(Problem { field: Some(field), detail, .. }) => bail!("{field}: {detail}"),
            Ok(problem) => bail!("{}", problem.detail),
            Err(_) => bail!("{} answers {status}, as no Parlor does", self.address),
        }
    }
}

/// Something that was said of a job.
#[derive(Debug)]
pub(super) enum Said {
    Progress(Progress),
    Other,
}

/// The events of one job. A stream that breaks off is taken up where it was.
pub(super) struct Listening<'a> {
    house: &'a House,
    job: JobId,
    answer: Option<Response>,
    /// What came, up to the end of the last whole line not taken yet.
    held: Vec<u8>,
    /// Number of the last event.
    seen: u64,
    losses: u32,
    over: bool,
}

impl Listening<'_> {
    /// `None` once the job is over.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Said>> {
        loop {
            while let Some(line) = self.line() {
                if let Some(said) = self.take(&line) {
                    return Ok(Some(said));
                }
            }
            if self.over {
                return Ok(None);
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> anyhow::Result<()> {
        let Some(answer) = &mut self.answer else {
            let address = self.house.at(&["jobs", &self.job.to_string(), "events"])?;
            let asked = self.house.http.get(address).header("last-event-id", self.seen);
            self.answer = Some(self.house.answer(asked).await?);
            return Ok(());
        };
        if let Ok(Some(piece)) = answer.chunk().await {
            self.losses = 0;
            self.held.extend_from_slice(&piece);
            return Ok(());
        }
        self.losses += 1;
        if self.losses > MOST_LOSSES {
            bail!("the house breaks off whenever it is listened to; the job goes on there");
        }
        self.answer = None;
        self.held.clear();
        // The stream of a job that is over may end before its last event was sent.
        self.over = self.house.job(self.job).await?.status.is_over();
        Ok(())
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.held.iter().position(|byte| *byte == b'\n')?;
        Some(self.held.drain(..=end).collect())
    }

    fn take(&mut self, line: &[u8]) -> Option<Said> {
        let told = serde_json::from_slice(line.strip_prefix(b"data:")?).ok()?;
        Some(match told {
            ToViewer::Progress { progress, .. } => Said::Progress(progress),
            ToViewer::Event { seq, event, .. } => {
                self.seen = seq;
                self.over |= matches!(event, Event::Finished { .. });
                Said::Other
            }
            ToViewer::Gone { .. } => {
                self.over = true;
                Said::Other
            }
            _ => return None,
        })
    }
}
