//! A small tray that switches between jobs under way.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wire::JobId;

use crate::{
    components::prompt_of,
    desk::use_desk,
    i18n::t,
    live::use_live,
    reactive::{Peek, See, Show, memo},
    state::jobs::Row,
};

#[component]
pub(super) fn Tray(embedded: bool) -> impl IntoView {
    let live = use_live();
    let desk = use_desk();
    let slug = desk.workflow().about.slug.clone();
    // The oldest first: that is the order they are worked on.
    let jobs = memo(move |_| {
        let is_ours = |row: &&Row| !embedded || row.job.workflow == slug;
        live.jobs.see(|jobs| {
            jobs.under_way().rev().filter(is_ours).map(|row| row.job.id).collect::<Vec<_>>()
        })
    });
    // What stands on the stage alone needs no switch.
    let is_needed = memo(move |_| {
        jobs.see(|jobs| {
            jobs.len() > 1 || jobs.first().is_some_and(|only| desk.shown.get() != Some(*only))
        })
    });
    view! {
        <Show when=move || is_needed.get()>
            <div class="tray" role="group" aria-label=t::tray()>
                <For each=move || jobs.get() key=|id| *id let(id)>
                    <Switch id />
                </For>
            </div>
        </Show>
    }
}

/// One job: its preview with a ring, or its place in the queue.
#[component]
fn Switch(id: JobId) -> impl IntoView {
    let live = use_live();
    let desk = use_desk();
    let navigate = use_navigate();
    let row = memo(move |_| live.jobs.see(|jobs| jobs.get(id).cloned()));
    let preview = move || live.previews.see(|all| Some(all.get(&id)?.as_str().to_owned()));
    let place = memo(move |_| row.see(|row| place(row.as_ref()?)));
    let percent = move || row.see(|row| row.as_ref().map_or(0, Row::percent)).to_string();
    let press = move |_| {
        let Some(slug) = row.peek(|row| Some(row.as_ref()?.job.workflow.clone())) else {
            return;
        };
        if slug == desk.workflow().about.slug {
            desk.show(id);
        } else {
            navigate(&format!("/w/{slug}"), leptos_router::NavigateOptions::default());
        }
    };
    let label = move || row.see(|row| row.as_ref().map(label));
    let current = move || (desk.shown.get() == Some(id)).then_some("true");
    view! {
        <button type="button" aria-label=label title=label aria-current=current on:click=press>
            {move || preview().map(|url| view! { <img src=url alt="" /> })}
            {move || match place.get() {
                Some(place) => view! { <span>{t::tray_place(place)}</span> }.into_any(),
                None => view! { <span class="ring" style=("--p", percent)></span> }.into_any(),
            }}
        </button>
    }
}

/// Place in the queue from 1 on, while it is in the queue.
fn place(row: &Row) -> Option<u64> {
    let queued = row.job.status == wire::JobStatus::Queued;
    queued.then(|| u64::from(row.job.position.unwrap_or(0)) + 1)
}

fn label(row: &Row) -> String {
    let prompt = prompt_of(&row.job.inputs);
    match place(row) {
        Some(_) => t::tray_queued(prompt),
        None => t::tray_job(prompt, row.percent()),
    }
}
