//! One open page, from its hello to its goodbye.

use std::sync::Arc;

use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use wire::{FromViewer, JobId, JobStatus, ToViewer};

use super::socket::{End, Pulse, Socket};
use super::watching::Watching;
use crate::api::parlor::links::{Links, encoded};
use crate::app::App;
use crate::auth::{Principal, PrincipalId};
use crate::db::JobFilter;
use crate::events::Told;
use crate::json;
use crate::site;
use crate::telemetry::Counted;

/// Viewers come back after between one and two of these, so that not all come
/// at once.
const BACK_MS: u32 = 1000;
/// Jobs that are looked up at once, of all that are told of at the beginning.
const PAGE: u32 = 200;

/// Whoever comes back is let in by what they show then.
const SIGNED_OUT: End = End::Close(CloseCode::Policy, "signed out, or the key is no longer good");

/// Owns its socket; ends when the page leaves, stops answering or reading, says
/// what cannot be understood, is signed out, or when the house closes.
pub(super) struct Viewer {
    app: Arc<App>,
    principal: Principal,
    /// Hash of the address it came from.
    address: PrincipalId,
    socket: Socket,
    watching: Watching,
    pulse: Pulse,
    _counted: Counted,
}

impl Viewer {
    /// In a box of its own: a future has room for what it is called with twice.
    pub(super) fn new(
        app: Arc<App>,
        (principal, address): (Principal, PrincipalId),
        socket: Socket,
    ) -> Box<Self> {
        let counted = app.metrics.viewing();
        Box::new(Self {
            app,
            principal,
            address,
            socket,
            watching: Watching::default(),
            pulse: Pulse::new(),
            _counted: counted,
        })
    }

    pub(super) async fn run(mut self: Box<Self>) {
        let Err(end) = self.converse().await;
        tracing::debug!(?end, "a viewer leaves");
        if let End::Close(code, reason) = end {
            // Large and rare: not worth its room in every viewer's task.
            Box::pin(self.socket.close(code, reason)).await;
        }
    }

    /// Never ends well: `Ok` exists only for the question mark.
    async fn converse(&mut self) -> Result<std::convert::Infallible, End> {
        self.say(&ToViewer::Hello { build: site::BUILD.into() }).await?;
        let stopping = self.app.shutdown.started();
        tokio::pin!(stopping);
        loop {
            tokio::select! {
                told = self.watching.next() => self.tell(told).await?,
                message = self.socket.receive() => self.hear(message?).await?,
                () = self.pulse.due() => self.check().await?,
                () = self.principal.ended() => return Err(SIGNED_OUT),
                () = &mut stopping => {
                    let after_ms = BACK_MS + rand::random_range(0..BACK_MS);
                    self.say(&ToViewer::Restarting { after_ms }).await?;
                    return Err(End::Close(CloseCode::Restart, "this house is closing for a moment"));
                }
            }
        }
    }

