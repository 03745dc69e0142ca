//! The list of keys, opened with `?`.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::icon::Icon;
use crate::{
    dom::{Node, view},
    i18n::t,
};

#[component]
pub(crate) fn Keys() -> Node {
    let dialog = NodeRef::<html::Dialog>::new();
    let listening = window_event_listener(ev::keydown, move |event| {
        if event.key() == "?"
            && !is_typing(&event)
            && let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || listening.remove());
    view! {
        <dialog class="keys" node_ref=dialog aria-labelledby="keys-title">
            <form method="dialog" class="keys__head">
                <h2 id="keys-title">{t::keys_title()}</h2>
                <button class="ib" aria-label=t::close()><Icon name="x" /></button>
            </form>
            <dl>
                <dt>{t::keys_run()}</dt>
                <dd><kbd>{modifier()}</kbd><kbd>"↵"</kbd></dd>
                <dt>{t::keys_move()}</dt>
                <dd><kbd>"←"</kbd><kbd>"→"</kbd></dd>
                <dt>{t::keys_close()}</dt>
                <dd><kbd>"Esc"</kbd></dd>
                <dt>{t::keys_help()}</dt>
                <dd><kbd>"?"</kbd></dd>
            </dl>
        </dialog>
    }
}

/// What this keyboard calls the key that goes with Enter.
pub(crate) fn modifier() -> &'static str {
    let platform = window().navigator().platform().unwrap_or_default();
    if platform.starts_with("Mac") || platform.starts_with("iP") { "⌘" } else { t::key_ctrl() }
}

/// The key goes into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.is_content_editable()
    })
}
