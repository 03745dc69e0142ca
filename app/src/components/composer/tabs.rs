//! Tabs, and settings to begin with: each a row of buttons.

use leptos::prelude::*;
use wire::{Field, Preset};

use super::Parts;
use crate::{
    dom::{Node, view},
    form::Form,
    i18n::t,
};

/// The tabs of a form, in the order in which they first come.
pub(super) fn names(fields: &[Field]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for tab in fields.iter().filter_map(|field| field.tab.as_ref()) {
        if !names.contains(tab) {
            names.push(tab.clone());
        }
    }
    names
}

/// Which tab a field stands behind.
pub(super) fn place(form: &Form, field: &Field) -> Option<usize> {
    let fields: Vec<Field> = form.rows().iter().map(|row| row.field.clone()).collect();
    names(&fields).iter().position(|name| Some(name) == field.tab.as_ref())
}

/// Fields of which only those of one tab are in sight. All are there, so that nothing typed is lost.
#[component]
pub(super) fn Tabs(parts: Parts, tabs: Vec<String>, panels: Vec<Node>) -> Node {
    let button = |(place, name): (usize, String)| {
        let is_front = move || (parts.tab.get() == place).to_string();
        view! {
            <button type="button" class="chip" aria-pressed=is_front on:click=move |_| parts.tab.set(place)>
                {name}
            </button>
        }
    };
    let panel = |(place, fields): (usize, Node)| {
        view! { <div class="composer__tab" hidden=move || parts.tab.get() != place>{fields}</div> }
    };
    view! {
        <div class="composer__row" role="group" aria-label=t::composer_tabs()>
            {tabs.into_iter().enumerate().map(button).collect::<Node>()}
        </div>
        {panels.into_iter().enumerate().map(panel).collect::<Node>()}
    }
}

/// Settings to begin with.
#[component]
pub(super) fn Presets(parts: Parts, presets: Vec<Preset>) -> Node {
    let button = |preset: Preset| {
        view! {
            <button type="button" class="chip" on:click=move |_| parts.put(&preset.inputs)>
                {preset.label}
            </button>
        }
    };
    view! {
        <div class="composer__row" role="group" aria-label=t::composer_presets()>
            {presets.into_iter().map(button).collect::<Node>()}
        </div>
    }
}
