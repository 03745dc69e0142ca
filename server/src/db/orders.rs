//! Orders are kept: jobs with their first events, once for each idempotency key.
//!
//! Whatever is ordered while the writer is busy is written together afterwards: each statement is two turns of a
//! thread, which cost more than what it writes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use tokio::sync::oneshot;
use wire::Event;

use super::idempotency::{remember, remembered};
use super::writer::{self, Command};
use super::{Db, NewJob, Order, Ordered, Submission, batches, native, rows, webhooks};

/// Jobs that one statement writes at most.
const ROWS: usize = 64;

/// Orders that wait for the writer. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Orders(Arc<Mutex<Vec<Waiting>>>);

struct Waiting {
    order: Order,
    caller: Caller,
}

/// Whoever waits for an order.
struct Caller {
    /// To be called once it is durable, if it was made.
    after: Box<dyn FnOnce() + Send>,
    answer: oneshot::Sender<anyhow::Result<Submission>>,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("order", &self.order).finish_non_exhaustive()
    }
}

/// Writes all that wait when it is run.
struct Round {
    orders: Orders,
    /// Those that it took, once it was run.
    written: Option<Vec<(Caller, anyhow::Result<Submission>)>>,
}

impl Db {
    /// Makes all jobs of the order with their first events, unless its key was
    /// used before: all or none. `after` is called once they are durable, if they
    /// were made; also when the caller has stopped waiting.
    pub(crate) async fn submit(
        &self,
        order: Order,
        after: impl FnOnce() + Send + 'static,
    ) -> anyhow::Result<Submission> {
        let (answer, answered) = oneshot::channel();
        let caller = Caller { after: Box::new(after), answer };
        let place = self.writer.place().await?;
        if self.orders.push(Waiting { order, caller }) {
            place.send(Box::new(Round { orders: self.orders.clone(), written: None }));
        }
        answered.await.context("the database writer has stopped")?
    }
}

impl Orders {
    /// Whether it is the first that waits.
    fn push(&self, waiting: Waiting) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(waiting);
        all.len() == 1
    }

    fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Command for Round {
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let waiting = self.orders.take().into_iter().map(|one| (one.order, one.caller));
            let (orders, callers): (Vec<_>, Vec<_>) = waiting.unzip();
            let results = insert_each(connection, &orders).await;
            let is_any_made = results.iter().any(Result::is_ok);
            self.written = Some(callers.into_iter().zip(results).collect());
            is_any_made
        })
    }

    fn tell(self: Box<Self>, committed: Result<(), Arc<sqlx::Error>>) {
        let told: Vec<_> = match self.written {
            Some(written) => {
                written.into_iter().map(|(caller, result)| (caller, Some(result))).collect()
            }
            // The transaction could not begin. Nobody else would take up what waits.
            None => self.orders.take().into_iter().map(|one| (one.caller, None)).collect(),
        };
        for (Caller { after, answer }, result) in told {
            writer::answer(answer, (result, committed.clone()), |submission| {
                if *submission == Submission::Made {
                    after();
                }
            });
        }
    }
}

/// What becomes of each. One that cannot be written does not keep the others from it.
async fn insert_each(
    connection: &mut SqliteConnection,
    orders: &[Order],
) -> Vec<anyhow::Result<Submission>> {
    // One alone is undone with the command that it is.
    if let [order] = orders {
        return vec![insert(connection, order).await];
    }
    let plain: Vec<_> = orders.iter().filter(|order| order.key.is_none()).collect();
    let together = insert_jobs(connection, &plain).await.is_ok();
    if !together && let Err(error) = writer::undo(connection).await {
        let error = Arc::new(error);
        return orders.iter().map(|_| Err(Arc::clone(&error).into())).collect();
    }
    let mut results = Vec::with_capacity(orders.len());
    for order in orders {
        results.push(if together && order.key.is_none() {
            Ok(Submission::Made)
        } else {
            insert_alone(connection, order).await
        });
    }
    results
}

async fn insert_alone(
    connection: &mut SqliteConnection,
    order: &Order,
) -> anyhow::Result<Submission> {
    begin(connection).await?;
    let inserted = insert(connection, order).await;
    end(connection, inserted).await
}

/// What follows can be undone.
async fn begin(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    sqlx::query("SAVEPOINT orders").execute(connection).await?;
    Ok(())
}

