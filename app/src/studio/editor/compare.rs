//! What differs between two versions.

use leptos::prelude::*;
use wire::studio::{Difference, VersionInfo};

use super::{setting::Wrong, work::Work};
use crate::{
    api,
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
    reactive::RwSignal,
    studio::{
        state::{
            self,
            told::{self, Change, Group},
        },
        t, words as said,
    },
};

/// Two versions to choose, and what differs between them. The newest is compared with the draft at first, or
/// with the one before it.
#[component]
pub(super) fn Compare(work: Work, versions: Vec<VersionInfo>) -> Node {
    let numbers: Vec<u32> = versions.iter().map(|version| version.version).collect();
    let has_draft = work.bench.peek(|bench| bench.entry.draft_at.is_some());
    let newest = numbers.first().copied().unwrap_or_default();
    let before = numbers.get(1).copied().unwrap_or(newest);
    let from = RwSignal::new(if has_draft { newest } else { before });
    let to = RwSignal::new((!has_draft).then_some(newest));
    let differences = use_fetch(move || {
        // What is typed changes the draft.
        work.bench.see(|bench| bench.draft.revision);
        let (slug, from, to) = (work.slug(), from.get(), to.get());
        async move { api::studio::compare(&slug, from, to).await }
    });
    let choose_from = move |version: Option<u32>| from.set(version.unwrap_or(newest));
    let choose_to = move |version: Option<u32>| to.set(version);
    view! {
        <section class="compare" aria-labelledby="compare-h">
            <h3 id="compare-h">{t::compare()}</h3>
            <div class="pair pair--2">
                <Choose label=t::compare_from() numbers=numbers.clone() draft=false chosen=move || Some(from.get()) on_choose=choose_from />
                <Choose label=t::compare_to() numbers draft=true chosen=move || to.get() on_choose=choose_to />
            </div>
            {move || match differences.get() {
                Fetched::Waiting => view! { <p class="quiet" role="status">{words::loading()}</p> },
                Fetched::Failed(error) => view! { <Wrong words=error.words() /> },
                Fetched::Here(all) if all.is_empty() => view! { <p class="quiet">{t::compare_none()}</p> },
                Fetched::Here(all) => view! {
                    <ul class="differences">
                        {told::groups(all).into_iter().map(|group| view! { <About work group /> }).collect::<Node>()}
                    </ul>
                },
            }}
        </section>
    }
}

#[component]
fn Choose(
    label: &'static str,
    numbers: Vec<u32>,
    /// The draft is offered, too.
    draft: bool,
    chosen: impl Fn() -> Option<u32> + Copy + Send + 'static,
    #[prop(into)] on_choose: Callback<Option<u32>>,
) -> Node {
    let option = |version: Option<u32>| {
        let words = version.map_or_else(|| t::compare_draft().to_owned(), t::version);
        let value = version.map(|number| number.to_string()).unwrap_or_default();
        view! { <option value=value prop:selected=move || chosen() == version>{words}</option> }
    };
    let options = draft.then_some(None).into_iter().chain(numbers.into_iter().map(Some));
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <select class="input" on:change=move |event| on_choose.run(event_target_value(&event).parse().ok())>
                {options.map(option).collect::<Node>()}
            </select>
        </label>
    }
}

/// All that differs of one thing.
#[component]
fn About(work: Work, group: Group) -> Node {
    let label = work.peek(|all| state::field(all, &group.name).map(|field| field.label.clone()));
    let name = label.unwrap_or(group.name);
    let line = |difference: Difference| view! { <Line difference /> };
    view! {
        <li>
            <h4>{said::subject(group.subject, &name)}</h4>
            <dl>{group.differences.into_iter().map(line).collect::<Node>()}</dl>
        </li>
    }
}

#[component]
fn Line(difference: Difference) -> Node {
    let what = told::key(&difference).map(said::key);
    let change = Change::of(&difference);
    let what = what.unwrap_or_else(|| match change {
        Change::Added => t::compare_added().to_owned(),
        Change::Removed => t::compare_removed().to_owned(),
        Change::Changed => t::compare_changed().to_owned(),
    });
    let before = told::words(&difference.before);
    let after = told::words(&difference.after);
    view! {
        <dt>{what}</dt>
        <dd>
            {(!before.is_empty()).then(|| view! { <del>{before}</del> })}
            {(!after.is_empty()).then(|| view! { <ins>{after}</ins> })}
        </dd>
    }
}
