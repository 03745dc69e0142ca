//! Who somebody is elsewhere.

use anyhow::Context as _;
use uuid::Uuid;

use super::{Db, PersonRow, rows};

impl Db {
    /// Who is called so by this issuer.
    pub(crate) async fn person_of(
        &self,
        (issuer, subject): (&str, &str),
    ) -> anyhow::Result<Option<PersonRow>> {
        let person: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT person FROM identities WHERE issuer = ? AND subject = ?")
                .bind(issuer)
                .bind(subject)
                .fetch_optional(&self.readers)
                .await
                .context("finding somebody by who they are elsewhere")?;
        match person {
            Some(id) => self.person(Uuid::from_slice(&id)?).await,
            None => Ok(None),
        }
    }

    /// From now on this person is called so by this issuer, unless somebody is
    /// already; whether they are.
    pub(crate) async fn add_identity(
        &self,
        (issuer, subject): (String, String),
        person: Uuid,
    ) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO identities (issuer, subject, person) VALUES (?, ?, ?)
                     ON CONFLICT DO NOTHING",
                )
                .bind(issuer)
                .bind(subject)
                .bind(rows::id(person))
                .execute(connection)
                .await
                .context("keeping who somebody is elsewhere")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }
}
