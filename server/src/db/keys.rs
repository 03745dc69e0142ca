//! API keys.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;
use wire::{Key, Person, Role};

use super::people::{self, JOINED};
use super::{Db, now, rows};

/// A key, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    pub(crate) key: Key,
    /// What its maker was when it was made.
    pub(crate) role: Role,
    /// Whether it was made by somebody with an account, without whom it is
    /// nobody's.
    pub(crate) account: bool,
    /// Its maker, when that is somebody with an account.
    pub(crate) maker: Option<Person>,
}

/// Who makes a key, and by what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maker {
    pub(crate) role: Role,
    /// Their account. Without one they are at home.
    pub(crate) account: Option<Uuid>,
    /// The key, or the session, that acts for them.
    pub(crate) key: Option<Uuid>,
    pub(crate) session: Option<Uuid>,
}

impl Db {
    /// Keeps a key by its hash; whether it was: not if its maker, or what acts
    /// for them, was shut out meanwhile.
    pub(crate) async fn add_key(
        &self,
        hash: [u8; 32],
        (key, maker): (Key, Maker),
    ) -> anyhow::Result<bool> {
        let (role, scope) = (rows::word(&maker.role)?, rows::word(&key.scope)?);
        let workflows = key.workflows.as_ref().map(rows::json).transpose()?;
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO keys (id, hash, maker, principal, role, name, hint, scope,
                                       workflows, per_minute, created_at, expires_at, account)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 IS NOT NULL
                     WHERE (?13 IS NULL
                            OR EXISTS (SELECT 1 FROM people WHERE id = ?13 AND state = 'active'))
                       AND (?14 IS NULL OR EXISTS (SELECT 1 FROM keys WHERE id = ?14))
                       AND (?15 IS NULL OR EXISTS (SELECT 1 FROM sessions WHERE id = ?15))",
                )
                .bind(rows::id(key.id))
                .bind(hash.to_vec())
                .bind(rows::id(key.maker))
                .bind(rows::id(key.principal))
                .bind(role)
                .bind(key.name)
                .bind(key.hint)
                .bind(scope)
                .bind(workflows)
                .bind(key.per_minute)
                .bind(key.created_at)
                .bind(key.expires_at)
                .bind(maker.account.map(rows::id))
                .bind(maker.key.map(rows::id))
                .bind(maker.session.map(rows::id))
                .execute(connection)
                .await
                .context("keeping a key")?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// The key with this hash.
    pub(crate) async fn find_key(&self, hash: &[u8; 32]) -> anyhow::Result<Option<KeyRow>> {
        let query = format!(
            "SELECT keys.*, {JOINED} FROM keys LEFT JOIN people ON people.id = keys.maker
             WHERE hash = ?"
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(hash.to_vec())
            .fetch_optional(&self.readers)
            .await
            .context("finding a key")?;
        let Some(row) = row else { return Ok(None) };
        let person: Option<&[u8]> = row.try_get("person_id")?;
        let maker = person.map(|_| people::read(&row, "person_")).transpose()?;
        let (key, role, account) =
            (read(&row)?, rows::worded(&row, "role")?, row.try_get("account")?);
        Ok(Some(KeyRow { key, role, account, maker }))
    }

    /// The keys that one principal made, or everybody, newest first.
    pub(crate) async fn keys(&self, maker: Option<Uuid>) -> anyhow::Result<Vec<Key>> {
        let found = sqlx::query(
            "SELECT * FROM keys WHERE ?1 IS NULL OR maker = ?1
             ORDER BY created_at DESC LIMIT 1000",
        )
        .bind(maker.map(rows::id))
        .fetch_all(&self.readers)
        .await
        .context("listing keys")?;
        found.iter().map(read).collect()
    }

    /// The key was used now. Not waited for.
    pub(crate) async fn saw_key(&self, id: Uuid) -> anyhow::Result<()> {
        self.post(
            move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE keys SET used_at = ? WHERE id = ?")
                        .bind(now())
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

    /// Revokes a key, if this principal made it (or whoever did); its name.
    pub(crate) async fn revoke_key(
        &self,
        id: Uuid,
        maker: Option<Uuid>,
    ) -> anyhow::Result<Option<String>> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query_scalar(
                    "DELETE FROM keys WHERE id = ?1 AND (?2 IS NULL OR maker = ?2) RETURNING name",
                )
                .bind(rows::id(id))
                .bind(maker.map(rows::id))
                .fetch_optional(connection)
                .await
                .context("revoking a key")
            })
        })
        .await
    }
}

fn read(row: &SqliteRow) -> anyhow::Result<Key> {
    Ok(Key {
        id: rows::uuid(row, "id")?,
        maker: rows::uuid(row, "maker")?,
        principal: rows::uuid(row, "principal")?,
        name: row.try_get("name")?,
        hint: row.try_get("hint")?,
        scope: rows::worded(row, "scope")?,
        workflows: rows::maybe_parsed(row, "workflows")?,
        per_minute: rows::maybe_number(row, "per_minute")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        used_at: row.try_get("used_at")?,
    })
}
