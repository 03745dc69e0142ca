//! For whom of its users a program asked for a picture.

use anyhow::Context as _;
use sqlx::Row as _;
use wire::JobId;

use super::{Db, rows};

impl Db {
    /// Notes for whom a job was asked for.
    pub(crate) async fn set_recipe_user(&self, job: JobId, user: String) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO recipe_users (job, user) VALUES (?, ?) ON CONFLICT DO NOTHING",
                )
                .bind(rows::id(job.0))
                .bind(user)
                .execute(connection)
                .await
                .context("noting for whom a job is")?;
                Ok(())
            })
        })
        .await
    }

    /// For whom the job was asked for.
    pub(crate) async fn recipe_user(&self, job: JobId) -> anyhow::Result<Option<String>> {
        let row = sqlx::query("SELECT user FROM recipe_users WHERE job = ?")
            .bind(rows::id(job.0))
            .fetch_optional(&self.readers)
            .await
            .context("finding for whom a job is")?;
        row.map(|row| Ok(row.try_get("user")?)).transpose()
    }
}
