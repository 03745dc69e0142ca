//! Of the calls that scripts make: for whom of its users a program asked for a picture, and which
//! picture is the answer to the very same.

use anyhow::Context as _;
use sqlx::Row as _;
use wire::JobId;

use super::idempotency::REMEMBERED;
use super::{Db, now, rows};
use crate::auth::PrincipalId;

/// Hash of all that makes a picture: the workflow, its version, and what goes into its fields.
pub(crate) type RecipeHash = [u8; 32];

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

    /// The job of the very same recipe, of a day ago at most, that has not ended badly.
    pub(crate) async fn made_before(
        &self,
        principal: PrincipalId,
        recipe: RecipeHash,
    ) -> anyhow::Result<Option<JobId>> {
        let row = sqlx::query(
            "SELECT job FROM recipe_cache JOIN jobs ON jobs.id = recipe_cache.job
             WHERE recipe_cache.principal = ? AND recipe = ? AND made_at > ?
                 AND status IN ('queued', 'running', 'succeeded')",
        )
        .bind(rows::id(principal.0))
        .bind(recipe.to_vec())
        .bind(now() - REMEMBERED)
        .fetch_optional(&self.readers)
        .await
        .context("looking for the very same")?;
        row.map(|row| Ok(JobId(rows::uuid(&row, "job")?))).transpose()
    }

    /// Notes which jobs are the answers to these recipes from now on. What is a day old is forgotten.
    pub(crate) async fn note_recipes(
        &self,
        principal: PrincipalId,
        made: Vec<(RecipeHash, JobId)>,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM recipe_cache WHERE made_at <= ?")
                    .bind(now() - REMEMBERED)
                    .execute(&mut *connection)
                    .await?;
                for (recipe, job) in made {
                    sqlx::query(
                        "INSERT OR REPLACE INTO recipe_cache (principal, recipe, job, made_at)
                         SELECT ?, ?, id, ? FROM jobs WHERE id = ?",
                    )
                    .bind(rows::id(principal.0))
                    .bind(recipe.to_vec())
                    .bind(now())
                    .bind(rows::id(job.0))
                    .execute(&mut *connection)
                    .await
                    .context("noting a recipe")?;
                }
                Ok(())
            })
        })
        .await
    }
}
