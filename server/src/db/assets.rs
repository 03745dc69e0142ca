//! Files by what they hold: what was handed in and what was made, by hash.

use anyhow::Context as _;
use sqlx::Row as _;
use wire::{OutputId, UploadId};

use super::{Db, now, rows};
use crate::auth::PrincipalId;
use crate::files::Hash;

/// A file of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Upload(UploadId),
    Output(OutputId),
}

impl Db {
    /// Notes what an upload was before anything was taken out of it.
    pub(crate) async fn add_source(
        &self,
        (principal, upload): (PrincipalId, UploadId),
        source: Hash,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT OR REPLACE INTO upload_sources (principal, source, upload, created_at)
                     VALUES (?, ?, ?, ?)",
                )
                .bind(rows::id(principal.0))
                .bind(source.0.to_vec())
                .bind(rows::id(upload.0))
                .bind(now())
                .execute(connection)
                .await
                .context("noting what a file was")?;
                Ok(())
            })
        })
        .await
    }

    /// What an upload was before anything was taken out of it, when it came last.
    pub(crate) async fn source_of(&self, upload: UploadId) -> anyhow::Result<Option<Hash>> {
        let row = sqlx::query(
            "SELECT source FROM upload_sources WHERE upload = ? ORDER BY created_at DESC LIMIT 1",
        )
        .bind(rows::id(upload.0))
        .fetch_optional(&self.readers)
        .await
        .context("asking what a file was")?;
        row.map(|row| rows::hash(&row, "source")).transpose()
    }

    /// A file of this principal with these bytes: as they were handed in, or as they are kept.
    pub(crate) async fn known_by_hash(
        &self,
        principal: PrincipalId,
        hash: Hash,
    ) -> anyhow::Result<Option<Known>> {
        let row = sqlx::query(
            "SELECT upload AS id, 0 AS made FROM upload_sources WHERE principal = ?1 AND source = ?2
             UNION ALL SELECT id, 0 FROM uploads WHERE principal = ?1 AND hash = ?2
             UNION ALL SELECT id, 1 FROM outputs WHERE principal = ?1 AND hash = ?2 LIMIT 1",
        )
        .bind(rows::id(principal.0))
        .bind(hash.0.to_vec())
        .fetch_optional(&self.readers)
        .await
        .context("finding a file by its hash")?;
        let Some(row) = row else { return Ok(None) };
        let (id, made): (_, bool) = (rows::uuid(&row, "id")?, row.try_get("made")?);
        Ok(Some(if made { Known::Output(OutputId(id)) } else { Known::Upload(UploadId(id)) }))
    }

    /// Deletes an upload; its file, which others may need. `None` when this principal has no such.
    pub(crate) async fn delete_upload(
        &self,
        principal: PrincipalId,
        id: UploadId,
    ) -> anyhow::Result<Option<Hash>> {
        self.write(move |connection| {
            Box::pin(async move {
                let gone = sqlx::query(
                    "DELETE FROM uploads WHERE id = ? AND principal = ? RETURNING hash",
                )
                .bind(rows::id(id.0))
                .bind(rows::id(principal.0))
                .fetch_optional(connection)
                .await
                .context("deleting an upload")?;
                gone.map(|row| rows::hash(&row, "hash")).transpose()
            })
        })
        .await
    }
}
