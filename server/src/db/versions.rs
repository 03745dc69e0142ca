//! The versions of workflows, and which of them guests run.

use anyhow::Context as _;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use wire::studio::Origin;
use wire::{Manifest, Millis};

use super::workflows::{Content, Overtaken, make, origin, origin_name};
use super::{Db, now, rows};

/// One version of a workflow.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VersionRow {
    pub(crate) workflow: String,
    pub(crate) version: u32,
    pub(crate) origin: Origin,
    pub(crate) at: Millis,
    pub(crate) manifest: Manifest,
    /// In API format.
    pub(crate) graph: Value,
}

impl Db {
    /// The version that guests run, of every workflow that they see. One that
    /// cannot be read is left out, with its name and the reason.
    pub(crate) async fn published(
        &self,
    ) -> anyhow::Result<Vec<Result<VersionRow, (String, anyhow::Error)>>> {
        let rows = sqlx::query(
            "SELECT versions.* FROM workflows JOIN versions
             ON versions.workflow = slug AND version = published ORDER BY place, slug",
        )
        .fetch_all(&self.readers)
        .await
        .context("reading published workflows")?;
        let read = |row: &SqliteRow| -> anyhow::Result<_> {
            let slug: String = row.try_get("workflow")?;
            Ok(version(row).map_err(|error| (slug, error)))
        };
        rows.iter().map(read).collect()
    }

    /// One version of a workflow.
    pub(crate) async fn version(
        &self,
        slug: &str,
        number: u32,
    ) -> anyhow::Result<Option<VersionRow>> {
        let row = sqlx::query("SELECT * FROM versions WHERE workflow = ? AND version = ?")
            .bind(slug)
            .bind(number)
            .fetch_optional(&self.readers)
            .await
            .context("reading a version")?;
        row.as_ref().map(version).transpose()
    }

    /// Every version of a workflow, newest first, with how many jobs ran it.
    pub(crate) async fn versions(&self, slug: &str) -> anyhow::Result<Vec<(VersionRow, u64)>> {
        let rows = sqlx::query(
            "SELECT *, (SELECT count(*) FROM jobs WHERE jobs.workflow = versions.workflow
                        AND workflow_version = version) AS jobs
             FROM versions WHERE workflow = ? ORDER BY version DESC",
        )
        .bind(slug)
        .fetch_all(&self.readers)
        .await
        .context("reading versions")?;
        rows.iter().map(|row| Ok((version(row)?, rows::number(row, "jobs")?))).collect()
    }

    /// The newest version of a workflow that came from there.
    pub(crate) async fn newest_from(
        &self,
        slug: &str,
        origin: Origin,
    ) -> anyhow::Result<Option<VersionRow>> {
        let row = sqlx::query(
            "SELECT * FROM versions WHERE workflow = ? AND origin = ? ORDER BY version DESC LIMIT 1",
        )
        .bind(slug)
        .bind(origin_name(origin))
        .fetch_optional(&self.readers)
        .await
        .context("reading the newest version")?;
        row.as_ref().map(version).transpose()
    }

    /// Makes a version of it that guests run from now on; its number. The draft
    /// is forgotten if it has this revision, and with `None` it stays.
    pub(crate) async fn publish(
        &self,
        content: Content,
        (origin, draft): (Origin, Option<u64>),
    ) -> anyhow::Result<Result<u32, Overtaken>> {
        self.write(move |connection| Box::pin(publish(connection, content, (origin, draft)))).await
    }

    /// [`Db::publish`] of many at once, all or none, without a draft; their numbers.
    pub(crate) async fn publish_all(
        &self,
        contents: Vec<Content>,
        origin: Origin,
    ) -> anyhow::Result<Vec<u32>> {
        self.write(move |connection| Box::pin(publish_all(connection, contents, origin))).await
    }

    /// Lets guests run this version, or none; whether there is such a one.
    pub(crate) async fn show_version(
        &self,
        slug: &str,
        number: Option<u32>,
    ) -> anyhow::Result<bool> {
        let slug = slug.to_owned();
        self.write(move |connection| Box::pin(show(connection, slug, number))).await
    }
}

async fn publish(
    connection: &mut SqliteConnection,
    content: Content,
    (origin, draft): (Origin, Option<u64>),
) -> anyhow::Result<Result<u32, Overtaken>> {
    let slug = content.manifest.slug.clone();
    if draft.is_none() {
        make(&mut *connection, &slug, origin).await?;
    }
    if let Some(revision) = draft {
        let forgotten = sqlx::query(
            "UPDATE workflows SET draft = NULL, graph = NULL, draft_at = NULL
             WHERE slug = ? AND revision = ?",
        )
        .bind(&slug)
        .bind(revision as i64)
        .execute(&mut *connection)
        .await
        .context("forgetting a draft")?;
        if forgotten.rows_affected() == 0 {
            return Ok(Err(Overtaken));
        }
    }
    let number: u32 = sqlx::query_scalar(
        "UPDATE workflows SET newest = newest + 1, published = newest + 1, withdrawn = 0,
                revision = revision + 1
         WHERE slug = ? RETURNING newest",
    )
    .bind(&slug)
    .fetch_one(&mut *connection)
    .await
    .context("counting versions")?;
    sqlx::query(
        "INSERT INTO versions (workflow, version, origin, at, manifest, graph)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(slug)
    .bind(number)
    .bind(origin_name(origin))
    .bind(now())
    .bind(rows::json(&content.manifest)?)
    .bind(rows::json(&content.graph)?)
    .execute(connection)
    .await
    .context("keeping a version")?;
    Ok(Ok(number))
}

async fn publish_all(
    connection: &mut SqliteConnection,
    contents: Vec<Content>,
    origin: Origin,
) -> anyhow::Result<Vec<u32>> {
    let mut numbers = Vec::with_capacity(contents.len());
    for content in contents {
        let number = publish(&mut *connection, content, (origin, None)).await?;
        numbers.push(number.map_err(|Overtaken| anyhow::anyhow!("no draft was named"))?);
    }
    Ok(numbers)
}

async fn show(
    connection: &mut SqliteConnection,
    slug: String,
    number: Option<u32>,
) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "UPDATE workflows SET published = ?2, withdrawn = 0, revision = revision + (draft IS NULL)
         WHERE slug = ?1 AND (?2 IS NULL
             OR EXISTS (SELECT 1 FROM versions WHERE workflow = ?1 AND version = ?2))",
    )
    .bind(slug)
    .bind(number)
    .execute(connection)
    .await
    .context("showing a version")?;
    Ok(done.rows_affected() > 0)
}

fn version(row: &SqliteRow) -> anyhow::Result<VersionRow> {
    Ok(VersionRow {
        workflow: row.try_get("workflow")?,
        version: rows::number(row, "version")?,
        origin: origin(row)?,
        at: row.try_get("at")?,
        manifest: rows::parsed(row, "manifest")?,
        graph: rows::parsed(row, "graph")?,
    })
}
