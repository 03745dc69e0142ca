//! What uploads and outputs are called where files have names.

use anyhow::Context as _;
use sqlx::Row as _;
use wire::UploadId;

use super::super::{Db, OutputRow, UploadRow, outputs, rows, uploads};
use crate::auth::PrincipalId;

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

    /// The names of a principal's uploads directly inside a folder, sorted.
    pub(crate) async fn native_names(
        &self,
        principal: PrincipalId,
        folder: &str,
    ) -> anyhow::Result<Vec<String>> {
        let found = sqlx::query(
            "SELECT name FROM native_files
             WHERE principal = ? AND folder = ? AND subfolder = '' ORDER BY name",
        )
        .bind(rows::id(principal.0))
        .bind(folder)
        .fetch_all(&self.readers)
        .await
        .context("listing names")?;
        found.iter().map(|row| Ok(row.try_get("name")?)).collect()
    }

    /// The output that is called so, if it is this principal's.
    pub(crate) async fn native_output(
        &self,
        principal: PrincipalId,
        name: &str,
    ) -> anyhow::Result<Option<OutputRow>> {
        let row = sqlx::query(
            "SELECT * FROM outputs WHERE principal = ? AND native = ? ORDER BY id DESC LIMIT 1",
        )
        .bind(rows::id(principal.0))
        .bind(name)
        .fetch_optional(&self.readers)
        .await
        .context("finding an output by its name")?;
        row.as_ref().map(outputs::read).transpose()
    }
}
