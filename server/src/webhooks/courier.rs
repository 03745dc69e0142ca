//! Carries what is to be told. Everything it has to know stands in the database: whenever it
//! ends, the next one goes on.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use url::Url;
use uuid::Uuid;
use wire::{DeliveryAttempt, Millis};

use super::Webhooks;
use super::pace::Pace;
use crate::db::{Besides, Due, now};
use crate::fetch::{Answered, Post};
use crate::shutdown::Shutdown;

const AGENT: &str = concat!("Parlor/", env!("CARGO_PKG_VERSION"));

/// How long to rest when the database cannot be asked or written.
const TROUBLE: Duration = Duration::from_secs(5);

/// One process has one.
pub(super) struct Courier {
    webhooks: Webhooks,
    pace: Pace,
    /// What is under way, and to whom.
    busy: HashMap<Uuid, String>,
    under_way: FuturesUnordered<BoxFuture<'static, Uuid>>,
}

impl Courier {
    pub(super) fn new(webhooks: Webhooks, pace: Pace) -> Self {
        Self { webhooks, pace, busy: HashMap::new(), under_way: FuturesUnordered::new() }
    }

    /// Carries until shutdown begins, and what is under way then to its end.
    pub(super) async fn run(mut self, shutdown: Shutdown) {
        let mut stop = std::pin::pin!(shutdown.started());
        let outbox = self.webhooks.db.outbox.clone();
        loop {
            let rest = self.begin().await.unwrap_or_else(|error| {
                tracing::error!(error = format!("{error:#}"), "could not ask what is to be told");
                Some(TROUBLE)
            });
            tokio::select! {
                Some(done) = self.under_way.next() => drop(self.busy.remove(&done)),
                () = outbox.notified() => (),
                () = rested(rest) => (),
                () = &mut stop => break,
            }
        }
        while self.under_way.next().await.is_some() {}
    }

    /// Begins what is due, as much as may be under way; how long nothing more will be due.
    /// `None`: nothing is, but what comes of what is under way.
    async fn begin(&mut self) -> anyhow::Result<Option<Duration>> {
        let db = self.webhooks.db.clone();
        loop {
            let room = self.pace.all.saturating_sub(self.busy.len());
            if room == 0 {
                return Ok(None);
            }
            let due = db.due(now(), &self.besides(), room).await?;
            if due.is_empty() {
                let next = db.next_due(&self.besides()).await?;
                let wait = |next: Millis| u64::try_from(next - now()).unwrap_or_default();
                return Ok(next.map(|next| Duration::from_millis(wait(next))));
            }
            for due in due {
                if self.on_the_way_to(&due.host) < self.pace.each {
                    self.busy.insert(due.id, due.host.clone());
                    let (webhooks, pace) = (self.webhooks.clone(), self.pace.clone());
                    self.under_way.push(Box::pin(attempt(webhooks, pace, due)));
                }
            }
        }
    }

    fn on_the_way_to(&self, host: &str) -> usize {
        self.busy.values().filter(|busy| *busy == host).count()
    }

    /// What is under way, and hosts to whom enough is.
    fn besides(&self) -> Besides<'_> {
        let full = |host: &&String| self.on_the_way_to(host) >= self.pace.each;
        let mut hosts: Vec<&str> = self.busy.values().filter(full).map(String::as_str).collect();
        hosts.sort_unstable();
        hosts.dedup();
        Besides { deliveries: self.busy.keys().copied().collect(), hosts }
    }
}

async fn rested(rest: Option<Duration>) {
    match rest {
        Some(rest) => tokio::time::sleep(rest).await,
        None => std::future::pending().await,
    }
}

/// One attempt, and the note of it.
async fn attempt(webhooks: Webhooks, pace: Pace, due: Due) -> Uuid {
    let at = now();
    let answer = send(&webhooks, &pace, (&due, at)).await;
    let outcome = pace.outcome((answer.as_ref(), due.tries + 1), now());
    let status = answer.map(|answer| answer.status.as_u16());
    tracing::debug!(delivery = %due.id, host = due.host, status, ?outcome, "told by webhook");
    let noted = webhooks.db.attempted(due.id, DeliveryAttempt { at, status }, outcome).await;
    if let Err(error) = noted {
        tracing::error!(error = format!("{error:#}"), "could not note what was told");
        // It is still due: not at once, or whoever receives it is flooded.
        tokio::time::sleep(TROUBLE).await;
    }
    due.id
}

/// The answer, if there was one.
async fn send(webhooks: &Webhooks, pace: &Pace, (due, at): (&Due, Millis)) -> Option<Answered> {
    let url = Url::parse(&due.url).ok()?;
    let seconds = at / 1000;
    let text = |text: String| HeaderValue::from_str(&text).expect("ids, digits and base64");
    let headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(AGENT)),
        ("webhook-id".parse().expect("a name"), text(due.id.to_string())),
        ("webhook-timestamp".parse().expect("a name"), text(seconds.to_string())),
        (
            "webhook-signature".parse().expect("a name"),
            text(due.secret.sign(due.id, seconds, &due.body)),
        ),
    ]);
    let body = Bytes::copy_from_slice(due.body.as_bytes());
    let post = Post { headers, body, deadline: pace.deadline };
    let fetcher = if due.of_house { webhooks.fetcher.of_host() } else { webhooks.fetcher.clone() };
    fetcher.post(&url, post).await.ok()
}
