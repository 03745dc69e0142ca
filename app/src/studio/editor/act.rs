//! What is done with the workflow as a whole. Each waits until the draft is saved, so that what was typed last
//! is part of it; what is typed while it is being done waits for the answer, and is saved over that.

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use web_sys::Blob;
use wire::{JobId, studio::Bench};

use super::work::{Work, draft_of};
use crate::{
    address::{Here, Step, use_here},
    api::{Error, studio as api},
    reactive::{RwSignal, effect},
    studio::{address::OVERVIEW, state::saving::Status, t},
    toasts::{Toasts, use_toasts},
};

/// Something to do.
#[derive(Clone)]
pub(crate) enum Act {
    /// Guests get the draft.
    Publish,
    /// Guests see the workflow no more.
    Hide,
    /// Guests get this version again.
    RollBack(u32),
    /// The draft becomes this version.
    EditFrom(u32),
    /// The draft is thrown away.
    Discard,
    /// The workflow is gone.
    Delete,
    /// A file becomes the cover.
    Cover(SendWrapper<Blob>),
    /// A result becomes the cover.
    CoverFrom(JobId, u32),
}

/// Does one thing at a time.
#[derive(Clone, Copy)]
pub(crate) struct Acts {
    work: Work,
    next: RwSignal<Option<Act>>,
    /// Something is being done.
    pub(crate) is_busy: RwSignal<bool>,
    /// Why the last was not done.
    pub(crate) trouble: RwSignal<Option<String>>,
    toasts: Toasts,
    here: Here,
}

/// What [`provide`] provides.
pub(crate) fn use_acts() -> Acts {
    expect_context()
}

pub(crate) fn provide(work: Work) -> Acts {
    let acts = Acts {
        work,
        next: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        trouble: RwSignal::new(None),
        toasts: use_toasts(),
        here: use_here(),
    };
    provide_context(acts);
    let status = work.status();
    effect(move || {
        if acts.next.see(Option::is_none) {
            return;
        }
        match status.get() {
            Status::Saving => work.save(),
            // That is told where it is told that nothing is saved.
            Status::Hindered(_) => acts.give_up(),
            Status::Saved => acts.begin(),
        }
    });
    acts
}

impl Acts {
    /// Does it as soon as everything is saved; while something else is being done, nothing.
    pub(crate) fn carry_out(self, act: Act) {
        if !self.is_busy.get_untracked() {
            self.is_busy.set(true);
            self.trouble.set(None);
            self.next.set(Some(act));
        }
    }

    fn give_up(self) {
        self.next.set(None);
        self.is_busy.set(false);
    }

    fn begin(self) {
        let Some(Some(act)) = self.next.try_update(Option::take) else { return };
        let (work, slug, parting) = (self.work, self.work.slug(), self.work.parting());
        let Some(before) = work.act() else { return };
        spawn_local(async move {
            let answer = ask(&slug, before.revision, &act).await;
            if work.is_here() {
                self.tell(&act, answer);
                return;
            }
            let (slug, theirs) = match answer {
                Ok(Some(bench)) => (bench.entry.slug.clone(), draft_of(&bench)),
                Ok(None) => return,
                Err(_) => (slug, before.clone()),
            };
            parting.send(&slug, &before.manifest, theirs).await;
        });
    }

    fn tell(self, act: &Act, answer: Result<Option<Bench>, Error>) {
        self.is_busy.set(false);
        match answer {
            Ok(Some(bench)) => {
                self.toasts.say(said(act, &bench));
                self.work.acted(bench);
            }
            // Nothing more is saved of it.
            Ok(None) => {
                self.toasts.say(t::said_deleted());
                self.here.go(OVERVIEW, Step::On);
            }
            Err(error) => {
                self.trouble.set(Some(error.words()));
                self.work.not_acted();
            }
        }
    }
}

/// `None` when nothing is left of the workflow.
async fn ask(slug: &str, revision: u64, act: &Act) -> Result<Option<Bench>, Error> {
    match act {
        Act::Publish => api::publish(slug, revision).await.map(Some),
        Act::Hide => api::hide(slug).await.map(Some),
        Act::RollBack(version) => api::roll_back(slug, *version).await.map(Some),
        Act::EditFrom(version) => api::edit_from(slug, *version).await.map(Some),
        Act::Discard => api::discard(slug).await,
        Act::Delete => api::delete(slug).await.map(|()| None),
        Act::Cover(picture) => api::set_cover(slug, picture).await.map(Some),
        Act::CoverFrom(job, output) => api::set_cover_from(slug, *job, *output).await.map(Some),
    }
}

/// What was done, in a few words.
fn said(act: &Act, bench: &Bench) -> String {
    match act {
        Act::Publish => t::said_published(bench.entry.published.unwrap_or(bench.entry.newest)),
        Act::Hide => t::said_hidden().to_owned(),
        Act::RollBack(version) => t::said_rolled_back(version),
        Act::EditFrom(version) => t::said_edit_from(version),
        Act::Discard => t::said_discarded().to_owned(),
        Act::Delete => t::said_deleted().to_owned(),
        Act::Cover(_) | Act::CoverFrom(..) => t::said_cover().to_owned(),
    }
}
