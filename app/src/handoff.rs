//! Something carried from one page to another: *use these settings* in the
//! gallery fills the form of a run page.

use leptos::prelude::*;

use crate::desk::{Desk, Fill};

use crate::reactive::StoredValue;

/// Carries at most one thing.
#[derive(Clone, Copy)]
pub(crate) struct Handoff(StoredValue<Option<(String, Fill)>>);

/// What [`provide`] provides.
pub(crate) fn use_handoff() -> Handoff {
    expect_context()
}

pub(crate) fn provide() {
    provide_context(Handoff(StoredValue::new(None)));
}

impl Handoff {
    /// For the desk of the workflow `slug`, when it is there.
    pub(crate) fn give(self, slug: &str, fill: Fill) {
        self.0.set_value(Some((slug.to_owned(), fill)));
    }

    /// Lays what was given for this desk on it.
    pub(crate) fn receive(self, desk: Desk) {
        let slug = &desk.workflow().about.slug;
        let given = self.0.update_value(|given| given.take_if(|(wanted, _)| wanted == slug));
        if let Some((_, fill)) = given.flatten() {
            desk.fill.set(Some(fill));
        }
    }
}
