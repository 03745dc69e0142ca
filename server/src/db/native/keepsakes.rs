//! What ComfyUI's own page keeps for each person: settings and files.

use anyhow::Context as _;
use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use wire::Millis;

use super::super::{Db, now, rows};
use crate::auth::PrincipalId;

/// Settings that one principal may have.
const MOST_SETTINGS: i64 = 2_000;

/// Files that one principal may have.
const MOST_FILES: i64 = 1_000;

/// What they may weigh together, in bytes.
const MOST_BYTES: i64 = 64 << 20;

/// There are too many, or they weigh too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptFile {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) created_at: Millis,
    pub(crate) modified_at: Millis,
}

/// What became of keeping a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes(KeptFile),
    /// There is one of that name, and it was not to be replaced.
    Taken,
    /// There is none of that name.
    Missing,
    Full,
}

impl Db {
    /// All settings of a principal, by name.
    pub(crate) async fn native_settings(
        &self,
        principal: PrincipalId,
    ) -> anyhow::Result<Map<String, Value>> {
        let found = sqlx::query(
            "SELECT name, value FROM native_settings WHERE principal = ? ORDER BY name",
        )
        .bind(rows::id(principal.0))
        .fetch_all(&self.readers)
        .await
        .context("reading settings")?;
        found.iter().map(|row| Ok((row.try_get("name")?, rows::parsed(row, "value")?))).collect()
    }

    /// Keeps these settings beside those that are there.
    pub(crate) async fn keep_native_settings(
        &self,
        principal: PrincipalId,
        settings: Map<String, Value>,
    ) -> anyhow::Result<Result<(), Full>> {
        self.write(move |connection| {
            Box::pin(async move {
                for (name, value) in &settings {
                    let known: i64 = sqlx::query_scalar(
                        "SELECT count(*) FROM native_settings WHERE principal = ? AND name != ?",
                    )
                    .bind(rows::id(principal.0))
                    .bind(name)
                    .fetch_one(&mut *connection)
                    .await?;
                    if known >= MOST_SETTINGS {
                        return Ok(Err(Full));
                    }
                    sqlx::query(
                        "INSERT INTO native_settings (principal, name, value) VALUES (?, ?, ?)
                         ON CONFLICT DO UPDATE SET value = excluded.value",
                    )
                    .bind(rows::id(principal.0))
                    .bind(name)
                    .bind(rows::json(value)?)
                    .execute(&mut *connection)
                    .await
                    .context("keeping a setting")?;
                }
                Ok(Ok(()))
            })
        })
        .await
    }

    /// The files of a principal whose paths begin so, sorted.
    pub(crate) async fn native_userdata(
        &self,
        principal: PrincipalId,
        below: &str,
    ) -> anyhow::Result<Vec<KeptFile>> {
        let found = sqlx::query(
            "SELECT path, length(content) AS bytes, created_at, modified_at FROM native_userdata
             WHERE principal = ?1 AND substr(path, 1, length(?2)) = ?2 ORDER BY path",
        )
        .bind(rows::id(principal.0))
        .bind(below)
        .fetch_all(&self.readers)
        .await
        .context("listing files")?;
        found.iter().map(read).collect()
    }

    /// What is in the file at this path.
    pub(crate) async fn native_userdata_file(
        &self,
        principal: PrincipalId,
        path: &str,
    ) -> anyhow::Result<Option<Vec<u8>>> {
        let row =
            sqlx::query("SELECT content FROM native_userdata WHERE principal = ? AND path = ?")
                .bind(rows::id(principal.0))
                .bind(path)
                .fetch_optional(&self.readers)
                .await
                .context("reading a file")?;
        row.map(|row| Ok(row.try_get("content")?)).transpose()
    }

