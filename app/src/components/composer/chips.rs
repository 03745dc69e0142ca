//! What the small sheet shows of the settings while it is closed.

use leptos::prelude::*;
use wire::{Field, FieldKind, Size};

use super::{Parts, hold::Hold};
use crate::{
    components::icon::Icon,
    dom::{Node, view},
    form::Entry,
    i18n::t,
    reactive::memo,
};

/// The picture, the size, and the way to everything else.
#[component]
pub(super) fn Chips(parts: Parts, fields: Vec<Field>) -> Node {
    let open = Callback::new(move |()| parts.is_open.set(true));
    let first = |fits: fn(&FieldKind) -> bool| fields.iter().find(|field| fits(&field.kind));
    let hold = |field: &Field| Hold::new(parts.form, &field.name);
    let picture = first(|kind| matches!(kind, FieldKind::Image { .. }));
    let size = first(|kind| matches!(kind, FieldKind::Size { .. }));
    view! {
        <div class="composer__chips">
            {picture.map(|field| view! { <PictureChip hold=hold(field) label=field.label.clone() open/> })}
            {size.map(|field| view! { <SizeChip hold=hold(field) field=field.clone() open/> })}
            <button type="button" class="chip chip--all" aria-label=t::composer_all() on:click=move |_| open.run(())>
                <Icon name="sliders"/>
            </button>
        </div>
    }
}

#[component]
fn PictureChip(hold: Hold, label: String, open: Callback<()>) -> Node {
    let picture = memo(move |_| {
        hold.see(|row| match &row.entry {
            Entry::Picture(Some(picture)) => Some((picture.preview.clone(), picture.name.clone())),
            _ => None,
        })
    });
    let words = move || {
        picture.get().map_or_else(|| label.clone(), |(_, name)| t::field_named(&label, name))
    };
    view! {
        <button type="button" class="chip chip--pic" on:click=move |_| open.run(())>
            <span class="sr">{words}</span>
            {move || match picture.get() {
                Some((preview, _)) => view! { <img src=preview alt=""/> },
                None => view! { <Icon name="image"/> },
            }}
        </button>
    }
}

#[component]
fn SizeChip(hold: Hold, field: Field, open: Callback<()>) -> Node {
    let label = field.label.clone();
    let words = memo(move |_| {
        let size = hold.see(|row| match row.entry {
            Entry::Size(size) => size,
            _ => Size { width: 1, height: 1 },
        });
        (name(size, &field.kind), f64::from(size.width) / f64::from(size.height.max(1)))
    });
    view! {
        <button
            type="button"
            class="chip chip--size"
            on:click=move |_| open.run(())
        >
            <span class="sr">{label}</span>
            <span class="chip__shape" aria-hidden="true" style=("--r", move || words.read().1)></span>
            {move || words.get().0}
        </button>
    }
}

/// What the host calls this size, else its pixels.
fn name(size: Size, kind: &FieldKind) -> String {
    let FieldKind::Size { shapes, .. } = kind else { return String::new() };
    let shape = shapes.iter().find(|shape| shape.size == size);
    shape.map_or_else(|| t::size_value(size.width, size.height), |shape| shape.label.clone())
}
