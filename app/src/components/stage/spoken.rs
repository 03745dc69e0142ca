//! What a screen reader hears of a run: politely, and at most every few seconds.

use std::time::Duration;

use leptos::prelude::*;
use wire::Millis;

use super::{Shown, telling::spoken};
use crate::{
    browser,
    dom::{Node, view},
    reactive::{Memo, RwSignal, StoredValue, effect, memo},
};

/// The shortest time between two sentences, in milliseconds.
const GAP_MS: Millis = 3_000;

#[component]
pub(super) fn Spoken(shown: Shown) -> Node {
    let sentence =
        memo(move |_| shown.phase.see(|phase| phase.as_ref().map(spoken).unwrap_or_default()));
    let said = throttled(sentence);
    view! { <p class="sr" role="status" aria-live="polite">{said}</p> }
}

/// Follows `source`, at most once in [`GAP_MS`]; the last value is always said in the end.
fn throttled(source: Memo<String>) -> RwSignal<String> {
    let said = RwSignal::new(source.get_untracked());
    let last = StoredValue::new(browser::now());
    let mut waiting = None::<TimeoutHandle>;
    effect(move || {
        source.track();
        if let Some(timeout) = waiting.take() {
            timeout.clear();
        }
        let wait = (last.get_value() + GAP_MS - browser::now()).max(0);
        let speak = move || {
            if let Some(sentence) = source.try_get_untracked() {
                last.set_value(browser::now());
                said.set(sentence);
            }
        };
        waiting = set_timeout_with_handle(speak, Duration::from_millis(wait.unsigned_abs())).ok();
    });
    said
}
