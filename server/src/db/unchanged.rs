//! Jobs that are not over, as they were last read.
//!
//! Programs ask again and again how a job fares, and mostly nothing of it was written since. SQLite itself says which
//! rows a transaction touches, so that no statement, wherever it stands, can be forgotten here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteOperation;
use wire::{Job, JobId};

use crate::auth::PrincipalId;

/// Most jobs that are held: about a megabyte.
const MOST: usize = 1_000;

/// All of them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Unchanged(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    jobs: HashMap<JobId, Entry>,
    /// Whose job is in which row, by SQLite's own number.
    rows: HashMap<i64, JobId>,
    /// Rows that the transaction under way touches: what is read of them may be old or new.
    touched: HashSet<i64>,
    /// How often jobs were changed: what was read before is old.
    changes: u64,
}

#[derive(Debug)]
struct Entry {
    principal: PrincipalId,
    job: Job,
}

/// When a job was read. Whatever is written meanwhile makes it old.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since(u64);

impl Unchanged {
    /// Learns of all that this connection writes.
    pub(super) async fn watch(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let unchanged = self.clone();
        connection.lock_handle().await?.set_update_hook(move |update| {
            // What was not there was not read.
            if update.table == "jobs" && update.operation != SqliteOperation::Insert {
                unchanged.lock().touch(update.rowid);
            }
        });
        Ok(())
    }

    /// The transaction has ended.
    pub(super) fn settle(&self) {
        let mut inner = self.lock();
        if !inner.touched.is_empty() {
            inner.touched.clear();
            inner.changes += 1;
        }
    }

    /// The job, if it is held and this principal's.
    pub(super) fn job(&self, principal: PrincipalId, id: JobId) -> Option<Job> {
        let inner = self.lock();
        let entry = inner.jobs.get(&id).filter(|entry| entry.principal == principal)?;
        Some(entry.job.clone())
    }

    /// To be asked before a job is read.
    pub(super) fn now(&self) -> Since {
        Since(self.lock().changes)
    }

    /// Keeps a job that was read, unless it may have been changed since.
    pub(super) fn keep(&self, since: Since, (principal, row): (PrincipalId, i64), job: &Job) {
        let mut inner = self.lock();
        if inner.changes != since.0 || inner.touched.contains(&row) || job.status.is_over() {
            return;
        }
        if inner.jobs.len() >= MOST {
            inner.jobs.clear();
            inner.rows.clear();
        }
        inner.rows.insert(row, job.id);
        inner.jobs.insert(job.id, Entry { principal, job: job.clone() });
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Before the transaction is committed: nobody who has seen what it wrote is told what was.
    fn touch(&mut self, row: i64) {
        self.touched.insert(row);
        if let Some(job) = self.rows.remove(&row) {
            self.jobs.remove(&job);
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::db::tests::{NOBODY, new_job, open};
    use crate::db::{Db, Order, now};

    const OTHER: PrincipalId = PrincipalId(Uuid::from_u128(2));

    async fn with_job() -> (TempDir, Db, JobId) {
        let (folder, db) = open().await;
        let job = new_job(7);
        let id = job.id;
        db.submit(Order { jobs: vec![job], batch: None, key: None }, || ()).await.unwrap();
        (folder, db, id)
    }

    async fn found(db: &Db, id: JobId) -> Option<Job> {
        db.find_job(NOBODY, id).await.unwrap()
    }

    #[tokio::test]
    async fn a_job_is_held_until_it_is_written() {
        let (_folder, db, id) = with_job().await;
        let job = found(&db, id).await.unwrap();
        assert_eq!(db.unchanged.job(NOBODY, id), Some(job));
        assert!(db.set_favourite((NOBODY, id), true).await.unwrap());
        assert_eq!(db.unchanged.job(NOBODY, id), None);
        assert!(found(&db, id).await.unwrap().favourite);
    }

    // safety 11
    #[tokio::test]
    async fn what_is_held_is_anothers_to_nobody() {
        let (_folder, db, id) = with_job().await;
        found(&db, id).await.unwrap();
        assert_eq!(db.unchanged.job(OTHER, id), None);
        assert_eq!(db.find_job(OTHER, id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_held_after_it() {
        let (_folder, db, id) = with_job().await;
        let (since, old) = (db.unchanged.now(), found(&db, id).await.unwrap());
        assert!(db.set_favourite((NOBODY, id), true).await.unwrap());
        db.unchanged.keep(since, (NOBODY, 1), &old);
        assert_eq!(db.unchanged.job(NOBODY, id), None);
    }

    #[tokio::test]
    async fn nothing_is_held_of_what_is_about_to_be_committed() {
        let (_folder, db, id) = with_job().await;
        let old = found(&db, id).await.unwrap();
        let unchanged = db.unchanged.clone();
        let written = db.write(move |connection| {
            Box::pin(async move {
                let touched = "UPDATE jobs SET favourite = 1";
                sqlx::query(touched).execute(connection).await?;
                let before = unchanged.job(NOBODY, id);
                unchanged.keep(unchanged.now(), (NOBODY, 1), &old);
                Ok((before, unchanged.job(NOBODY, id)))
            })
        });
        assert_eq!(written.await.unwrap(), (None, None));
        assert!(found(&db, id).await.unwrap().favourite);
    }

    #[tokio::test]
    async fn statements_that_name_no_job_are_heard_of_too() {
        let (_folder, db, id) = with_job().await;
        found(&db, id).await.unwrap();
        let all = db.write(|connection| {
            Box::pin(async move {
                sqlx::query("UPDATE jobs SET expires_at = ?")
                    .bind(now())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        });
        all.await.unwrap();
        assert!(found(&db, id).await.unwrap().expires_at.is_some());
    }
}
