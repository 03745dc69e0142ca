//! Results in justified rows. Each tile carries its proportions and the
//! stylesheet fills the rows, so nothing is measured and nothing jumps.

use leptos::{html, prelude::*};

use super::{Collection, tile::Tile};
use crate::{
    browser,
    components::icon::Icon,
    dom::{Each, Node, view},
    i18n::t,
    reactive::{Memo, Show},
    results::Place,
    shelf::Shelf,
};

/// How long before its end comes into sight a list is continued.
const AHEAD: &str = "800px";

/// Tiles side by side.
#[component]
pub(crate) fn Rows(collection: Collection, places: Memo<Vec<Place>>) -> Node {
    view! {
        <ul class="rows">
            <Each each=move || places.get() key=Place::key let(place)>
                <Tile collection place/>
            </Each>
        </ul>
    }
}

/// The way to older results. It is taken by itself when it comes near.
#[component]
pub(crate) fn Further(shelf: Shelf) -> Node {
    let sentinel = NodeRef::<html::Div>::new();
    let watch = leptos::prelude::StoredValue::new_local(None);
    sentinel.on_load(move |sentinel| {
        watch.set_value(browser::Sight::new(&sentinel, AHEAD, move || shelf.fetch_more()));
    });
    view! {
        <div class="further" node_ref=sentinel>
            {move || shelf.trouble().map(|error| view! {
                <p class="field__wrong" role="alert">
                    <Icon name="alert" small=true/>
                    <span>{error.words()}</span>
                </p>
            })}
            <Show when=move || shelf.has_more() || shelf.trouble().is_some()>
                <button type="button" class="btn" on:click=move |_| shelf.fetch_more()>
                    {move || if shelf.is_fetching() { t::loading() } else { t::wall_more() }}
                </button>
            </Show>
        </div>
    }
}
