//! What the server has of a draft.

use wire::{Manifest, studio::SaveDraft};

/// How a draft stands with the server. One `PUT` is on its way at a time, so that none overtakes another.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Saving {
    /// What the server has.
    saved: Manifest,
    /// The number it has under.
    revision: u64,
    /// On its way.
    sending: Option<Manifest>,
    /// Something is being done with what the server has; what is typed meanwhile waits.
    is_acting: bool,
    hindrance: Option<Hindrance>,
}

/// Why nothing is saved any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// Somebody else changed the draft: a person decides whose is right.
    Overtaken,
    /// In a sentence. The next edit, or the person, tries again.
    Failed(String),
}

/// What to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    Saved,
    /// Something is on its way, or will be in a moment.
    Saving,
    Hindered(Hindrance),
}

impl Saving {
    /// The server has `saved`.
    pub(crate) fn new(saved: Manifest, revision: u64) -> Self {
        Self { saved, revision, ..Self::default() }
    }

    /// How `now` stands.
    pub(crate) fn status(&self, now: &Manifest) -> Status {
        match &self.hindrance {
            Some(hindrance) => Status::Hindered(hindrance.clone()),
            None if self.sending.is_none() && self.saved == *now => Status::Saved,
            None => Status::Saving,
        }
    }

    /// What to send, if it is time to: the server lacks something, nothing is on its way or being done, and
    /// nobody else was faster.
    pub(crate) fn begin(&mut self, now: &Manifest) -> Option<SaveDraft> {
        let is_overtaken = self.hindrance == Some(Hindrance::Overtaken);
        let waits = self.sending.is_some() || self.is_acting || is_overtaken;
        if waits || self.saved == *now {
            return None;
        }
        self.hindrance = None;
        self.sending = Some(now.clone());
        Some(SaveDraft { manifest: now.clone(), revision: self.revision })
    }

    /// What was on its way has arrived, and is `revision`; whether anything was.
    pub(crate) fn done(&mut self, revision: u64) -> bool {
        let Some(sent) = self.sending.take() else { return false };
        self.saved = sent;
        self.revision = revision;
        self.hindrance = None;
        true
    }

    /// What was on its way was not taken.
    pub(crate) fn hindered(&mut self, by: Hindrance) {
        if self.sending.take().is_some() {
            self.hindrance = Some(by);
        }
    }

    /// What somebody else made of it could not be had.
    pub(crate) fn unsettled(&mut self, why: String) {
        self.hindrance = Some(Hindrance::Failed(why));
    }

    /// Something is done with what the server has: this.
    pub(crate) fn act(&mut self) -> SaveDraft {
        self.is_acting = true;
        SaveDraft { manifest: self.saved.clone(), revision: self.revision }
    }

    /// It was not done.
    pub(crate) fn not_acted(&mut self) {
        self.is_acting = false;
    }

    /// It was done, and the server has `theirs` of it. What to go on with: that, and over it what was typed
    /// meanwhile.
    pub(crate) fn acted(&mut self, now: &Manifest, theirs: SaveDraft) -> Manifest {
        let next = over(&self.saved, now, theirs.manifest.clone());
        *self = Self::new(theirs.manifest, theirs.revision);
        next
    }

    /// The person prefers their own over what somebody else made of it, which is `revision`.
    pub(crate) fn insist(&mut self, theirs: Manifest, revision: u64) {
        *self = Self::new(theirs, revision);
    }
}

/// What to send when the page was left with `now` on it, and the server has made `theirs` of `before`; nothing when
/// it lacks nothing.
pub(crate) fn last(before: &Manifest, now: &Manifest, theirs: SaveDraft) -> Option<SaveDraft> {
    let manifest = over(before, now, theirs.manifest.clone());
    (manifest != theirs.manifest).then_some(SaveDraft { manifest, ..theirs })
}