    /// Keeps a file.
    pub(crate) async fn keep_native_userdata(
        &self,
        principal: PrincipalId,
        (path, content): (String, Vec<u8>),
        overwrite: bool,
    ) -> anyhow::Result<Kept> {
        self.write(move |connection| {
            Box::pin(async move {
                if !overwrite && find(connection, (principal, &path)).await?.is_some() {
                    return Ok(Kept::Taken);
                }
                if !has_room(connection, (principal, &path), content.len() as i64).await? {
                    return Ok(Kept::Full);
                }
                sqlx::query(
                    "INSERT INTO native_userdata (principal, path, content, created_at, modified_at)
                     VALUES (?1, ?2, ?3, ?4, ?4)
                     ON CONFLICT DO UPDATE SET content = excluded.content, modified_at = excluded.modified_at",
                )
                .bind(rows::id(principal.0))
                .bind(&path)
                .bind(content)
                .bind(now())
                .execute(&mut *connection)
                .await
                .context("keeping a file")?;
                Ok(find(connection, (principal, &path)).await?.map_or(Kept::Missing, Kept::Yes))
            })
        })
        .await
    }

    /// Moves a file.
    pub(crate) async fn move_native_userdata(
        &self,
        principal: PrincipalId,
        (from, to): (String, String),
        overwrite: bool,
    ) -> anyhow::Result<Kept> {
        self.write(move |connection| {
            Box::pin(async move {
                if find(connection, (principal, &from)).await?.is_none() {
                    return Ok(Kept::Missing);
                }
                if from != to {
                    if !overwrite && find(connection, (principal, &to)).await?.is_some() {
                        return Ok(Kept::Taken);
                    }
                    sqlx::query(
                        "UPDATE OR REPLACE native_userdata SET path = ?3
                         WHERE principal = ?1 AND path = ?2",
                    )
                    .bind(rows::id(principal.0))
                    .bind(&from)
                    .bind(&to)
                    .execute(&mut *connection)
                    .await
                    .context("moving a file")?;
                }
                Ok(find(connection, (principal, &to)).await?.map_or(Kept::Missing, Kept::Yes))
            })
        })
        .await
    }

    /// Deletes a file; whether there was one.
    pub(crate) async fn delete_native_userdata(
        &self,
        principal: PrincipalId,
        path: String,
    ) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done =
                    sqlx::query("DELETE FROM native_userdata WHERE principal = ? AND path = ?")
                        .bind(rows::id(principal.0))
                        .bind(path)
                        .execute(connection)
                        .await
                        .context("deleting a file")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Deletes all that ComfyUI's own page kept for a principal.
    pub(crate) async fn delete_keepsakes(&self, principal: PrincipalId) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                for delete in [
                    "DELETE FROM native_userdata WHERE principal = ?",
                    "DELETE FROM native_settings WHERE principal = ?",
                ] {
                    sqlx::query(delete)
                        .bind(rows::id(principal.0))
                        .execute(&mut *connection)
                        .await
                        .context("deleting what was kept")?;
                }
                Ok(())
            })
        })
        .await
    }
}

async fn find(
    connection: &mut SqliteConnection,
    (principal, path): (PrincipalId, &str),
) -> anyhow::Result<Option<KeptFile>> {
    let row = sqlx::query(
        "SELECT path, length(content) AS bytes, created_at, modified_at FROM native_userdata
         WHERE principal = ? AND path = ?",
    )
    .bind(rows::id(principal.0))
    .bind(path)
    .fetch_optional(connection)
    .await
    .context("finding a file")?;
    row.as_ref().map(read).transpose()
}

/// Whether there is room for so many bytes more under this path.
async fn has_room(
    connection: &mut SqliteConnection,
    (principal, path): (PrincipalId, &str),
    bytes: i64,
) -> anyhow::Result<bool> {
    let row = sqlx::query(
        "SELECT count(*) AS files, coalesce(sum(length(content)), 0) AS bytes
         FROM native_userdata WHERE principal = ? AND path != ?",
    )
    .bind(rows::id(principal.0))
    .bind(path)
    .fetch_one(connection)
    .await
    .context("measuring files")?;
    let (files, all): (i64, i64) = (row.try_get("files")?, row.try_get("bytes")?);
    Ok(files < MOST_FILES && all + bytes <= MOST_BYTES)
}

fn read(row: &SqliteRow) -> anyhow::Result<KeptFile> {
    Ok(KeptFile {
        path: row.try_get("path")?,
        bytes: rows::number(row, "bytes")?,
        created_at: row.try_get("created_at")?,
        modified_at: row.try_get("modified_at")?,
    })
}
