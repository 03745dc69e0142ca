//! What lives as long as the process.

use std::sync::Arc;

use anyhow::Context;
use axum::http::HeaderValue;
use tokio::sync::Semaphore;

use crate::auth::Visitors;
use crate::backends::{BackendConfig, Backends};
use crate::config::Config;
use crate::db::Db;
use crate::events::Hub;
use crate::files::Files;
use crate::jobs::Jobs;
use crate::shutdown::Shutdown;
use crate::site::Document;
use crate::telemetry::Metrics;
use crate::workflows::Workflows;

/// Handlers borrow it as `State<Arc<App>>`.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    /// Everything that is kept, but for files.
    pub db: Db,
    /// Uploads, outputs and their thumbnails.
    pub files: Files,
    /// What guests can run.
    pub workflows: Arc<Workflows>,
    /// The life of every job.
    pub jobs: Jobs,
    /// Everything that happens to a job, for whoever watches.
    pub hub: Hub,
    /// The ComfyUI servers.
    pub backends: Backends,
    /// Knows people by their cookies.
    pub visitors: Visitors,
    /// The page.
    pub document: Document,
    /// The `Content-Security-Policy` of embedded pages.
    pub embed_policy: HeaderValue,
    /// One for each viewer there may be.
    pub viewer_places: Arc<Semaphore>,
    pub metrics: Metrics,
    pub shutdown: Shutdown,
    /// The demo engine, when there is no other backend.
    engine: Option<engine::Engine>,
}

impl App {
    /// Opens the house: database, files, backends, and the jobs that an
    /// earlier process left.
    ///
    /// # Errors
    ///
    /// In words for the person at the terminal.
    pub async fn open(config: Config, shutdown: Shutdown) -> anyhow::Result<Arc<Self>> {
        let data = &config.data;
        tokio::fs::create_dir_all(data).await.with_context(|| {
            format!("the data folder {} cannot be made; choose one with --data", data.display())
        })?;
        let db = Db::open(&data.join("parlor.db")).await?;
        let files = Files::open(&data.join("files")).await?;
        let visitors = Visitors::open(&db, config.is_https()).await?;
        let document = Document::new(config.base_path())?;
        let workflows = Arc::new(Workflows::builtin()?);
        let hub = Hub::default();
        let engine = start_engine(&config).await?;
        let backends = Backends::start(backends(&config, engine.as_ref()), shutdown.clone())?;
        let jobs = Jobs::start(db.clone(), files.clone(), hub.clone(), backends.clone(), Arc::clone(&workflows), shutdown.clone()).await?;
        let viewer_places = Arc::new(Semaphore::new(config.max_connections as usize));
        Ok(Arc::new(Self {
            embed_policy: crate::router::content_policy(&config.embed_origins)?,
            config, db, files, workflows, jobs, hub, backends, visitors, document, shutdown, engine,
            metrics: Metrics::default(), viewer_places,
        }))
    }

    /// Whether the demo engine does the work.
    pub fn is_demo(&self) -> bool {
        self.engine.is_some()
    }

    /// Stops what outlives the requests.
    pub async fn close(&self) {
        if let Some(engine) = &self.engine {
            engine.stop().await;
        }
    }
}
