//! What was published before: to compare, to go back to, to go on from; and the end of a workflow.

use leptos::prelude::*;
use wire::studio::VersionInfo;

use super::{
    act::{Act, use_acts},
    compare::Compare,
    setting::Wrong,
    work::Work,
};
use crate::{
    api,
    dom::{IntoNode, Node, view},
    fetch::{Fetched, use_fetch},
    i18n::{t as words, when},
    reactive::{RwSignal, Show, memo},
    studio::{dialog::Dialog, t},
};

#[component]
pub(super) fn Versions(work: Work, #[prop(into)] on_close: Callback<()>) -> Node {
    let acts = use_acts();
    let standing =
        memo(move |_| work.bench.see(|bench| (bench.entry.newest, bench.entry.published)));
    let versions = use_fetch(move || {
        standing.track();
        let slug = work.slug();
        async move { api::studio::versions(&slug).await }
    });
    view! {
        <Dialog id="versions-h" title=t::versions() drawer=true on_close>
            {move || acts.trouble.get().map(|words| view! { <Wrong words /> })}
            {move || match versions.get() {
                Fetched::Waiting => view! { <p class="quiet" role="status">{words::loading()}</p> },
                Fetched::Failed(error) => view! { <Wrong words=error.words() /> },
                Fetched::Here(all) if all.is_empty() => view! { <p class="quiet">{t::versions_none()}</p> },
                Fetched::Here(all) => view! {
                    <ol class="versions">
                        {all.iter().cloned().map(|version| view! { <Version version /> }).collect::<Node>()}
                    </ol>
                    <Compare work versions=all />
                },
            }}
            <Ends work />
        </Dialog>
    }
}

#[component]
fn Version(version: VersionInfo) -> Node {
    let acts = use_acts();
    let number = version.version;
    let facts = t::version_facts(version.jobs, when::moment(version.at));
    view! {
        <li class="version" aria-current=version.published.then_some("true")>
            <div>
                <b>{t::version(number)}</b>
                {version.published.then(|| view! { <em>{t::version_runs()}</em> })}
                <span class="clip">{version.title}</span>
                <small>{facts}</small>
            </div>
            <div class="version__acts">
                {(!version.published).then(|| view! {
                    <button
                        type="button"
                        class="btn"
                        disabled=move || acts.is_busy.get()
                        aria-label=t::roll_back_to(number)
                        on:click=move |_| acts.carry_out(Act::RollBack(number))
                    >
                        {t::roll_back()}
                    </button>
                })}
                <button
                    type="button"
                    class="btn btn--plain"
                    disabled=move || acts.is_busy.get()
                    aria-label=t::edit_from_version(number)
                    on:click=move |_| acts.carry_out(Act::EditFrom(number))
                >
                    {t::edit_from()}
                </button>
            </div>
        </li>
    }
}

/// Throwing the draft away, hiding, deleting. What cannot be undone asks first.
#[component]
fn Ends(work: Work) -> Node {
    let acts = use_acts();
    let asks = RwSignal::new(false);
    let entry = memo(move |_| work.bench.see(|bench| bench.entry.clone()));
    let busy = move || acts.is_busy.get();
    let discard = move || {
        entry.see(|entry| entry.draft_at.is_some() && entry.newest > 0).then(|| view! {
            <button type="button" class="btn" disabled=busy on:click=move |_| acts.carry_out(Act::Discard)>
                {t::discard()}
            </button>
        })
    };
    let hide = move || {
        entry.see(|entry| entry.published.is_some()).then(|| view! {
            <button type="button" class="btn" disabled=busy on:click=move |_| acts.carry_out(Act::Hide)>
                {t::hide()}
            </button>
        })
    };
    view! {
        <div class="ends">
            {discard.into_node()}
            {hide.into_node()}
            <button type="button" class="btn btn--bad" on:click=move |_| asks.set(true)>{t::delete()}</button>
            <Show when=move || asks.get()>
                <div class="notice" role="alert">
                    <p>{t::delete_asks()}</p>
                    <button type="button" class="btn btn--bad" disabled=busy on:click=move |_| acts.carry_out(Act::Delete)>
                        {t::delete_sure()}
                    </button>
                    <button type="button" class="btn" on:click=move |_| asks.set(false)>{t::delete_not()}</button>
                </div>
            </Show>
        </div>
    }
}
