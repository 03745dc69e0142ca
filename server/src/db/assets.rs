//! Files by what they hold, and as assets: bytes under a path.
//!
//! An upload is kept once however often its bytes come. What its owner knows it by is an asset, of
//! which an upload may have several: one for each path, and one of the upload's own id, for doors
//! that know no paths. With the last of them goes the upload.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{Millis, OutputId, UploadId};

use super::{Db, NewUpload, UploadRow, now, rows, uploads};
use crate::auth::PrincipalId;
use crate::files::Hash;

/// A file of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Upload,
    Output(OutputId),
}

/// What is handed in, and as what.
#[derive(Debug, Clone)]
pub(crate) struct HandedIn {
    pub(crate) upload: NewUpload,
    /// Of the bytes as they came, before anything was taken out of them.
    pub(crate) source: Hash,
    /// Where the door knows paths; else it is the asset of the upload's own id.
    pub(crate) path: Option<String>,
}

/// An asset as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssetRow {
    pub(crate) id: Uuid,
    /// Of the bytes as they came.
    pub(crate) source: Hash,
    /// Names with slashes between them.
    pub(crate) path: String,
    pub(crate) created_at: Millis,
    /// What of it is kept.
    pub(crate) upload: UploadRow,
}

impl AssetRow {
    /// The name at the end of its path.
    pub(crate) fn name(&self) -> &str {
        last_of(&self.path)
    }
}

impl Db {
    /// Keeps what is handed in, and its asset, unless there is the same; its id. Hold
    /// [`Db::storing`] around storing the file and this.
    pub(crate) async fn hand_in(&self, what: HandedIn) -> anyhow::Result<(UploadId, Uuid)> {
        self.write(move |connection| {
            Box::pin(async move {
                let HandedIn { upload, source, path } = what;
                let (principal, name) = (upload.principal, upload.name.clone());
                let id = uploads::insert(connection, upload).await?;
                note_source(connection, (principal, id), source).await?;
                let asset = match path {
                    None => own(connection, (principal, id), (source, &name)).await?,
                    Some(path) => mint(connection, (principal, id), (source, &path)).await?.0,
                };
                Ok((id, asset))
            })
        })
        .await
    }

    /// The asset of these bytes under this path, or under whichever there is, and whether it is
    /// new. `None` when nothing like it was handed in.
    pub(crate) async fn mint_asset(
        &self,
        principal: PrincipalId,
        (source, path): (Hash, Option<String>),
    ) -> anyhow::Result<Option<(Uuid, bool)>> {
        self.write(move |connection| {
            Box::pin(async move {
                if path.is_none()
                    && let Some(id) = newest(connection, (principal, source)).await?
                {
                    return Ok(Some((id, false)));
                }
                let row = sqlx::query(
                    "SELECT id, name FROM uploads WHERE id IN (
                         SELECT upload FROM upload_sources WHERE principal = ?1 AND source = ?2
                         UNION ALL SELECT id FROM uploads WHERE principal = ?1 AND hash = ?2)
                     LIMIT 1",
                )
                .bind(rows::id(principal.0))
                .bind(source.0.to_vec())
                .fetch_optional(&mut *connection)
                .await
                .context("finding the upload of these bytes")?;
                let Some(row) = row else { return Ok(None) };
                let upload = UploadId(rows::uuid(&row, "id")?);
                let path = path.map_or_else(|| row.try_get("name"), Ok)?;
                uploads::call(connection, (principal, upload), last_of(&path)).await?;
                mint(connection, (principal, upload), (source, &path)).await.map(Some)
            })
        })
        .await
    }

    /// The asset, if it is this principal's.
    pub(crate) async fn find_asset(
        &self,
        principal: PrincipalId,
        id: Uuid,
    ) -> anyhow::Result<Option<AssetRow>> {
        let row = sqlx::query(
            "SELECT uploads.*, assets.source, assets.path, assets.created_at AS since
             FROM assets JOIN uploads ON uploads.id = assets.upload
             WHERE assets.id = ? AND assets.principal = ?",
        )
        .bind(rows::id(id))
        .bind(rows::id(principal.0))
        .fetch_optional(&self.readers)
        .await
        .context("finding an asset")?;
        let asset = |row: &SqliteRow| {
            Ok(AssetRow {
                id,
                source: rows::hash(row, "source")?,
                path: row.try_get("path")?,
                created_at: row.try_get("since")?,
                upload: uploads::read(row)?,
            })
        };
        row.as_ref().map(asset).transpose()
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
        let made: bool = row.try_get("made")?;
        Ok(Some(if made {
            Known::Output(OutputId(rows::uuid(&row, "id")?))
        } else {
            Known::Upload
        }))
    }

    /// Deletes an asset; the file that is nobody's asset any more, which others may need.
    /// `None` when this principal has no such asset.
    pub(crate) async fn delete_asset(
        &self,
        principal: PrincipalId,
        id: Uuid,
    ) -> anyhow::Result<Option<Vec<Hash>>> {
        self.write(move |connection| {
            Box::pin(async move {
                let gone = sqlx::query(
                    "DELETE FROM assets WHERE id = ? AND principal = ? RETURNING upload",
                )
                .bind(rows::id(id))
                .bind(rows::id(principal.0))
                .fetch_optional(&mut *connection)
                .await
                .context("deleting an asset")?;
                let Some(gone) = gone else { return Ok(None) };
                let files = sqlx::query(
                    "DELETE FROM uploads WHERE id = ?1
                     AND NOT EXISTS (SELECT 1 FROM assets WHERE upload = ?1) RETURNING hash",
                )
                .bind(rows::id(rows::uuid(&gone, "upload")?))
                .fetch_all(connection)
                .await
                .context("deleting an upload")?;
                let files = files.iter().map(|row| rows::hash(row, "hash"));
                files.collect::<anyhow::Result<_>>().map(Some)
            })
        })
        .await
    }
}

