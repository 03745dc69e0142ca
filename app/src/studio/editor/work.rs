//! What the panes of the editor share: the manifest with its history, what the server says of it, and what
//! is being looked at.

use std::time::Duration;

use leptos::{leptos_dom::helpers::WindowListenerHandle, prelude::*, task::spawn_local};
use wire::{
    Inputs, Manifest,
    studio::{Bench, SaveDraft, Trouble},
};

use super::parting::Parting;
use crate::{
    api, browser,
    reactive::{Memo, RwSignal, StoredValue, memo, watch},
    studio::{
        address,
        state::{
            self, arrange,
            history::{History, Mark},
            saving::{Hindrance, Saving, Status},
        },
    },
};

/// An edit is sent this long after the last.
const A_MOMENT: Duration = Duration::from_millis(400);

/// One of the places of the editor. Wide screens show them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    Form,
    Field,
    Preview,
}

/// Shared by everything in the editor.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    slug: StoredValue<String>,
    history: RwSignal<History>,
    saving: RwSignal<Saving>,
    /// As the server answered last.
    pub(crate) bench: RwSignal<Bench>,
    /// The field that is looked at; `None`: the workflow as a whole.
    pub(crate) chosen: RwSignal<Option<String>>,
    pub(crate) pane: RwSignal<Pane>,
    /// What stands in the preview and is not as the host would have it at first.
    pub(crate) tried: RwSignal<Inputs>,
    /// Edits so far, so that only the last of several waits to be sent.
    edits: StoredValue<u32>,
    parting: StoredValue<Parting>,
}

/// Puts a workflow on the bench.
pub(crate) fn provide(bench: Bench) -> Work {
    let draft = bench.draft.clone();
    let work = Work {
        slug: StoredValue::new(bench.entry.slug.clone()),
        history: RwSignal::new(History::new(draft.manifest.clone())),
        saving: RwSignal::new(Saving::new(draft.manifest, draft.revision)),
        bench: RwSignal::new(bench),
        chosen: RwSignal::new(None),
        pane: RwSignal::new(Pane::Form),
        tried: RwSignal::default(),
        edits: StoredValue::new(0),
        parting: StoredValue::new(Parting::default()),
    };
    watch(move || work.history.see(|history| history.now().clone()), move |_| work.save_soon());
    let leaving = warn_before_leaving(work);
    on_cleanup(move || {
        leaving.remove();
        work.save();
        work.parting().leave(work.peek(Clone::clone));
    });
    work
}

/// The browser asks before it closes a page with something that the server does not have yet.
fn warn_before_leaving(work: Work) -> WindowListenerHandle {
    window_event_listener(leptos::ev::beforeunload, move |event| {
        if work.is_here()
            && work.saving.peek(|saving| work.peek(|now| saving.status(now))) != Status::Saved
        {
            work.save();
            event.prevent_default();
        }
    })
}

impl Work {
    /// Name in URLs.
    pub(crate) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// Looks at the manifest, and again whenever it changes.
    pub(crate) fn see<R>(self, look: impl FnOnce(&Manifest) -> R) -> R {
        self.history.see(|history| look(history.now()))
    }

    /// Looks at the manifest once.
    pub(crate) fn peek<R>(self, look: impl FnOnce(&Manifest) -> R) -> R {
        self.history.peek(|history| look(history.now()))
    }

    /// Changes the manifest as one step.
    pub(crate) fn change(self, change: impl FnOnce(&mut Manifest)) {
        self.history.update(|history| history.change(None, change));
    }

    /// The same while something is being typed: with what came before it is one step.
    pub(crate) fn change_on(self, mark: Mark, change: impl FnOnce(&mut Manifest)) {
        self.history.update(|history| history.change(Some(mark), change));
    }

    /// The person went on to something else.
    pub(crate) fn pause(self) {
        self.history.update(History::pause);
    }

    pub(crate) fn undo(self) {
        self.history.update(History::undo);
        self.look_at_what_is_there();
    }

    pub(crate) fn redo(self) {
        self.history.update(History::redo);
        self.look_at_what_is_there();
    }

    pub(crate) fn can_undo(self) -> bool {
        self.history.see(History::can_undo)
    }

    pub(crate) fn can_redo(self) -> bool {
        self.history.see(History::can_redo)
    }

    /// Looks at a field, or at the workflow as a whole.
    pub(crate) fn choose(self, field: Option<String>) {
        self.pause();
        self.chosen.set(field);
        self.pane.set(Pane::Field);
    }

    /// Takes a field out of the form.
    pub(crate) fn remove(self, name: &str) {
        self.change(|manifest| arrange::remove(manifest, name));
        self.chosen.set(None);
        self.pane.set(Pane::Form);
    }

    /// A field that is not there any more cannot be looked at.
    fn look_at_what_is_there(self) {
        let is_gone = self.chosen.peek(|chosen| {
            let chosen = chosen.as_ref();
            chosen.is_some_and(|name| self.peek(|all| state::field(all, name).is_none()))
        });
        if is_gone {
            self.chosen.set(None);
        }
    }

