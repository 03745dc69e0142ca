//! Settings to begin with.

use leptos::prelude::*;
use wire::Preset;

use super::super::{
    setting::{Add, Remove, bare_text},
    slot::Slot,
    work::Work,
};
use crate::{
    dom::{Node, view},
    reactive::memo,
    studio::t,
};

#[component]
pub(super) fn Presets(work: Work) -> Node {
    let count = memo(move |_| work.see(|all| all.presets.len()));
    let tried = memo(move |_| work.tried.see(|tried| tried.len() as u64));
    let add = Callback::new(move |()| {
        let inputs = work.tried.get_untracked();
        let label = t::preset_new(work.peek(|all| all.presets.len()) + 1);
        work.change(|all| all.presets.push(Preset { label, inputs }));
    });
    view! {
        <div class="field" role="group" aria-labelledby="s-presets">
            <div class="field__head"><span class="field__label" id="s-presets">{t::about_presets()}</span></div>
            <p class="field__help">{t::presets_help()}</p>
            <ul class="rows">
                {move || (0..count.get()).map(|place| view! { <Row work place /> }).collect::<Node>()}
            </ul>
            {move || if tried.get() == 0 {
                view! { <p class="field__help">{t::presets_nothing()}</p> }
            } else {
                view! { <div class="binds"><Add label=t::presets_add(tried.get()) on_click=add /></div> }
            }}
        </div>
    }
}

#[component]
fn Row(work: Work, place: usize) -> Node {
    let slot = Slot::new(
        work,
        "preset",
        move |all| all.presets.get(place).map(|preset| preset.label.clone()).unwrap_or_default(),
        move |all, text| {
            if let Some(preset) = all.presets.get_mut(place) {
                preset.label = text;
            }
        },
    )
    .number(place);
    let count = memo(move |_| {
        work.see(|all| all.presets.get(place).map_or(0, |preset| preset.inputs.len() as u64))
    });
    let what = work
        .peek(|all| all.presets.get(place).map(|preset| preset.label.clone()).unwrap_or_default());
    let again = move |_| {
        let inputs = work.tried.get_untracked();
        work.change(|all| {
            if let Some(preset) = all.presets.get_mut(place) {
                preset.inputs = inputs;
            }
        });
    };
    let remove = Callback::new(move |()| {
        work.change(|all| {
            all.presets.remove(place);
        });
    });
    view! {
        <li class="row">
            {bare_text(&slot, t::preset_name(place + 1))}
            <span class="quiet">{move || t::preset_count(count.get())}</span>
            <button type="button" class="chip" disabled=move || work.tried.see(wire::Inputs::is_empty) on:click=again>
                {t::preset_take()}
            </button>
            <Remove what on_click=remove />
        </li>
    }
}
