//! An act that the server is asked for: one at a time, and told when it is done or why it is not.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::Error,
    browser,
    dom::{Node, view},
    reactive::RwSignal,
    studio::editor::setting::Wrong,
    toasts::{Toasts, use_toasts},
};

/// Acts of one section of a page.
#[derive(Clone, Copy)]
pub(crate) struct Doing {
    is_busy: RwSignal<bool>,
    trouble: RwSignal<Option<String>>,
    toasts: Toasts,
    /// Takes the focus afterwards: what had it may be gone.
    heading: &'static str,
}

impl Doing {
    /// For the section whose heading has this id.
    pub(crate) fn new(heading: &'static str) -> Self {
        Self {
            is_busy: RwSignal::new(false),
            trouble: RwSignal::new(None),
            toasts: use_toasts(),
            heading,
        }
    }

    /// Whether an answer is on its way.
    pub(crate) fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Does it, unless something else is being done; then says so and calls `then`.
    pub(crate) fn carry_out<T: 'static>(
        self,
        act: impl Future<Output = Result<T, Error>> + 'static,
        said: impl Into<String>,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.trouble.set(None);
        let said = said.into();
        spawn_local(async move {
            let answer = act.await;
            // The person may have gone elsewhere meanwhile.
            if self.is_busy.try_update(|is_busy| *is_busy = false).is_none() {
                return;
            }
            match answer {
                Ok(answer) => {
                    if !said.is_empty() {
                        self.toasts.say(said);
                    }
                    browser::focus(self.heading);
                    then(answer);
                }
                Err(error) => self.trouble.set(Some(error.words())),
            }
        });
    }
}

/// Why the last act was not done.
#[component]
pub(crate) fn Told(doing: Doing) -> Node {
    view! { {move || doing.trouble.get().map(|words| view! { <Wrong words /> })} }
}
