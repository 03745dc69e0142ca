//! The ways to get a workflow in: drop, paste, choose, an address, a job.

use leptos::{
    ev::{Event, SubmitEvent},
    html,
    prelude::*,
};
use wire::{JobId, studio::ImportFrom};

use super::intake::Intake;
use crate::{
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    reactive::{RwSignal, Show},
    studio::{jobs::ChooseJob, t},
};

#[component]
pub(super) fn Ways(intake: Intake) -> Node {
    let is_choosing = RwSignal::new(false);
    let chosen = move |job: Option<(JobId, u32)>| {
        is_choosing.set(false);
        if let Some((job, _)) = job {
            intake.take_from(t::import_job().to_owned(), ImportFrom::Job(job));
        }
    };
    view! {
        <section class="ways" aria-labelledby="ways-h">
            <h2 class="sr" id="ways-h">{t::import_title()}</h2>
            <Drop intake />
            <div class="ways__more">
                <FromAddress intake />
                <button type="button" class="btn" on:click=move |_| is_choosing.set(true)>
                    <Icon name="wall" />
                    {t::import_from_job()}
                </button>
            </div>
            <Told intake />
            <Show when=move || is_choosing.get()>
                <ChooseJob title=t::import_from_job() on_close=chosen />
            </Show>
        </section>
    }
}

#[component]
fn Drop(intake: Intake) -> Node {
    let input = NodeRef::<html::Input>::new();
    let chosen = move |event: Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            intake.take_file(file);
        }
        // So that choosing the same file again is a change, too.
        input.set_value("");
    };
    let browse = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let words = move || if intake.is_over.get() { t::import_let_go() } else { t::import_drop() };
    view! {
        <input class="sr" type="file" tabindex="-1" aria-label=t::import_title() node_ref=input on:change=chosen />
        <button
            type="button"
            class="drop drop--empty ways__drop"
            class:drop--over=move || intake.is_over.get()
            on:click=browse
        >
            <Icon name="upload" />
            <span>
                {words}
                <small>{t::import_kinds()}</small>
            </span>
        </button>
    }
}

#[component]
fn FromAddress(intake: Intake) -> Node {
    let address = RwSignal::new(String::new());
    let get = move |event: SubmitEvent| {
        event.prevent_default();
        let address = address.peek(|address| address.trim().to_owned());
        if !address.is_empty() {
            intake.take_from(address.clone(), ImportFrom::Url(address));
        }
    };
    view! {
        <form class="ways__address" novalidate on:submit=get>
            <input
                class="input"
                type="url"
                aria-label=t::import_address()
                placeholder=t::import_address_hint()
                autocomplete="off"
                on:input=move |event| address.set(event_target_value(&event))
            />
            <button type="submit" class="btn" disabled=move || address.see(|address| address.trim().is_empty())>
                {t::import_get()}
            </button>
        </form>
    }
}

/// What is being read, and why the last could not be.
#[component]
fn Told(intake: Intake) -> Node {
    let reading = move || {
        intake.reading.get().map(|name| {
            view! {
                <p class="ways__told">
                    <span class="ring ring--spin" aria-hidden="true"></span>
                    {t::import_reading(name)}
                </p>
            }
        })
    };
    let trouble = move || {
        intake.trouble.get().map(|words| {
            view! {
                <p class="field__wrong">
                    <Icon name="alert" small=true />
                    <span>{words}</span>
                </p>
            }
        })
    };
    view! {
        <div role="status">{reading.into_node()}</div>
        <div role="alert">{trouble.into_node()}</div>
    }
}
