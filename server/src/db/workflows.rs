//! Workflows, their drafts and their versions.

use anyhow::{Context as _, bail};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use wire::studio::Origin;
use wire::{Manifest, Millis};

use super::{Db, now, rows};
use crate::files::Hash;

/// A workflow, as far as it is not its versions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WorkflowRow {
    pub(crate) slug: String,
    pub(crate) origin: Origin,
    /// The version that guests run.
    pub(crate) published: Option<u32>,
    /// 0 before the first.
    pub(crate) newest: u32,
    pub(crate) draft: Option<DraftRow>,
    /// Counts up with every change of what a draft would begin with, or is.
    pub(crate) revision: u64,
    /// It is hidden because its file is gone.
    pub(crate) withdrawn: bool,
}

/// What is being worked on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftRow {
    pub(crate) manifest: Manifest,
    /// In API format.
    pub(crate) graph: Value,
    pub(crate) at: Millis,
}

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

/// A manifest and its graph, to be kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content {
    pub(crate) manifest: Manifest,
    /// In API format.
    pub(crate) graph: Value,
}

/// Somebody else was faster: the draft has another revision by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overtaken;

impl Db {
    /// Every workflow, in the order of the hall.
    pub(crate) async fn workflows(&self) -> anyhow::Result<Vec<WorkflowRow>> {
        let rows = sqlx::query("SELECT * FROM workflows ORDER BY place, slug")
            .fetch_all(&self.readers)
            .await
            .context("reading workflows")?;
        rows.iter().map(read).collect()
    }

    /// The workflow of this name.
    pub(crate) async fn workflow(&self, slug: &str) -> anyhow::Result<Option<WorkflowRow>> {
        let row = sqlx::query("SELECT * FROM workflows WHERE slug = ?")
            .bind(slug)
            .fetch_optional(&self.readers)
            .await
            .context("reading a workflow")?;
        row.as_ref().map(read).transpose()
    }

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

    /// Keeps a draft; its revision then. A workflow that is not there yet is made.
    pub(crate) async fn save_draft(
        &self,
        content: Content,
        revision: u64,
    ) -> anyhow::Result<Result<u64, Overtaken>> {
        self.write(move |connection| Box::pin(save(connection, content, revision))).await
    }

    /// Forgets the draft.
    pub(crate) async fn drop_draft(&self, slug: &str) -> anyhow::Result<()> {
        let slug = slug.to_owned();
        self.write(move |connection| Box::pin(forget_draft(connection, slug))).await
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

    /// Keeps a picture as the cover of some workflow. Hold [`Db::storing`] around storing it and this.
    pub(crate) async fn add_cover(&self, hash: Hash) -> anyhow::Result<()> {
        self.write(move |connection| Box::pin(add_cover(connection, hash))).await
    }

    /// Whether this picture is a cover.
    pub(crate) async fn is_cover(&self, hash: Hash) -> anyhow::Result<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM covers WHERE hash = ?)")
            .bind(hash.0.to_vec())
            .fetch_one(&self.readers)
            .await
            .context("looking for a cover")
    }

    /// Hides a workflow whose file is gone, until it is there again.
    pub(crate) async fn withdraw(&self, slug: &str) -> anyhow::Result<()> {
        let slug = slug.to_owned();
        self.write(move |connection| Box::pin(withdraw(connection, slug))).await
    }

    /// Deletes a workflow with its versions; jobs that ran them stay.
    pub(crate) async fn delete_workflow(&self, slug: &str) -> anyhow::Result<()> {
        let slug = slug.to_owned();
        self.write(move |connection| Box::pin(delete(connection, slug))).await
    }
}

async fn save(
    connection: &mut SqliteConnection,
    content: Content,
    revision: u64,
) -> anyhow::Result<Result<u64, Overtaken>> {
    let slug = content.manifest.slug.clone();
    // Or a workflow that was deleted meanwhile would be there again.
    if revision == 0 {
        make(&mut *connection, &slug, Origin::Studio).await?;
    }
    let saved: Option<i64> = sqlx::query_scalar(
        "UPDATE workflows SET draft = ?, graph = ?, draft_at = ?, revision = revision + 1
         WHERE slug = ? AND revision = ? RETURNING revision",
    )
    .bind(rows::json(&content.manifest)?)
    .bind(rows::json(&content.graph)?)
    .bind(now())
    .bind(slug)
    .bind(revision as i64)
    .fetch_optional(connection)
    .await
    .context("keeping a draft")?;
    Ok(saved.map(|revision| revision as u64).ok_or(Overtaken))
}

async fn forget_draft(connection: &mut SqliteConnection, slug: String) -> anyhow::Result<()> {
    sqlx::query(
        "UPDATE workflows SET draft = NULL, graph = NULL, draft_at = NULL, revision = revision + 1
         WHERE slug = ?",
    )
    .bind(slug)
    .execute(connection)
    .await
    .context("forgetting a draft")?;
    Ok(())
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

/// A workflow without anything, behind all others, unless it is there already.
async fn make(connection: &mut SqliteConnection, slug: &str, origin: Origin) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO workflows (slug, origin, place, newest)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM workflows),
                 -- Jobs of an earlier one by this name keep their version to themselves.
                 (SELECT coalesce(max(workflow_version), 0) FROM jobs WHERE workflow = ?1))
         ON CONFLICT DO NOTHING",
    )
    .bind(slug)
    .bind(origin_name(origin))
    .execute(connection)
    .await
    .context("making a workflow")?;
    Ok(())
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

async fn withdraw(connection: &mut SqliteConnection, slug: String) -> anyhow::Result<()> {
    sqlx::query("UPDATE workflows SET published = NULL, withdrawn = 1 WHERE slug = ?")
        .bind(slug)
        .execute(connection)
        .await
        .context("withdrawing a workflow")?;
    Ok(())
}

async fn delete(connection: &mut SqliteConnection, slug: String) -> anyhow::Result<()> {
    sqlx::query("DELETE FROM learned WHERE workflow = ?")
        .bind(&slug)
        .execute(&mut *connection)
        .await
        .context("forgetting how long it took")?;
    sqlx::query("DELETE FROM workflows WHERE slug = ?")
        .bind(slug)
        .execute(connection)
        .await
        .context("deleting a workflow")?;
    Ok(())
}

async fn add_cover(connection: &mut SqliteConnection, hash: Hash) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO covers (hash, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(hash.0.to_vec())
        .bind(now())
        .execute(connection)
        .await
        .context("keeping a cover")?;
    Ok(())
}

fn read(row: &SqliteRow) -> anyhow::Result<WorkflowRow> {
    let draft: Option<Manifest> = rows::maybe_parsed(row, "draft")?;
    let draft = draft.map(|manifest| -> anyhow::Result<_> {
        Ok(DraftRow { manifest, graph: rows::parsed(row, "graph")?, at: row.try_get("draft_at")? })
    });
    Ok(WorkflowRow {
        slug: row.try_get("slug")?,
        origin: origin(row)?,
        published: rows::maybe_number(row, "published")?,
        newest: rows::number(row, "newest")?,
        draft: draft.transpose()?,
        revision: rows::number(row, "revision")?,
        withdrawn: row.try_get("withdrawn")?,
    })
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

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::BuiltIn => "built_in",
        Origin::Folder => "folder",
        Origin::Studio => "studio",
    }
}

fn origin(row: &SqliteRow) -> anyhow::Result<Origin> {
    Ok(match row.try_get("origin")? {
        "built_in" => Origin::BuiltIn,
        "folder" => Origin::Folder,
        "studio" => Origin::Studio,
        other => bail!("unknown origin {other}"),
    })
}
