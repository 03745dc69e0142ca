//! Small things the house remembers about itself, such as its cookie key.

use anyhow::Context as _;

use super::Db;

impl Db {
    /// What was last set under `key`.
    pub async fn setting(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT value FROM settings WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .context("reading a setting")
    }

    /// Sets `key`, whether or not it was set before.
    pub async fn set_setting(&self, key: &str, value: &[u8]) -> anyhow::Result<()> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)")
                    .bind(key)
                    .bind(value)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
