//! A job as it happens, in ComfyUI's words; the last of them is what it made.

use std::collections::VecDeque;

use comfy::Message;
use serde_json::Value;
use wire::{Job, JobId};

use super::order::{self, From, Wishes};
use super::{results, story};
use crate::api::native::words::Result;
use crate::error::Error;
use crate::events::{Ear, Line, Said, To, Watch, ending};
use crate::extract::OVER;

/// One job that is followed.
pub(super) struct Follow {
    from: From,
    wishes: Wishes,
    pub(super) job: JobId,
    client: String,
    ear: Ear,
    /// Tells of the end of what never began, too.
    watch: Watch,
    ready: VecDeque<Value>,
    /// How it ended was told.
    ended: bool,
    /// That nothing runs any more was told.
    closed: bool,
    /// How it was when it was over; nothing comes any more.
    pub(super) over: Option<Job>,
}

impl Follow {
    /// Begins a graph and listens: nothing is said before.
    pub(super) async fn begin(from: From, body: &Value, wishes: Wishes) -> Result<Self> {
        let client = order::client();
        let ear = from.app.hub.listen(from.principal.id);
        let job = order::begin(&from, body, (&client, None)).await?;
        let watch = from.app.hub.watch_job(from.principal.id, job);
        let (ready, over) = (VecDeque::new(), None);
        Ok(Self { from, wishes, job, client, ear, watch, ready, ended: false, closed: false, over })
    }

    /// What is said next; `None` after the last, when the house closes, when
    /// the job was deleted, and when whoever listens was signed out. Dropping
    /// the future loses nothing.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            if self.over.is_some() {
                return Ok(None);
            }
            let (app, principal) = (&self.from.app, &self.from.principal);
            let job = app.jobs.find(principal.id, self.job).await?;
            let Some(job) = job else { return Ok(None) };
            if job.status.is_over() {
                self.finish(job).await?;
                continue;
            }
            tokio::select! {
                biased;
                line = self.ear.next() => match line {
                    Ok(line) => self.hear(&line),
                    // It lost what it should have heard; the end is told all the same.
                    Err(_) => self.ear = app.hub.listen(principal.id),
                },
                _ = self.watch.next() => (),
                () = app.shutdown.started() => return Ok(None),
                () = principal.ended() => return Ok(None),
            }
        }
    }

    /// Why nothing is said any more of a job that is not over, as far as is known.
    pub(super) fn broken_off(&self) -> Error {
        if self.from.app.shutdown.has_started() {
            return Error::Unavailable("the house is closing; ask for the status later");
        }
        if self.from.principal.is_over() {
            return Error::Unauthorized(OVER);
        }
        Error::NotFound("job any more")
    }

    fn hear(&mut self, line: &Line) {
        let Said::Message(message) = &line.said else { return };
        let own = message.prompt_id().is_none_or(|id| id == self.job.to_string());
        let meant = match &line.to {
            To::All => matches!(**message, Message::Status(_)),
            To::Client(client) => **client == *self.client,
        };
        if own && meant {
            self.ended |= is_ending(message);
            self.closed |= matches!(&**message, Message::Executing(now) if now.is_end());
            self.ready.extend(serde_json::to_value(&**message));
        }
    }

    /// Everything that is still to be said of a job that is over.
    async fn finish(&mut self, job: Job) -> anyhow::Result<()> {
        let owner = self.from.principal.id;
        let last = results::message(&self.from.app, (&job, owner), self.wishes).await?;
        while let Some(Ok(line)) = futures_util::FutureExt::now_or_never(self.ear.next()) {
            self.hear(&line);
        }
        if !self.ended {
            let at = job.finished_at.unwrap_or_default();
            let end = ending((job.id, at), (job.status, job.failure.as_ref()), None);
            self.ready.extend(serde_json::to_value(end));
        }
        // It is over as soon as that is kept, and is told a moment later.
        if !self.closed {
            let unfinished = self.from.app.hub.unfinished(owner);
            for message in story::closing(job.id, unfinished) {
                self.ready.extend(serde_json::to_value(message));
            }
        }
        self.ready.push_back(last);
        self.over = Some(job);
        Ok(())
    }
}

fn is_ending(message: &Message) -> bool {
    matches!(
        message,
        Message::ExecutionSuccess { .. }
            | Message::ExecutionInterrupted { .. }
            | Message::ExecutionError(_)
    )
}
