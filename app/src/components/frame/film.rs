//! The neighbours of the open result, small.

use leptos::prelude::*;
use wire::OutputKind;

use super::Opened;
use crate::{components::icon::Icon, i18n::t, reactive::memo, results::Place};

/// How many neighbours are shown on each side.
const SIDE: usize = 6;

#[component]
pub(super) fn Strip(opened: Opened) -> impl IntoView {
    let near = memo(move |_| {
        let Some(place) = opened.place.get() else { return Vec::new() };
        let places = opened.collection.places.read();
        let at = places.iter().position(|known| *known == place).unwrap_or(0);
        places.iter().skip(at.saturating_sub(SIDE)).take(2 * SIDE + 1).copied().collect()
    });
    view! {
        <nav class="film" aria-label=t::frame_neighbours()>
            <For each=move || near.get() key=|place| *place let(place)>
                <Neighbour opened place/>
            </For>
        </nav>
    }
}

#[component]
fn Neighbour(opened: Opened, place: Place) -> impl IntoView {
    let item = opened.collection.item(place)?;
    let current = move || (opened.place.get() == Some(place)).then_some("true");
    let title = item.title().to_owned();
    let inside = match item.output().kind {
        OutputKind::Image => view! { <img src=item.thumb(160) alt="" loading="lazy"/> }.into_any(),
        OutputKind::Video => view! { <Icon name="play"/> }.into_any(),
        OutputKind::Text => view! { <Icon name="text"/> }.into_any(),
        _ => view! { <Icon name="file"/> }.into_any(),
    };
    Some(view! {
        <button
            type="button"
            class="film__pic"
            style=("--r", item.ratio().to_string())
            aria-label=title
            aria-current=current
            on:click=move |_| opened.go.run(Some(place))
        >
            {inside}
        </button>
    })
}
