//! What is somebody's, in whatever table: taken over by an account, or forgotten.
//!
//! A table with a column `principal` holds somebody's things; one that is added is
//! covered by that.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{Db, rows};
use crate::auth::PrincipalId;

/// What happened stays written down, and keys go with who made them.
const TABLES: &str = "SELECT DISTINCT tables.name FROM sqlite_master AS tables
    JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND columns.name = 'principal'
      AND tables.name NOT IN ('audit', 'keys') ORDER BY tables.name";

impl Db {
    /// All that is `from`'s becomes `to`'s, at once or not at all; how many jobs.
    /// Where both have the same, the account's own stays. Whose turn a waiting job
    /// takes stays as it is.
    pub(crate) async fn take_over(
        &self,
        from: PrincipalId,
        to: PrincipalId,
    ) -> anyhow::Result<u64> {
        if from == to {
            return Ok(0);
        }
        self.write(move |connection| Box::pin(take_over(connection, from, to))).await
    }
}

async fn take_over(
    connection: &mut SqliteConnection,
    from: PrincipalId,
    to: PrincipalId,
) -> anyhow::Result<u64> {
    let mut jobs = 0;
    for table in tables(connection).await? {
        let moved = format!("UPDATE OR IGNORE {table} SET principal = ?2 WHERE principal = ?1");
        let moved = sqlx::query(AssertSqlSafe(moved))
            .bind(rows::id(from.0))
            .bind(rows::id(to.0))
            .execute(&mut *connection)
            .await
            .with_context(|| format!("taking {table} over"))?;
        if table == "jobs" {
            jobs = moved.rows_affected();
        }
    }
    forget(connection, from).await?;
    Ok(jobs)
}

/// Deletes whatever rows are somebody's.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    principal: PrincipalId,
) -> anyhow::Result<()> {
    for table in tables(connection).await? {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE principal = ?")))
            .bind(rows::id(principal.0))
            .execute(&mut *connection)
            .await
            .with_context(|| format!("forgetting what is theirs in {table}"))?;
    }
    Ok(())
}

/// Their names are ours and no client's.
async fn tables(connection: &mut SqliteConnection) -> anyhow::Result<Vec<String>> {
    sqlx::query_scalar(TABLES).fetch_all(connection).await.context("listing tables")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::db::NewUpload;
    use crate::files::Hash;

    fn upload(principal: PrincipalId, hash: u8) -> NewUpload {
        let (name, mime) = ("sketch.png".into(), "image/png".into());
        let hash = Hash([hash; 32]);
        NewUpload { principal, hash, name, mime, bytes: 12, width: None, height: None }
    }

    /// A table that came later.
    async fn add_table(db: &Db) {
        let make = "CREATE TABLE later (principal BLOB NOT NULL, name TEXT PRIMARY KEY NOT NULL)";
        let fill = "INSERT INTO later SELECT principal, hex(principal) FROM uploads GROUP BY 1";
        for statement in [make, fill] {
            let done = db.write(move |connection| {
                Box::pin(async move { Ok(sqlx::query(statement).execute(connection).await?) })
            });
            done.await.unwrap();
        }
    }

    async fn owners(db: &Db) -> Vec<Vec<u8>> {
        let query = "SELECT principal FROM later UNION SELECT principal FROM uploads";
        sqlx::query_scalar(query).fetch_all(&db.readers).await.unwrap()
    }

    // safety 39
    #[tokio::test]
    async fn what_both_handed_in_is_kept_once_and_later_tables_come_along() {
        let folder = TempDir::new().unwrap();
        let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
        let [guest, mia] = [1, 2].map(|id| PrincipalId(Uuid::from_u128(id)));
        for upload in [upload(guest, 1), upload(guest, 2), upload(mia, 2)] {
            db.add_upload(&upload).await.unwrap();
        }
        add_table(&db).await;
        db.take_over(guest, mia).await.unwrap();
        assert_eq!(db.uploads_of(mia).await.unwrap().len(), 2);
        assert_eq!(owners(&db).await, [rows::id(mia.0)]);

        db.forget_person(mia).await.unwrap().unwrap();
        assert!(owners(&db).await.is_empty(), "nothing is left anywhere");
    }
}
