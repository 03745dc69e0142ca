//! One of several: the browser's own list for a few, one with a search for many.

use leptos::prelude::*;
use wire::{Choice, Field, FieldKind};

use super::{hold::Hold, labelled::Labelled, pick::Pick};
use crate::{
    dom::{Node, view},
    form::{Change, Entry},
    reactive::{Memo, StoredValue, memo},
};

/// More options than this get a search.
const MOST_IN_SIGHT: usize = 8;

/// One of the host's options.
#[component]
pub(super) fn ChoiceField(hold: Hold, field: Field) -> Node {
    let FieldKind::Choice { options, .. } = field.kind.clone() else {
        unreachable!("drawn for choices only")
    };
    let options = StoredValue::new(options);
    let chosen = memo(move |_| hold.see(|row| chosen(&row.entry, options)));
    let label = field.label.clone();
    // Pictures say more than names, and the browser's own list shows none.
    let long = options.with_value(|options| {
        options.len() > MOST_IN_SIGHT || options.iter().any(|option| option.thumb.is_some())
    });
    view! {
        <Labelled hold field>
            {if long {
                view! { <Pick hold options chosen label/> }
            } else {
                view! { <Select hold options chosen/> }
            }}
        </Labelled>
    }
}

/// Which option stands in the field.
fn chosen(entry: &Entry, options: StoredValue<Vec<Choice>>) -> Option<usize> {
    let Entry::Choice(value) = entry else { return None };
    options.with_value(|options| options.iter().position(|option| option.value == *value))
}

#[component]
fn Select(hold: Hold, options: StoredValue<Vec<Choice>>, chosen: Memo<Option<usize>>) -> Node {
    let choose = move |text: String| {
        let option = text
            .parse()
            .ok()
            .and_then(|index: usize| options.with_value(|options| options.get(index).cloned()));
        if let Some(option) = option {
            hold.apply(Change::Choose(option.value));
        }
    };
    let entries = options.with_value(|options| {
        let entry = |(index, option): (usize, &Choice)| {
            let label = option.label.clone();
            view! { <option value=index prop:selected=move || chosen.get() == Some(index)>{label}</option> }
        };
        options.iter().enumerate().map(entry).collect::<Node>()
    });
    view! {
        <select
            class="input"
            id=hold.id()
            aria-invalid=hold.invalid()
            aria-describedby=hold.described_by()
            on:change=move |event| choose(event_target_value(&event))
        >
            {entries}
        </select>
    }
}
