//! The host's own newest results, to choose one.

use leptos::prelude::*;
use wire::{Job, JobId, JobList, OutputKind};

use super::{dialog::Dialog, t};
use crate::{
    api::{self, JobQuery},
    components::prompt_of,
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
};

/// How many are offered.
const OFFERED: u32 = 48;

/// Width of their pictures.
const THUMB: u32 = 240;

/// A dialog with the newest results. `on_close` is told the job and the number of its output, or nothing when
/// the person changed their mind.
#[component]
pub(super) fn ChooseJob(
    title: &'static str,
    /// Only pictures, and each of a job.
    #[prop(optional)]
    pictures: bool,
    #[prop(into)] on_close: Callback<Option<(JobId, u32)>>,
) -> Node {
    let jobs = use_fetch(load);
    let close = Callback::new(move |()| on_close.run(None));
    view! {
        <Dialog id="jobs-h" title on_close=close>
            {move || match jobs.get() {
                Fetched::Waiting => view! { <p class="quiet" role="status">{words::loading()}</p> },
                Fetched::Failed(error) => view! { <p class="field__wrong" role="alert">{error.words()}</p> },
                Fetched::Here(list) if list.jobs.is_empty() => view! { <p class="quiet">{t::jobs_none()}</p> },
                Fetched::Here(list) => {
                    let jobs = list.jobs.into_iter().map(|job| view! { <Offer job pictures on_close /> });
                    view! { <ul class="choose__list">{jobs.collect::<Node>()}</ul> }
                }
            }}
        </Dialog>
    }
}

async fn load() -> Result<JobList, api::Error> {
    let query = JobQuery { limit: Some(OFFERED), status: Some("succeeded"), ..JobQuery::default() };
    api::jobs(&query).await
}

/// The pictures of a job; of one without, its words.
#[component]
fn Offer(job: Job, pictures: bool, on_close: Callback<Option<(JobId, u32)>>) -> Node {
    let words = prompt_of(&job.inputs);
    let id = job.id;
    let images =
        job.outputs.iter().enumerate().filter(|(_, output)| output.kind == OutputKind::Image);
    let most = if pictures { usize::MAX } else { 1 };
    let images: Vec<(u32, String)> = images
        .take(most)
        .map(|(number, output)| (number as u32, api::thumb(&output.url, THUMB)))
        .collect();
    if images.is_empty() && !pictures {
        let label = t::job_named(&job.workflow_title, &words);
        return view! {
            <li>
                <button type="button" class="choose__words" on:click=move |_| on_close.run(Some((id, 0)))>{label}</button>
            </li>
        };
    }
    let one = |(number, source): (u32, String)| {
        let label = t::job_named(&job.workflow_title, &words);
        view! {
            <li>
                <button type="button" title=label.clone() on:click=move |_| on_close.run(Some((id, number)))>
                    <img src=source alt=label loading="lazy" />
                </button>
            </li>
        }
    };
    images.into_iter().map(one).collect::<Node>()
}
