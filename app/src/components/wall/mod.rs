//! What this workflow made, newest first.
//!
//! Read in this order: `collection` is a list of results and where they are
//! opened, `rows` hangs it up, `tile` is one result, `sound` and `film` are the
//! tiles that play.

mod collection;
mod film;
mod rows;
mod sound;
mod tile;

use leptos::prelude::*;

use crate::{
    desk::use_desk,
    dom::{Node, view},
    i18n::t,
    later::{Lost, Whereabouts, later},
    reactive::Show,
};

pub(crate) use collection::Collection;
pub(crate) use rows::{Further, Rows};

/// The wall of the workflow at this desk.
#[component]
pub(crate) fn Wall() -> Node {
    let desk = use_desk();
    let collection = Collection::of_desk(desk);
    let is_bare = move || desk.shelf.is_known() && collection.places.read().is_empty();
    // Without results a first visit is spared the code that hangs them up.
    let rows = later(
        move || !collection.places.read().is_empty(),
        (later_rows, collection),
        move |whereabouts| {
            let is_coming =
                move || whereabouts == Whereabouts::Coming && !collection.places.read().is_empty();
            view! { <Ghosts when=is_coming/> <Lost whereabouts/> }
        },
    );
    let is_asked = move || !desk.shelf.is_known() && desk.shelf.is_fetching();
    view! {
        <section class="wall" aria-labelledby="wall-h" hidden=is_bare>
            <div class="wall__head">
                <h2 id="wall-h">{t::wall_title()}</h2>
                <span class="quiet">{move || desk.shelf.total()}</span>
                <a class="link" href="gallery">{t::wall_all()}</a>
            </div>
            {rows}
            <Ghosts when=is_asked/>
            <Further shelf=desk.shelf/>
        </section>
    }
}

#[inline(never)]
fn later_rows(collection: Collection) -> Node {
    view! { <Rows collection places=collection.places/> }
}

/// The rows in their final shape, before there is anything in them.
#[component]
fn Ghosts(when: impl Fn() -> bool + Send + Sync + 'static) -> Node {
    let ghost = |ratio: &'static str| view! { <li class="tile skel" style=("--r", ratio)></li> };
    view! {
        <Show when=when>
            <ul class="rows" aria-hidden="true">
                {["1.78", "0.8", "1.5", "1.5"].map(ghost).into_iter().collect::<Node>()}
            </ul>
        </Show>
    }
}
