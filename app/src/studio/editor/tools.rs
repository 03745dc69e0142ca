//! Back, undo, redo, how the draft stands, versions.

use leptos::prelude::*;

use super::{versions::Versions, work::Work};
use crate::{
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    reactive::{RwSignal, Show},
    studio::{
        address::OVERVIEW,
        state::saving::{Hindrance, Status},
        t,
    },
};

#[component]
pub(super) fn Tools(work: Work) -> Node {
    let is_open = RwSignal::new(false);
    view! {
        <div class="tools">
            <a class="ib" href=OVERVIEW aria-label=t::studio_to_all() title=t::studio_to_all()>
                <Icon name="left" />
            </a>
            <button
                type="button"
                class="ib"
                aria-label=t::undo()
                title=t::undo()
                disabled=move || !work.can_undo()
                on:click=move |_| work.undo()
            >
                <Icon name="undo" />
            </button>
            <button
                type="button"
                class="ib"
                aria-label=t::redo()
                title=t::redo()
                disabled=move || !work.can_redo()
                on:click=move |_| work.redo()
            >
                <Icon name="redo" />
            </button>
            <Standing work />
            <button type="button" class="btn btn--plain" on:click=move |_| is_open.set(true)>
                <Icon name="clock" />
                {t::versions()}
            </button>
        </div>
        <Hindered work />
        <Show when=move || is_open.get()>
            <Versions work on_close=move |()| is_open.set(false) />
        </Show>
    }
}

/// Whether the server has it all.
#[component]
fn Standing(work: Work) -> Node {
    let status = work.status();
    let words = move || match status.get() {
        Status::Saved => t::saved(),
        Status::Saving => t::saving(),
        Status::Hindered(_) => t::not_saved(),
    };
    view! { <span class="tools__status" role="status">{words}</span> }
}

/// Why nothing is saved any more, and what to do.
#[component]
fn Hindered(work: Work) -> Node {
    let status = work.status();
    (move || match status.get() {
        Status::Hindered(Hindrance::Overtaken) => Some(view! {
            <div class="notice" role="alert">
                <p>{t::overtaken()}</p>
                <button type="button" class="btn" on:click=move |_| work.settle(Work::take)>
                    {t::take_theirs()}
                </button>
                <button type="button" class="btn" on:click=move |_| work.settle(Work::insist)>
                    {t::keep_mine()}
                </button>
            </div>
        }),
        Status::Hindered(Hindrance::Failed(why)) => Some(view! {
            <div class="notice" role="alert">
                <p>{why}</p>
                <button type="button" class="btn" on:click=move |_| work.save()>
                    <Icon name="retry" />
                    {t::save_again()}
                </button>
            </div>
        }),
        _ => None,
    })
    .into_node()
}
