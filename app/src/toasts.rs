//! Short words that come and go: "Copied", "Deleted · Undo".

use std::{collections::VecDeque, time::Duration};

use leptos::prelude::*;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(5);

/// How long one that can be undone stays.
const STAYS_UNDO: Duration = Duration::from_secs(9);

/// The toasts on screen.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    pub(crate) shown: RwSignal<VecDeque<Toast>>,
    next: StoredValue<u32>,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) number: u32,
    pub(crate) words: String,
    /// What the button says, and does.
    pub(crate) action: Option<(String, Callback<()>)>,
}

/// What [`provide`] provides.
pub(crate) fn use_toasts() -> Toasts {
    expect_context()
}

pub(crate) fn provide() {
    let shown = RwSignal::new(VecDeque::new());
    provide_context(Toasts { shown, next: StoredValue::new(0) });
}

impl Toasts {
    /// Says something for a few seconds.
    pub(crate) fn say(self, words: impl Into<String>) {
        self.put(words.into(), None);
    }

    /// The same with a button beside it.
    pub(crate) fn offer(
        self,
        words: impl Into<String>,
        button: impl Into<String>,
        action: impl Fn() + Send + Sync + 'static,
    ) {
        let action = Callback::new(move |()| action());
        self.put(words.into(), Some((button.into(), action)));
    }

    /// Takes one away.
    pub(crate) fn dismiss(self, number: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.number != number));
    }

    fn put(self, words: String, action: Option<(String, Callback<()>)>) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let stays = if action.is_some() { STAYS_UNDO } else { STAYS };
        self.shown.update(|shown| shown.push_back(Toast { number, words, action }));
        set_timeout(move || self.dismiss(number), stays);
    }
}
