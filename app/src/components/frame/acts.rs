//! What can be done with the open result.

use leptos::{prelude::*, task::spawn_local};
use wire::OutputKind;

use super::{Opened, placard::Copy};
use crate::{
    api,
    components::{deeds::use_deeds, favourite::Favourite, icon::Icon},
    dom::{IntoNode, Node, view},
    i18n::t,
    reactive::RwSignal,
    results::Item,
};

/// The small acts: favourite, copy, delete.
#[component]
pub(super) fn Row(opened: Opened, item: Item) -> Node {
    let job = item.job.id;
    let is_asking = RwSignal::new(false);
    let words = item.words().to_owned();
    let count = item.job.outputs.len() as u64;
    (move || {
        if is_asking.get() {
            return view! { <Ask opened job count is_asking/> };
        }
        let words = words.clone();
        view! {
            <div class="placard__row">
                <Favourite collection=opened.collection job class="ib placard__fav"/>
                {(!words.is_empty()).then(|| view! { <Copy label=t::copy_prompt() text=words/> })}
                <button type="button" class="ib" aria-label=t::delete() title=t::delete() on:click=move |_| is_asking.set(true)>
                    <Icon name="trash"/>
                </button>
            </div>
        }
    })
        .into_node()
}

/// Deleting cannot be undone, so it asks.
#[component]
fn Ask(opened: Opened, job: wire::JobId, count: u64, is_asking: RwSignal<bool>) -> Node {
    let deeds = use_deeds();
    let trouble = RwSignal::new(None);
    let is_busy = RwSignal::new(false);
    let keep = NodeRef::<leptos::html::Button>::new();
    keep.on_load(|keep| {
        let _ = keep.focus();
    });
    let delete = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        // Read before it is gone, and its neighbours with it.
        let next = untrack(|| opened.neighbour(1).or_else(|| opened.neighbour(-1)));
        let next = next.filter(|place| place.job != job);
        spawn_local(async move {
            match deeds.delete(job).await {
                Ok(()) => {
                    opened.collection.shelf.remove(job);
                    match next {
                        Some(place) => opened.go.run(Some(place)),
                        None => opened.close.run(()),
                    }
                }
                Err(error) => {
                    is_busy.set(false);
                    trouble.set(Some(error.words()));
                }
            }
        });
    };
    view! {
        <div class="placard__ask" role="group" aria-label=t::delete()>
            <p>{t::delete_ask(count)}</p>
            {move || trouble.get().map(|words| view! { <p class="field__wrong" role="alert">{words}</p> })}
            <button type="button" class="btn btn--bad" on:click=delete>{t::delete()}</button>
            <button type="button" class="btn" node_ref=keep on:click=move |_| is_asking.set(false)>{t::delete_not()}</button>
        </div>
    }
}

/// The large acts, at the thumb on a phone.
#[component]
pub(super) fn Acts(opened: Opened, item: Item) -> Node {
    let deeds = use_deeds();
    let place = item.place();
    let output = item.output();
    let is_input = output.kind != OutputKind::Text;
    let close_and = move |act: Callback<()>| {
        opened.go.run(None);
        act.run(());
    };
    let settings = Callback::new(move |()| deeds.use_settings(place));
    let input = Callback::new(move |()| deeds.use_as_input(place));
    view! {
        <div class="placard__acts">
            <button type="button" class="btn btn--main btn--big" on:click=move |_| close_and(settings)>
                <Icon name="sliders"/>
                {t::use_settings()}
            </button>
            {is_input.then(|| view! {
                <button type="button" class="btn" on:click=move |_| close_and(input)>
                    <Icon name="in"/>
                    {t::use_as_input()}
                </button>
            })}
            <a class="btn" href=api::download(&output.url) download=output.name.clone() rel="external">
                <Icon name="download"/>
                {t::download()}
            </a>
        </div>
    }
}
