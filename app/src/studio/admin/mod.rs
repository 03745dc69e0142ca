//! The house, for its owner: who may come in, what they do, and what is too much.

mod everybody;
mod jobs;
mod keys;
mod limits;
mod log;
mod names;
mod sessions;

use leptos::prelude::*;

use wire::Role;

use super::{
    Shut,
    address::Section,
    parts::{Again, fetched},
    t, title_page,
};
use crate::{
    api::people,
    dom::{Node, view},
};

#[component]
pub(super) fn AdminPage(section: Section) -> Node {
    title_page(move || title(section).to_owned());
    fetched(Again::new(), people::me, move |me| match me.role {
        Role::Owner => view! { <House section /> },
        _ => view! { <Shut title=t::admin_guarded() why=t::admin_guarded_why() /> },
    })
}

#[component]
fn House(section: Section) -> Node {
    let drawn = match section {
        Section::People => view! { <everybody::People /> },
        Section::Keys => view! { <keys::AllKeys /> },
        Section::Sessions => view! { <sessions::AllSessions /> },
        Section::Jobs => view! { <jobs::AllJobs /> },
        Section::Limits => view! { <limits::AllLimits /> },
        Section::Log => view! { <log::Log /> },
    };
    view! {
        <div class="house">
            <Sections section />
            <div class="page">
                <h1 class="page__title">{title(section)}</h1>
                {drawn}
            </div>
        </div>
    }
}

/// The ways to the other sections.
#[component]
fn Sections(section: Section) -> Node {
    let way = |one: Section| {
        let current = (one == section).then_some("page");
        view! { <li><a href=one.address() aria-current=current>{title(one)}</a></li> }
    };
    view! {
        <nav class="house__nav" aria-label=t::admin_nav()>
            <ul>{Section::ALL.into_iter().map(way).collect::<Node>()}</ul>
        </nav>
    }
}

fn title(section: Section) -> &'static str {
    match section {
        Section::People => t::people(),
        Section::Keys => t::all_keys(),
        Section::Sessions => t::all_sessions(),
        Section::Jobs => t::all_jobs(),
        Section::Limits => t::all_limits(),
        Section::Log => t::log(),
    }
}
