//! The workflow as a whole: what it is called, who may run it, what becomes of what it makes.

mod cover;
mod policy;
mod presets;
mod results;
mod texts;

use leptos::prelude::*;

use super::{
    act::use_acts,
    setting::{NameSetting, TextSetting, Wrong},
    slot::Slot,
    work::Work,
};
use crate::{
    components::icon::Icon,
    dom::{Children, IntoNode, Node, view},
    reactive::{Memo, memo},
    studio::{state::names, t},
};

/// The middle pane while no field is chosen.
#[component]
pub(super) fn AboutPane(work: Work) -> Node {
    let heading = memo(move |_| work.see(|all| all.title.clone()));
    let title = Slot::new(work, "title", |all| all.title.clone(), |all, text| all.title = text);
    let summary =
        Slot::new(work, "summary", |all| all.summary.clone(), |all, text| all.summary = text);
    let acts = use_acts();
    view! {
        <div class="pane__head"><h1>{heading}</h1></div>
        {move || acts.trouble.get().map(|words| view! { <Wrong words /> })}
        <TextSetting slot=title label=t::about_title() />
        <TextSetting slot=summary label=t::about_summary() placeholder=t::about_summary_hint() optional=true />
        <Address work />
        <cover::Cover work />
        <presets::Presets work />
        <results::Results work />
        <policy::Rules work />
        <texts::Languages work />
    }
}

/// Its address, which stays once guests may know it.
#[component]
fn Address(work: Work) -> Node {
    let is_known = memo(move |_| work.bench.see(|bench| bench.entry.newest > 0));
    let slot = move || {
        Slot::new(
            work,
            "slug",
            |all| all.slug.clone(),
            |all, text: String| {
                let slug = names::slug_of(&text);
                if !slug.is_empty() {
                    all.slug = slug;
                }
            },
        )
    };
    (move || {
        (!is_known.get()).then(|| {
            view! {
                <NameSetting slot=slot() label=t::about_slug() help=t::about_slug_help() />
            }
        })
    })
    .into_node()
}

/// A part of the pane with a heading, folded away until it is wanted.
#[component]
fn Part(
    title: &'static str,
    /// What stands in it, in a few words.
    #[prop(optional)]
    now: Option<Memo<String>>,
    children: Children,
) -> Node {
    view! {
        <details class="more part">
            <summary>
                <Icon name="down" small=true />
                <h2>{title}</h2>
                {now.map(|now| view! { <span class="quiet clip">{now}</span> })}
            </summary>
            <div class="more__body">{children.draw()}</div>
        </details>
    }
}
