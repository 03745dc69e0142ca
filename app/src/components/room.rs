//! A room for the moments without a picture: what is so, why, and what to do.

use leptos::prelude::*;

use crate::dom::{Children, Node, view};

#[component]
pub(crate) fn Room(
    #[prop(into)] title: String,
    #[prop(into)] why: String,
    /// It is the whole page, so its title is the page's heading.
    #[prop(optional)]
    page: bool,
    /// A drawing above the title.
    #[prop(optional)]
    drawing: Option<Node>,
    /// What to do: buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> Node {
    let title = if page {
        view! { <h1>{title}</h1> }
    } else {
        view! { <h2>{title}</h2> }
    };
    view! {
        <div class="room" class=("room--page", page)>
            {drawing}
            {title}
            <p>{why}</p>
            {children.map(Children::draw)}
        </div>
    }
}

/// A door, shut.
#[component]
pub(crate) fn Door() -> Node {
    view! {
        <svg class="door" viewBox="0 0 92 116" aria-hidden="true">
            <path d="M4 112h84M14 112V50a32 32 0 0 1 64 0v62" />
            <path d="M26 112V52a20 20 0 0 1 40 0v60" />
            <circle cx="59" cy="80" r="2" fill="currentColor" />
            <path d="M38 62h16v10H38z" />
        </svg>
    }
}

/// Three frames with nothing in them.
#[component]
pub(crate) fn Easel() -> Node {
    view! {
        <div class="easel" aria-hidden="true">
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}
