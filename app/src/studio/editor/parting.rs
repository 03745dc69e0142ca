//! What was typed last, when the page was left before the server could be told.

use std::sync::{Arc, OnceLock};

use wire::{Manifest, studio::SaveDraft};

use crate::{api, studio::state::saving};

/// What stood on the page when it was left. Whoever waits for an answer keeps a copy: nothing else of the page is
/// there any more when it comes.
#[derive(Clone, Default)]
pub(super) struct Parting(Arc<OnceLock<Manifest>>);

impl Parting {
    /// The page is left with `now` on it.
    pub(super) fn leave(&self, now: Manifest) {
        // A page is left once.
        let _ = self.0.set(now);
    }

    /// Sends what the workflow called `slug` lacks: of `before` the server has made `theirs`.
    pub(super) async fn send(&self, slug: &str, before: &Manifest, theirs: SaveDraft) {
        let draft = self.0.get().and_then(|now| saving::last(before, now, theirs));
        if let Some(draft) = draft {
            // Nobody is there to be told that it failed.
            let _ = api::studio::save(slug, &draft).await;
        }
    }
}