/// `theirs`, but of whatever differs between `before` and `now`, what is there now.
fn over(before: &Manifest, now: &Manifest, theirs: Manifest) -> Manifest {
    fn one<T: Clone + PartialEq>(before: &T, now: &T, theirs: T) -> T {
        if now == before { theirs } else { now.clone() }
    }
    Manifest {
        slug: one(&before.slug, &now.slug, theirs.slug),
        title: one(&before.title, &now.title, theirs.title),
        summary: one(&before.summary, &now.summary, theirs.summary),
        cover: one(&before.cover, &now.cover, theirs.cover),
        language: one(&before.language, &now.language, theirs.language),
        makes: one(&before.makes, &now.makes, theirs.makes),
        results: one(&before.results, &now.results, theirs.results),
        policy: one(&before.policy, &now.policy, theirs.policy),
        presets: one(&before.presets, &now.presets, theirs.presets),
        templates: one(&before.templates, &now.templates, theirs.templates),
        fields: one(&before.fields, &now.fields, theirs.fields),
        texts: one(&before.texts, &now.texts, theirs.texts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(title: &str) -> Manifest {
        Manifest { title: title.into(), ..Manifest::default() }
    }

    #[test]
    fn an_edit_is_sent_once_and_then_saved() {
        let (mut saving, now) = (Saving::new(titled("a"), 7), titled("b"));
        assert_eq!(saving.status(&now), Status::Saving);
        assert_eq!(saving.begin(&now).unwrap().revision, 7);
        assert_eq!(saving.begin(&now), None, "it is on its way");
        saving.done(8);
        assert_eq!(saving.status(&now), Status::Saved);
        assert_eq!(saving.begin(&now), None);
    }

    #[test]
    fn what_is_typed_meanwhile_is_sent_next_under_the_new_number() {
        let mut saving = Saving::new(titled("a"), 1);
        saving.begin(&titled("b"));
        saving.done(2);
        let next = saving.begin(&titled("bc")).unwrap();
        assert_eq!((next.manifest.title.as_str(), next.revision), ("bc", 2));
    }

    #[test]
    fn nothing_is_sent_over_somebody_elses_work_until_one_insists() {
        let (mut saving, now) = (Saving::new(titled("a"), 1), titled("b"));
        saving.begin(&now);
        saving.hindered(Hindrance::Overtaken);
        assert_eq!(saving.begin(&now), None);
        assert_eq!(saving.status(&now), Status::Hindered(Hindrance::Overtaken));
        saving.insist(titled("theirs"), 5);
        assert_eq!(saving.begin(&now).unwrap().revision, 5);
    }

    #[test]
    fn after_a_failure_it_is_tried_again() {
        let (mut saving, now) = (Saving::new(titled("a"), 1), titled("b"));
        saving.begin(&now);
        saving.hindered(Hindrance::Failed("The server does not answer.".into()));
        assert!(saving.begin(&now).is_some());
        assert_eq!(saving.status(&now), Status::Saving);
    }

    #[test]
    fn undoing_what_was_never_sent_leaves_nothing_to_save() {
        let saving = Saving::new(titled("a"), 1);
        assert_eq!(saving.status(&titled("a")), Status::Saved);
    }

    /// As the server answers.
    fn answer(manifest: Manifest, revision: u64) -> SaveDraft {
        SaveDraft { manifest, revision }
    }

    fn covered(title: &str) -> Manifest {
        Manifest { cover: Some("covers/1.webp".into()), ..titled(title) }
    }

    #[test]
    fn nothing_is_sent_while_something_is_done_with_the_workflow() {
        let (mut saving, now) = (Saving::new(titled("a"), 3), titled("ab"));
        assert_eq!(saving.act(), answer(titled("a"), 3));
        assert_eq!(saving.begin(&now), None);
        assert_eq!(saving.status(&now), Status::Saving, "it is not forgotten");
        saving.not_acted();
        assert_eq!(saving.begin(&now), Some(answer(now, 3)));
    }

    #[test]
    fn what_was_typed_while_something_was_done_goes_over_the_answer() {
        let mut saving = Saving::new(titled("a"), 3);
        saving.act();
        let next = saving.acted(&titled("ab"), answer(covered("a"), 4));
        assert_eq!(next, covered("ab"), "neither the cover nor the title is lost");
        assert_eq!(saving.begin(&next), Some(answer(next, 4)));
    }

    #[test]
    fn when_nothing_was_typed_the_answer_is_what_there_is() {
        let mut saving = Saving::new(titled("a"), 3);
        saving.act();
        let next = saving.acted(&titled("a"), answer(titled("older"), 4));
        assert_eq!(next, titled("older"));
        assert_eq!(saving.status(&next), Status::Saved);
    }

    #[test]
    fn an_answer_that_nobody_waits_for_changes_nothing() {
        let mut saving = Saving::new(titled("a"), 3);
        assert!(!saving.done(9));
        saving.hindered(Hindrance::Overtaken);
        assert_eq!(saving, Saving::new(titled("a"), 3));
    }

    #[test]
    fn a_page_that_was_left_sends_only_what_the_server_lacks() {
        let sent = titled("a");
        assert_eq!(last(&sent, &titled("a"), answer(sent.clone(), 2)), None);
        assert_eq!(
            last(&sent, &titled("ab"), answer(covered("a"), 2)),
            Some(answer(covered("ab"), 2))
        );
    }
}