    async fn tell(&mut self, told: Told) -> Result<(), End> {
        match told {
            Told::News(news) => {
                let text = Links::new(&self.app, &self.principal).news(&news);
                self.socket.send_text(text).await
            }
            Told::Preview(frame) => self.socket.send_binary(frame).await,
            Told::Resync(job) => Box::pin(self.snapshot(job)).await,
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.pulse.heard();
        if matches!(message, Message::Text(_) | Message::Binary(_))
            && let Err(too_often) = self.app.limits.request(Some(&self.principal), self.address)
        {
            let seconds = too_often.retry_after.as_secs() + 1;
            let message = format!("this is said too often: say it again in {seconds} s");
            return self.refuse(None, message).await;
        }
        match message {
            Message::Text(text) => match json::object(text.as_bytes()) {
                Ok(said) => Box::pin(self.obey(said)).await,
                Err(error) => {
                    self.refuse(None, format!("this cannot be understood: {error}")).await
                }
            },
            Message::Binary(_) => self.refuse(None, "say it as text".into()).await,
            // Said back, as politeness and RFC 6455 ask.
            Message::Close(_) => Err(End::Close(CloseCode::Normal, "")),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn obey(&mut self, said: FromViewer) -> Result<(), End> {
        let principal = self.principal.id;
        match said {
            FromViewer::WatchMine {} => {
                // Listening first, looking second: nothing falls between the two.
                self.watching.everything(&self.app.hub, principal);
                self.unfinished().await
            }
            FromViewer::Watch { job, after } => {
                if !self.watching.job(&self.app.hub, principal, job) {
                    let cure = "too many jobs are watched one by one; say watch_mine".into();
                    return self.refuse(Some(job), cure).await;
                }
                match after {
                    Some(after) => self.missed(job, after).await,
                    None => self.snapshot(job).await,
                }
            }
            FromViewer::Unwatch { job } => {
                self.watching.forget(job);
                Ok(())
            }
            FromViewer::Cancel { job } if !self.principal.may_act() => {
                self.refuse(Some(job), "this key may only read".into()).await
            }
            FromViewer::Cancel { job } => match self.app.jobs.cancel(principal, job).await {
                // Its events tell the rest.
                Ok(Some(_)) => Ok(()),
                Ok(None) => self.refuse(Some(job), "there is no such job here".into()).await,
                Err(error) => fail(&error),
            },
        }
    }

    /// Snapshots of all that is not over.
    async fn unfinished(&mut self) -> Result<(), End> {
        for status in [JobStatus::Queued, JobStatus::Running, JobStatus::Canceling] {
            let mut filter =
                JobFilter { status: Some(status), limit: PAGE, ..JobFilter::default() };
            loop {
                let list = match self.app.jobs.list(self.principal.id, &filter).await {
                    Ok(list) => list,
                    Err(error) => return fail(&error),
                };
                for job in list.jobs {
                    let job = Links::new(&self.app, &self.principal).job(job);
                    self.say(&ToViewer::Snapshot { job }).await?;
                }
                // There may be thousands, and nobody looks meanwhile whether who listens still may.
                if self.principal.is_over() {
                    return Err(SIGNED_OUT);
                }
                filter.cursor = list.next;
                if filter.cursor.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn snapshot(&mut self, job: JobId) -> Result<(), End> {
        match self.app.jobs.find(self.principal.id, job).await {
            Ok(Some(job)) => {
                let job = Links::new(&self.app, &self.principal).job(job);
                self.say(&ToViewer::Snapshot { job }).await
            }
            Ok(None) => self.unknown(job).await,
            Err(error) => fail(&error),
        }
    }

    /// The events a viewer missed while it was away.
    async fn missed(&mut self, job: JobId, after: u64) -> Result<(), End> {
        match self.app.jobs.events_after(self.principal.id, job, after).await {
            Ok(Some(events)) => {
                for (seq, event) in events {
                    let event = Links::new(&self.app, &self.principal).event(event);
                    self.say(&ToViewer::Event { job, seq, event }).await?;
                }
                Ok(())
            }
            Ok(None) => self.unknown(job).await,
            Err(error) => fail(&error),
        }
    }

    async fn unknown(&mut self, job: JobId) -> Result<(), End> {
        self.watching.forget(job);
        self.say(&ToViewer::Gone { job }).await
    }

    async fn check(&mut self) -> Result<(), End> {
        if self.principal.is_over() {
            return Err(SIGNED_OUT);
        }
        self.pulse.ask()?;
        Box::pin(self.socket.ping()).await
    }

    async fn refuse(&mut self, job: Option<JobId>, message: String) -> Result<(), End> {
        self.say(&ToViewer::Refused { job, message }).await
    }

    async fn say(&mut self, told: &ToViewer) -> Result<(), End> {
        self.socket.send_text(encoded(told)).await
    }
}

/// A fault of ours: the viewer comes back and starts afresh.
fn fail(error: &anyhow::Error) -> Result<(), End> {
    tracing::error!(error = format!("{error:#}"), "a viewer could not be told");
    Err(End::Close(CloseCode::Error, "something went wrong on our side"))
}
