//! What people handed in.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{Millis, UploadId};

use super::{Db, assets, now, rows};
use crate::auth::PrincipalId;
use crate::files::Hash;

/// A stored file that somebody handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    pub principal: PrincipalId,
    pub hash: Hash,
    /// The person's own name for it, made safe; only ever shown.
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// An upload as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    pub id: UploadId,
    pub hash: Hash,
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub created_at: Millis,
}

impl Db {
    /// Keeps an upload. The same bytes from the same principal keep the same
    /// id; the newest name counts. Hold [`Db::storing`] around storing the file
    /// and this.
    pub async fn add_upload(&self, upload: &NewUpload) -> anyhow::Result<UploadId> {
        let upload = upload.clone();
        self.write(move |connection| Box::pin(insert(connection, upload))).await
    }

    /// The newest file that this principal handed in under this name.
    pub async fn upload_named(
        &self,
        principal: PrincipalId,
        name: &str,
    ) -> anyhow::Result<Option<UploadRow>> {
        let row = sqlx::query(
            "SELECT uploads.* FROM upload_names JOIN uploads ON uploads.id = upload_names.upload
             WHERE upload_names.principal = ? AND upload_names.name = ?",
        )
        .bind(rows::id(principal.0))
        .bind(name)
        .fetch_optional(&self.readers)
        .await
        .context("finding an upload by its name")?;
        row.as_ref().map(read).transpose()
    }

    /// All that a principal handed in, newest first.
    pub(crate) async fn uploads_of(
        &self,
        principal: PrincipalId,
    ) -> anyhow::Result<Vec<UploadRow>> {
        let found =
            sqlx::query("SELECT * FROM uploads WHERE principal = ? ORDER BY created_at DESC")
                .bind(rows::id(principal.0))
                .fetch_all(&self.readers)
                .await
                .context("listing uploads")?;
        found.iter().map(read).collect()
    }

    /// Deletes all uploads of a principal; their files, some of which others
    /// may need.
    pub(crate) async fn delete_uploads(&self, principal: PrincipalId) -> anyhow::Result<Vec<Hash>> {
        self.write(move |connection| {
            Box::pin(async move {
                let gone = sqlx::query("DELETE FROM uploads WHERE principal = ? RETURNING hash")
                    .bind(rows::id(principal.0))
                    .fetch_all(connection)
                    .await
                    .context("deleting uploads")?;
                gone.iter().map(|row| rows::hash(row, "hash")).collect()
            })
        })
        .await
    }

    /// The upload, if it is this principal's; also by the id of an asset of it, whose name it has
    /// then.
    pub async fn find_upload(
        &self,
        principal: PrincipalId,
        id: UploadId,
    ) -> anyhow::Result<Option<UploadRow>> {
        let row = sqlx::query(
            "SELECT uploads.*, assets.path FROM (SELECT ?1 AS wanted)
             LEFT JOIN assets ON assets.id = wanted AND assets.upload <> wanted
             JOIN uploads ON uploads.id = coalesce(assets.upload, wanted)
             WHERE uploads.principal = ?2",
        )
        .bind(rows::id(id.0))
        .bind(rows::id(principal.0))
        .fetch_optional(&self.readers)
        .await
        .context("finding an upload")?;
        let Some(row) = row else { return Ok(None) };
        let (found, path): (_, Option<String>) = (read(&row)?, row.try_get("path")?);
        let name = path.map_or(found.name, |path| assets::last_of(&path).to_owned());
        Ok(Some(UploadRow { name, ..found }))
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    upload: NewUpload,
) -> anyhow::Result<UploadId> {
    let row = sqlx::query(
        "INSERT INTO uploads (id, principal, hash, name, mime, bytes, width, height, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (principal, hash) DO UPDATE SET name = excluded.name
         RETURNING id",
    )
    .bind(rows::id(Uuid::now_v7()))
    .bind(rows::id(upload.principal.0))
    .bind(upload.hash.0.to_vec())
    .bind(&upload.name)
    .bind(upload.mime)
    .bind(upload.bytes as i64)
    .bind(upload.width)
    .bind(upload.height)
    .bind(now())
    .fetch_one(&mut *connection)
    .await
    .context("keeping an upload")?;
    let id = UploadId(rows::uuid(&row, "id")?);
    call(connection, (upload.principal, id), &upload.name).await?;
    Ok(id)
}

/// Lets graphs of the principal call their upload by this name, too; whether there is such an upload.
pub(super) async fn call(
    connection: &mut SqliteConnection,
    (principal, upload): (PrincipalId, UploadId),
    name: &str,
) -> anyhow::Result<bool> {
    let done = sqlx::query(
        "INSERT OR REPLACE INTO upload_names (principal, name, upload)
         SELECT principal, ?, id FROM uploads WHERE id = ? AND principal = ?",
    )
    .bind(name)
    .bind(rows::id(upload.0))
    .bind(rows::id(principal.0))
    .execute(connection)
    .await
    .context("keeping the name of an upload")?;
    Ok(done.rows_affected() > 0)
}

pub(super) fn read(row: &SqliteRow) -> anyhow::Result<UploadRow> {
    Ok(UploadRow {
        id: UploadId(rows::uuid(row, "id")?),
        hash: rows::hash(row, "hash")?,
        name: row.try_get("name")?,
        mime: row.try_get("mime")?,
        bytes: rows::number(row, "bytes")?,
        width: rows::maybe_number(row, "width")?,
        height: rows::maybe_number(row, "height")?,
        created_at: row.try_get("created_at")?,
    })
}
