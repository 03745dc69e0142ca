//! What lives as long as the process.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use axum::http::HeaderValue;
use comfy::client::Trust;
use tokio::sync::Semaphore;
use url::Url;

use crate::api::parlor::repeat::Underway;
use crate::auth::{Provider, Visitors};
use crate::backends::{BackendConfig, Backends};
use crate::config::Config;
use crate::db::Db;
use crate::events::Hub;
use crate::fetch::Fetcher;
use crate::files::Files;
use crate::frontend::Frontend;
use crate::jobs::{Jobs, Limits, Parts, QueueLimits};
use crate::objects::Objects;
use crate::people::People;
use crate::resumable::Resumable;
use crate::shutdown::Shutdown;
use crate::site::Document;
use crate::studio::{self, Studio};
use crate::telemetry::Metrics;
use crate::threshold::content_policy;
use crate::webhooks::Webhooks;
use crate::workflows::{GraphPolicy, Workflows};

/// Handlers borrow it as `State<Arc<App>>`.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    /// The demo engine does the work.
    pub demo: bool,
    /// Everything that is kept, but for files.
    pub db: Db,
    /// Uploads, outputs and their thumbnails.
    pub files: Files,
    /// Where files are handed over to programs, if the host has such a place.
    pub objects: Option<Objects>,
    /// What guests can run.
    pub workflows: Workflows,
    /// How they are made and changed.
    pub studio: Studio,
    /// Fetches what people name by address.
    pub fetcher: Fetcher,
    /// Tells programs of jobs.
    pub webhooks: Webhooks,
    /// The life of every job.
    pub jobs: Jobs,
    /// Everything that happens to a job, for whoever watches.
    pub hub: Hub,
    /// The ComfyUI servers.
    pub backends: Backends,
    /// Knows people by their cookies.
    pub visitors: Visitors,
    /// Those who have more than a cookie.
    pub people: People,
    /// Who else says who somebody is.
    pub(crate) provider: Option<Provider>,
    /// Files that arrive in pieces.
    pub(crate) resumable: Resumable,
    /// Requests that are not answered yet, and may be sent again.
    pub(crate) underway: Underway,
    /// How much somebody may.
    pub limits: crate::limits::Limits,
    /// The guest's pages.
    pub page: Document,
    /// The host's side.
    pub studio_page: Document,
    /// ComfyUI's own page, for those who may run graphs.
    pub frontend: Frontend,
    /// The `Content-Security-Policy` of embedded pages.
    pub embed_policy: HeaderValue,
    /// One for each viewer there may be.
    pub viewer_places: Arc<Semaphore>,
    pub metrics: Metrics,
    pub shutdown: Shutdown,
}

impl App {
    /// Opens the house: database, files, backends, and the jobs that an
    /// earlier process left. `demo` is where the demo engine answers, when the
    /// configuration names no backend.
    ///
    /// # Errors
    ///
    /// In words for the person at the terminal.
    pub async fn open(
        config: Config,
        demo: Option<Url>,
        shutdown: Shutdown,
    ) -> anyhow::Result<Arc<Self>> {
        let data = &config.data;
        tokio::fs::create_dir_all(data).await.with_context(|| {
            format!("the data folder {} cannot be made; choose one with --data", data.display())
        })?;
        let db = Db::open(&data.join("parlor.db")).await?;
        let files = Files::open(&data.join("files")).await?;
        let (hub, workflows) = (Hub::default(), Workflows::open(&db).await?);
        let workflow_folder = config.workflow_folder();
        let trust = trust(&config, config.backends.iter().map(|backend| &backend.url)).await?;
        let http = comfy::client::http(trust).context("no client for the backends")?;
        let named = configured(&config, demo.clone(), db.listened_as().await?);
        let backends = Backends::start(named, &http, &shutdown)?;
        let studio =
            Studio { db: db.clone(), workflows: workflows.clone(), backends: backends.clone() };
        studio::folder::keep_in_step(studio.clone(), workflow_folder, &shutdown);
        let parts = Parts {
            db: db.clone(),
            files: files.clone(),
            hub: hub.clone(),
            workflows: workflows.clone(),
            backends: backends.clone(),
            graphs: GraphPolicy::new(&config.graphs),
        };
        let fetcher = Fetcher::new(config.fetch_http, &config.fetch_networks);
        let told = (db.clone(), fetcher.clone());
        let webhooks = Webhooks::start(told, &config.webhooks, &shutdown).await?;
        let resumable = Resumable::new(db.clone(), files.clone());
        shutdown.spawn(resumable.clone().keep_tidy(shutdown.clone()));
        let queue = QueueLimits {
            all: config.limits.queue_jobs as usize,
            each: config.limits.queue_jobs_each as usize,
        };
        let limits = Limits { queue, keep_days: config.keep_days, ..Limits::default() };
        Ok(Arc::new(Self {
            jobs: Jobs::start(parts, limits, &shutdown).await?,
            visitors: Visitors::open(&db, config.is_https()).await?,
            people: People::new(db.clone()),
            resumable,
            underway: Underway::default(),
            objects: Objects::configured(&config.objects).await?,
            provider: Provider::configured(&config).await?,
            limits: crate::limits::Limits::new(&config, db.clone()),
            page: Document::page(config.base_path())?,
            studio_page: Document::studio(config.base_path())?,
            embed_policy: content_policy(&config.embed_origins)?,
            frontend: Frontend::list(config.comfy_frontend.as_deref()).await?,
            viewer_places: Arc::new(Semaphore::new(config.max_connections as usize)),
            metrics: Metrics::default(),
            fetcher,
            webhooks,
            studio,
            demo: demo.is_some(),
            config,
            db,
            files,
            workflows,
            hub,
            backends,
            shutdown,
        }))
    }
}

impl App {
    /// Where people reach this house, for links.
    pub(crate) fn address(&self) -> String {
        self.config.address_to_open(self.config.listen)
    }
}

/// Whose certificates the backends at `urls` may have. Reading all that this machine trusts
/// takes memory and a moment, which most houses are spared.
pub(crate) async fn trust<'a>(
    config: &Config,
    mut urls: impl Iterator<Item = &'a Url>,
) -> anyhow::Result<Trust> {
    if urls.all(|url| url.scheme() != "https") {
        return Ok(Trust::nobody());
    }
    let Some(file) = &config.backend_ca else { return Ok(Trust::of_this_machine(None)?) };
    let read = async { Ok(Trust::of_this_machine(Some(&tokio::fs::read(file).await?))?) };
    let read: anyhow::Result<_> = read.await;
    read.with_context(|| format!("the file of --backend-ca, {}", file.display()))
}

/// The backends of the configuration and the demo engine, each with the name
/// that guests see, and with what an earlier process listened as.
fn configured(
    config: &Config,
    demo: Option<Url>,
    mut listened_as: HashMap<String, String>,
) -> Vec<BackendConfig> {
    let several = config.backends.len() > 1;
    let unnamed = |place: usize| {
        if several { format!("workshop {}", place + 1) } else { "workshop".to_owned() }
    };
    let given = config.backends.iter().enumerate().map(|(place, backend)| {
        (backend.name.clone().unwrap_or_else(|| unnamed(place)), backend.url.clone())
    });
    let all = given.chain(demo.map(|url| ("demo engine".to_owned(), url)));
    let named = all.map(|(name, url)| {
        let listened_as = listened_as.remove(&name);
        BackendConfig { name, url, listened_as }
    });
    named.collect()
}
