//! The jobs of everybody, without what was asked for: that is theirs alone.

use leptos::prelude::*;
use wire::{HouseJob, JobStatus};

use crate::{
    api::{Error, admin},
    dom::{Node, view},
    i18n::when,
    reactive::RwSignal,
    studio::{
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            fetched, nothing, said,
        },
        t,
    },
};

/// Of the heading.
const HEADING: &str = "jobs";

#[component]
pub(super) fn AllJobs() -> Node {
    let (again, doing) = (Again::new(), Doing::new(HEADING));
    let is_open_only = RwSignal::new(true);
    let pages = RwSignal::new(1_usize);
    let ask = move || load(is_open_only.get(), pages.get());
    let list = fetched(again, ask, move |shown| draw(shown, is_open_only, (pages, again, doing)));
    let choose = move |event| {
        pages.set(1);
        is_open_only.set(event_target_checked(&event));
    };
    view! {
        <Part id=HEADING title=t::all_jobs_title()>
            <div class="toggle part__toggle">
                <label for="open-only">{t::all_jobs_open()}</label>
                <input class="switch" type="checkbox" role="switch" id="open-only" checked=true on:change=choose />
            </div>
            <Told doing />
            {list}
        </Part>
    }
}

/// What is shown, and whether there is more.
type Shown = (Vec<HouseJob>, bool);

/// So many pages as one list.
async fn load(unfinished: bool, pages: usize) -> Result<Shown, Error> {
    let (mut jobs, mut next) = (Vec::new(), None);
    for _ in 0..pages {
        let page = admin::jobs(next, unfinished).await?;
        jobs.extend(page.jobs);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok((jobs, next.is_some()))
}

fn draw(
    (jobs, has_more): Shown,
    is_open_only: RwSignal<bool>,
    (pages, again, doing): (RwSignal<usize>, Again, Doing),
) -> Node {
    if jobs.is_empty() {
        let is_open_only = is_open_only.get_untracked();
        return nothing(if is_open_only { t::all_jobs_none_open() } else { t::all_jobs_none() });
    }
    let rows = jobs.into_iter().map(|job| view! { <One job again doing /> });
    view! {
        <ul class="rows">{rows.collect::<Node>()}</ul>
        {has_more.then(|| view! {
            <button type="button" class="btn" on:click=move |_| pages.update(|pages| *pages += 1)>{t::older()}</button>
        })}
    }
}

#[component]
fn One(job: HouseJob, again: Again, doing: Doing) -> Node {
    let id = job.id;
    let workflow = Some(job.workflow).filter(|slug| !slug.is_empty());
    let workflow = workflow.unwrap_or_else(|| t::job_graph().to_owned());
    let name = job.name.unwrap_or_else(|| t::somebody_unknown().to_owned());
    let label = t::job_stop_named(&workflow, &name);
    let (status, made) = (said::status(job.status), when::moment(job.created_at));
    let facts = match job.backend {
        Some(backend) => t::job_facts_at(name, status, made, backend),
        None => t::job_facts(name, status, made),
    };
    let stop = move |_| {
        let said = t::said_job_stopped();
        doing.carry_out(admin::cancel_job(id), said, move |()| again.now());
    };
    let may_stop = !job.status.is_over() && job.status != JobStatus::Canceling;
    view! {
        <Row name=view! { {workflow} } facts=view! { {facts} }>
            {may_stop.then(|| view! {
                <button type="button" class="btn" aria-label=label disabled=move || doing.is_busy() on:click=stop>{t::job_stop()}</button>
            })}
        </Row>
    }
}
