//! The options of a choice.

use leptos::prelude::*;
use wire::{FieldKind, FieldManifest, OptionManifest};

use super::super::{
    setting::{Add, Remove, SelectSetting, bare_name, bare_text},
    slot::{Held, Slot, kept},
    work::Work,
};
use crate::{
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::{state::values, t},
};

#[component]
pub(super) fn ChoiceLimits(held: Held) -> Node {
    let has_own = memo(move |_| held.see(|field| !field.options.is_empty()));
    let is_from = memo(move |_| held.see(|field| field.from.is_some() || field.list.is_some()));
    view! {
        {move || if has_own.get() || !is_from.get() {
            view! { <Options held /> }
        } else {
            view! { <All held /> }
        }}
        <Default held />
    }
}

/// What guests can choose from now, by the form as it was made last.
pub(super) fn offered(work: Work, name: &str) -> Vec<OptionManifest> {
    work.bench.see(|bench| {
        let fields = bench.form.iter().flat_map(|form| &form.fields);
        let choice =
            fields.filter(|field| field.name == name).find_map(|field| match &field.kind {
                FieldKind::Choice { options, .. } => Some(options),
                _ => None,
            });
        let option = |one: &wire::Choice| OptionManifest {
            value: one.value.clone(),
            label: one.label.clone(),
            words: None,
        };
        choice.into_iter().flatten().map(option).collect()
    })
}

/// Everything that the backends have.
#[component]
fn All(held: Held) -> Node {
    let offered = memo(move |_| offered(held.work, &held.name()));
    let source = memo(move |_| {
        held.see(|field| field.from.clone().or(field.list.clone()).unwrap_or_default())
    });
    let restrict = move |_| {
        let options = offered.get_untracked();
        held.change(|field| field.options = options);
    };
    view! {
        <div class="field" role="group" aria-labelledby="s-all">
            <div class="field__head"><span class="field__label" id="s-all">{t::setting_options()}</span></div>
            <p class="field__help">{move || t::options_all(offered.read().len() as u64, source.get())}</p>
            <div>
                <button type="button" class="btn" disabled=move || offered.read().is_empty() on:click=restrict>
                    {t::options_restrict()}
                </button>
            </div>
        </div>
    }
}

/// A list of the host's own: of all that the backends have, or of what stands here.
#[component]
fn Options(held: Held) -> Node {
    let count = memo(move |_| held.see(|field| field.options.len()));
    let is_from = memo(move |_| held.see(|field| field.from.is_some() || field.list.is_some()));
    let has_words = held.peek(|field| field.bind.is_empty());
    let add =
        Callback::new(move |()| held.change(|field| field.options.push(OptionManifest::default())));
    view! {
        <div class="field" role="group" aria-labelledby="s-options">
            <div class="field__head"><span class="field__label" id="s-options">{t::setting_options()}</span></div>
            <p class="row row--head" aria-hidden="true">
                <span>{t::option_label_short()}</span>
                <span>{t::option_value_short()}</span>
                {has_words.then(|| view! { <span>{t::option_words_short()}</span> })}
            </p>
            <ul class="rows">
                {move || (0..count.get()).map(|place| view! { <OptionRow held place /> }).collect::<Node>()}
            </ul>
            <div class="binds">
                {move || if is_from.get() {
                    view! {
                        <button type="button" class="chip" on:click=move |_| held.change(|field| field.options.clear())>
                            {t::options_allow_all()}
                        </button>
                    }
                } else {
                    view! { <Add label=t::options_add() on_click=add /> }
                }}
            </div>
        </div>
    }
}

#[component]
fn OptionRow(held: Held, place: usize) -> Node {
    let label = part(held, place, "option", |one| one.label.clone(), |one, text| one.label = text);
    let words = part(
        held,
        place,
        "words",
        |one| one.words.clone().unwrap_or_default(),
        |one, text| one.words = kept(text),
    );
    let value = held
        .slot(
            "value",
            move |field| {
                field.options.get(place).map(|one| values::words(&one.value)).unwrap_or_default()
            },
            move |field: &mut FieldManifest, text: String| {
                let value = values::typed(&text, &field.options, place);
                if let Some(one) = field.options.get_mut(place) {
                    one.value = value;
                }
            },
        )
        .number(place);
    let is_fixed = held.peek(|field| field.from.is_some() || field.list.is_some());
    let has_words = held.peek(|field| field.bind.is_empty());
    let what = held
        .peek(|field| field.options.get(place).map(|one| one.label.clone()).unwrap_or_default());
    let number = place + 1;
    let remove = Callback::new(move |()| {
        held.change(|field| {
            field.options.remove(place);
        });
    });
    let shown = value.value();
    let value = if is_fixed {
        view! { <span class="mono clip" title=move || shown.get()>{shown}</span> }
    } else {
        bare_name(value, t::option_value(number))
    };
    view! {
        <li class="row">
            {bare_text(&label, t::option_label(number))}
            {value}
            {has_words.then(|| bare_text(&words, t::option_words(number)))}
            <Remove what on_click=remove />
        </li>
    }
}

/// A text of one option.
fn part(
    held: Held,
    place: usize,
    key: &'static str,
    read: fn(&OptionManifest) -> String,
    write: fn(&mut OptionManifest, String),
) -> Slot<String> {
    held.slot(
        key,
        move |field| field.options.get(place).map(read).unwrap_or_default(),
        move |field, text| {
            if let Some(one) = field.options.get_mut(place) {
                write(one, text);
            }
        },
    )
    .number(place)
}

/// What is chosen at first.
#[component]
fn Default(held: Held) -> Node {
    let options = memo(move |_| {
        let own = held.see(|field| field.options.clone());
        if own.is_empty() { offered(held.work, &held.name()) } else { own }
    });
    (move || {
        let options = options.get();
        let pairs: Vec<(String, String)> =
            options.iter().map(|one| (written(one), one.label.clone())).collect();
        let slot = held.slot(
            "default",
            |field| field.default.as_ref().map(ToString::to_string).unwrap_or_default(),
            move |field, chosen: String| {
                let option = options.iter().find(|one| written(one) == chosen);
                field.default = option.map(|one| one.value.clone());
            },
        );
        view! { <SelectSetting slot label=t::setting_default() options=pairs /> }
    })
    .into_node()
}

/// The value of an option, as it is told apart.
fn written(option: &OptionManifest) -> String {
    option.value.to_string()
}
