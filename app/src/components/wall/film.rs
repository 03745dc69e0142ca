//! A video on the wall: it plays while the pointer or the focus is on it.

use leptos::{html, prelude::*};

use crate::{
    components::icon::Icon,
    dom::{Node, view},
    i18n::{t, words},
    reactive::RwSignal,
    results::Item,
};

#[component]
pub(super) fn Film(item: Item, link: String) -> Node {
    let video = NodeRef::<html::Video>::new();
    let length = RwSignal::new(None);
    let measure = move |_| {
        let seconds =
            video.get_untracked().map(|video| video.duration()).filter(|length| length.is_finite());
        length.set(seconds);
    };
    let play = move || {
        if let Some(video) = video.get_untracked() {
            // Refused where nothing may play by itself: then it stays a picture.
            let _ = video.play();
        }
    };
    let rest = move || {
        if let Some(video) = video.get_untracked() {
            let _ = video.pause();
            video.set_current_time(0.0);
        }
    };
    view! {
        <a
            href=link
            data-noscroll=""
            aria-label=t::open_result(item.title())
            on:pointerenter=move |_| play()
            on:pointerleave=move |_| rest()
            on:focus=move |_| play()
            on:blur=move |_| rest()
        >
            <video
                node_ref=video
                src=item.output().url.clone()
                prop:muted=true
                loop=true
                playsinline=true
                preload="metadata"
                tabindex="-1"
                on:loadedmetadata=measure
            ></video>
        </a>
        <span class="tile__kind">
            <Icon name="play"/>
            {move || length.get().map(words::clock)}
        </span>
    }
}
