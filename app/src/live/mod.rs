//! What happens while the page looks on: one WebSocket, kept alive, and what it says, applied.
//!
//! `socket` speaks over it, `poll` stands in for it while it is down.

mod poll;
mod socket;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use wire::{Job, JobId, ToViewer};

use crate::{
    browser::{self, ObjectUrl},
    reactive::{RwSignal, StoredValue},
    state::{
        jobs::{Applied, Jobs},
        results::Results,
    },
};

/// Whether what is on screen is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Connecting,
    /// Events arrive as they happen.
    Live,
    /// The socket is down but the server answers questions.
    Polling,
    /// Nothing answers.
    Down,
}

/// Everything that changes by itself.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// Jobs under way, and those that ended while the page looked on.
    pub(crate) jobs: RwSignal<Jobs>,
    /// What was made.
    pub(crate) results: RwSignal<Results>,
    pub(crate) previews: RwSignal<Previews>,
    pub(crate) link: RwSignal<Link>,
    /// Counts up when the link comes back: lists may have missed something.
    pub(crate) returns: RwSignal<u32>,
    /// The build that the server named first.
    build: StoredValue<Option<String>>,
}

/// The latest preview of each job: there are never many.
#[derive(Default)]
pub(crate) struct Previews(Vec<(JobId, Arc<ObjectUrl>)>);

impl Previews {
    pub(crate) fn get(&self, job: JobId) -> Option<&Arc<ObjectUrl>> {
        self.0.iter().find(|(known, _)| *known == job).map(|(_, url)| url)
    }

    fn put(&mut self, job: JobId, url: ObjectUrl) {
        self.remove(job);
        self.0.push((job, Arc::new(url)));
    }

    fn remove(&mut self, job: JobId) {
        self.0.retain(|(known, _)| *known != job);
    }
}

/// What [`provide`] provides.
pub(crate) fn use_live() -> Live {
    expect_context()
}

/// Starts to listen, for as long as the page lives.
pub(crate) fn provide() -> Live {
    let live = provide_still();
    spawn_local(socket::keep_connected(live));
    live
}

/// The same, hearing of nothing: for a form that is only looked at.
pub(crate) fn provide_still() -> Live {
    let live = Live {
        jobs: RwSignal::default(),
        results: RwSignal::default(),
        previews: RwSignal::default(),
        link: RwSignal::new(Link::Connecting),
        returns: RwSignal::new(0),
        build: StoredValue::new(None),
    };
    provide_context(live);
    live
}

impl Live {
    /// Takes in a whole job, from an answer of the API.
    pub(crate) fn take_in(self, job: Job) {
        self.apply(ToViewer::Snapshot { job });
    }

    /// Forgets a job that was deleted.
    pub(crate) fn forget(self, job: JobId) {
        self.apply(ToViewer::Gone { job });
    }

    /// Lets go of a preview that the result has replaced.
    pub(crate) fn forget_preview(self, job: JobId) {
        if self.previews.peek(|previews| previews.get(job).is_some()) {
            self.previews.update(|previews| previews.remove(job));
        }
    }

    /// Takes in what the server says. Returns a job that has to be asked for as a whole.
    fn apply(self, told: ToViewer) -> Option<JobId> {
        if let ToViewer::Hello { build } = &told {
            self.greet(build);
            return None;
        }
        match self.jobs.try_update(|jobs| jobs.apply(told))? {
            Applied::Done => None,
            Applied::Gap(job) => Some(job),
            Applied::Over(job) => {
                self.results.update(|results| results.add(*job));
                None
            }
            Applied::Gone(job) => {
                self.results.update(|results| drop(results.remove(job)));
                self.forget_preview(job);
                None
            }
        }
    }

    fn preview(self, job: JobId, image: &[u8], mime: &str) {
        // A straggler after the end would never be let go.
        let wanted =
            self.jobs.peek(|jobs| jobs.get(job).is_some_and(|row| !row.job.status.is_over()));
        if !wanted {
            return;
        }
        if let Some(url) = ObjectUrl::of_bytes(image, mime) {
            self.previews.update(|previews| previews.put(job, url));
        }
    }

    /// A server of another build has another page: fetch that one.
    fn greet(self, build: &str) {
        match self.build.get_value() {
            None => self.build.set_value(Some(build.to_owned())),
            Some(known) if known == build => (),
            Some(_) => browser::reload(),
        }
        if self.link.get_untracked() != Link::Live {
            self.link.set(Link::Live);
            self.returns.update(|returns| *returns += 1);
        }
    }
}
