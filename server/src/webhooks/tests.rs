//! What is told, to receivers that misbehave.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wire::{DeliveryStatus, JobId};

use super::*;
use crate::auth::PrincipalId;
use crate::db::{NewJob, Order, Submission};
use crate::jobs::Handling;
use crate::jobs::state::{Change, End};

/// One message as it arrived.
#[derive(Debug)]
struct Arrived {
    headers: HeaderMap,
    body: String,
}

impl Arrived {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What a receiver does with a message; the last of its ways again and again.
#[derive(Debug, Clone, Copy)]
enum Way {
    Answer(u16),
    /// Is sent away, to an address that would take it.
    Away,
    /// The connection is closed.
    Close,
    /// It is never answered.
    Hang,
    /// Taken, with an answer that never ends.
    Endless,
}

/// Somebody who is told.
struct Receiver {
    url: String,
    arrived: mpsc::UnboundedReceiver<Arrived>,
}

impl Receiver {
    async fn open(ways: &[Way]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?of=parlor", listener.local_addr().unwrap());
        let (sender, arrived) = mpsc::unbounded_channel();
        let ways = Arc::new(Mutex::new(ways.to_vec()));
        let routes = Router::new().fallback(async move |headers: HeaderMap, body: String| {
            sender.send(Arrived { headers, body }).unwrap();
            let way = {
                let mut ways = ways.lock().unwrap();
                if ways.len() > 1 { ways.remove(0) } else { ways[0] }
            };
            answer(way).await
        });
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, arrived }
    }

    async fn next(&mut self) -> Arrived {
        self.arrived.recv().await.unwrap()
    }

    fn target(&self) -> Target {
        let (url, secret) = (self.url.parse().unwrap(), Secret::from(vec![7; 32]));
        Target { url, secret, events: WebhookEvent::ENDS.into() }
    }
}

async fn answer(way: Way) -> Response {
    match way {
        Way::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Way::Away => {
            let to = [("location", "/taken")];
            (StatusCode::TEMPORARY_REDIRECT, to).into_response()
        }
        // As a panic does, but without a word: the connection ends with its task.
        Way::Close => std::panic::resume_unwind(Box::new("closed")),
        Way::Hang => std::future::pending().await,
        Way::Endless => {
            let piece = || async { Some((Ok::<_, std::io::Error>(vec![b'x'; 1 << 16]), ())) };
            Body::from_stream(futures_util::stream::unfold((), move |()| piece())).into_response()
        }
    }
}

/// A house in which things happen to jobs, and somebody carries the news.
struct House {
    db: Db,
    shutdown: Shutdown,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        Self::with(&quick()).await
    }

    async fn with(pace: &Pace) -> Self {
        let folder = TempDir::new().unwrap();
        let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
        let fetcher = Fetcher::new(true, &["127.0.0.1/32".parse().unwrap()]);
        let webhooks = Webhooks { db: db.clone(), fetcher };
        let shutdown = Shutdown::default();
        let courier = Courier::new(webhooks, pace.clone());
        shutdown.spawn(courier.run(shutdown.clone()));
        Self { db, shutdown, _folder: folder }
    }

    /// A job of somebody, with a webhook for it alone.
    async fn job(&self, who: u128, webhook: Option<Target>) -> JobId {
        let (id, principal) = (JobId(Uuid::now_v7()), somebody(who));
        let job = NewJob {
            id,
            principal,
            turn: principal,
            workflow: "text-to-picture".into(),
            workflow_title: "Text to picture".into(),
            workflow_version: 1,
            at: now(),
            inputs: json!({ "prompt": "a red hill" }).as_object().unwrap().clone(),
            words: "a red hill".into(),
            graph: "{}".into(),
            as_sent: crate::workflows::AsSent::default(),
            files: Vec::new(),
            handling: Handling::default(),
            asked: None,
            webhook,
            batch: None,
        };
        let order = Order { jobs: vec![job], batch: None, key: None };
        assert_eq!(self.db.submit(order, || ()).await.unwrap(), Submission::Made);
        id
    }

    /// It is over without having run.
    async fn end(&self, job: JobId, end: End) {
        let end = Change::Finish { end, progress: None };
        self.db.change(job, end, |_| ()).await.unwrap().unwrap();
    }

    /// It runs, and is over.
    async fn run(&self, job: JobId) {
        let end = Change::Finish { end: End::Succeeded(Vec::new()), progress: None };
        for change in [Change::Start { backend: "workshop".into() }, end] {
            self.db.change(job, change, |_| ()).await.unwrap().unwrap();
        }
    }

    /// A job of somebody that is over, told to this receiver.
    async fn told(&self, who: u128, receiver: &Receiver) -> JobId {
        let job = self.job(who, Some(receiver.target())).await;
        self.run(job).await;
        job
    }

    async fn deliveries(&self, who: u128) -> Vec<Delivery> {
        let filter = DeliveryFilter { limit: 100, ..DeliveryFilter::default() };
        self.db.deliveries(somebody(who), &filter).await.unwrap().deliveries
    }

    /// The only delivery of somebody, once it is as it is to be.
    async fn once(&self, who: u128, is: impl Fn(&Delivery) -> bool) -> Delivery {
        loop {
            let mut deliveries = self.deliveries(who).await;
            assert_eq!(deliveries.len(), 1, "{deliveries:?}");
            if is(&deliveries[0]) {
                return deliveries.remove(0);
            }
            assert_eq!(deliveries[0].status, DeliveryStatus::Pending, "it is over: {deliveries:?}");
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.shutdown.start();
    }
}