    /// What is wrong with this key of this field; without a field, of the workflow.
    pub(crate) fn troubles(self, field: Option<&str>, key: &str) -> Vec<Trouble> {
        let is_it =
            |one: &&Trouble| one.field.as_deref() == field && one.key.as_deref() == Some(key);
        self.bench.see(|bench| bench.problems.iter().filter(is_it).cloned().collect())
    }

    /// How the draft stands with the server.
    pub(crate) fn status(self) -> Memo<Status> {
        memo(move |_| self.see(|now| self.saving.see(|saving| saving.status(now))))
    }

    /// For whoever waits for an answer, and may be left alone with it.
    pub(super) fn parting(self) -> Parting {
        self.parting.get_value()
    }

    /// The page is still about this workflow.
    pub(crate) fn is_here(self) -> bool {
        self.edits.update_value(|_| ()).is_some()
    }

    fn save_soon(self) {
        let turn = self.edits.get_value() + 1;
        self.edits.set_value(turn);
        let is_last = move || self.edits.update_value(|edits| *edits == turn) == Some(true);
        set_timeout(
            move || {
                if is_last() {
                    self.save();
                }
            },
            A_MOMENT,
        );
    }

    /// Sends what the server lacks, now.
    pub(crate) fn save(self) {
        let now = self.peek(Clone::clone);
        let Some(Some(draft)) = self.saving.try_update(|saving| saving.begin(&now)) else { return };
        spawn_local(self.send((self.slug(), self.parting()), draft));
    }

    async fn send(self, (slug, parting): (String, Parting), draft: SaveDraft) {
        let answer = api::studio::save(&slug, &draft).await;
        match answer {
            Ok(bench) if !self.is_here() => {
                parting.send(&bench.entry.slug, &draft.manifest, draft_of(&bench)).await;
            }
            Err(_) if !self.is_here() => (),
            Ok(bench) => self.sent(bench),
            Err(error) => {
                let by = if error.is_conflict() {
                    Hindrance::Overtaken
                } else {
                    Hindrance::Failed(error.words())
                };
                self.saving.update(|saving| saving.hindered(by));
            }
        }
    }

    fn sent(self, bench: Bench) {
        let revision = bench.draft.revision;
        if self.saving.try_update(|saving| saving.done(revision)) == Some(true) {
            self.follow(&bench.entry.slug);
            self.bench.set(bench);
            // What was typed meanwhile.
            self.save();
        }
    }

    /// Something is done with what the server has: this. Nothing is sent until it is [`Work::acted`] or not.
    /// `None` when the page is gone.
    pub(super) fn act(self) -> Option<SaveDraft> {
        self.saving.try_update(Saving::act)
    }

    /// It was not done: what was typed meanwhile is saved as ever.
    pub(super) fn not_acted(self) {
        self.saving.update(Saving::not_acted);
        self.save();
    }

    /// It was done. What was typed meanwhile becomes a draft over what the server made of it.
    pub(super) fn acted(self, bench: Bench) {
        let now = self.peek(Clone::clone);
        let next = self.saving.try_update(|saving| saving.acted(&now, draft_of(&bench)));
        if let Some(next) = next {
            self.hold(next, bench);
            self.save();
        }
    }

    /// Takes over what somebody else made of the draft, as a step that can be undone.
    pub(crate) fn take(self, bench: Bench) {
        let theirs = draft_of(&bench);
        let manifest = theirs.manifest.clone();
        self.saving.update(|saving| saving.insist(theirs.manifest, theirs.revision));
        self.hold(manifest, bench);
    }

    /// This is the manifest now, and that is how the server has it.
    fn hold(self, manifest: Manifest, bench: Bench) {
        self.change(|now| *now = manifest);
        self.look_at_what_is_there();
        self.follow(&bench.entry.slug);
        self.bench.set(bench);
    }

    /// The same, but what is on this page goes over what somebody else made of it.
    pub(crate) fn insist(self, bench: Bench) {
        let theirs = bench.draft.clone();
        self.saving.update(|saving| saving.insist(theirs.manifest, theirs.revision));
        self.bench.set(bench);
        self.save();
    }

    /// Asks what somebody else made of the draft, and does with it what the person wants.
    pub(crate) fn settle(self, how: fn(Self, Bench)) {
        spawn_local(async move {
            let answer = api::studio::bench(&self.slug()).await;
            if !self.is_here() {
                return;
            }
            match answer {
                Ok(bench) => how(self, bench),
                Err(error) => self.saving.update(|saving| saving.unsettled(error.words())),
            }
        });
    }

    /// The workflow has another address from now on.
    fn follow(self, slug: &str) {
        if self.slug() != slug {
            self.slug.set_value(slug.to_owned());
            browser::readdress(&address::workflow(slug));
        }
    }
}

/// The draft as the server has it.
pub(super) fn draft_of(bench: &Bench) -> SaveDraft {
    SaveDraft { manifest: bench.draft.manifest.clone(), revision: bench.draft.revision }
}
