//! On or off.

use leptos::prelude::*;
use wire::Field;

use super::{labelled::Labelled, slot::Slot};
use crate::form::{Change, Entry};

/// A switch with its name beside it.
#[component]
pub(super) fn BooleanField(slot: Slot, field: Field) -> impl IntoView {
    let on = Memo::new(move |_| slot.with(|row| row.entry == Entry::Switch(true)));
    view! {
        <Labelled slot field class="field--switch">
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=slot.id()
                aria-invalid=slot.invalid()
                aria-describedby=slot.described_by()
                prop:checked=move || on.get()
                on:change=move |event| slot.apply(Change::Switch(event_target_checked(&event)))
            />
        </Labelled>
    }
}
