//! What a guest made becomes an account's.

use anyhow::Context as _;
use sqlx::SqliteConnection;

use super::{Db, rows};
use crate::auth::PrincipalId;

/// Each is told whose things they are (`?1`) and whose they become (`?2`).
///
/// What both handed in stays the account's own. Whose turn a waiting job takes
/// stays as it is.
const STEPS: [&str; 5] = [
    "UPDATE outputs SET principal = ?2 WHERE principal = ?1",
    "UPDATE OR IGNORE idempotency SET principal = ?2 WHERE principal = ?1",
    "DELETE FROM idempotency WHERE principal = ?1 AND ?2 != ?1",
    "UPDATE OR IGNORE uploads SET principal = ?2 WHERE principal = ?1",
    "DELETE FROM uploads WHERE principal = ?1 AND ?2 != ?1",
];

impl Db {
    /// Jobs, outputs and uploads of `from` become those of `to`, all at once or not
    /// at all; how many jobs.
    pub(crate) async fn take_over(
        &self,
        from: PrincipalId,
        to: PrincipalId,
    ) -> anyhow::Result<u64> {
        self.write(move |connection| Box::pin(take_over(connection, from, to))).await
    }
}

async fn take_over(
    connection: &mut SqliteConnection,
    from: PrincipalId,
    to: PrincipalId,
) -> anyhow::Result<u64> {
    for step in STEPS {
        sqlx::query(step)
            .bind(rows::id(from.0))
            .bind(rows::id(to.0))
            .execute(&mut *connection)
            .await
            .context("taking things over")?;
    }
    let jobs = sqlx::query("UPDATE jobs SET principal = ?2 WHERE principal = ?1")
        .bind(rows::id(from.0))
        .bind(rows::id(to.0))
        .execute(connection)
        .await
        .context("taking jobs over")?;
    Ok(jobs.rows_affected())
}
