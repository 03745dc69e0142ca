//! stand-in
pub(crate) mod state;
use std::sync::Arc;
use std::time::Duration;
use wire::{Job, JobId, JobList, Inputs, Event, Millis};
use crate::auth::PrincipalId;
use crate::db::{Db, JobFilter};
use crate::files::Files;
use crate::events::Hub;
use crate::backends::Backends;
use crate::workflows::Workflows;
use crate::shutdown::Shutdown;

#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub String);
impl IdempotencyKey { pub fn parse(key: &str) -> Option<Self> { (!key.is_empty() && key.len() < 256).then(|| Self(key.into())) } }
#[derive(Debug)]
pub struct Submitted { pub job: Job, pub replayed: bool }
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error("no")] NoSuchWorkflow,
    #[error("field")] Field { field: String, message: String },
    #[error("cost")] TooCostly { cost: u64 },
    #[error("full")] QueueFull { retry_after: Duration },
    #[error("idem")] IdempotencyConflict,
    #[error(transparent)] Storage(#[from] anyhow::Error),
}
#[derive(Debug, Clone)]
pub struct Jobs { db: Db }
impl Jobs {
    pub async fn start(db: Db, _: Files, _: Hub, _: Backends, _: Arc<Workflows>, _: Shutdown) -> anyhow::Result<Self> { Ok(Self { db }) }
    pub async fn submit(&self, _: PrincipalId, _: &str, _: Inputs, _: Option<IdempotencyKey>) -> Result<Submitted, SubmitError> { Err(SubmitError::NoSuchWorkflow) }
    pub async fn find(&self, p: PrincipalId, id: JobId) -> anyhow::Result<Option<Job>> { self.db.find_job(p, id).await }
    pub async fn list(&self, p: PrincipalId, f: &JobFilter) -> anyhow::Result<JobList> { self.db.list_jobs(p, f).await }
    pub async fn cancel(&self, p: PrincipalId, id: JobId) -> anyhow::Result<Option<Job>> { self.db.find_job(p, id).await }
    pub async fn delete(&self, _: PrincipalId, _: JobId) -> anyhow::Result<bool> { Ok(false) }
    pub async fn set_favourite(&self, p: PrincipalId, id: JobId, _: bool) -> anyhow::Result<Option<Job>> { self.db.find_job(p, id).await }
    pub async fn graph(&self, p: PrincipalId, id: JobId) -> anyhow::Result<Option<serde_json::Value>> { self.db.graph(p, id).await }
    pub async fn events_after(&self, p: PrincipalId, id: JobId, seq: u64) -> anyhow::Result<Option<Vec<(u64, Event)>>> { self.db.events_after((p, id), seq).await }
    pub async fn usual_ms(&self, _: &str, _: u32) -> anyhow::Result<Option<Millis>> { Ok(None) }
    pub async fn counts(&self) -> anyhow::Result<Vec<(&'static str, u64)>> { Ok(Vec::new()) }
}
