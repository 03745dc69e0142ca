//! Connections that only read.
//!
//! Our own and not sqlx's pool, which asks a connection whether it is still there before each query and after it:
//! between us and a file that is two questions too many, each with a thread to be woken.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo,
};
use sqlx::{
    ConnectOptions as _, Describe, Either, Error, Execute, Executor, SqlStr, Sqlite,
    SqliteConnection,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Some connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: SqliteConnectOptions,
    /// One for each connection there may be.
    places: Arc<Semaphore>,
    /// Open, and not in use. Never held across an await.
    idle: Mutex<Vec<SqliteConnection>>,
}

/// A connection, for as long as this is held.
#[derive(Debug)]
pub(super) struct Reader {
    shared: Arc<Shared>,
    /// Always there, but for a moment when it is dropped.
    connection: Option<SqliteConnection>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    /// Up to `most`, each opened when it is wanted.
    pub(super) fn new(options: SqliteConnectOptions, most: usize) -> Self {
        let places = Arc::new(Semaphore::new(most));
        Self(Arc::new(Shared { options, places, idle: Mutex::default() }))
    }

    /// A connection, as soon as one is free.
    pub(super) async fn acquire(&self) -> Result<Reader, Error> {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.0.options.connect().await?,
        };
        let shared = Arc::clone(&self.0);
        Ok(Reader { shared, connection: Some(connection), _place: place })
    }
}

impl Reader {
    /// After a failure: the next one gets a new connection.
    fn discard(mut self) {
        self.connection = None;
    }
}

impl Deref for Reader {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("only dropping takes it")
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("only dropping takes it")
    }
}

impl Drop for Reader {
    /// A query that was given up on ends when nobody takes its rows, so the connection is good as it is.
    fn drop(&mut self) {
        let mut idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.connection.take());
    }
}

type Steps<'e> = BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>, Error>>;

impl<'c> Executor<'c> for &Readers {
    type Database = Sqlite;

    /// All rows at once: what is read here is never large.
    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let readers = self.clone();
        let all = async move {
            let mut reader = readers.acquire().await?;
            match reader.fetch_many(query).try_collect::<Vec<_>>().await {
                Ok(steps) => Ok(stream::iter(steps.into_iter().map(Ok))),
                Err(error) => {
                    reader.discard();
                    Err(error)
                }
            }
        };
        all.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let readers = self.clone();
        let one = async move {
            let mut reader = readers.acquire().await?;
            let found = reader.fetch_optional(query).await;
            if found.is_err() {
                reader.discard();
            }
            found
        };
        one.boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'c: 'e,
    {
        let readers = self.clone();
        async move { readers.acquire().await?.prepare_with(sql, parameters).await }.boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>, Error>>
    where
        'c: 'e,
    {
        let readers = self.clone();
        async move { readers.acquire().await?.describe(sql).await }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(most: usize) -> Readers {
        Readers::new(SqliteConnectOptions::new().in_memory(true), most)
    }

    async fn answer(readers: &Readers, query: &'static str) -> Result<i64, Error> {
        sqlx::query_scalar(query).fetch_one(readers).await
    }

    #[tokio::test]
    async fn a_connection_is_used_again_and_no_more_are_opened_than_may_be() {
        let readers = readers(1);
        for _ in 0..3 {
            assert_eq!(answer(&readers, "SELECT 1").await.unwrap(), 1);
        }
        let held = readers.acquire().await.unwrap();
        assert!(readers.acquire().now_or_never().is_none(), "there is only one");
        drop(held);
        assert!(readers.acquire().await.is_ok());
        assert_eq!(readers.0.idle.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_query_that_is_given_up_on_leaves_a_good_connection() {
        let readers = readers(1);
        let long =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                    SELECT max(i) FROM n";
        assert_eq!(answer(&readers, "SELECT 1").await.unwrap(), 1);
        assert!(answer(&readers, long).now_or_never().is_none(), "it was done at once");
        assert_eq!(answer(&readers, "SELECT 2").await.unwrap(), 2);
    }

    #[tokio::test]
    async fn after_a_failure_the_next_query_is_answered() {
        let readers = readers(1);
        assert!(answer(&readers, "SELECT nothing").await.is_err());
        assert!(readers.0.idle.lock().unwrap().is_empty());
        assert_eq!(answer(&readers, "SELECT 2").await.unwrap(), 2);
    }
}