fn somebody(who: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(who))
}

/// As patient as the specification, and in a hurry.
fn quick() -> Pace {
    Pace { after: vec![Duration::from_millis(1); 9], ..Pace::default() }
}

fn statuses(delivery: &Delivery) -> Vec<Option<u16>> {
    delivery.attempts.iter().map(|attempt| attempt.status).collect()
}

// safety 31
#[tokio::test]
async fn what_failed_is_told_again_under_one_id_until_it_is_taken() {
    let house = House::open().await;
    let ways = [Way::Answer(500), Way::Away, Way::Close, Way::Answer(404), Way::Answer(204)];
    let mut receiver = Receiver::open(&ways).await;
    let job = house.told(1, &receiver).await;
    let delivered = house.once(1, |one| one.status != DeliveryStatus::Pending).await;
    assert_eq!((delivered.status, delivered.job), (DeliveryStatus::Delivered, job));
    assert_eq!(statuses(&delivered), [Some(500), Some(307), None, Some(404), Some(204)]);
    assert_eq!(delivered.next_at, None);
    for _ in ways {
        let arrived = receiver.next().await;
        assert_eq!(arrived.header("webhook-id"), delivered.id.to_string());
        let seconds: i64 = arrived.header("webhook-timestamp").parse().unwrap();
        let signature = receiver.target().secret.sign(delivered.id, seconds, &arrived.body);
        assert_eq!(arrived.header("webhook-signature"), signature);
        assert_eq!(arrived.header("content-type"), "application/json");
        let told = arrived.json();
        assert_eq!((&told["type"], &told["data"]["id"]), (&json!("job.succeeded"), &json!(job)));
        assert_eq!(told["data"]["inputs"]["prompt"], "a red hill");
        let at: jiff::Timestamp = told["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(told["data"]["finished_at"], at.as_millisecond());
    }
    assert!(receiver.arrived.try_recv().is_err(), "and not once more");
}

// safety 31
#[tokio::test]
async fn a_job_that_waited_too_long_or_was_stopped_is_told_as_what_it_is() {
    let house = House::open().await;
    let mut receiver = Receiver::open(&[Way::Answer(200)]).await;
    for (end, told) in [(End::Expired, "expired"), (End::Stopped, "canceled")] {
        let job = house.job(1, Some(receiver.target())).await;
        house.end(job, end).await;
        let arrived = receiver.next().await.json();
        assert_eq!(arrived["type"], format!("job.{told}"));
        assert_eq!(
            (&arrived["data"]["id"], &arrived["data"]["status"]),
            (&json!(job), &json!(told))
        );
    }
}

// safety 31
#[tokio::test]
async fn what_nobody_takes_is_given_up_and_can_be_replayed() {
    let house = House::open().await;
    let mut ways = vec![Way::Answer(500); 10];
    ways.push(Way::Answer(200));
    let mut receiver = Receiver::open(&ways).await;
    house.told(1, &receiver).await;
    let failed = house.once(1, |one| one.status == DeliveryStatus::Failed).await;
    assert_eq!(statuses(&failed), [Some(500); 10], "nine times again");
    let mine = (somebody(1), false);
    assert_eq!(house.db.replay_delivery((somebody(2), true), failed.id).await.unwrap(), None);
    let begun = house.db.replay_delivery(mine, failed.id).await.unwrap().unwrap();
    assert_eq!((begun.status, begun.id), (DeliveryStatus::Pending, failed.id));
    house.once(1, |one| one.status == DeliveryStatus::Delivered).await;
    for _ in 0..11 {
        assert_eq!(receiver.next().await.header("webhook-id"), failed.id.to_string());
    }
}

// safety 31
#[tokio::test]
async fn who_is_gone_is_told_nothing_any_more_until_it_is_replayed() {
    let house = House::open().await;
    let mut receiver = Receiver::open(&[Way::Answer(410), Way::Answer(200)]).await;
    let own = (Uuid::now_v7(), now(), receiver.target());
    assert_eq!(house.db.add_webhook(somebody(1), own, MOST).await.unwrap(), Added::Done);
    let job = house.job(1, None).await;
    house.run(job).await;
    let failed = house.once(1, |one| one.status == DeliveryStatus::Failed).await;
    assert_eq!(statuses(&failed), [Some(410)]);
    assert!(house.db.webhooks_of(somebody(1)).await.unwrap()[0].disabled_at.is_some());
    let unheard = house.job(1, None).await;
    house.run(unheard).await;
    assert_eq!(house.deliveries(1).await.len(), 1);
    house.db.replay_delivery((somebody(1), false), failed.id).await.unwrap().unwrap();
    house.once(1, |one| one.status == DeliveryStatus::Delivered).await;
    assert_eq!(house.db.webhooks_of(somebody(1)).await.unwrap()[0].disabled_at, None);
    for _ in 0..2 {
        assert_eq!(receiver.next().await.header("webhook-id"), failed.id.to_string());
    }
}

// safety 31
#[tokio::test]
async fn who_never_answers_is_given_up_and_an_answer_without_end_is_not_read() {
    let pace = Pace { deadline: Duration::from_millis(1), after: Vec::new(), ..Pace::default() };
    let hurried = House::with(&pace).await;
    let silent = Receiver::open(&[Way::Hang]).await;
    hurried.told(1, &silent).await;
    let failed = hurried.once(1, |one| one.status == DeliveryStatus::Failed).await;
    assert_eq!(statuses(&failed), [None]);

    let house = House::open().await;
    let endless = Receiver::open(&[Way::Endless]).await;
    house.told(1, &endless).await;
    let taken = house.once(1, |one| one.status == DeliveryStatus::Delivered).await;
    assert_eq!(statuses(&taken), [Some(200)]);
}

// safety 31
#[tokio::test]
async fn who_does_not_answer_holds_up_nobody_and_is_not_hurried() {
    let house = House::open().await;
    let mut slow = Receiver::open(&[Way::Hang]).await;
    let mut quick = Receiver::open(&[Way::Answer(200)]).await;
    for _ in 0..10 {
        house.told(1, &slow).await;
    }
    for _ in 0..4 {
        slow.next().await;
    }
    house.told(2, &quick).await;
    quick.next().await;
    house.once(2, |one| one.status == DeliveryStatus::Delivered).await;
    assert!(slow.arrived.try_recv().is_err(), "four at once and no more");
}

/// Tells the house's receiver and two of a person's of one job.
#[tokio::test]
async fn everybody_is_told_what_they_may_know_and_once() {
    let house = House::open().await;
    let mut of_house = Receiver::open(&[Way::Answer(200)]).await;
    let mut own = Receiver::open(&[Way::Answer(200)]).await;
    let mut stranger = Receiver::open(&[Way::Answer(200)]).await;
    house.db.set_house_webhooks(vec![of_house.target()]).await.unwrap();
    for (who, receiver) in [(1, &own), (2, &stranger)] {
        let target = (Uuid::now_v7(), now(), receiver.target());
        house.db.add_webhook(somebody(who), target, MOST).await.unwrap();
    }
    let with_job = Target { events: vec![WebhookEvent::Started], ..own.target() };
    let job = house.job(1, Some(with_job)).await;
    house.run(job).await;
    let told = of_house.next().await.json();
    assert_eq!((&told["data"]["id"], &told["type"]), (&json!(job), &json!("job.succeeded")));
    assert!(told["data"].get("inputs").is_none(), "what was asked for is theirs: {told}");
    let started = own.next().await.json();
    assert_eq!(
        (&started["type"], &started["data"]["status"]),
        (&json!("job.started"), &json!("running"))
    );
    let next = house.job(1, None).await;
    house.run(next).await;
    assert_eq!(own.next().await.json()["data"]["id"], json!(next), "as was said with the job");
    assert!(stranger.arrived.try_recv().is_err());
    let mine = house.deliveries(1).await;
    assert_eq!(mine.len(), 2, "the house's are not told: {mine:?}");
}

#[tokio::test]
async fn what_is_deleted_takes_along_what_is_to_be_told() {
    let house = House::open().await;
    let slow = Receiver::open(&[Way::Hang]).await;
    let job = house.told(1, &slow).await;
    assert_eq!(house.deliveries(1).await.len(), 1);
    house.db.delete_job((somebody(1), job), None).await.unwrap().unwrap();
    assert!(house.deliveries(1).await.is_empty());
    let count = house.db.next_due(&crate::db::Besides::default()).await.unwrap();
    assert_eq!(count, None, "nothing of it is left");
}

#[tokio::test]
async fn what_was_told_long_ago_is_forgotten_and_what_waits_is_not() {
    let house = House::open().await;
    let [quick, slow] = [Way::Answer(200), Way::Hang].map(|way| [way]);
    let (quick, slow) = (Receiver::open(&quick).await, Receiver::open(&slow).await);
    house.told(1, &quick).await;
    house.once(1, |one| one.status == DeliveryStatus::Delivered).await;
    house.told(2, &slow).await;
    let tomorrow = now() + LOG;
    assert_eq!(house.db.forget_deliveries(now() - LOG, 10).await.unwrap(), 0);
    assert_eq!(house.db.forget_deliveries(tomorrow, 10).await.unwrap(), 1);
    assert_eq!((house.deliveries(1).await.len(), house.deliveries(2).await.len()), (0, 1));
}