/// The name at the end of a path.
pub(crate) fn last_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Notes what an upload was before anything was taken out of it.
async fn note_source(
    connection: &mut SqliteConnection,
    (principal, upload): (PrincipalId, UploadId),
    source: Hash,
) -> anyhow::Result<()> {
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
}

/// The asset of the upload's own id.
async fn own(
    connection: &mut SqliteConnection,
    (principal, upload): (PrincipalId, UploadId),
    (source, name): (Hash, &str),
) -> anyhow::Result<Uuid> {
    insert(connection, upload.0, (principal, upload), (source, name)).await?;
    Ok(upload.0)
}

/// The asset of these bytes under this path, and whether it is new.
async fn mint(
    connection: &mut SqliteConnection,
    (principal, upload): (PrincipalId, UploadId),
    (source, path): (Hash, &str),
) -> anyhow::Result<(Uuid, bool)> {
    let known = sqlx::query(
        "SELECT id FROM assets WHERE principal = ? AND source = ? AND path = ?
         ORDER BY created_at LIMIT 1",
    )
    .bind(rows::id(principal.0))
    .bind(source.0.to_vec())
    .bind(path)
    .fetch_optional(&mut *connection)
    .await
    .context("finding the same asset")?;
    if let Some(row) = known {
        return Ok((rows::uuid(&row, "id")?, false));
    }
    let id = Uuid::now_v7();
    insert(connection, id, (principal, upload), (source, path)).await?;
    Ok((id, true))
}

/// The asset of these bytes that came last.
async fn newest(
    connection: &mut SqliteConnection,
    (principal, source): (PrincipalId, Hash),
) -> anyhow::Result<Option<Uuid>> {
    let row = sqlx::query(
        "SELECT id FROM assets WHERE principal = ? AND source = ?
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(rows::id(principal.0))
    .bind(source.0.to_vec())
    .fetch_optional(connection)
    .await
    .context("finding an asset of these bytes")?;
    row.map(|row| rows::uuid(&row, "id")).transpose()
}

async fn insert(
    connection: &mut SqliteConnection,
    id: Uuid,
    (principal, upload): (PrincipalId, UploadId),
    (source, path): (Hash, &str),
) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT OR IGNORE INTO assets (id, principal, upload, source, path, created_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(rows::id(id))
    .bind(rows::id(principal.0))
    .bind(rows::id(upload.0))
    .bind(source.0.to_vec())
    .bind(path)
    .bind(now())
    .execute(connection)
    .await
    .context("keeping an asset")?;
    Ok(())
}
