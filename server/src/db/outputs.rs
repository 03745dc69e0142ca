//! What jobs made.

use anyhow::Context as _;
use comfy::FileRef;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{JobId, Output, OutputId, OutputKind};

use super::{Db, rows};
use crate::auth::PrincipalId;
use crate::files::{Hash, Stored};

/// A stored file that a job made, not yet kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewOutput {
    pub(crate) stored: Stored,
    /// A file name for saving, without folders.
    pub(crate) name: String,
    /// The text itself, of texts.
    pub(crate) text: Option<String>,
    /// Key of the node that made it.
    pub(crate) node: String,
    /// What it is called where ComfyUI's names are asked for.
    pub(crate) native: Option<String>,
    /// What its backend calls it, if it is a file there.
    pub(crate) source: Option<FileRef>,
}

/// An output that is here before its job is over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Brought {
    /// What the backend of the present attempt calls it; `None`: it is an earlier attempt's.
    pub(crate) source: Option<FileRef>,
    /// What it is called where ComfyUI's names are asked for.
    pub(crate) native: Option<String>,
    pub(crate) bytes: u64,
}

/// An output as it is kept: what serving it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRow {
    pub id: OutputId,
    pub job: JobId,
    pub hash: Hash,
    pub kind: OutputKind,
    /// A file name for saving, without folders.
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

impl Db {
    /// The output, if it is this principal's.
    pub async fn find_output(
        &self,
        principal: PrincipalId,
        id: OutputId,
    ) -> anyhow::Result<Option<OutputRow>> {
        let row = sqlx::query("SELECT * FROM outputs WHERE id = ? AND principal = ?")
            .bind(rows::id(id.0))
            .bind(rows::id(principal.0))
            .fetch_optional(&self.readers)
            .await
            .context("finding an output")?;
        row.as_ref().map(read).transpose()
    }

    /// Output number `place`, from 0, of a job of this principal.
    pub(crate) async fn nth_output(
        &self,
        principal: PrincipalId,
        (job, place): (JobId, u32),
    ) -> anyhow::Result<Option<OutputRow>> {
        let row =
            sqlx::query("SELECT * FROM outputs WHERE job = ? AND place = ? AND principal = ?")
                .bind(rows::id(job.0))
                .bind(place)
                .bind(rows::id(principal.0))
                .fetch_optional(&self.readers)
                .await
                .context("finding an output")?;
        row.as_ref().map(read).transpose()
    }

    /// What is here of a job that is not over.
    pub(crate) async fn brought(&self, job: JobId) -> anyhow::Result<Vec<Brought>> {
        let rows = sqlx::query("SELECT source, native, bytes FROM outputs WHERE job = ?")
            .bind(rows::id(job.0))
            .fetch_all(&self.readers)
            .await
            .context("asking what is here of a job")?;
        let brought = |row: &SqliteRow| {
            Ok(Brought {
                source: rows::maybe_parsed(row, "source")?,
                native: row.try_get("native")?,
                bytes: rows::number(row, "bytes")?,
            })
        };
        rows.iter().map(brought).collect()
    }

    /// The outputs of these jobs, in order, each with its job.
    pub(super) async fn outputs_of(&self, jobs: &[JobId]) -> anyhow::Result<Vec<(JobId, Output)>> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::new("SELECT * FROM outputs WHERE job IN (");
        let mut ids = query.separated(", ");
        for job in jobs {
            ids.push_bind(rows::id(job.0));
        }
        query.push(") ORDER BY job, place");
        let rows = query.build().fetch_all(&self.readers).await.context("reading outputs")?;
        rows.iter().map(|row| Ok((JobId(rows::uuid(row, "job")?), shown(row)?))).collect()
    }

    /// Which of these files no row needs. Hold [`Db::sweeping`] meanwhile.
    pub(crate) async fn unneeded(&self, hashes: Vec<Hash>) -> anyhow::Result<Vec<Hash>> {
        let mut unneeded = Vec::new();
        for hash in hashes {
            let needed: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM outputs WHERE hash = ?1)
                     OR EXISTS (SELECT 1 FROM uploads WHERE hash = ?1)
                     OR EXISTS (SELECT 1 FROM job_files WHERE hash = ?1)
                     OR EXISTS (SELECT 1 FROM covers WHERE hash = ?1)",
            )
            .bind(hash.0.to_vec())
            .fetch_one(&self.readers)
            .await
            .context("asking who needs a file")?;
            if !needed {
                unneeded.push(hash);
            }
        }
        Ok(unneeded)
    }
}

