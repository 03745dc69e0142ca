//! What uploads and outputs are called where files have names.

use std::collections::HashMap;

use anyhow::Context as _;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use wire::{JobId, Millis, OutputId, UploadId};

use super::super::{Db, UploadRow, rows, uploads};
use crate::auth::PrincipalId;
use crate::files::Hash;

/// A file that goes by a name: what showing it needs.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    pub(crate) hash: Hash,
    pub(crate) mime: String,
    pub(crate) since: Millis,
}

/// A file that was handed in, as lists name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) name: String,
    pub(crate) mime: String,
}

impl Db {
    /// What a principal's upload of this name is: folder (`input`, …), subfolder
    /// and name.
    pub(crate) async fn native_upload(
        &self,
        principal: PrincipalId,
        (folder, subfolder, name): (&str, &str, &str),
    ) -> anyhow::Result<Option<UploadRow>> {
        let row = sqlx::query(
            "SELECT uploads.* FROM native_files JOIN uploads ON uploads.id = native_files.upload
             WHERE native_files.principal = ? AND folder = ? AND subfolder = ? AND native_files.name = ?",
        )
        .bind(rows::id(principal.0))
        .bind(folder)
        .bind(subfolder)
        .bind(name)
        .fetch_optional(&self.readers)
        .await
        .context("finding an upload by its name")?;
        row.as_ref().map(uploads::read).transpose()
    }

    /// What a principal has under this name, uploads before outputs: outputs have names that no two have, wherever
    /// they lie, but they are nothing that was handed in.
    pub(crate) async fn native_file(
        &self,
        principal: PrincipalId,
        (folder, subfolder, name): (&str, &str, &str),
    ) -> anyhow::Result<Option<NamedFile>> {
        let row = sqlx::query(
            "SELECT 0 AS place, uploads.hash, uploads.mime, uploads.created_at AS since
             FROM native_files JOIN uploads ON uploads.id = native_files.upload
             WHERE native_files.principal = ?1 AND folder = ?2 AND subfolder = ?3 AND native_files.name = ?4
             UNION ALL
             SELECT * FROM (
                 SELECT 1, outputs.hash, outputs.mime, coalesce(jobs.finished_at, jobs.created_at)
                 FROM outputs JOIN jobs ON jobs.id = outputs.job
                 WHERE outputs.principal = ?1 AND outputs.native = ?4 AND ?2 <> 'input'
                 ORDER BY outputs.id DESC LIMIT 1)
             ORDER BY place LIMIT 1",
        )
        .bind(rows::id(principal.0))
        .bind(folder)
        .bind(subfolder)
        .bind(name)
        .fetch_optional(&self.readers)
        .await
        .context("finding a file by its name")?;
        let file = |row: &SqliteRow| {
            Ok(NamedFile {
                hash: rows::hash(row, "hash")?,
                mime: row.try_get("mime")?,
                since: row.try_get("since")?,
            })
        };
        row.as_ref().map(file).transpose()
    }

    /// What the outputs of a principal's job are called. Some of long ago have no name.
    pub(crate) async fn native_names_of(
        &self,
        principal: PrincipalId,
        job: JobId,
    ) -> anyhow::Result<HashMap<OutputId, String>> {
        let found = sqlx::query(
            "SELECT id, native FROM outputs WHERE job = ? AND principal = ? AND native IS NOT NULL",
        )
        .bind(rows::id(job.0))
        .bind(rows::id(principal.0))
        .fetch_all(&self.readers)
        .await
        .context("listing names of outputs")?;
        let named =
            |row: &SqliteRow| Ok((OutputId(rows::uuid(row, "id")?), row.try_get("native")?));
        found.iter().map(named).collect()
    }

    /// Gives an upload this name, in the place of whatever had it.
    pub(crate) async fn name_native_upload(
        &self,
        principal: PrincipalId,
        (folder, subfolder, name): (&str, &str, &str),
        upload: UploadId,
    ) -> anyhow::Result<()> {
        let (folder, subfolder, name) = (folder.to_owned(), subfolder.to_owned(), name.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO native_files (principal, folder, subfolder, name, upload)
                     VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT DO UPDATE SET upload = excluded.upload",
                )
                .bind(rows::id(principal.0))
                .bind(folder)
                .bind(subfolder)
                .bind(name)
                .bind(rows::id(upload.0))
                .execute(connection)
                .await
                .context("naming an upload")?;
                Ok(())
            })
        })
        .await
    }

    /// A principal's uploads directly inside a folder, sorted by name.
    pub(crate) async fn native_names(
        &self,
        principal: PrincipalId,
        folder: &str,
    ) -> anyhow::Result<Vec<Offered>> {
        let found = sqlx::query(
            "SELECT native_files.name, uploads.mime
             FROM native_files JOIN uploads ON uploads.id = native_files.upload
             WHERE native_files.principal = ? AND folder = ? AND subfolder = ''
             ORDER BY native_files.name",
        )
        .bind(rows::id(principal.0))
        .bind(folder)
        .fetch_all(&self.readers)
        .await
        .context("listing names")?;
        let file = |row: &SqliteRow| {
            Ok(Offered { name: row.try_get("name")?, mime: row.try_get("mime")? })
        };
        found.iter().map(file).collect()
    }
}
