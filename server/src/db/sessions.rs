//! Browsers that are signed in.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;
use wire::{Millis, Person, Session};

use super::people::{self, JOINED};
use super::{Db, now, rows};

impl Db {
    /// Keeps a session by the hash of its token, and forgets those whose time
    /// is over.
    pub(crate) async fn add_session(&self, hash: [u8; 32], session: Session) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
                    .bind(session.created_at)
                    .execute(&mut *connection)
                    .await?;
                sqlx::query(
                    "INSERT INTO sessions (id, hash, person, agent, address, created_at, seen_at,
                                           expires_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(rows::id(session.id))
                .bind(hash.to_vec())
                .bind(rows::id(session.person))
                .bind(session.agent)
                .bind(session.address)
                .bind(session.created_at)
                .bind(session.seen_at)
                .bind(session.expires_at)
                .execute(connection)
                .await
                .context("keeping a session")?;
                Ok(())
            })
        })
        .await
    }

    /// The session whose token has this hash, and whose it is.
    pub(crate) async fn find_session(
        &self,
        hash: &[u8; 32],
    ) -> anyhow::Result<Option<(Session, Person)>> {
        let query = format!(
            "SELECT sessions.*, {JOINED} FROM sessions JOIN people ON people.id = sessions.person
             WHERE hash = ?"
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(hash.to_vec())
            .fetch_optional(&self.readers)
            .await
            .context("finding a session")?;
        row.map(|row| Ok((read(&row)?, people::read(&row, "person_")?))).transpose()
    }

    /// The sessions of one person, or of everybody, newest first.
    pub(crate) async fn sessions(&self, person: Option<Uuid>) -> anyhow::Result<Vec<Session>> {
        let found = sqlx::query(
            "SELECT * FROM sessions WHERE (?1 IS NULL OR person = ?1) AND expires_at > ?2
             ORDER BY created_at DESC LIMIT 1000",
        )
        .bind(person.map(rows::id))
        .bind(now())
        .fetch_all(&self.readers)
        .await
        .context("listing sessions")?;
        found.iter().map(read).collect()
    }

    /// The session was used now, and lasts until `expires_at`. Not waited for.
    pub(crate) async fn saw_session(&self, id: Uuid, expires_at: Millis) -> anyhow::Result<()> {
        self.post(
            move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE sessions SET seen_at = ?, expires_at = ? WHERE id = ?")
                        .bind(now())
                        .bind(expires_at)
                        .bind(rows::id(id))
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            },
            |()| (),
        )
        .await
    }

    /// Ends one session, if it is this person's (or whosever it is); whether
    /// there was one.
    pub(crate) async fn end_session(&self, id: Uuid, person: Option<Uuid>) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "DELETE FROM sessions WHERE id = ?1 AND (?2 IS NULL OR person = ?2)",
                )
                .bind(rows::id(id))
                .bind(person.map(rows::id))
                .execute(connection)
                .await
                .context("ending a session")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Ends all sessions of a person but for one.
    pub(crate) async fn end_sessions(
        &self,
        person: Uuid,
        but_for: Option<Uuid>,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM sessions WHERE person = ?1 AND (?2 IS NULL OR id != ?2)")
                    .bind(rows::id(person))
                    .bind(but_for.map(rows::id))
                    .execute(connection)
                    .await
                    .context("ending sessions")?;
                Ok(())
            })
        })
        .await
    }
}

fn read(row: &SqliteRow) -> anyhow::Result<Session> {
    Ok(Session {
        id: rows::uuid(row, "id")?,
        person: rows::uuid(row, "person")?,
        agent: row.try_get("agent")?,
        address: row.try_get("address")?,
        created_at: row.try_get("created_at")?,
        seen_at: row.try_get("seen_at")?,
        expires_at: row.try_get("expires_at")?,
        current: false,
    })
}
