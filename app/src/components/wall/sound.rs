//! A sound on the wall: a button that plays it, and how far it has come.

use leptos::{html, prelude::*};

use crate::{
    components::icon::Icon,
    dom::{Node, view},
    i18n::{t, words},
    reactive::RwSignal,
    results::Item,
};

#[component]
pub(super) fn Sound(item: Item, link: String) -> Node {
    let audio = NodeRef::<html::Audio>::new();
    let is_playing = RwSignal::new(false);
    // Seconds played, and seconds in all.
    let time = RwSignal::new((0.0, 0.0));
    let look = move |_| {
        if let Some(audio) = audio.get_untracked() {
            let length = Some(audio.duration()).filter(|length| length.is_finite()).unwrap_or(0.0);
            time.set((audio.current_time(), length));
            is_playing.set(!audio.paused());
        }
    };
    let press = move |_| {
        let Some(audio) = audio.get_untracked() else { return };
        let _ = if audio.paused() { audio.play().map(drop) } else { audio.pause() };
    };
    let name = item.output().name.clone();
    let label = {
        let name = name.clone();
        move || if is_playing.get() { t::tile_pause(&name) } else { t::tile_play(&name) }
    };
    let progress = move || {
        let (played, length) = time.get();
        if length > 0.0 { played / length * 100.0 } else { 0.0 }
    };
    view! {
        <a href=link data-noscroll="" aria-label=t::open_result(&name)></a>
        <div class="tile__audio">
            <button type="button" class="play" aria-label=label on:click=press>
                {move || view! { <Icon name=if is_playing.get() { "pause" } else { "play" }/> }}
            </button>
            <div class="tile__line" style=("--p", progress)></div>
        </div>
        <div class="tile__cap">
            <span class="clip">{name}</span>
            <span>{move || words::clock(time.get().1)}</span>
        </div>
        <audio
            node_ref=audio
            src=item.output().url.clone()
            preload="metadata"
            on:loadedmetadata=look
            on:timeupdate=look
            on:play=look
            on:pause=look
            on:ended=look
        ></audio>
    }
}
