//! Failures of storage that pass, by themselves or by the host's doing.

use std::error::Error;
use std::io;

/// Why nothing can be stored at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no room left, on the disk or in a quota.
    Full,
    /// Others hold the database.
    Busy,
}

// SQLite's primary result codes.
const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_FULL: u32 = 13;

impl Trouble {
    /// What passing trouble is behind an error, if any is.
    pub fn behind(error: &anyhow::Error) -> Option<Self> {
        error.chain().find_map(Self::of)
    }

    fn of(cause: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
            return full.contains(&error.kind()).then_some(Self::Full);
        }
        let sqlx::Error::Database(error) = cause.downcast_ref()? else { return None };
        // The primary code is the low byte of the extended one.
        match error.code()?.parse::<u32>().ok()? & 0xff {
            SQLITE_BUSY | SQLITE_LOCKED => Some(Self::Busy),
            SQLITE_FULL => Some(Self::Full),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 36
    #[test]
    fn a_full_disk_passes_and_a_lost_file_does_not() {
        let behind =
            |kind| Trouble::behind(&anyhow::Error::from(io::Error::from(kind)).context("x"));
        assert_eq!(behind(io::ErrorKind::StorageFull), Some(Trouble::Full));
        assert_eq!(behind(io::ErrorKind::NotFound), None);
    }

    // safety 36
    #[tokio::test]
    async fn a_database_that_others_hold_is_busy() {
        use sqlx::{Connection, SqliteConnection};

        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("x.db").display());
        let mut holder = SqliteConnection::connect(&url).await.unwrap();
        let mut other = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("PRAGMA busy_timeout = 0").execute(&mut other).await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut holder).await.unwrap();
        let refused = sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap_err();
        assert_eq!(Trouble::behind(&refused.into()), Some(Trouble::Busy));
    }
}
