//! A button for what cannot be undone: it asks first.

use leptos::{html, prelude::*};

use crate::{
    dom::{Node, view},
    reactive::{RwSignal, Show},
    studio::t,
};

/// Asks, and then calls `on_sure`.
#[component]
pub(crate) fn Sure(
    /// On the button, and on the one that is sure.
    #[prop(into)]
    label: String,
    /// Which of several it is, to whoever does not see it.
    #[prop(optional, into)]
    named: Option<String>,
    /// What happens then.
    #[prop(into)]
    asks: String,
    on_sure: Callback<()>,
) -> Node {
    let is_asking = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let on_leave = Callback::new(move |()| {
        is_asking.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    });
    let (asks, sure) = (StoredValue::new(asks), StoredValue::new(label.clone()));
    view! {
        <button
            type="button"
            class="btn btn--bad"
            node_ref=button
            aria-label=named
            aria-expanded=move || if is_asking.get() { "true" } else { "false" }
            on:click=move |_| is_asking.update(|is_asking| *is_asking = !*is_asking)
        >
            {label}
        </button>
        <Show when=move || is_asking.get()>
            <Ask asks=asks.get_value() sure=sure.get_value() on_leave on_sure />
        </Show>
    }
}

#[component]
fn Ask(asks: String, sure: String, on_leave: Callback<()>, on_sure: Callback<()>) -> Node {
    let leave = NodeRef::<html::Button>::new();
    leave.on_load(|leave| {
        let _ = leave.focus();
    });
    let go = move |_| {
        on_leave.run(());
        on_sure.run(());
    };
    view! {
        <div class="notice" role="group" aria-label=sure.clone()>
            <p>{asks}</p>
            <button type="button" class="btn btn--bad" on:click=go>{sure}</button>
            <button type="button" class="btn" node_ref=leave on:click=move |_| on_leave.run(())>{t::sure_not()}</button>
        </div>
    }
}
