//! The graphs of jobs: as they are run, and as they were sent.

use anyhow::Context as _;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use wire::JobId;

use super::{Db, rows};
use crate::auth::PrincipalId;

impl Db {
    /// What the job runs, if it is this principal's.
    pub(crate) async fn graph(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Value>> {
        let row = self.graph_row(principal, id).await?;
        row.map(|row| rows::parsed(&row, "graph")).transpose()
    }

    /// [`Db::graph`], without what we wrote into it.
    pub(crate) async fn graph_as_sent(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Value>> {
        self.graph_row(principal, id).await?.as_ref().map(as_sent).transpose()
    }

    async fn graph_row(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<SqliteRow>> {
        sqlx::query("SELECT graph, as_sent FROM jobs WHERE id = ? AND principal = ?")
            .bind(rows::id(id.0))
            .bind(rows::id(principal.0))
            .fetch_optional(&self.readers)
            .await
            .context("reading a graph")
    }
}

/// The graph in a row of jobs, as it was sent.
pub(super) fn as_sent(row: &SqliteRow) -> anyhow::Result<Value> {
    let mut graph = rows::parsed(row, "graph")?;
    let said: Option<crate::workflows::AsSent> = rows::maybe_parsed(row, "as_sent")?;
    said.unwrap_or_default().put_back(&mut graph);
    Ok(graph)
}
