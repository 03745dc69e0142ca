//! One field: what it is called, what it sets, what guests may enter.
//!
//! `binds` is what it sets, `limits` what may be entered, `choice` and `shapes` are lists of options,
//! `place` is where it stands and when it is shown.

mod binds;
mod choice;
mod limits;
mod place;
mod shapes;

use leptos::prelude::*;
use wire::FieldType;

use super::{
    setting::{NameSetting, SelectSetting, SwitchSetting, TextSetting, Wrong},
    slot::{Held, Slot, kept, typed},
    work::Work,
};
use crate::{
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::{
        state::{names, values},
        t, words,
    },
};
use binds::Binds;
use place::Place;

/// Keys whose problems are told beside a control of their own.
const SHOWN: &[&str] = &[
    "label",
    "help",
    "placeholder",
    "name",
    "type",
    "min",
    "max",
    "step",
    "default",
    "max_length",
    "tab",
    "bind",
    "max_bytes",
    "max_pixels",
    "required",
];

/// The middle pane while a field is chosen.
#[component]
pub(super) fn FieldPane(work: Work, name: String) -> Node {
    let held = Held::new(work, name);
    let label = memo(move |_| held.see(|field| field.label.clone()));
    let kind = memo(move |_| held.see(|field| field.kind));
    let rest = held.troubles(SHOWN);
    let remove = move |_| work.remove(&held.name());
    view! {
        <div class="pane__head">
            <h2>{label}</h2>
            <button
                type="button"
                class="ib"
                aria-label=move || t::remove_field(label.get())
                title=t::remove_field_title()
                on:click=remove
            >
                <Icon name="trash" />
            </button>
        </div>
        {move || rest.get().into_iter().map(|words| view! { <Wrong words /> }).collect::<Node>()}
        <Said held kind=kind.get() />
        <Binds held />
        {move || view! { <Limits held kind=kind.get() /> }}
        <Place held />
        <Inside held />
    }
}

/// What guests read.
#[component]
fn Said(held: Held, kind: FieldType) -> Node {
    let label = held.slot("label", |field| field.label.clone(), |field, text| field.label = text);
    let help = held.slot(
        "help",
        |field| typed(field.help.as_ref()),
        |field, text| field.help = kept(text),
    );
    let placeholder = held.slot(
        "placeholder",
        |field| typed(field.placeholder.as_ref()),
        |field, text| field.placeholder = kept(text),
    );
    view! {
        <TextSetting slot=label label=t::setting_label() />
        <TextSetting slot=help label=t::setting_help() placeholder=t::setting_help_hint() optional=true />
        {(kind == FieldType::Text).then(|| view! {
            <TextSetting slot=placeholder label=t::setting_placeholder() placeholder=t::setting_placeholder_hint() optional=true />
        })}
    }
}

/// What guests may enter, by type.
#[component]
fn Limits(held: Held, kind: FieldType) -> Node {
    match kind {
        FieldType::Text => view! { <limits::TextLimits held /> },
        FieldType::Integer | FieldType::Number => view! { <limits::NumberLimits held kind /> },
        FieldType::Boolean => view! { <limits::BooleanDefault held /> },
        FieldType::Choice => view! { <choice::ChoiceLimits held /> },
        FieldType::Size => view! { <shapes::SizeLimits held /> },
        FieldType::Seed => Node::Nothing,
        kind => view! { <limits::FileLimits held kind /> },
    }
}

/// What only the host and programs see.
#[component]
fn Inside(held: Held) -> Node {
    let work = held.work;
    let own = held.name();
    let name = Slot::new(work, "name", move |_| own.clone(), {
        let own = held.name();
        move |manifest, wanted: String| {
            let name = names::rename(manifest, &own, &wanted);
            request_animation_frame(move || work.chosen.set(Some(name)));
        }
    });
    let kind = memo(move |_| held.see(|field| field.kind));
    view! {
        <details class="more">
            <summary>
                <Icon name="down" small=true />
                {t::setting_inside()}
            </summary>
            <div class="more__body">
                <NameSetting slot=name label=t::setting_name() help=t::setting_name_help() />
                {move || view! { <Kind held now=kind.get() /> }}
            </div>
        </details>
    }
}

/// Another type that gives ComfyUI the same.
#[component]
fn Kind(held: Held, now: FieldType) -> Node {
    let like = values::like(now);
    if like.len() < 2 {
        return Node::Nothing;
    }
    let word = |kind: FieldType| words::kind(kind).to_owned();
    let options = like.iter().map(|kind| (word(*kind), word(*kind))).collect();
    let slot = held.slot(
        "type",
        move |field| word(field.kind),
        move |field, chosen| {
            if let Some(kind) = like.iter().find(|kind| word(**kind) == chosen) {
                field.kind = *kind;
            }
        },
    );
    view! { <SelectSetting slot label=t::setting_kind() options /> }
}

/// A switch of a field.
pub(super) fn switch(
    held: Held,
    key: &'static str,
    read: fn(&wire::FieldManifest) -> bool,
    write: fn(&mut wire::FieldManifest, bool),
    (label, help): (&'static str, &'static str),
) -> Node {
    let slot = held.slot(key, read, write);
    view! { <SwitchSetting slot label help /> }.into_node()
}
