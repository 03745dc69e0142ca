//! One result on the wall.

use leptos::prelude::*;
use wire::OutputKind;

use super::{Collection, film::Film, sound::Sound};
use crate::{
    api,
    components::{deeds::use_deeds, favourite::Favourite, icon::Icon},
    dom::{Node, view},
    i18n::{t, words::bytes},
    results::{Item, Place},
};

/// Height of a row in pixels, at a desk and on a phone, for the browser to choose a thumbnail by.
const HEIGHTS: (f64, f64) = (216.0, 132.0);

/// A result, with what can be done with it when the pointer is over it.
#[component]
pub(super) fn Tile(collection: Collection, place: Place) -> Node {
    let Some(item) = collection.item(place) else { return Node::Nothing };
    let link = collection.address(Some(place));
    let class = match item.output().kind {
        OutputKind::Image => "tile",
        OutputKind::Video => "tile tile--video",
        OutputKind::Audio => "tile tile--audio",
        OutputKind::Text => "tile tile--text",
        OutputKind::Model | OutputKind::File => "tile tile--file",
    };
    let body = match item.output().kind {
        OutputKind::Image => view! { <Image item=item.clone() link/> },
        OutputKind::Video => view! { <Film item=item.clone() link/> },
        OutputKind::Audio => view! { <Sound item=item.clone() link/> },
        OutputKind::Text => view! { <Words item=item.clone() link/> },
        OutputKind::Model | OutputKind::File => {
            view! { <File item=item.clone() link/> }
        }
    };
    let blur = item.output().blur.as_ref().map(|blur| format!("url(\"{blur}\")"));
    let ratio = item.ratio();
    view! {
        <li class=class style=("--r", ratio) style:background-image=blur>
            {body}
            <Favourite collection job=place.job class="ib tile__fav"/>
            <Veil item/>
        </li>
    }
}

#[component]
fn Image(item: Item, link: String) -> Node {
    let title = item.title().to_owned();
    let label = t::open_result(&title);
    // Whole pixels, a little more than needed: rows are stretched to fit.
    let width = |height: f64| (item.ratio() * height * 1.25) as u32;
    let (wide, narrow) = (width(HEIGHTS.0), width(HEIGHTS.1));
    let sizes = format!("(max-width: 600px) {narrow}px, {wide}px");
    view! {
        <a href=link data-noscroll="" aria-label=label>
            <img src=item.thumb(320) srcset=item.thumbs() sizes=sizes alt=title loading="lazy" decoding="async"/>
        </a>
    }
}

#[component]
fn Words(item: Item, link: String) -> Node {
    let text = item.output().text.clone().unwrap_or_default();
    let count = text.split_whitespace().count() as u64;
    view! {
        <blockquote>{text}</blockquote>
        <div class="tile__cap">
            <span class="clip">{item.output().name.clone()}</span>
            <span>{t::tile_words(count)}</span>
        </div>
        <a href=link data-noscroll="" aria-label=t::open_result(item.title())></a>
    }
}

#[component]
fn File(item: Item, link: String) -> Node {
    let output = item.output();
    let icon = if output.kind == OutputKind::Model { "cube" } else { "file" };
    view! {
        <Icon name=icon/>
        <span class="tile__file">
            <span class="clip">{output.name.clone()}</span>
            <span class="quiet">{bytes(output.bytes as f64)}</span>
        </span>
        <a href=link data-noscroll="" aria-label=t::open_result(&output.name)></a>
    }
}

/// The words over the foot of a tile, and the quick ways to use it again.
#[component]
fn Veil(item: Item) -> Node {
    let deeds = use_deeds();
    let is_input = item.output().kind != OutputKind::Text;
    let place = item.place();
    let save = api::download(&item.output().url);
    view! {
        <div class="tile__veil">
            <p aria-hidden="true">{item.title().to_owned()}</p>
            <button type="button" class="ib" aria-label=t::use_settings() title=t::use_settings()
                on:click=move |_| deeds.use_settings(place)>
                <Icon name="sliders"/>
            </button>
            {is_input.then(|| view! {
                <button type="button" class="ib" aria-label=t::use_as_input() title=t::use_as_input()
                    on:click=move |_| deeds.use_as_input(place)>
                    <Icon name="in"/>
                </button>
            })}
            <a class="ib ib--extra" href=save download=item.output().name.clone() rel="external"
                aria-label=t::download() title=t::download()>
                <Icon name="download"/>
            </a>
        </div>
    }
}
