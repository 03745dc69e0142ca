//! Choosing one of one's own results as the picture.

use leptos::{html, prelude::*};
use std::sync::Arc;
use wire::{FieldKind, JobList, OutputKind};

use crate::{
    api::{self, Error, JobQuery},
    components::icon::Icon,
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    form::Picture,
    i18n::t,
    results::Item,
};

/// How many results are offered.
const OFFERED: u32 = 48;

/// A dialog with the newest results that fit. `on_close` is told the chosen one, or
/// nothing when the person changed their mind.
#[component]
pub(super) fn ChooseResult(
    kind: FieldKind,
    #[prop(into)] on_close: Callback<Option<Picture>>,
) -> Node {
    let pictures = use_fetch(move || load(kind.clone()));
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        let _ = dialog.show_modal();
    });
    view! {
        <dialog class="choose" node_ref=dialog aria-labelledby="choose-h" on:close=move |_| on_close.run(None)>
            <div class="choose__head">
                <h2 id="choose-h">{t::choose_title()}</h2>
                <button type="button" class="ib" aria-label=t::close() on:click=move |_| on_close.run(None)>
                    <Icon name="x"/>
                </button>
            </div>
            {move || match pictures.get() {
                Fetched::Waiting => {
                    view! { <p class="quiet" role="status">{t::loading()}</p> }
                }
                Fetched::Here(items) if items.is_empty() => {
                    view! { <p class="quiet">{t::choose_empty()}</p> }
                }
                Fetched::Here(items) => view! { <Offer items on_close/> },
                Fetched::Failed(error) => {
                    view! { <p class="field__wrong" role="alert">{error.words()}</p> }
                }
            }}
        </dialog>
    }
}

#[component]
fn Offer(items: Vec<Item>, on_close: Callback<Option<Picture>>) -> Node {
    let offer = |item: Item| {
        let title = item.title().to_owned();
        let look = if item.output().kind == OutputKind::Image {
            view! { <img src=item.thumb(320) alt=title loading="lazy"/> }
        } else {
            view! { <Icon name="file"/> {item.output().name.clone()} }
        };
        view! {
            <li>
                <button type="button" on:click=move |_| on_close.run(Some(item.as_picture()))>{look}</button>
            </li>
        }
    };
    view! { <ul class="choose__list">{items.into_iter().map(offer).collect::<Node>()}</ul> }
}

async fn load(kind: FieldKind) -> Result<Vec<Item>, Error> {
    let query = JobQuery { status: Some("succeeded"), limit: Some(OFFERED), ..JobQuery::default() };
    let JobList { jobs, .. } = api::jobs(&query).await?;
    let jobs: Vec<_> = jobs.into_iter().map(Arc::new).collect();
    let items = jobs.iter().flat_map(Item::of);
    Ok(items.filter(|item| kind.takes(&item.output().mime)).collect())
}
