//! The run page: composer, stage and wall of one workflow.

use std::sync::Arc;

use leptos::prelude::*;
use wire::{JobStatus, Workflow};

use super::{MAIN, use_arrival, use_title};
use crate::{
    address::{Step, use_here},
    api,
    components::{
        composer::Composer,
        frame::Frame,
        room::Room,
        stage::{Stage, Waiting},
        top_bar::TopBar,
        trouble::Trouble,
        wall::Wall,
    },
    desk::{self, Desk, use_desk},
    dom::{IntoNode, Node, view},
    fetch::{Fetched, use_fetch},
    home::use_home,
    i18n::t,
    later::{Whereabouts, later, use_later},
    live::use_live,
    reactive::{RwSignal, effect, memo, watch},
    state::jobs::Row,
    toasts::use_toasts,
};

#[component]
pub(crate) fn RunPage(slug: String) -> Node {
    view! {
        <TopBar here=slug.clone() />
        {use_workflow(slug, |workflow| view! { <RunRoom workflow /> })}
    }
}

/// Fetches the workflow called `slug` and draws it with `room`, or says why not.
pub(super) fn use_workflow(slug: String, room: fn(Arc<Workflow>) -> Node) -> Node {
    let again = RwSignal::new(());
    // What it offers, models above all, is known once there is a backend to ask.
    let home = use_home();
    watch(
        move || home.open(),
        move |is_open| {
            if *is_open {
                again.set(());
            }
        },
    );
    let fetched = use_fetch(move || {
        again.get();
        let slug = slug.clone();
        async move { api::workflow(&slug).await.map(Arc::new) }
    });
    (move || match fetched.get() {
        Fetched::Here(workflow) => room(workflow),
        Fetched::Waiting => view! { <Opening /> },
        Fetched::Failed(error) if error.is_not_found() => view! { <NoSuchWorkflow /> },
        Fetched::Failed(error) => view! {
            <main id=MAIN tabindex="-1">
                <Trouble error on_retry=Callback::new(move |()| again.set(())) />
            </main>
        },
    })
    .into_node()
}

#[component]
fn RunRoom(workflow: Arc<Workflow>) -> Node {
    let title = workflow.about.title.clone();
    let desk = desk::provide(workflow);
    use_arrival();
    use_run_title(desk, title);
    view! {
        <div class="run">
            <Composer />
            <main id=MAIN tabindex="-1">
                <Stage />
                <Wall />
            </main>
        </div>
        <FrameLater />
    }
}

/// The frame. Its code comes with the first result, or with a link to one.
#[component]
fn FrameLater() -> Node {
    let (desk, live, here) = (use_desk(), use_live(), use_here());
    let slug = desk.workflow().about.slug.clone();
    let asked = memo(move |_| here.query("job"));
    let wanted = move || {
        asked.read().is_some()
            || live.results.see(|results| results.of_workflow(&slug).next().is_some())
            || live.jobs.see(|jobs| jobs.under_way().next().is_some())
    };
    let (file, toasts) = (use_later(), use_toasts());
    // Whoever opens another result after the code did not come makes it be fetched again.
    watch(move || asked.get(), move |_| file.fetch());
    effect(move || {
        if file.whereabouts() == Whereabouts::Lost && asked.peek(Option::is_some) {
            toasts.say(api::Error::Unreachable.words());
            let home = format!("w/{}", desk.workflow().about.slug);
            here.go(&home, Step::Instead);
        }
    });
    later(wanted, (later_frame, ()), |_| Node::Nothing)
}

#[inline(never)]
fn later_frame((): ()) -> Node {
    view! { <Frame /> }
}

/// The page in its final shape, before there is anything in it.
#[component]
fn Opening() -> Node {
    view! {
        <div class="run" role="status" aria-label=t::loading()>
            <div class="composer"></div>
            <main id=MAIN tabindex="-1">
                <div class="stage"><Waiting /></div>
            </main>
        </div>
    }
}

#[component]
fn NoSuchWorkflow() -> Node {
    let home = use_home();
    use_title(move || t::page_title(t::no_workflow_title(), home.name()));
    view! {
        <main id=MAIN tabindex="-1">
            <Room title=t::no_workflow_title() why=t::no_workflow_why() page=true>
                <a class="btn" href=".">{t::to_hall_short()}</a>
            </Room>
        </main>
    }
}

/// The tab says how far the run is, for whoever looks at another one meanwhile.
pub(super) fn use_run_title(desk: Desk, title: String) {
    let home = use_home();
    let live = use_live();
    let percent = memo(move |_| {
        let id = desk.shown.get()?;
        let running = |row: &Row| row.job.status == JobStatus::Running;
        live.jobs.see(|jobs| jobs.get(id).filter(|row| running(row)).map(Row::percent))
    });
    use_title(move || match percent.get() {
        Some(percent) => t::page_title_running(percent, &title, home.name()),
        None => t::page_title(&title, home.name()),
    });
}
