//! Everything that is kept: SQLite, and all SQL there is.
//!
//! Read in this order: `writer` makes writes durable, `record` is how a job
//! changes, `submit` is what is asked for, `orders` how that is kept, `idempotency` once for each key, `batches` many at once, `jobs` how it is found and deleted, `graphs` what it runs, `attempts` is what
//! backends were handed, `unfinished` what an earlier process left, `workflows` and `versions` what can be run, `outputs`, `uploads`, `halves`, `learned` and `settings` are
//! small tables of their own. `people`, `sessions`, `keys` and `links` are who
//! may come in, `identities` what they are called elsewhere, `native`, `assets`, `tasks` and
//! `recipes` what other doors keep, `objects` what is in an object store, `webhooks` who wants to be told of jobs, `outbox` what is to be told,
//! `deliveries` what came of it, `usage` what they used, `audit` what they did, and `theirs` is
//! about all that is somebody's, in whatever table.
//!
//! Reads and writes use different connections: in SQLite's WAL mode one of the
//! `readers` never waits for the writer.

mod asset_keys;
mod assets;
mod attempts;
mod audit;
mod batches;
mod deliveries;
mod graphs;
mod halves;
mod idempotency;
mod identities;
mod jobs;
mod keys;
mod learned;
mod links;
mod native;
mod objects;
mod orders;
mod outbox;
mod outputs;
mod people;
mod readers;
mod recipes;
mod record;
mod retention;
mod rows;
mod sessions;
mod settings;
mod submit;
mod tasks;
mod theirs;
mod trouble;
mod unchanged;
mod unfinished;
mod uploads;
mod usage;
mod versions;
mod webhooks;
mod workflows;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::sync::{Notify, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) use assets::{AssetRow, HandedIn, Known, last_of};
pub(crate) use attempts::Attempt;
pub(crate) use audit::{AuditFilter, Noted};
pub(crate) use deliveries::{Besides, DeliveryFilter, Due, Outcome};
pub(crate) use halves::Half;
pub(crate) use idempotency::{FirstAnswer, Idempotency, Remembered};
pub use jobs::JobFilter;
pub(crate) use jobs::ToRun;
pub(crate) use keys::{KeyRow, Maker};
pub(crate) use learned::Lesson;
pub(crate) use links::NewLink;
pub use native::Asked;
pub(crate) use native::{Kept, KeptFile, NamedFile, NativeJob, Offered, Wanted};
pub use outputs::OutputRow;
pub(crate) use outputs::{Brought, NewOutput};
pub(crate) use people::{LastOwner, PersonRow};
pub(crate) use recipes::RecipeHash;
pub(crate) use record::Changed;
pub(crate) use submit::{JobFile, NewJob, Order, Ordered, Submission};
pub use trouble::Trouble;
pub(crate) use unfinished::Unfinished;
pub use uploads::{NewUpload, UploadRow};
pub(crate) use usage::{Used, User};
pub(crate) use versions::VersionRow;
pub(crate) use webhooks::Added;
pub(crate) use workflows::{Content, Overtaken, WorkflowRow};

use orders::Orders;
use readers::Readers;
use unchanged::Unchanged;
use writer::Writer;

/// Connections that only read.
const READERS: usize = 4;

/// How long to wait for a lock that another process holds (a backup, say).
const BUSY: Duration = Duration::from_secs(5);

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    readers: Readers,
    writer: Writer,
    orders: Orders,
    unchanged: Unchanged,
    /// See [`Db::storing`].
    files: Arc<RwLock<()>>,
    /// Told when something is to be told by webhook.
    pub(crate) outbox: Arc<Notify>,
}

impl Db {
    /// Opens the database file, making it and bringing its tables up to date
    /// as needed.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .pragma("temp_store", "MEMORY")
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let opening = || format!("opening the database {}", path.display());
        let mut connection = options.connect().await.with_context(opening)?;
        sqlx::migrate!("src/db/migrations")
            .run(&mut connection)
            .await
            .with_context(|| format!("bringing {} up to date", path.display()))?;
        let unchanged = Unchanged::default();
        unchanged.watch(&mut connection).await.with_context(opening)?;
        let readers = Readers::new(options.pragma("query_only", "ON"), READERS);
        Ok(Self {
            readers,
            writer: Writer::start(connection, unchanged.clone()),
            unchanged,
            orders: Orders::default(),
            files: Arc::default(),
            outbox: Arc::default(),
        })
    }

    /// Whether the database answers. For readiness.
    pub async fn ping(&self) -> anyhow::Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await.context("asking the database")?;
        Ok(())
    }

    /// To be held from before a file is stored until the row that names it is
    /// committed, so that no deletion takes the file away in between.
    pub async fn storing(&self) -> RwLockReadGuard<'_, ()> {
        self.files.read().await
    }

    /// To be held from asking which files nobody needs until they are removed.
    pub(crate) async fn sweeping(&self) -> RwLockWriteGuard<'_, ()> {
        self.files.write().await
    }

    /// Runs `work` in a transaction that is durable when this returns.
    async fn write<T, W>(&self, work: W) -> anyhow::Result<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, anyhow::Result<T>>,
        W: Send + 'static,
    {
        self.write_then(work, |_| ()).await
    }

    /// [`Db::write`]; `after` is called once it is durable, in the order of
    /// commits, and also when the caller has stopped waiting.
    async fn write_then<T, W, A>(&self, work: W, after: A) -> anyhow::Result<T>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, anyhow::Result<T>>,
        W: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let answer = self.writer.send(work, after).await?;
        answer.await.context("the database writer has stopped")?
    }

    /// [`Db::write_then`] without waiting for the result, which is logged when
    /// it is an error. Later writes still come after this one.
    async fn post<T, W, A>(&self, work: W, after: A) -> anyhow::Result<()>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, anyhow::Result<T>>,
        W: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        self.writer.send(work, after).await.map(drop)
    }
}

/// The time, as it is stored.
pub(crate) fn now() -> wire::Millis {
    jiff::Timestamp::now().as_millisecond()
}