async fn end<T>(
    connection: &mut SqliteConnection,
    written: anyhow::Result<T>,
) -> anyhow::Result<T> {
    let end = match written {
        Ok(_) => "RELEASE orders",
        Err(_) => "ROLLBACK TO orders; RELEASE orders",
    };
    sqlx::query(end).execute(connection).await?;
    written
}

/// An order, unless its key was used before.
async fn insert(connection: &mut SqliteConnection, order: &Order) -> anyhow::Result<Submission> {
    let Some(key) = &order.key else {
        insert_jobs(connection, &[order]).await?;
        return Ok(Submission::Made);
    };
    let first = order.jobs.first().context("an order of nothing")?;
    let (principal, at) = (first.principal, first.at);
    if let Some(known) = remembered(&mut *connection, principal, (key, at)).await? {
        return Ok(known);
    }
    insert_jobs(connection, &[order]).await?;
    let made = order.batch.map_or(Ordered::Job(first.id), Ordered::Batch);
    remember(connection, (principal, key), (made, at)).await?;
    Ok(Submission::Made)
}

/// Whatever these orders are of.
async fn insert_jobs(connection: &mut SqliteConnection, orders: &[&Order]) -> anyhow::Result<()> {
    for order in orders {
        if let Some(batch) = order.batch {
            batches::insert(connection, batch, &order.jobs).await?;
        }
    }
    let jobs: Vec<_> = orders.iter().flat_map(|order| &order.jobs).collect();
    for some in jobs.chunks(ROWS) {
        insert_rows(connection, some).await?;
    }
    for job in jobs {
        insert_besides(connection, job).await?;
    }
    Ok(())
}

/// What of a job is written as JSON.
struct Texts {
    inputs: String,
    handling: String,
    as_sent: Option<String>,
    event: String,
}

/// Jobs with their first events, by one statement.
async fn insert_rows(connection: &mut SqliteConnection, jobs: &[&NewJob]) -> anyhow::Result<()> {
    let mut written = Vec::with_capacity(ROWS);
    for job in jobs {
        let as_sent = Some(&job.as_sent).filter(|said| !said.is_empty());
        let texts = Texts {
            inputs: rows::json(&job.inputs)?,
            handling: rows::json(&job.handling)?,
            as_sent: as_sent.map(rows::json).transpose()?,
            event: rows::json(&Event::Queued { at: job.at })?,
        };
        written.push(Some((job, texts)));
    }
    // Few lengths are few statements to prepare and to hold.
    written.resize_with(jobs.len().next_power_of_two(), || None);
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO jobs (id, principal, turn, workflow, workflow_title, workflow_version, created_at, inputs, words,
                           graph, handling, as_sent, batch, line, status, seq)
         SELECT *, 'queued', 1 FROM (",
    );
    query.push_values(&written, |mut row, one| {
        let (job, texts) = one.as_ref().map(|(job, texts)| (job, texts)).unzip();
        let (batch, line) = job.and_then(|job| job.batch).unzip();
        row.push_bind(job.map(|job| rows::id(job.id.0)))
            .push_bind(job.map(|job| rows::id(job.principal.0)))
            .push_bind(job.map(|job| rows::id(job.turn.0)))
            .push_bind(job.map(|job| &job.workflow))
            .push_bind(job.map(|job| &job.workflow_title))
            .push_bind(job.map(|job| job.workflow_version))
            .push_bind(job.map(|job| job.at))
            .push_bind(texts.map(|texts| &texts.inputs))
            .push_bind(job.map(|job| job.words.to_lowercase()))
            .push_bind(job.map(|job| &job.graph))
            .push_bind(texts.map(|texts| &texts.handling))
            .push_bind(texts.and_then(|texts| texts.as_sent.as_ref()))
            .push_bind(batch.map(|batch| rows::id(batch.0)))
            .push_bind(line);
    });
    query.push(
        ") WHERE column1 IS NOT NULL; \
         INSERT INTO events (job, event, seq) SELECT *, 1 FROM (",
    );
    query.push_values(&written, |mut row, one| {
        row.push_bind(one.as_ref().map(|(job, _)| rows::id(job.id.0)))
            .push_bind(one.as_ref().map(|(_, texts)| &texts.event));
    });
    query.push(") WHERE column1 IS NOT NULL");
    query.build().execute(connection).await.context("keeping jobs")?;
    Ok(())
}

