//! The placard beside a picture: its words, what it was made from, what to do with it.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Opened,
    acts::{Acts, Row},
    facts::Facts,
};
use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    i18n::{t, when},
    reactive::{RwSignal, StoredValue},
    results::Item,
};

#[component]
pub(super) fn Placard(opened: Opened, item: Item) -> Node {
    let job = &item.job;
    let by =
        t::placard_by(&job.workflow_title, when::moment(job.finished_at.unwrap_or(job.created_at)));
    view! {
        <aside class="placard" aria-label=t::placard()>
            <div class="placard__body">
                <div>
                    <p class="placard__by">{by}</p>
                    <p class="placard__prompt">{item.title().to_owned()}</p>
                </div>
                <Row opened item=item.clone()/>
                <Facts item=item.clone()/>
            </div>
            <Acts opened item/>
        </aside>
    }
}

/// A button that copies, and says so for a moment.
#[component]
pub(super) fn Copy(label: &'static str, text: String) -> Node {
    let is_done = RwSignal::new(false);
    let text = StoredValue::new(text);
    let copy = move |_| {
        spawn_local(async move {
            if browser::copy(&text.get_value()).await {
                is_done.set(true);
                gloo_timers::future::TimeoutFuture::new(2_000).await;
                is_done.set(false);
            }
        });
    };
    let words = move || if is_done.get() { t::copied() } else { label };
    view! {
        <button type="button" class="ib" aria-label=words title=words on:click=copy>
            {move || view! { <Icon name=if is_done.get() { "check" } else { "copy" }/> }}
        </button>
    }
}
