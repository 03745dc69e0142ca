//! The form editor: the fields in order, one of them, and the form as guests will see it.
//!
//! `work` is what the panes share and how it is saved, `parting` the same when the page was left, `act` what is done
//! with the workflow as a whole, `slot` and `setting` are one setting and its control. `list`, `field`, `about` and `preview` are the panes,
//! `graph` and `versions` the dialogs.

mod about;
mod act;
mod compare;
mod field;
mod graph;
mod list;
mod parting;
mod preview;
mod setting;
mod slot;
mod tools;
mod troubles;
mod versions;
mod work;

use leptos::{ev::KeyboardEvent, prelude::*};
use wire::studio::Bench;

use super::{address::OVERVIEW, t, title_page};
use crate::{
    api, browser,
    components::{room::Room, trouble::Trouble},
    dom::{IntoNode, Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
    reactive::RwSignal,
    studio::Guarded,
};
use work::{Pane, Work};

#[component]
pub(super) fn EditorPage(slug: String) -> Node {
    let again = RwSignal::new(());
    let fetched = use_fetch(move || {
        again.get();
        let slug = slug.clone();
        async move { api::studio::bench(&slug).await }
    });
    let retry = Callback::new(move |()| again.set(()));
    title_page(move || match fetched.get() {
        Fetched::Here(bench) => bench.entry.title,
        _ => t::studio_workflows().to_owned(),
    });
    (move || match fetched.get() {
        Fetched::Here(bench) => view! { <Editor bench /> },
        Fetched::Waiting => view! { <p class="studio__wait" role="status">{words::loading()}</p> },
        Fetched::Failed(error) if error.is_not_found() => view! { <NoSuchWorkflow /> },
        Fetched::Failed(error) if error.is_forbidden() => view! { <Guarded error /> },
        Fetched::Failed(error) => view! { <Trouble error on_retry=retry /> },
    })
    .into_node()
}

#[component]
fn NoSuchWorkflow() -> Node {
    view! {
        <Room title=words::no_workflow_title() why=words::no_workflow_why() page=true>
            <a class="btn" href=OVERVIEW>{t::studio_to_all()}</a>
        </Room>
    }
}

#[component]
fn Editor(bench: Bench) -> Node {
    let work = work::provide(bench);
    act::provide(work);
    keep_keys(work);
    let pane = move || match work.pane.get() {
        Pane::Form => "form",
        Pane::Field => "field",
        Pane::Preview => "preview",
    };
    view! {
        <div class="editor" data-pane=pane>
            <Panes work />
            <list::ListPane work />
            <section class="pane pane--one" id="pane-field" aria-label=t::pane_field()>
                {move || match work.chosen.get() {
                    Some(name) => view! { <field::FieldPane work name /> },
                    None => view! { <about::AboutPane work /> },
                }}
            </section>
            <preview::Preview work />
        </div>
    }
}

/// The way between the panes where they do not all fit.
#[component]
fn Panes(work: Work) -> Node {
    let one = |pane: Pane, label: &'static str, class: &'static str| {
        view! {
            <button
                type="button"
                class=class
                aria-pressed=move || (work.pane.get() == pane).to_string()
                on:click=move |_| work.pane.set(pane)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="panes" role="group" aria-label=t::panes()>
            {one(Pane::Form, t::pane_form(), "")}
            {one(Pane::Field, t::pane_field(), "panes__field")}
            {one(Pane::Preview, t::pane_preview(), "")}
        </div>
    }
}

/// `Ctrl` or `⌘` with `Z` undoes, with the shift key or with `Y` it redoes.
fn keep_keys(work: Work) {
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let is_ours = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
        if !is_ours || event.default_prevented() || browser::is_dialog_open() || is_in_preview() {
            return;
        }
        match (event.key().to_lowercase().as_str(), event.shift_key()) {
            ("z", false) => work.undo(),
            ("z", true) | ("y", false) => work.redo(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}

/// What is typed there is no part of the form; the browser undoes it.
fn is_in_preview() -> bool {
    let active = document().active_element();
    active.is_some_and(|active| active.closest(".preview").is_ok_and(|found| found.is_some()))
}