/// The job begins anew: what is here of it came from another backend.
pub(super) async fn begin_anew(
    connection: &mut SqliteConnection,
    job: JobId,
) -> anyhow::Result<()> {
    sqlx::query("UPDATE outputs SET source = NULL WHERE job = ?")
        .bind(rows::id(job.0))
        .execute(connection)
        .await
        .context("forgetting a lost backend")?;
    Ok(())
}

/// Keeps what a job made, behind what is here of it. What an earlier attempt made just so stays what it is.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    (job, principal): (JobId, PrincipalId),
    outputs: Vec<NewOutput>,
) -> anyhow::Result<Vec<Output>> {
    let mut earlier = Earlier::find(connection, job).await?;
    let mut kept = Vec::with_capacity(outputs.len());
    for output in outputs {
        let source = output.source.as_ref().map(rows::json).transpose()?;
        if let Some(same) = earlier.take(&output) {
            sqlx::query("UPDATE outputs SET source = ?, native = ? WHERE id = ?")
                .bind(source)
                .bind(output.native)
                .bind(same)
                .execute(&mut *connection)
                .await
                .context("keeping an output again")?;
            continue;
        }
        let row = sqlx::query(
            "INSERT INTO outputs (id, job, principal, place, hash, kind, name, mime, bytes,
                                  width, height, animated, blur, text, node, native, source)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        )
        .bind(rows::id(Uuid::new_v4()))
        .bind(rows::id(job.0))
        .bind(rows::id(principal.0))
        .bind(earlier.next_place())
        .bind(output.stored.hash.0.to_vec())
        .bind(rows::kind_name(output.stored.kind))
        .bind(output.name)
        .bind(output.stored.mime)
        .bind(output.stored.bytes as i64)
        .bind(output.stored.width)
        .bind(output.stored.height)
        .bind(output.stored.animated)
        .bind(output.stored.blur)
        .bind(output.text)
        .bind(output.node)
        .bind(output.native)
        .bind(source)
        .fetch_one(&mut *connection)
        .await
        .context("keeping an output")?;
        kept.push(shown(&row)?);
    }
    Ok(kept)
}

/// What is here of a job when more of it comes.
struct Earlier {
    places: i64,
    /// Of another attempt: id, node and content.
    others: Vec<(Vec<u8>, String, Hash)>,
}

impl Earlier {
    async fn find(connection: &mut SqliteConnection, job: JobId) -> anyhow::Result<Self> {
        let found = sqlx::query("SELECT id, node, hash, source FROM outputs WHERE job = ?")
            .bind(rows::id(job.0))
            .fetch_all(connection)
            .await
            .context("asking what is here of a job")?;
        let mut others = Vec::new();
        for row in &found {
            if row.try_get::<Option<String>, _>("source")?.is_none() {
                others.push((row.try_get("id")?, row.try_get("node")?, rows::hash(row, "hash")?));
            }
        }
        Ok(Self { places: found.len() as i64, others })
    }

    fn next_place(&mut self) -> i64 {
        self.places += 1;
        self.places - 1
    }

    /// The same of another attempt, if there is one.
    fn take(&mut self, output: &NewOutput) -> Option<Vec<u8>> {
        let same = |(_, node, hash): &(Vec<u8>, String, Hash)| {
            *node == output.node && *hash == output.stored.hash
        };
        let at = self.others.iter().position(same)?;
        Some(self.others.swap_remove(at).0)
    }
}

pub(super) fn read(row: &SqliteRow) -> anyhow::Result<OutputRow> {
    Ok(OutputRow {
        id: OutputId(rows::uuid(row, "id")?),
        job: JobId(rows::uuid(row, "job")?),
        hash: rows::hash(row, "hash")?,
        kind: rows::kind(row)?,
        name: row.try_get("name")?,
        mime: row.try_get("mime")?,
        bytes: rows::number(row, "bytes")?,
        width: rows::maybe_number(row, "width")?,
        height: rows::maybe_number(row, "height")?,
    })
}

/// An output as its owner sees it.
pub(super) fn shown(row: &SqliteRow) -> anyhow::Result<Output> {
    let OutputRow { id, kind, name, mime, bytes, width, height, .. } = read(row)?;
    Ok(Output {
        id,
        kind,
        name,
        mime,
        bytes,
        width,
        height,
        animated: row.try_get("animated")?,
        url: format!("api/parlor/v1/outputs/{id}"),
        blur: row.try_get("blur")?,
        text: row.try_get("text")?,
        node: row.try_get("node")?,
    })
}
