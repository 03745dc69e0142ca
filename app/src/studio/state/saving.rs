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

    /// The newest revision that is known.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// How `now` stands.
    pub(crate) fn status(&self, now: &Manifest) -> Status {
        match &self.hindrance {
            Some(hindrance) => Status::Hindered(hindrance.clone()),
            None if self.sending.is_none() && self.saved == *now => Status::Saved,
            None => Status::Saving,
        }
    }

    /// What to send, if it is time to: the server lacks something, nothing is on its way, and nobody else
    /// was faster.
    pub(crate) fn begin(&mut self, now: &Manifest) -> Option<SaveDraft> {
        let waits = self.sending.is_some() || self.hindrance == Some(Hindrance::Overtaken);
        if waits || self.saved == *now {
            return None;
        }
        self.hindrance = None;
        self.sending = Some(now.clone());
        Some(SaveDraft { manifest: now.clone(), revision: self.revision })
    }

    /// What was on its way has arrived, and is `revision`.
    pub(crate) fn done(&mut self, revision: u64) {
        if let Some(sent) = self.sending.take() {
            self.saved = sent;
        }
        self.revision = revision;
        self.hindrance = None;
    }

    /// What was on its way was not taken.
    pub(crate) fn hindered(&mut self, by: Hindrance) {
        self.sending = None;
        self.hindrance = Some(by);
    }

    /// The person prefers their own over what somebody else made of it, which is `revision`.
    pub(crate) fn insist(&mut self, theirs: Manifest, revision: u64) {
        *self = Self::new(theirs, revision);
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
}
