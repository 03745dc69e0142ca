//! What guests may enter: lengths, ranges, sizes of files.

use leptos::prelude::*;
use serde_json::Value;
use wire::{Ends, FieldManifest, FieldType};

use super::{
    super::{
        setting::{NumberSetting, SwitchSetting, TextSetting},
        slot::{Held, Slot},
    },
    switch,
};
use crate::{
    dom::{Node, view},
    studio::{state::values, t},
};

/// Bytes in a megabyte, pixels in a megapixel.
const MEGA: f64 = 1e6;

/// A number of the manifest that may be missing.
fn number(
    held: Held,
    key: &'static str,
    read: fn(&FieldManifest) -> Option<f64>,
    write: fn(&mut FieldManifest, Option<f64>),
) -> Slot<Option<f64>> {
    held.slot(key, read, write)
}

#[component]
pub(super) fn TextLimits(held: Held) -> Node {
    let default = held.slot(
        "default",
        |field| field.default.as_ref().map(values::words).unwrap_or_default(),
        |field, text: String| field.default = (!text.is_empty()).then(|| text.into()),
    );
    let longest = number(
        held,
        "max_length",
        |field| field.max_length.map(f64::from),
        |field, most| field.max_length = most.map(|most| most.max(1.0) as u32),
    );
    view! {
        <TextSetting slot=default label=t::setting_default() optional=true lines=true />
        <NumberSetting slot=longest label=t::setting_max_length() optional=true />
        {switch(held, "multiline", |field| field.multiline, |field, on| field.multiline = on, (t::setting_multiline(), t::setting_multiline_help()))}
    }
}

#[component]
pub(super) fn NumberLimits(held: Held, kind: FieldType) -> Node {
    let default = held.slot(
        "default",
        |field| field.default.as_ref().and_then(Value::as_f64),
        move |field, number| field.default = number.map(|number| values::number(kind, number)),
    );
    let min = number(held, "min", |field| field.min, |field, number| field.min = number);
    let max = number(held, "max", |field| field.max, |field, number| field.max = number);
    let step = number(held, "step", |field| field.step, |field, number| field.step = number);
    view! {
        <div class="pair">
            <NumberSetting slot=min label=t::setting_min() />
            <NumberSetting slot=max label=t::setting_max() />
            <NumberSetting slot=step label=t::setting_step() />
        </div>
        <NumberSetting slot=default label=t::setting_default() />
        <EndWords held />
    }
}

/// Words at both ends of a slider.
#[component]
fn EndWords(held: Held) -> Node {
    let low = end(held, "low", |ends| &ends.low, |ends| &mut ends.low);
    let high = end(held, "high", |ends| &ends.high, |ends| &mut ends.high);
    view! {
        <div class="pair pair--2">
            <TextSetting slot=low label=t::setting_low() optional=true />
            <TextSetting slot=high label=t::setting_high() optional=true />
        </div>
    }
}

fn end(
    held: Held,
    key: &'static str,
    read: fn(&Ends) -> &String,
    write: fn(&mut Ends) -> &mut String,
) -> Slot<String> {
    held.slot(
        key,
        move |field| field.ends.as_ref().map(|ends| read(ends).clone()).unwrap_or_default(),
        move |field, text| {
            let none = Ends { low: String::new(), high: String::new() };
            let mut ends = field.ends.take().unwrap_or_else(|| none.clone());
            *write(&mut ends) = text;
            field.ends = (ends != none).then_some(ends);
        },
    )
}

#[component]
pub(super) fn BooleanDefault(held: Held) -> Node {
    let slot = held.slot(
        "default",
        |field| field.default == Some(Value::Bool(true)),
        |field, on| field.default = Some(on.into()),
    );
    view! { <SwitchSetting slot label=t::setting_default_on() /> }
}

#[component]
pub(super) fn FileLimits(held: Held, kind: FieldType) -> Node {
    let bytes = number(
        held,
        "max_bytes",
        |field| field.max_bytes.map(|bytes| bytes as f64 / MEGA),
        |field, most| field.max_bytes = most.map(|most| (most * MEGA) as u64),
    );
    let pixels = number(
        held,
        "max_pixels",
        |field| field.max_pixels.map(|pixels| pixels as f64 / MEGA),
        |field, most| field.max_pixels = most.map(|most| (most * MEGA) as u64),
    );
    let is_picture = matches!(kind, FieldType::Image | FieldType::Mask);
    view! {
        <div class="pair pair--2">
            <NumberSetting slot=bytes label=t::setting_max_bytes() optional=true />
            {is_picture.then(|| view! { <NumberSetting slot=pixels label=t::setting_max_pixels() optional=true /> })}
        </div>
        {switch(held, "prunes", |field| field.prunes, |field, on| {
            field.prunes = on;
            field.required &= !on;
        }, (t::setting_prunes(), t::setting_prunes_help()))}
    }
}
