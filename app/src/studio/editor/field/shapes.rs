//! The shapes of a size, and its limits.

use leptos::prelude::*;
use serde_json::json;
use wire::{FieldManifest, Shape, Size};

use super::super::{
    setting::{Add, NumberSetting, Remove, bare_number, bare_text},
    slot::{Held, Slot},
};
use crate::{
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::t,
};

/// A new shape begins with these pixels.
const FIRST: Size = Size { width: 1024, height: 1024 };

#[component]
pub(super) fn SizeLimits(held: Held) -> Node {
    let count = memo(move |_| held.see(|field| field.shapes.len()));
    let add = Callback::new(move |()| {
        held.change(|field| field.shapes.push(Shape { label: "1:1".into(), size: FIRST }));
    });
    let min = held.slot("min", |field| field.min, |field, number| field.min = number);
    let max = held.slot("max", |field| field.max, |field, number| field.max = number);
    let step = held.slot("step", |field| field.step, |field, number| field.step = number);
    view! {
        <div class="field" role="group" aria-labelledby="s-shapes">
            <div class="field__head"><span class="field__label" id="s-shapes">{t::setting_shapes()}</span></div>
            <ul class="rows">
                {move || (0..count.get()).map(|place| view! { <ShapeRow held place /> }).collect::<Node>()}
            </ul>
            <div class="binds"><Add label=t::shapes_add() on_click=add /></div>
        </div>
        <div class="pair">
            <NumberSetting slot=min label=t::setting_min() />
            <NumberSetting slot=max label=t::setting_max() />
            <NumberSetting slot=step label=t::setting_step() />
        </div>
        <DefaultSize held />
    }
}

#[component]
fn ShapeRow(held: Held, place: usize) -> Node {
    let number = place + 1;
    let label = held
        .slot(
            "shape",
            move |field| {
                field.shapes.get(place).map(|shape| shape.label.clone()).unwrap_or_default()
            },
            move |field: &mut FieldManifest, text| {
                if let Some(shape) = field.shapes.get_mut(place) {
                    shape.label = text;
                }
            },
        )
        .number(place);
    let width = side(held, place, "width", |size| size.width, |size, side| size.width = side);
    let height = side(held, place, "height", |size| size.height, |size, side| size.height = side);
    let what = held
        .peek(|field| field.shapes.get(place).map(|shape| shape.label.clone()).unwrap_or_default());
    let remove = Callback::new(move |()| {
        held.change(|field| {
            field.shapes.remove(place);
        });
    });
    view! {
        <li class="row row--shape">
            {bare_text(&label, t::shape_label(number))}
            {bare_number(&width, t::shape_width(number))}
            <span aria-hidden="true">"×"</span>
            {bare_number(&height, t::shape_height(number))}
            <Remove what on_click=remove />
        </li>
    }
}

fn side(
    held: Held,
    place: usize,
    key: &'static str,
    read: fn(&Size) -> u32,
    write: fn(&mut Size, u32),
) -> Slot<Option<f64>> {
    held.slot(
        key,
        move |field| field.shapes.get(place).map(|shape| f64::from(read(&shape.size))),
        move |field, number: Option<f64>| {
            if let (Some(shape), Some(number)) = (field.shapes.get_mut(place), number) {
                write(&mut shape.size, number as u32);
            }
        },
    )
    .number(place)
}

/// What stands in the field at first: one of its shapes.
#[component]
fn DefaultSize(held: Held) -> Node {
    let shapes = memo(move |_| held.see(|field| field.shapes.clone()));
    (move || {
        let shapes = shapes.get();
        let word = |size: Size| format!("{}x{}", size.width, size.height);
        let options = shapes.iter().map(|shape| {
            (word(shape.size), t::shape_named(&shape.label, shape.size.width, shape.size.height))
        });
        let options = options.collect::<Vec<_>>();
        let slot = held.slot(
            "default",
            move |field| {
                let side =
                    |key: &str| field.default.as_ref()?.get(key)?.as_u64().map(|side| side as u32);
                let size = side("width").zip(side("height"));
                size.map(|(width, height)| word(Size { width, height })).unwrap_or_default()
            },
            move |field, chosen: String| {
                let shape = shapes.iter().find(|shape| word(shape.size) == chosen);
                let size =
                    |shape: &Shape| json!({"width": shape.size.width, "height": shape.size.height});
                field.default = shape.map(size);
            },
        );
        view! { <super::SelectSetting slot label=t::setting_default() options /> }
    })
    .into_node()
}
