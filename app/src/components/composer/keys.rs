//! `Ctrl` or `⌘` with `Enter` runs, from anywhere on the page; `Escape` lets the sheet down.

use leptos::{ev, ev::KeyboardEvent, prelude::*};

use super::Parts;
use crate::browser;

/// Listens for as long as the composer is there.
pub(super) fn listen(parts: Parts) {
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.default_prevented() || browser::is_dialog_open() {
            return;
        }
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                parts.send();
            }
            "Escape" => parts.is_open.set(false),
            _ => (),
        }
    });
    on_cleanup(move || listener.remove());
}
