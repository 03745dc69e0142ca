//! Short words that come and go: "Copied", "Deleted".

use std::time::Duration;

use leptos::prelude::*;

use crate::reactive::{RwSignal, StoredValue};

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(5);

/// The toasts on screen.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    pub(crate) shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) number: u32,
    pub(crate) words: String,
}

/// What [`provide`] provides.
pub(crate) fn use_toasts() -> Toasts {
    expect_context()
}

pub(crate) fn provide() {
    let shown = RwSignal::new(Vec::new());
    provide_context(Toasts { shown, next: StoredValue::new(0) });
}

impl Toasts {
    /// Says something for a few seconds.
    pub(crate) fn say(self, words: impl Into<String>) {
        let words = words.into();
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.shown.update(|shown| shown.push(Toast { number, words }));
        set_timeout(move || self.dismiss(number), STAYS);
    }

    fn dismiss(self, number: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.number != number));
    }
}
