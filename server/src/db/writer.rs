//! One writer, group commit: whatever waits is written in one transaction and
//! made durable by one fsync. Many callers share it, each gets its own answer.

use std::sync::Arc;

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::unchanged::Unchanged;

/// Writes that may wait. A caller beyond them waits for room.
const WAITING: usize = 1024;

/// Writes that share one transaction at most.
const BATCH: usize = 128;

/// Hands work to the writer. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Writer(mpsc::Sender<Box<dyn Command>>);

impl Writer {
    /// Starts the writer, which ends when the last handle is dropped.
    #[expect(
        clippy::disallowed_methods,
        reason = "must outlive the tasks that shutdown waits for; ends with the last handle"
    )]
    pub(super) fn start(connection: SqliteConnection, unchanged: Unchanged) -> Self {
        let (sender, commands) = mpsc::channel(WAITING);
        tokio::spawn(serve((connection, unchanged), commands));
        Self(sender)
    }

    /// A place for one command, which is on its way as soon as it takes it.
    pub(super) async fn place(&self) -> anyhow::Result<mpsc::Permit<'_, Box<dyn Command>>> {
        self.0.reserve().await.ok().context("the database writer has stopped")
    }

    /// Runs `work` in a transaction; `after` is called, in the order of
    /// commits, once it is durable. The receiver may be dropped.
    pub(super) async fn send<T, W, A>(&self, work: W, after: A) -> anyhow::Result<Answer<T>>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, anyhow::Result<T>>,
        W: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let command = Write { work: Some(work), after, result: None, caller };
        self.place().await?.send(Box::new(command));
        Ok(answer)
    }
}

/// Where the result of one write arrives.
pub(super) type Answer<T> = oneshot::Receiver<anyhow::Result<T>>;

/// One caller's share of a transaction.
pub(super) trait Command: Send {
    /// Does the work; whether it may be committed.
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, bool>;

    /// Tells the caller, after the transaction has ended.
    fn tell(self: Box<Self>, committed: Result<(), Arc<sqlx::Error>>);
}

struct Write<T, W, A> {
    /// Taken when it is run.
    work: Option<W>,
    after: A,
    result: Option<anyhow::Result<T>>,
    caller: oneshot::Sender<anyhow::Result<T>>,
}

impl<T, W, A> Command for Write<T, W, A>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, anyhow::Result<T>>,
    W: Send + 'static,
    A: FnOnce(&T) + Send + 'static,
{
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                self.result = Some(work(connection).await);
            }
            matches!(self.result, Some(Ok(_)))
        })
    }

    fn tell(self: Box<Self>, committed: Result<(), Arc<sqlx::Error>>) {
        answer(self.caller, (self.result, committed), self.after);
    }
}

/// Tells a caller what became of what was run, if it was, and of the transaction.
pub(super) fn answer<T>(
    caller: oneshot::Sender<anyhow::Result<T>>,
    (result, committed): (Option<anyhow::Result<T>>, Result<(), Arc<sqlx::Error>>),
    after: impl FnOnce(&T),
) {
    let result = match (result, committed) {
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(value)), Ok(())) => {
            after(&value);
            Ok(value)
        }
        (_, Err(error)) => Err(anyhow::Error::new(error).context("writing to the database")),
        (None, Ok(())) => Err(anyhow::anyhow!("the write was not run")),
    };
    if let Err(Err(error)) = caller.send(result) {
        // Nobody waits for this one, so this is where it is handled.
        tracing::error!(error = format!("{error:#}"), "a write failed");
    }
}

async fn serve(
    (mut connection, unchanged): (SqliteConnection, Unchanged),
    mut commands: mpsc::Receiver<Box<dyn Command>>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while commands.recv_many(&mut batch, BATCH).await > 0 {
        let committed = commit(&mut connection, &mut batch).await.map_err(Arc::new);
        unchanged.settle();
        for command in batch.drain(..) {
            command.tell(committed.clone());
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing the database");
    }
}

/// Runs the batch in one transaction. A command that fails is undone alone.
async fn commit(
    connection: &mut SqliteConnection,
    batch: &mut [Box<dyn Command>],
) -> Result<(), sqlx::Error> {
    match run_all(connection, batch).await {
        Ok(()) => Ok(()),
        Err(error) => {
            // It may have been rolled back already: then this fails, and may.
            let _ = sqlx::query("ROLLBACK").execute(connection).await;
            Err(error)
        }
    }
}

/// Undoes what the command that runs has done so far.
pub(super) async fn undo(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("ROLLBACK TO command").execute(connection).await?;
    Ok(())
}

/// What surrounds the commands goes to the database together where it can: each time is two turns of a thread.
async fn run_all(
    connection: &mut SqliteConnection,
    batch: &mut [Box<dyn Command>],
) -> Result<(), sqlx::Error> {
    let mut begin = "BEGIN IMMEDIATE; SAVEPOINT command";
    for command in batch {
        sqlx::query(begin).execute(&mut *connection).await?;
        if !command.run(connection).await {
            undo(connection).await?;
        }
        begin = "RELEASE command; SAVEPOINT command";
    }
    sqlx::query("RELEASE command; COMMIT").execute(connection).await?;
    Ok(())
}
