//! The calls Parlor makes to a ComfyUI server.
//!
//! Requests are built from typed fields and carry nothing else: no `Origin`, no
//! cookies, no header of a guest. Every call has a deadline and a limit on what
//! it reads, because a server may be slow, broken, hostile, or something else
//! than ComfyUI behind the same address.

mod error;
mod queue;
mod reply;
mod stats;
mod trust;
mod view;

use std::time::Duration;

use bytes::Bytes;
use indexmap::IndexMap;
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Body, ClientBuilder, Method, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::definitions::Definitions;
use crate::history::{FileRef, HistoryEntry, StoredName};
use crate::json::JsonError;
use crate::message::ExecInfo;
use crate::prompt::{Accepted, PromptRequest, Refusal};
use crate::replace::Replacements;

pub use error::BackendError;
pub(crate) use error::root;
pub use queue::Queue;
pub use stats::{Device, System, SystemStats};
pub(crate) use trust::distrust;
pub use trust::{Trust, TrustError};
pub use view::View;

use reply::Reply;

/// One ComfyUI server. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Client {
    base: Url,
    http: Http,
    limits: Limits,
}

/// How long a server may take, and how much it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte sent to the last received, for calls that only ask
    /// and answer.
    pub deadline: Duration,
    /// The same for calls that move files or the catalogue.
    pub transfer: Duration,
    /// The longest pause within a file.
    pub silence: Duration,
    /// The longest JSON answer, in bytes. The catalogue has a limit of its own.
    pub json_bytes: usize,
    /// The largest file, in bytes.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(15),
            transfer: Duration::from_mins(10),
            silence: Duration::from_secs(30),
            json_bytes: 32 << 20,
            file_bytes: 1 << 30,
        }
    }
}

/// What [`Client`]s ask with: one for all servers. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    trust: Trust,
}

/// What [`Client`]s ask with, believing the certificates that `trust` vouches for.
pub fn http(trust: Trust) -> reqwest::Result<Http> {
    Ok(Http { client: builder(&trust).build()?, trust })
}

/// An HTTP client as [`Client`] wants it: it follows no redirects, heeds no
/// proxy settings of the environment, and gives up on a dead host in seconds.
pub fn builder(trust: &Trust) -> ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(trust.config())
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .pool_idle_timeout(Duration::from_secs(90))
        .tcp_nodelay(true)
}

