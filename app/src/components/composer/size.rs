//! The size of the picture, as shapes.

use leptos::prelude::*;
use wire::{Field, FieldKind, Shape, Size};

use super::{hold::Hold, labelled::Labelled};
use crate::{
    dom::{Node, view},
    form::{Change, Entry},
    i18n::t,
    reactive::{Memo, memo},
};

/// One of the host's proportions.
#[component]
pub(super) fn SizeField(hold: Hold, field: Field) -> Node {
    let FieldKind::Size { shapes, .. } = field.kind.clone() else {
        unreachable!("drawn for sizes only")
    };
    let size = memo(move |_| {
        hold.see(|row| match row.entry {
            Entry::Size(size) => size,
            _ => Size { width: 0, height: 0 },
        })
    });
    let value = memo(move |_| size.see(|size| Some(t::size_value(size.width, size.height))));
    let shapes =
        shapes.into_iter().map(|shape| view! { <ShapeOption hold size shape/> }).collect::<Node>();
    view! {
        <Labelled hold field group=true value>
            <div class="shapes">{shapes}</div>
        </Labelled>
    }
}

#[component]
fn ShapeOption(hold: Hold, size: Memo<Size>, shape: Shape) -> Node {
    let Shape { label, size: own } = shape;
    let ratio = f64::from(own.width) / f64::from(own.height.max(1));
    view! {
        <label class="shape" style=("--r", ratio)>
            <input
                type="radio"
                name=hold.id()
                aria-describedby=hold.described_by()
                prop:checked=move || size.get() == own
                on:change=move |_| hold.apply(Change::Size(own))
            />
            <i></i>
            {label}
        </label>
    }
}
