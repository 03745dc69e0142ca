//! Keys of idempotency that come with files: each counts once.

use anyhow::Context as _;

use super::idempotency::REMEMBERED;
use super::{Db, now, rows};
use crate::auth::PrincipalId;

impl Db {
    /// Claims a key for a file that is about to be kept; whether it was free. Those whose day is
    /// over are forgotten.
    pub(crate) async fn claim_asset_key(
        &self,
        principal: PrincipalId,
        key: String,
    ) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM asset_keys WHERE claimed_at <= ?")
                    .bind(now() - REMEMBERED)
                    .execute(&mut *connection)
                    .await?;
                let claimed = sqlx::query(
                    "INSERT OR IGNORE INTO asset_keys (principal, key, claimed_at) VALUES (?, ?, ?)",
                )
                .bind(rows::id(principal.0))
                .bind(key)
                .bind(now())
                .execute(connection)
                .await
                .context("claiming a key")?;
                Ok(claimed.rows_affected() == 1)
            })
        })
        .await
    }

    /// Sets a key free whose file was not kept after all.
    pub(crate) async fn release_asset_key(
        &self,
        principal: PrincipalId,
        key: String,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM asset_keys WHERE principal = ? AND key = ?")
                    .bind(rows::id(principal.0))
                    .bind(key)
                    .execute(connection)
                    .await
                    .context("setting a key free")?;
                Ok(())
            })
        })
        .await
    }
}
