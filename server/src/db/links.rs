//! Links that can be followed once.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;
use wire::{Grant, Link, Millis, Purpose};

use super::{Db, now, rows};

/// A link that is about to be.
#[derive(Debug, Clone)]
pub(crate) struct NewLink {
    pub(crate) purpose: Purpose,
    /// Whose account it is for, if there is one.
    pub(crate) person: Option<Uuid>,
    /// The owner who makes it, if that is somebody with an account.
    pub(crate) maker: Option<Uuid>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) expires_at: Millis,
}

/// A link as it is kept, and whose account it is for.
pub(crate) type LinkRow = (Link, Option<Uuid>);

/// A link is no better than whoever made it is now: who was shut out comes back
/// by none of theirs.
const STILL_GOOD: &str = "expires_at > ? AND (maker IS NULL OR EXISTS (
    SELECT 1 FROM people AS makers WHERE makers.id = links.maker
    AND makers.role = 'owner' AND makers.state = 'active'))";

impl Db {
    /// Keeps a link by the hash of its token, and forgets those whose time is
    /// over. An older one of the same purpose for the same person is void.
    pub(crate) async fn add_link(&self, hash: [u8; 32], link: NewLink) -> anyhow::Result<Link> {
        let (purpose, grants) = (rows::word(&link.purpose)?, rows::json(&link.grants)?);
        self.write(move |connection| {
            Box::pin(async move {
                let at = now();
                sqlx::query(
                    "DELETE FROM links WHERE expires_at <= ?1
                     OR (purpose = ?2 AND purpose != 'invite' AND person IS ?3)",
                )
                .bind(at)
                .bind(&purpose)
                .bind(link.person.map(rows::id))
                .execute(&mut *connection)
                .await?;
                let row = sqlx::query(
                    "INSERT INTO links (id, hash, purpose, person, maker, grants, created_at, expires_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *, NULL AS name",
                )
                .bind(rows::id(Uuid::now_v7()))
                .bind(hash.to_vec())
                .bind(purpose)
                .bind(link.person.map(rows::id))
                .bind(link.maker.map(rows::id))
                .bind(grants)
                .bind(at)
                .bind(link.expires_at)
                .fetch_one(connection)
                .await
                .context("keeping a link")?;
                Ok(read(&row)?.0)
            })
        })
        .await
    }

    /// The link whose token has this hash, if it can still be followed.
    pub(crate) async fn find_link(&self, hash: &[u8; 32]) -> anyhow::Result<Option<LinkRow>> {
        let query = format!(
            "SELECT links.*, people.name FROM links LEFT JOIN people ON people.id = links.person
             WHERE hash = ? AND {STILL_GOOD}"
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(hash.to_vec())
            .bind(now())
            .fetch_optional(&self.readers)
            .await
            .context("finding a link")?;
        row.as_ref().map(read).transpose()
    }

    /// Invitations that nobody has followed yet.
    pub(crate) async fn invites(&self) -> anyhow::Result<Vec<Link>> {
        let query = format!(
            "SELECT *, NULL AS name FROM links WHERE purpose = 'invite' AND {STILL_GOOD}
             ORDER BY created_at DESC LIMIT 1000"
        );
        let found = sqlx::query(AssertSqlSafe(query))
            .bind(now())
            .fetch_all(&self.readers)
            .await
            .context("listing invitations")?;
        found.iter().map(|row| Ok(read(row)?.0)).collect()
    }

    /// Makes a link void; whether it was still good. Whoever gets `true` is the
    /// one who follows it.
    pub(crate) async fn spend_link(&self, id: Uuid) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let query = format!("DELETE FROM links WHERE id = ? AND {STILL_GOOD}");
                let done = sqlx::query(AssertSqlSafe(query))
                    .bind(rows::id(id))
                    .bind(now())
                    .execute(connection)
                    .await
                    .context("spending a link")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }
}

fn read(row: &SqliteRow) -> anyhow::Result<LinkRow> {
    let person: Option<&[u8]> = row.try_get("person")?;
    let person = person.map(Uuid::from_slice).transpose().context("person is no id")?;
    let link = Link {
        id: rows::uuid(row, "id")?,
        purpose: rows::worded(row, "purpose")?,
        name: row.try_get("name")?,
        grants: rows::parsed(row, "grants")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
    };
    Ok((link, person))
}
