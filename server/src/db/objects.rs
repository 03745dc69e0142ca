//! Which outputs are in an object store, too.

use anyhow::Context as _;
use wire::OutputId;

use super::{Db, rows};

impl Db {
    /// Whether the output was stored in this place.
    pub(crate) async fn is_object(&self, output: OutputId, place: &str) -> anyhow::Result<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM objects WHERE output = ? AND place = ?)")
            .bind(rows::id(output.0))
            .bind(place)
            .fetch_one(&self.readers)
            .await
            .context("asking for an object")
    }

    /// Notes that the output is in this place; nothing, when it was deleted meanwhile.
    pub(crate) async fn add_object(&self, output: OutputId, place: String) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT OR IGNORE INTO objects (output, place)
                     SELECT id, ? FROM outputs WHERE id = ?",
                )
                .bind(place)
                .bind(rows::id(output.0))
                .execute(connection)
                .await
                .context("noting an object")?;
                Ok(())
            })
        })
        .await
    }
}
