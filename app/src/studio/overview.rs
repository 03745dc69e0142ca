//! What is published.

use leptos::prelude::*;
use wire::WorkflowSummary;

use super::{address, t, title_page};
use crate::{
    components::{icon::Icon, room::Room, trouble::Trouble},
    dom::{Node, view},
    home::use_home,
    i18n::t as words,
};

#[component]
pub(super) fn Overview() -> Node {
    let home = use_home();
    title_page(|| t::studio_workflows().to_owned());
    view! {
        {move || match home.workflows.get() {
            Some(all) if all.is_empty() => {
                view! { <Room title=t::studio_empty_title() why=t::studio_empty() page=true /> }
            }
            Some(all) => view! { <List all /> },
            None => match home.trouble.get() {
                Some(error) => view! { <Trouble error /> },
                None => view! { <p class="studio__wait" role="status">{words::loading()}</p> },
            },
        }}
    }
}

#[component]
fn List(all: Vec<WorkflowSummary>) -> Node {
    let count = all.len() as u64;
    let rows = all.into_iter().map(|workflow| view! { <Row workflow /> });
    view! {
        <section class="published" aria-labelledby="published">
            <h1 id="published">{t::studio_workflows()}</h1>
            <p>{t::studio_count(count)}</p>
            <ul>{rows.collect::<Node>()}</ul>
        </section>
    }
}

#[component]
fn Row(workflow: WorkflowSummary) -> Node {
    let as_guest = t::studio_as_guest_named(&workflow.title);
    view! {
        <li>
            <a class="published__one" href=address::workflow(&workflow.slug)>
                <strong>{workflow.title}</strong>
                <span>{workflow.summary}</span>
            </a>
            <a
                class="ib"
                href=format!("w/{}", workflow.slug)
                aria-label=as_guest.clone()
                title=as_guest
            >
                <Icon name="eye" />
            </a>
        </li>
    }
}
