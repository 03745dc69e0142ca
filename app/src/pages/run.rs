//! The run page: composer, stage and wall of one workflow.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wire::Workflow;

use super::MAIN;
use crate::{
    api,
    components::{
        composer::Composer, frame::Frame, room::Room, stage::Stage, top_bar::TopBar,
        trouble::Trouble, wall::Wall,
    },
    desk,
    fetch::{Fetched, use_fetch},
    i18n::t,
};

#[component]
pub(crate) fn RunPage() -> impl IntoView {
    view! {
        <TopBar deep=true />
        {use_workflow(|workflow| view! { <RunRoom workflow /> }.into_any())}
    }
}

/// Fetches the workflow that the address names and draws it with `room`, or says why not.
pub(super) fn use_workflow(room: fn(Arc<Workflow>) -> AnyView) -> impl Fn() -> AnyView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let again = RwSignal::new(());
    let fetched = use_fetch(move || {
        again.track();
        let slug = slug.get();
        async move { api::workflow(&slug).await.map(Arc::new) }
    });
    move || match fetched.get() {
        Fetched::Here(workflow) => room(workflow),
        Fetched::Waiting => view! { <Opening /> }.into_any(),
        Fetched::Failed(error) if error.is_not_found() => view! { <NoSuchWorkflow /> }.into_any(),
        Fetched::Failed(error) => view! {
            <main id=MAIN tabindex="-1">
                <Trouble error on_retry=Callback::new(move |()| again.set(())) />
            </main>
        }
        .into_any(),
    }
}

#[component]
fn RunRoom(workflow: Arc<Workflow>) -> impl IntoView {
    desk::provide(workflow);
    view! {
        <div class="run">
            <Composer />
            <main id=MAIN tabindex="-1">
                <Stage />
                <Wall />
            </main>
        </div>
        <Frame />
    }
}

/// The page in its final shape, before there is anything in it.
#[component]
fn Opening() -> impl IntoView {
    view! {
        <div class="run" role="status" aria-label=t::loading()>
            <div class="composer"></div>
            <main id=MAIN tabindex="-1">
                <div class="stage"><div class="stage__room">
                    <div class="stage__pic skel" style=("--r", "1.5")></div>
                </div></div>
            </main>
        </div>
    }
}

#[component]
fn NoSuchWorkflow() -> impl IntoView {
    view! {
        <main id=MAIN tabindex="-1">
            <Room title=t::no_workflow_title() why=t::no_workflow_why() page=true>
                <a class="btn" href=".">{t::to_hall_short()}</a>
            </Room>
        </main>
    }
}