impl Client {
    /// The server at `base`, with a path if it lives below one. `http` is made
    /// by [`http()`], once for all servers.
    pub fn new(mut base: Url, http: Http) -> Result<Self, BackendError> {
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(BackendError::BadAddress(base.to_string()));
        }
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self { base, http, limits: Limits::default() })
    }

    /// The same server under other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Where the server is, without a query.
    pub fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.http.trust
    }

    /// Queues a job. [`BackendError::Refused`] says what is wrong with it; after
    /// any error but those of [`BackendError::surely_not_done`] it may be queued
    /// all the same.
    pub async fn prompt(&self, request: &PromptRequest) -> Result<Accepted, BackendError> {
        let reply = self.send(self.post(&["prompt"]).json(request)).await?;
        if reply.status() == StatusCode::BAD_REQUEST {
            let refusal: Result<Refusal, _> = reply.json().await;
            return Err(refusal.map_or(BackendError::Status(400), |refusal| {
                BackendError::Refused(Box::new(refusal))
            }));
        }
        reply.ok()?.json().await
    }

    /// How many jobs wait or run, of everyone. The cheapest sign of life.
    pub async fn queue_remaining(&self) -> Result<u64, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            exec_info: ExecInfo,
        }
        let answer: Answer = self.get(&["prompt"]).await?.json().await?;
        Ok(answer.exec_info.queue_remaining)
    }

    /// Which jobs run and wait, of everyone.
    pub async fn queue(&self) -> Result<Queue, BackendError> {
        self.get(&["queue"]).await?.json().await
    }

    /// What is left of a job; `None` while it waits or runs, and when the server
    /// does not know it.
    pub async fn history(&self, prompt_id: Uuid) -> Result<Option<HistoryEntry>, BackendError> {
        let id = prompt_id.to_string();
        let reply = self.get(&["history", &id]).await?;
        let mut entries: IndexMap<String, HistoryEntry> = reply.json().await?;
        Ok(entries.swap_remove(&id))
    }

    /// Takes a waiting job out of the queue or stops a running one, and no
    /// other. Says whether there was anything to stop. A running node may still
    /// take its time.
    pub async fn cancel(&self, prompt_id: Uuid) -> Result<bool, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            cancelled: bool,
        }
        let id = prompt_id.to_string();
        let reply = self.send(self.post(&["api", "jobs", &id, "cancel"])).await?;
        match reply.status() {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => self.cancel_old(&id).await,
            _ => Ok(reply.ok()?.json::<Answer>().await?.cancelled),
        }
    }

    /// For servers without the jobs API. They may take any interrupt for one of
    /// whatever runs, so it is sent only when our job does.
    async fn cancel_old(&self, id: &str) -> Result<bool, BackendError> {
        let queue = self.queue().await?;
        if queue.is_waiting(id) {
            self.send(self.post(&["queue"]).json(&json!({ "delete": [id] }))).await?.ok()?;
        }
        // It may have left the queue between the two.
        let running = self.queue().await?.is_running(id);
        if running {
            self.send(self.post(&["interrupt"]).json(&json!({ "prompt_id": id }))).await?.ok()?;
        }
        Ok(running || queue.is_waiting(id))
    }

    /// The catalogue of nodes, for [`Definitions::parse`]. Makes the server busy
    /// for up to a second, so it is worth keeping.
    pub async fn object_info(&self) -> Result<Bytes, BackendError> {
        let request = self.request(Method::GET, &["object_info"]).timeout(self.limits.transfer);
        self.send(request).await?.ok()?.within(Definitions::MAX_BYTES).bytes().await
    }

    /// What the server runs in the place of old nodes. Older ones have no such list.
    pub async fn node_replacements(&self) -> Result<Replacements, BackendError> {
        let reply = self.get(&["node_replacements"]).await?.within(Replacements::MAX_BYTES);
        let unread = |error: JsonError| BackendError::NotComfy(error.to_string());
        Replacements::parse(&reply.bytes().await?).map_err(unread)
    }

    /// The embeddings that prompts may name.
    pub async fn embeddings(&self) -> Result<Vec<String>, BackendError> {
        self.get(&["embeddings"]).await?.json().await
    }

    /// The folders that models lie in: `checkpoints`, `loras`, …
    pub async fn model_folders(&self) -> Result<Vec<String>, BackendError> {
        self.get(&["models"]).await?.json().await
    }

    /// The models in one of [`Self::model_folders`].
    pub async fn models(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
        if folder.is_empty() || !folder.chars().all(plain) {
            return Err(BackendError::BadName(folder.escape_debug().to_string()));
        }
        self.get(&["models", folder]).await?.json().await
    }

    /// What the server runs on.
    pub async fn system_stats(&self) -> Result<SystemStats, BackendError> {
        self.get(&["system_stats"]).await?.json().await
    }

    /// Stores a picture among the server's inputs. Never overwrites: if `name`
    /// is taken by other bytes, the reply has another name.
    pub async fn upload_image(&self, name: &str, bytes: Bytes) -> Result<StoredName, BackendError> {
        let plain = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | '"');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(BackendError::BadName(name.escape_debug().to_string()));
        }
        let length = bytes.len() as u64;
        let part = Part::stream_with_length(Body::from(bytes), length).file_name(name.to_owned());
        let form = Form::new().part("image", part).text("overwrite", "false");
        let request = self.post(&["upload", "image"]).timeout(self.limits.transfer);
        self.send(request.multipart(form)).await?.ok()?.json().await
    }

    /// Fetches a file, piece by piece.
    pub async fn view(&self, file: &FileRef) -> Result<View, BackendError> {
        let query = [
            ("filename", file.filename.as_str()),
            ("subfolder", file.subfolder.as_str()),
            ("type", file.folder.as_str()),
        ];
        let request = self.request(Method::GET, &["view"]).query(&query);
        let reply = self.send(request.timeout(self.limits.transfer)).await?.ok()?;
        reply.view(self.limits)
    }

    async fn get(&self, path: &[&str]) -> Result<Reply, BackendError> {
        self.send(self.request(Method::GET, path)).await?.ok()
    }

    fn post(&self, path: &[&str]) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.http.client.request(method, below(&self.base, path)).timeout(self.limits.deadline)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, BackendError> {
        Ok(Reply::new(request.send().await?, self.limits.json_bytes))
    }
}

/// The address of `path` below `base`, each part escaped.
pub(crate) fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.pop_if_empty().extend(path);
    }
    url
}
