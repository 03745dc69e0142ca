//! The hall: the workflows, hung like pictures with their placards.

use leptos::prelude::*;
use wire::{OutputKind, WorkflowSummary};

use super::{MAIN, use_title};
use crate::{
    address::{Step, use_here},
    components::{demo::DemoNote, icon::Icon, room::Room, top_bar::TopBar, trouble::Trouble},
    dom::{Node, view},
    home::use_home,
    i18n::t,
    reactive::effect,
};

#[component]
pub(crate) fn HallPage() -> Node {
    let home = use_home();
    use_title(move || home.name());
    go_in_when_there_is_one_room();
    view! {
        <TopBar />
        <main id=MAIN class="hall" tabindex="-1">
            <div class="hall__hello">
                <h1>
                    <span>{greeting()}</span>
                    <span>{t::hall_question()}</span>
                </h1>
            </div>
            {move || match home.workflows.get() {
                Some(all) if all.is_empty() => {
                    view! { <Room title=t::hall_empty_title() why=t::hall_empty() /> }
                }
                Some(all) => view! { <Pieces all /> },
                None => match home.trouble.get() {
                    Some(error) => view! { <Trouble error /> },
                    None => view! { <Skeletons /> },
                },
            }}
            <Placard />
        </main>
    }
}

/// A hall with one room is a detour.
fn go_in_when_there_is_one_room() {
    let home = use_home();
    let here = use_here();
    effect(move || {
        let only = home.workflows.see(|all| match all.as_deref() {
            Some([only]) => Some(only.slug.clone()),
            _ => None,
        });
        if let Some(slug) = only {
            here.go(&format!("w/{slug}"), Step::Instead);
        }
    });
}

#[component]
fn Pieces(all: Vec<WorkflowSummary>) -> Node {
    let count = all.len();
    let pieces = all.into_iter().enumerate().map(|(place, workflow)| {
        view! { <Piece workflow wide=is_wide(place, count) /> }
    });
    view! { <div class="hang">{pieces.collect::<Node>()}</div> }
}

/// One workflow: its cover, and the placard beside it.
#[component]
fn Piece(workflow: WorkflowSummary, wide: bool) -> Node {
    let makes: Vec<&str> = workflow.makes.iter().map(|kind| makes(*kind)).collect();
    view! {
        <a class="piece" class=("piece--wide", wide) href=format!("w/{}", workflow.slug)>
            <div class="piece__cover">
                {match workflow.cover {
                    Some(cover) => view! { <img src=cover alt="" /> },
                    None => view! { <div class="piece__blank"><Icon name="image" /></div> },
                }}
            </div>
            <div class="piece__text">
                <h2>{workflow.title}<Icon name="arrow" /></h2>
                <p>{workflow.summary}</p>
                <small>{makes.join(" · ")}</small>
            </div>
        </a>
    }
}

#[component]
fn Skeletons() -> Node {
    view! {
        <div class="hang" role="status" aria-label=t::loading()>
            <div class="piece piece--wide"><div class="piece__cover skel"></div></div>
            <div class="piece"><div class="piece__cover skel"></div></div>
            <div class="piece"><div class="piece__cover skel"></div></div>
        </div>
    }
}

/// Who lives here, and whether they are open.
#[component]
fn Placard() -> Node {
    let home = use_home();
    let open = move || if home.open() { t::hall_open() } else { t::hall_closed() };
    view! {
        <footer class="house">
            <span>
                <i class="lampdot" class=("lampdot--out", move || !home.open())></i>
                {open}
            </span>
            <span>{move || home.name()}</span>
            <DemoNote />
        </footer>
    }
}

/// Three hang in a row. What is left over makes the first of all, and then the last, twice as wide.
fn is_wide(place: usize, count: usize) -> bool {
    match count % 3 {
        0 => false,
        2 => place == 0,
        _ => place == 0 || place + 1 == count,
    }
}

fn greeting() -> &'static str {
    match js_sys::Date::new_0().get_hours() {
        4..=11 => t::hall_morning(),
        12..=17 => t::hall_afternoon(),
        _ => t::hall_evening(),
    }
}

fn makes(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Image => t::makes_image(),
        OutputKind::Video => t::makes_video(),
        OutputKind::Audio => t::makes_audio(),
        OutputKind::Text => t::makes_text(),
        OutputKind::Model => t::makes_model(),
        OutputKind::File => t::makes_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_hall_is_full() {
        for count in 2..12 {
            let thirds: usize =
                (0..count).map(|place| 1 + usize::from(is_wide(place, count))).sum();
            assert_eq!(thirds % 3, 0, "{count} workflows");
        }
    }
}
