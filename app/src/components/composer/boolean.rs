//! On or off.

use leptos::prelude::*;
use wire::Field;

use super::{hold::Hold, labelled::Labelled};
use crate::{
    dom::{Node, view},
    form::{Change, Entry},
    reactive::memo,
};

/// A switch with its name beside it.
#[component]
pub(super) fn BooleanField(hold: Hold, field: Field) -> Node {
    let on = memo(move |_| hold.see(|row| row.entry == Entry::Switch(true)));
    view! {
        <Labelled hold field class="field--switch">
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=hold.id()
                aria-invalid=hold.invalid()
                aria-describedby=hold.described_by()
                prop:checked=move || on.get()
                on:change=move |event| hold.apply(Change::Switch(event_target_checked(&event)))
            />
        </Labelled>
    }
}
