//! One workflow, to work on.

use leptos::prelude::*;

use super::{address::OVERVIEW, t, title_page};
use crate::{
    api,
    components::{room::Room, trouble::Trouble},
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
    reactive::RwSignal,
};

#[component]
pub(super) fn WorkflowPage(slug: String) -> Node {
    let again = RwSignal::new(());
    let fetched = use_fetch(move || {
        again.get();
        let slug = slug.clone();
        async move { api::workflow(&slug).await.map(|workflow| workflow.about) }
    });
    title_page(move || match fetched.get() {
        Fetched::Here(about) => about.title,
        _ => t::studio_workflows().to_owned(),
    });
    view! {
        {move || match fetched.get() {
            Fetched::Here(about) => view! {
                <section class="published">
                    <h1>{about.title}</h1>
                    <p>{about.summary}</p>
                    <p>
                        <a class="btn" href=format!("w/{}", about.slug)>{t::studio_as_guest()}</a>
                    </p>
                </section>
            },
            Fetched::Waiting => view! { <p class="studio__wait" role="status">{words::loading()}</p> },
            Fetched::Failed(error) if error.is_not_found() => view! { <NoSuchWorkflow /> },
            Fetched::Failed(error) => view! {
                <Trouble error on_retry=Callback::new(move |()| again.set(())) />
            },
        }}
    }
}

#[component]
fn NoSuchWorkflow() -> Node {
    view! {
        <Room title=words::no_workflow_title() why=words::no_workflow_why() page=true>
            <a class="btn" href=OVERVIEW>{t::studio_to_all()}</a>
        </Room>
    }
}