/// What only some jobs have.
async fn insert_besides(connection: &mut SqliteConnection, job: &NewJob) -> anyhow::Result<()> {
    if let Some(asked) = &job.asked {
        native::insert(connection, (job.id, asked)).await?;
    }
    if let Some(target) = &job.webhook {
        webhooks::insert_for_job(connection, (job.principal, job.id), target).await?;
    }
    for file in &job.files {
        sqlx::query("INSERT OR IGNORE INTO job_files (job, hash, name) VALUES (?, ?, ?)")
            .bind(rows::id(job.id.0))
            .bind(file.hash.0.to_vec())
            .bind(&file.name)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::sync::mpsc;
    use uuid::Uuid;
    use wire::JobId;

    use super::*;
    use crate::db::tests::{NOBODY, new_job, open};
    use crate::db::{Idempotency, JobFilter};

    fn order(id: u128, key: Option<&str>) -> Order {
        let key = key.map(|key| Idempotency { key: key.to_owned(), body: [0; 32] });
        Order { jobs: vec![new_job(id)], batch: None, key }
    }

    /// Hands all in at once; what became of each, and the numbers of those that were made in the order of their
    /// being told.
    async fn all(db: &Db, orders: Vec<Order>) -> (Vec<anyhow::Result<Submission>>, Vec<usize>) {
        let (made, mut told) = mpsc::unbounded_channel();
        let submits = orders.into_iter().enumerate().map(|(number, order)| {
            let made = made.clone();
            db.submit(order, move || made.send(number).unwrap())
        });
        let results = join_all(submits).await;
        drop(made);
        let mut numbers = Vec::new();
        while let Some(number) = told.recv().await {
            numbers.push(number);
        }
        (results, numbers)
    }

    async fn kept(db: &Db) -> u64 {
        db.list_jobs(NOBODY, &JobFilter::default()).await.unwrap().total
    }

    #[tokio::test]
    async fn as_many_as_are_ordered_at_once_are_made_and_told_in_order() {
        for many in [1, 2, 3, 64, 65, 100] {
            let (_folder, db) = open().await;
            let (results, told) = all(&db, (0..many).map(|id| order(id, None)).collect()).await;
            assert!(results.iter().all(|result| *result.as_ref().unwrap() == Submission::Made));
            assert_eq!(told, (0..many as usize).collect::<Vec<_>>());
            assert_eq!(kept(&db).await, many as u64);
        }
    }

    #[tokio::test]
    async fn one_that_cannot_be_written_keeps_no_other_from_it() {
        let (_folder, db) = open().await;
        db.submit(order(7, None), || ()).await.unwrap();
        let (results, told) = all(&db, (0..10).map(|id| order(id, None)).collect()).await;
        let refused: Vec<_> = (0..10).filter(|at| results[*at].is_err()).collect();
        assert_eq!(refused, [7], "there is such a job already");
        assert_eq!(told.len(), 9);
        assert_eq!(kept(&db).await, 10);
        assert!(db.submit(order(7, None), || panic!("it was not made")).await.is_err());
    }

    #[tokio::test]
    async fn who_waits_for_a_transaction_that_cannot_begin_is_told_why_and_others_come_after() {
        let orders = Orders::default();
        let wait = |id| {
            let (answer, answered) = oneshot::channel();
            let caller = Caller { after: Box::new(|| panic!("it was not made")), answer };
            (orders.push(Waiting { order: order(id, None), caller }), answered)
        };
        let [(first, one), (second, other)] = [wait(1), wait(2)];
        assert!(first && !second, "one round is for both");
        let round = Box::new(Round { orders: orders.clone(), written: None });
        round.tell(Err(Arc::new(sqlx::Error::WorkerCrashed)));
        for answered in [one, other] {
            let error = answered.await.unwrap().unwrap_err();
            assert!(
                error.chain().any(<dyn std::error::Error>::is::<Arc<sqlx::Error>>),
                "{error:#}"
            );
        }
        assert!(wait(3).0, "the next one has a round of its own");
    }

    #[tokio::test]
    async fn a_key_that_is_used_twice_at_once_makes_one_job() {
        let (_folder, db) = open().await;
        let orders = vec![order(1, Some("a")), order(2, None), order(3, Some("a")), order(4, None)];
        let (results, told) = all(&db, orders).await;
        let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        let replayed = Submission::Replayed(Ordered::Job(JobId(Uuid::from_u128(1))));
        assert_eq!(results, [Submission::Made, Submission::Made, replayed, Submission::Made]);
        assert_eq!((told, kept(&db).await), (vec![0, 1, 3], 3));
    }
}
