//! Liked, or not: a heart to press, wherever a result hangs.

use leptos::prelude::*;
use wire::JobId;

use super::{deeds::use_deeds, icon::Icon, wall::Collection};
use crate::{
    dom::{Node, view},
    i18n::t,
};

#[component]
pub(super) fn Favourite(
    collection: Collection,
    job: JobId,
    /// Of the button.
    class: &'static str,
) -> Node {
    let deeds = use_deeds();
    let is_favourite = collection.is_favourite(job);
    view! {
        <button
            type="button"
            class=class
            aria-label=t::favourite()
            title=t::favourite()
            aria-pressed=move || is_favourite.get().to_string()
            on:click=move |_| deeds.set_favourite(job, !is_favourite.get_untracked())
        >
            <Icon name="heart"/>
        </button>
    }
}
