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
    reactive::Show,
    shelf::Shelf,
};

pub(crate) use collection::Collection;
pub(crate) use rows::{Further, Rows};

/// The wall of the workflow at this desk.
#[component]
pub(crate) fn Wall() -> Node {
    let desk = use_desk();
    let collection = Collection::of_desk(desk);
    let is_bare = move || desk.shelf.is_known() && collection.places.read().is_empty();
    view! {
        <section class="wall" aria-labelledby="wall-h" hidden=is_bare>
            <div class="wall__head">
                <h2 id="wall-h">{t::wall_title()}</h2>
                <span class="quiet">{move || desk.shelf.total()}</span>
                <a class="link" href="gallery">{t::wall_all()}</a>
            </div>
            <Rows collection places=collection.places/>
            <Loading shelf=desk.shelf/>
            <Further shelf=desk.shelf/>
        </section>
    }
}

/// The rows in their final shape, before there is anything in them.
#[component]
fn Loading(shelf: Shelf) -> Node {
    let ghost = |ratio: &'static str| view! { <li class="tile skel" style=("--r", ratio)></li> };
    view! {
        <Show when=move || !shelf.is_known() && shelf.is_fetching()>
            <ul class="rows" aria-hidden="true">
                {["1.78", "0.8", "1.5", "1.5"].map(ghost).into_iter().collect::<Node>()}
            </ul>
        </Show>
    }
}
