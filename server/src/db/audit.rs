//! What happened in the house: who signed in, what was made and revoked.

use anyhow::Context as _;
use serde::Deserialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::{AuditEntry, AuditPage, Millis};

use super::{Db, now, rows};

/// How long it is remembered: a year.
const REMEMBERED: Millis = 365 * 24 * 60 * 60 * 1000;
/// Most entries, so that nobody can fill the disk with failed attempts.
const MOST: i64 = 100_000;
/// Entries on one page.
const PAGE: i64 = 100;

/// Which entries to read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditFilter {
    /// Number of the last entry of the page before.
    pub(crate) cursor: Option<i64>,
    /// Only of this kind.
    pub(crate) what: Option<String>,
    /// Only what this principal did.
    pub(crate) principal: Option<Uuid>,
}

/// Something to write down.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    /// One word, such as `signed_in`.
    pub(crate) what: &'static str,
    pub(crate) principal: Option<Uuid>,
    /// What they are called.
    pub(crate) name: String,
    /// To whom or what.
    pub(crate) about: String,
    pub(crate) address: String,
}

impl Db {
    /// Writes it down.
    pub(crate) async fn note(&self, noted: Noted) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let at = now();
                sqlx::query(
                    "DELETE FROM audit WHERE at < ? OR id <= (SELECT max(id) FROM audit) - ?",
                )
                .bind(at - REMEMBERED)
                .bind(MOST)
                .execute(&mut *connection)
                .await?;
                sqlx::query(
                    "INSERT INTO audit (at, what, principal, name, about, address)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(at)
                .bind(noted.what)
                .bind(noted.principal.map(rows::id))
                .bind(noted.name)
                .bind(noted.about)
                .bind(noted.address)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// What happened, newest first.
    pub(crate) async fn audit(&self, wanted: &AuditFilter) -> anyhow::Result<AuditPage> {
        let found = sqlx::query(
            "SELECT * FROM audit WHERE id < ?1 AND (?2 IS NULL OR what = ?2)
                 AND (?3 IS NULL OR principal = ?3) ORDER BY id DESC LIMIT ?4",
        )
        .bind(wanted.cursor.unwrap_or(i64::MAX))
        .bind(&wanted.what)
        .bind(wanted.principal.map(rows::id))
        .bind(PAGE)
        .fetch_all(&self.readers)
        .await
        .context("reading what happened")?;
        let entries: Vec<_> = found.iter().map(read).collect::<anyhow::Result<_>>()?;
        let full = entries.len() as i64 == PAGE;
        let next = entries.last().filter(|_| full).map(|entry| entry.id);
        Ok(AuditPage { entries, next })
    }
}

fn read(row: &SqliteRow) -> anyhow::Result<AuditEntry> {
    let principal: Option<&[u8]> = row.try_get("principal")?;
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        what: row.try_get("what")?,
        principal: principal.map(Uuid::from_slice).transpose().context("principal is no id")?,
        name: row.try_get("name")?,
        about: row.try_get("about")?,
        address: row.try_get("address")?,
    })
}
