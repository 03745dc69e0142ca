//! A number: a slider for the hand, a box for the exact value.

use leptos::{ev::KeyboardEvent, prelude::*};
use wire::{Ends, Field, FieldKind};

use super::{hold::Hold, labelled::Labelled};
use crate::{
    dom::{Node, view},
    form::{Change, nudge, parse_number, slides},
    i18n::t,
};

/// Steps that *page up* and *page down* go.
const PAGE: i32 = 10;

/// Lowest, highest, step.
type Limits = (f64, f64, f64);

/// A whole or another number within limits.
#[component]
pub(super) fn NumberField(hold: Hold, field: Field) -> Node {
    let (limits, ends, whole) = match field.kind.clone() {
        FieldKind::Integer { min, max, step, ends, .. } => {
            ((min as f64, max as f64, step as f64), ends, true)
        }
        FieldKind::Number { min, max, step, ends, .. } => ((min, max, step), ends, false),
        _ => unreachable!("drawn for numbers only"),
    };
    let (min, max, step) = limits;
    let sliding = slides(min, max, step);
    let exact_label = sliding.then(|| t::field_exact(&field.label));
    let exact_id = if sliding { hold.part("x") } else { hold.id() };
    view! {
        <Labelled hold field=field.clone()>
            <div class="number" class:number--exact=!sliding>
                {sliding.then(|| view! { <Slider hold limits/> })}
                <Exact hold limits whole id=exact_id label=exact_label/>
                {ends.filter(|_| sliding).map(end_words)}
            </div>
        </Labelled>
    }
}

fn end_words(Ends { low, high }: Ends) -> Node {
    view! { <div class="number__ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div> }
}

#[component]
fn Slider(hold: Hold, limits: Limits) -> Node {
    let (min, max, step) = limits;
    let text = hold.text();
    // A value that is no number, or out of range, leaves the knob at an end.
    let at = move || text.see(|text| parse_number(text).unwrap_or(min)).clamp(min, max);
    let part = move || (at() - min) / (max - min) * 100.0;
    view! {
        <input
            class="range"
            type="range"
            id=hold.id()
            min=min
            max=max
            step=step
            style=("--v", part)
            aria-describedby=hold.described_by()
            prop:value=at
            on:input=move |event| hold.apply(Change::Text(event_target_value(&event)))
        />
    }
}

/// Not `type="number"`: that hides what was typed when it is no number, and
/// then nobody can be told what is wrong with it.
#[component]
fn Exact(
    hold: Hold,
    limits: Limits,
    whole: bool,
    id: String,
    /// When something else carries the field's own label.
    label: Option<String>,
) -> Node {
    let text = hold.text();
    let step_by_key = move |event: KeyboardEvent| {
        let steps = match event.key().as_str() {
            "ArrowUp" => 1,
            "ArrowDown" => -1,
            "PageUp" => PAGE,
            "PageDown" => -PAGE,
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = nudge(&text.get_untracked(), limits, steps) {
            hold.apply(Change::Text(next));
        }
    };
    view! {
        <input
            class="input"
            id=id
            inputmode=if whole { "numeric" } else { "decimal" }
            autocomplete="off"
            aria-label=label
            aria-invalid=hold.invalid()
            aria-describedby=hold.described_by()
            prop:value=move || text.get()
            on:input=move |event| hold.apply(Change::Text(event_target_value(&event)))
            on:blur=move |_| hold.leave()
            on:keydown=step_by_key
        />
    }
}
