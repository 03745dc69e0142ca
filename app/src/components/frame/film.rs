//! The neighbours of the open result, small.

use leptos::prelude::*;
use wire::OutputKind;

use super::Opened;
use crate::{
    components::icon::Icon,
    dom::{Each, Node, view},
    i18n::t,
    reactive::memo,
    results::Place,
};

/// How many neighbours are shown on each side.
const SIDE: usize = 6;

#[component]
pub(super) fn Strip(opened: Opened) -> Node {
    let near = memo(move |_| {
        let Some(place) = opened.place.get() else { return Vec::new() };
        let places = opened.collection.places.read();
        let at = places.iter().position(|known| *known == place).unwrap_or(0);
        places.iter().skip(at.saturating_sub(SIDE)).take(2 * SIDE + 1).copied().collect()
    });
    view! {
        <nav class="film" aria-label=t::frame_neighbours()>
            <Each each=move || near.get() key=Place::key let(place)>
                <Neighbour opened place/>
            </Each>
        </nav>
    }
}

#[component]
fn Neighbour(opened: Opened, place: Place) -> Node {
    let Some(item) = opened.collection.item(place) else { return Node::Nothing };
    let current = move || (opened.place.get() == Some(place)).then_some("true");
    let title = item.title().to_owned();
    let inside = match item.output().kind {
        OutputKind::Image => view! { <img src=item.thumb(160) alt="" loading="lazy"/> },
        OutputKind::Video => view! { <Icon name="play"/> },
        OutputKind::Text => view! { <Icon name="text"/> },
        _ => view! { <Icon name="file"/> },
    };
    view! {
        <button
            type="button"
            class="film__pic"
            style=("--r", item.ratio())
            aria-label=title
            aria-current=current
            on:click=move |_| opened.go.run(Some(place))
        >
            {inside}
        </button>
    }
}
