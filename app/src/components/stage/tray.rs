//! A small tray that switches between jobs under way.

use leptos::prelude::*;
use wire::JobId;

use crate::{
    address::{Step, use_here},
    components::prompt_of,
    desk::use_desk,
    dom::{Each, Node, view},
    i18n::t,
    live::use_live,
    reactive::{Show, memo},
    state::jobs::Row,
};

#[component]
pub(super) fn Tray(embedded: bool) -> Node {
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
                <Each each=move || jobs.get() key=|id| (id.0.as_u128(), 0) let(id)>
                    <Switch id />
                </Each>
            </div>
        </Show>
    }
}

/// One job: its preview with a ring, or its place in the queue.
#[component]
fn Switch(id: JobId) -> Node {
    let live = use_live();
    let desk = use_desk();
    let here = use_here();
    let row = memo(move |_| live.jobs.see(|jobs| jobs.get(id).cloned()));
    let preview = move || live.previews.see(|all| Some(all.get(id)?.as_str().to_owned()));
    let place = memo(move |_| row.see(|row| place(row.as_ref()?)));
    let percent = move || row.see(|row| row.as_ref().map_or(0, Row::percent));
    let press = move |_| {
        let Some(slug) = row.peek(|row| Some(row.as_ref()?.job.workflow.clone())) else {
            return;
        };
        if slug == desk.workflow().about.slug {
            desk.show(id);
        } else {
            here.go(&format!("w/{slug}"), Step::On);
        }
    };
    let label = move || row.see(|row| row.as_ref().map(label));
    let current = move || (desk.shown.get() == Some(id)).then_some("true");
    view! {
        <button type="button" aria-label=label title=label aria-current=current on:click=press>
            {move || preview().map(|url| view! { <img src=url alt="" /> })}
            {move || match place.get() {
                Some(place) => view! { <span>{t::tray_place(place)}</span> },
                None => view! { <span class="ring" style=("--p", percent)></span> },
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
