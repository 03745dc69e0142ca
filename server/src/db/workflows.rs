//! Workflows and their drafts.

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

/// A workflow without anything, behind all others, unless it is there already.
pub(super) async fn make(
    connection: &mut SqliteConnection,
    slug: &str,
    origin: Origin,
) -> anyhow::Result<()> {
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

pub(super) fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::BuiltIn => "built_in",
        Origin::Folder => "folder",
        Origin::Studio => "studio",
    }
}

pub(super) fn origin(row: &SqliteRow) -> anyhow::Result<Origin> {
    Ok(match row.try_get("origin")? {
        "built_in" => Origin::BuiltIn,
        "folder" => Origin::Folder,
        "studio" => Origin::Studio,
        other => bail!("unknown origin {other}"),
    })
}
