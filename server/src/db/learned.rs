//! How long things take, learned from runs that succeeded.

use std::collections::HashMap;

use anyhow::Context as _;
use sqlx::{Row as _, SqliteConnection};
use wire::Millis;

use super::Db;

/// The node name that stands for the whole run.
const WHOLE: &str = "";

/// How much one run changes what was learned: after five runs on a faster
/// machine, five sixths of the old figure are forgotten.
const NEWEST: f64 = 0.3;

/// What one run taught.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lesson {
    /// Slug.
    pub(crate) workflow: String,
    pub(crate) version: u32,
    /// From the first message to the end.
    pub(crate) whole_ms: f64,
    /// Nodes that really ran, with their milliseconds.
    pub(crate) nodes: Vec<(String, f64)>,
}

impl Db {
    /// Usual milliseconds of each node of this version of a workflow, as far
    /// as known.
    pub(crate) async fn learned(
        &self,
        workflow: &str,
        version: u32,
    ) -> anyhow::Result<HashMap<String, f64>> {
        let rows = sqlx::query("SELECT node, ms FROM learned WHERE workflow = ? AND version = ?")
            .bind(workflow)
            .bind(version)
            .fetch_all(&self.readers)
            .await
            .context("reading what was learned")?;
        let pairs = rows.iter().map(|row| Ok((row.try_get("node")?, row.try_get("ms")?)));
        let mut learned = pairs.collect::<anyhow::Result<HashMap<String, f64>>>()?;
        learned.remove(WHOLE);
        Ok(learned)
    }

    /// How long a run of this version usually takes.
    pub(crate) async fn usual_ms(
        &self,
        workflow: &str,
        version: u32,
    ) -> anyhow::Result<Option<Millis>> {
        let ms: Option<f64> = sqlx::query_scalar(
            "SELECT ms FROM learned WHERE workflow = ? AND version = ? AND node = ?",
        )
        .bind(workflow)
        .bind(version)
        .bind(WHOLE)
        .fetch_optional(&self.readers)
        .await
        .context("reading what was learned")?;
        Ok(ms.map(|ms| ms.round() as Millis))
    }

    /// Learns from one run, some time soon.
    pub(crate) async fn learn(&self, lesson: Lesson) -> anyhow::Result<()> {
        self.post(move |connection| Box::pin(update(connection, lesson)), |()| ()).await
    }
}

async fn update(connection: &mut SqliteConnection, lesson: Lesson) -> anyhow::Result<()> {
    let whole = (WHOLE.to_owned(), lesson.whole_ms);
    for (node, ms) in lesson.nodes.into_iter().chain([whole]) {
        sqlx::query(
            "INSERT INTO learned (workflow, version, node, ms) VALUES (?, ?, ?, ?)
             ON CONFLICT (workflow, version, node)
             DO UPDATE SET ms = ms + (excluded.ms - ms) * ?",
        )
        .bind(&lesson.workflow)
        .bind(lesson.version)
        .bind(node)
        .bind(ms)
        .bind(NEWEST)
        .execute(&mut *connection)
        .await
        .context("keeping what was learned")?;
    }
    Ok(())
}
