//! Where a field stands, and when it is shown.

use leptos::prelude::*;
use serde_json::Value;
use wire::{Condition, FieldGroup, FieldManifest, FieldType};

use super::{
    super::{
        setting::{NameSetting, SelectSetting, SwitchSetting, bare_text},
        slot::{Held, kept, typed},
    },
    choice, switch,
};
use crate::{
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::{
        state::{self, arrange, values},
        t,
    },
};

#[component]
pub(super) fn Place(held: Held) -> Node {
    let tab = held.slot(
        "tab",
        |field| typed(field.tab.as_ref()),
        |field, text: String| field.tab = kept(text),
    );
    let tabs = held.work.peek(arrange::tabs);
    let can_be_required = memo(move |_| {
        held.see(|field| {
            field.kind == FieldType::Text || (values::is_file(field.kind) && !field.prunes)
        })
    });
    let name = held.name();
    let open =
        held.slot("closed", |field| !field.closed, |_, _| ()).writing(move |all, open: bool| {
            arrange::close(all, &name, !open);
        });
    let first = |field: &FieldManifest| field.group == FieldGroup::Main;
    view! {
        <div class="toggles">
            {switch(held, "group", first, |field, on| {
                field.group = if on { FieldGroup::Main } else { FieldGroup::More };
            }, (t::setting_first(), t::setting_first_help()))}
            {move || can_be_required.get().then(|| switch(
                held, "required", |field| field.required, |field, on| field.required = on,
                (t::setting_required(), t::setting_required_help()),
            ))}
            <SwitchSetting slot=open label=t::setting_open() help=t::setting_open_help() />
        </div>
        <NameSetting slot=tab label=t::setting_tab() help=t::setting_tab_help() optional=true offers=tabs />
        <When held />
    }
}

/// Shown only when another field says so.
#[component]
fn When(held: Held) -> Node {
    // Name, label, and what a condition asks for at first.
    let others = memo(move |_| {
        let own = held.name();
        let asked = held.see(|field| field.when.as_ref().map(|when| when.field.clone()));
        // What is asked for already is shown, even if it cannot be any more.
        let is_offered = |field: &&FieldManifest| {
            let is_asked = asked.as_ref() == Some(&field.name);
            field.name != own && (is_asked || values::can_be_asked(field))
        };
        let other = |field: &FieldManifest| {
            let first = values::first_asked(field, &choice::offered(held.work, &field.name));
            (field.name.clone(), field.label.clone(), first)
        };
        held.work.see(|all| all.fields.iter().filter(is_offered).map(other).collect::<Vec<_>>())
    });
    let asked = memo(move |_| held.see(|field| field.when.as_ref().map(|when| when.field.clone())));
    view! {
        {move || {
            let always = (String::new(), t::when_always().to_owned());
            let others = others.get();
            let offers = others.iter().map(|(name, label, _)| (name.clone(), label.clone()));
            let options = std::iter::once(always).chain(offers).collect();
            let slot = held.slot(
                "when",
                |field| field.when.as_ref().map(|when| when.field.clone()).unwrap_or_default(),
                move |field, name: String| {
                    let chosen = others.iter().find(|(known, ..)| *known == name);
                    field.when = chosen.map(|(name, _, first)| Condition {
                        field: name.clone(),
                        is: vec![first.clone()],
                    });
                },
            );
            view! { <SelectSetting slot label=t::setting_when() options /> }
        }}
        {move || asked.get().map(|name| view! { <Values held name /> })}
    }
}

/// The values that let it be shown: each of a few, or typed.
#[component]
fn Values(held: Held, name: String) -> Node {
    let other = Held::new(held.work, name.clone());
    let askable = memo(move |_| {
        let offered = choice::offered(other.work, &other.name());
        other.see(|field| values::askable(field, &offered, t::when_on(), t::when_off()))
    });
    let numbers = held.work.peek(|all| {
        let kind = state::field(all, &name).map(|field| field.kind);
        kind.is_some_and(|kind| values::is_counted(kind) || kind == FieldType::Seed)
    });
    (move || {
        let all = askable.get();
        if all.is_empty() {
            return typed_values(held, numbers);
        }
        let one = |(label, value): (String, Value)| view! { <Asked held label value /> };
        view! {
            <div class="asked" role="group" aria-label=t::when_is()>
                {all.into_iter().map(one).collect::<Node>()}
            </div>
        }
    })
    .into_node()
}

/// One value, typed.
fn typed_values(held: Held, numbers: bool) -> Node {
    let slot = held.slot(
        "is",
        |field| {
            let values = field.when.iter().flat_map(|when| &when.is).map(values::words);
            values.collect::<Vec<_>>().join(", ")
        },
        move |field, text: String| {
            let Some(when) = &mut field.when else { return };
            let read = |part: &str| match serde_json::from_str::<Value>(part) {
                Ok(number) if numbers && number.is_number() => number,
                _ => part.into(),
            };
            when.is =
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(read).collect();
        },
    );
    bare_text(&slot, t::when_is().to_owned())
}

#[component]
fn Asked(held: Held, label: String, value: Value) -> Node {
    let own = value.clone();
    let is_asked = memo(move |_| {
        held.see(|field| field.when.as_ref().is_some_and(|when| when.is.contains(&own)))
    });
    let ask = move |event: web_sys::Event| {
        let wanted = event_target_checked(&event);
        held.change(|field| {
            if let Some(when) = &mut field.when {
                values::ask(when, &value, wanted);
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=is_asked on:change=ask />
            {label}
        </label>
    }
}
