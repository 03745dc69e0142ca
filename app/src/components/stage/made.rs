//! The result, over the last preview of it.

use leptos::prelude::*;
use wire::{Output, OutputKind};

use super::Shown;
use crate::{
    api,
    components::{icon::Icon, prompt_of},
    dom::{Node, view},
    i18n::t,
    live::use_live,
    reactive::RwSignal,
};

#[component]
pub(super) fn Made(shown: Shown, output: Output, embedded: bool) -> Node {
    match output.kind {
        OutputKind::Image => view! { <MadePicture shown output embedded /> },
        OutputKind::Video => view! {
            <video
                class="stage__made is-here"
                src=output.url
                controls=true
                autoplay=true
                muted=true
                loop=true
                playsinline=true
            ></video>
        },
        OutputKind::Audio => view! { <audio src=output.url controls=true></audio> },
        OutputKind::Text => {
            view! { <blockquote class="stage__text">{output.text}</blockquote> }
        }
        OutputKind::Model | OutputKind::File => view! { <File output /> },
    }
}

/// Fades in over its last preview once it has come.
#[component]
fn MadePicture(shown: Shown, output: Output, embedded: bool) -> Node {
    let live = use_live();
    let is_here = RwSignal::new(false);
    let job = shown.row.peek(|row| row.as_ref().map(|row| row.job.clone()));
    let prompt = job.as_ref().map(|job| prompt_of(&job.inputs)).unwrap_or_default();
    let place = job.as_ref().and_then(|job| job.outputs.iter().position(|it| it.id == output.id));
    let link = job.as_ref().map(|job| {
        format!("w/{}?job={}&output={}", job.workflow, job.id, place.unwrap_or_default())
    });
    let id = job.map(|job| job.id);
    let arrived = move |_| {
        is_here.set(true);
        // The fade needs the preview a moment longer.
        if let Some(id) = id {
            set_timeout(move || live.forget_preview(id), std::time::Duration::from_secs(1));
        }
    };
    let blur = output.blur.map(|blur| format!("url(\"{blur}\")"));
    let label = t::open_result(&prompt);
    let picture = view! {
        <img
            class="stage__made"
            class=("is-here", move || is_here.get())
            src=output.url
            alt=prompt
            width=output.width
            height=output.height
            style=("background-image", blur)
            on:load=arrived
        />
    };
    match link.filter(|_| !embedded) {
        Some(link) => {
            view! { <a class="stage__open" href=link aria-label=label>{picture}</a> }
        }
        None => picture,
    }
}

/// Something that cannot be shown, only saved.
#[component]
fn File(output: Output) -> Node {
    view! {
        <a class="stage__file" href=api::download(&output.url) download=output.name.clone() rel="external">
            <Icon name="file" />
            <span>{output.name.clone()}</span>
        </a>
    }
}
