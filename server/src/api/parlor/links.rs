//! Links that work where cookies do not.

use std::time::SystemTime;

use bytes::Bytes;
use serde::Deserialize;
use uuid::Uuid;
use wire::{Event, Job, JobList, Output, ToViewer};

use crate::app::App;
use crate::auth::{Principal, PrincipalId, Refused, Sealed};
use crate::error::{Error, Result};
use crate::events::News;

/// The address of one file, with or without a seal.
#[derive(Debug, Deserialize)]
pub(crate) struct FilePath {
    id: Uuid,
    #[serde(default)]
    seal: Option<String>,
}

impl FilePath {
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// Whose file it should be: the one who sealed the link, whoever follows it,
    /// else the caller.
    pub(crate) fn owner(
        &self,
        app: &App,
        caller: Option<&Principal>,
        what: fn(Uuid) -> Sealed,
    ) -> Result<PrincipalId> {
        let Some(seal) = &self.seal else {
            return Ok(caller.ok_or(Refused::NoGuests)?.id);
        };
        let owner = app.visitors.open_seal(seal, what(self.id), SystemTime::now());
        owner.ok_or(Error::NotFound("file"))
    }
}

/// Makes links as one principal needs them: sealed for an embedded page, whose
/// `<img>` shows no token, and left alone for everybody else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links<'a> {
    app: &'a App,
    owner: PrincipalId,
    sealed: bool,
}

/// Where the files are, relative to the page's base.
const ROOT: &str = "api/parlor/v1";

impl<'a> Links<'a> {
    pub(crate) fn new(app: &'a App, principal: &Principal) -> Self {
        Self { app, owner: principal.id, sealed: principal.needs_sealed_links() }
    }

    pub(crate) fn job(self, mut job: Job) -> Job {
        if self.sealed {
            job.outputs.iter_mut().for_each(|output| self.output(output));
        }
        job
    }

    pub(crate) fn list(self, mut list: JobList) -> JobList {
        list.jobs = list.jobs.into_iter().map(|job| self.job(job)).collect();
        list
    }

    pub(crate) fn event(self, mut event: Event) -> Event {
        if let Event::Output { output } = &mut event
            && self.sealed
        {
            self.output(output);
        }
        event
    }

    /// As it goes over the wire. All viewers share one text; only what names an output is made
    /// anew for an embedded page.
    pub(crate) fn news(self, news: &News) -> Bytes {
        match news.message() {
            ToViewer::Event { job, seq, event: event @ Event::Output { .. } } if self.sealed => {
                let event = self.event(event.clone());
                encoded(&ToViewer::Event { job: *job, seq: *seq, event })
            }
            _ => news.text().clone().into(),
        }
    }

    pub(crate) fn upload(self, id: Uuid) -> String {
        self.path("uploads", id, Sealed::Upload(id))
    }

    fn output(self, output: &mut Output) {
        output.url = self.path("outputs", output.id.0, Sealed::Output(output.id.0));
    }

    fn path(self, folder: &str, id: Uuid, what: Sealed) -> String {
        if !self.sealed {
            return format!("{ROOT}/{folder}/{id}");
        }
        let seal = self.app.visitors.seal(self.owner, what, SystemTime::now());
        format!("{ROOT}/signed/{seal}/{folder}/{id}")
    }
}

/// As it goes over the wire.
pub(crate) fn encoded(told: &ToViewer) -> Bytes {
    serde_json::to_vec(told).expect("what viewers are told has only text keys").into()
}
