//! Files that arrive in pieces, until they are whole.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{Millis, UploadId};

use super::{Db, now, rows};
use crate::auth::PrincipalId;

/// A file of which not all is there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Half {
    pub(crate) id: Uuid,
    pub(crate) principal: PrincipalId,
    /// When it is whole.
    pub(crate) bytes: u64,
    /// What its sender says of it, as it was sent.
    pub(crate) metadata: String,
    /// When it is forgotten.
    pub(crate) expires_at: Millis,
    /// What it became when it was whole.
    pub(crate) upload: Option<UploadId>,
}

impl Db {
    /// Begins a file; whether this principal has fewer than `most` that are not whole.
    pub(crate) async fn add_half(&self, half: Half, most: u32) -> anyhow::Result<bool> {
        self.write(move |connection| Box::pin(insert(connection, half, most))).await
    }

    /// The file, if it is this principal's and its time is not up.
    pub(crate) async fn half(
        &self,
        principal: PrincipalId,
        id: Uuid,
    ) -> anyhow::Result<Option<Half>> {
        let row =
            sqlx::query("SELECT * FROM halves WHERE id = ? AND principal = ? AND expires_at > ?")
                .bind(rows::id(id))
                .bind(rows::id(principal.0))
                .bind(now())
                .fetch_optional(&self.readers)
                .await
                .context("finding a file that arrives")?;
        row.as_ref().map(read).transpose()
    }

    /// Notes what a file became.
    pub(crate) async fn finish_half(&self, id: Uuid, upload: UploadId) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE halves SET upload = ? WHERE id = ?")
                    .bind(rows::id(upload.0))
                    .bind(rows::id(id))
                    .execute(connection)
                    .await
                    .context("noting that a file is whole")?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets a file of which nothing more is to come.
    pub(crate) async fn delete_half(&self, id: Uuid) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM halves WHERE id = ?")
                    .bind(rows::id(id))
                    .execute(connection)
                    .await
                    .context("forgetting a file that arrives")?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets files whose time was up at `at`, whole or not.
    pub(crate) async fn forget_halves(&self, at: Millis) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM halves WHERE expires_at <= ?")
                    .bind(at)
                    .execute(connection)
                    .await
                    .context("forgetting files that never became whole")?;
                Ok(())
            })
        })
        .await
    }

    /// Whether something of a file with this id may still be needed.
    pub(crate) async fn awaits_half(&self, id: Uuid) -> anyhow::Result<bool> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM halves WHERE id = ? AND upload IS NULL")
                .bind(rows::id(id))
                .fetch_optional(&self.readers)
                .await
                .context("finding a file that arrives")?;
        Ok(found.is_some())
    }
}

async fn insert(connection: &mut SqliteConnection, half: Half, most: u32) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "INSERT INTO halves (id, principal, bytes, metadata, created_at, expires_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE (SELECT count(*) FROM halves
                WHERE principal = ?2 AND upload IS NULL AND expires_at > ?5) < ?7",
    )
    .bind(rows::id(half.id))
    .bind(rows::id(half.principal.0))
    .bind(half.bytes as i64)
    .bind(half.metadata)
    .bind(now())
    .bind(half.expires_at)
    .bind(most)
    .execute(connection)
    .await
    .context("beginning a file")?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &SqliteRow) -> anyhow::Result<Half> {
    let upload: Option<&[u8]> = row.try_get("upload")?;
    Ok(Half {
        id: rows::uuid(row, "id")?,
        principal: PrincipalId(rows::uuid(row, "principal")?),
        bytes: rows::number(row, "bytes")?,
        metadata: row.try_get("metadata")?,
        expires_at: row.try_get("expires_at")?,
        upload: upload.map(|_| rows::uuid(row, "upload").map(UploadId)).transpose()?,
    })
}
