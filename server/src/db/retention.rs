//! Which jobs are to be deleted because their time is up.

use anyhow::Context as _;
use wire::{JobId, Millis};

use super::{Db, rows};
use crate::auth::PrincipalId;

/// What is no favourite any more is kept for another day at least.
pub(super) const GRACE: Millis = 24 * 60 * 60 * 1000;

impl Db {
    /// Up to `limit` jobs whose time was up at `now`, longest ago first.
    /// Favourites have all the time in the world.
    pub(crate) async fn expired(
        &self,
        now: Millis,
        limit: u32,
    ) -> anyhow::Result<Vec<(PrincipalId, JobId)>> {
        let found = sqlx::query(
            "SELECT id, principal FROM jobs WHERE expires_at <= ? AND favourite = 0
             ORDER BY expires_at LIMIT ?",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .context("finding jobs whose time is up")?;
        let job =
            |row| Ok((PrincipalId(rows::uuid(row, "principal")?), JobId(rows::uuid(row, "id")?)));
        found.iter().map(job).collect()
    }
}
