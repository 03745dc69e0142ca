//! Every workflow, and the ways to get another.

mod intake;
mod ways;

use leptos::prelude::*;
use wire::studio::{Origin, StudioEntry};

use super::{Guarded, address, t, title_page, words as said};
use crate::{
    api,
    components::{icon::Icon, trouble::Trouble},
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
    reactive::RwSignal,
};
use intake::Intake;
use ways::Ways;

#[component]
pub(super) fn Overview() -> Node {
    title_page(|| t::studio_workflows().to_owned());
    let again = RwSignal::new(());
    let fetched = use_fetch(move || {
        again.get();
        api::studio::workflows()
    });
    let retry = Callback::new(move |()| again.set(()));
    view! {
        {move || match fetched.get() {
            Fetched::Here(all) => view! { <List all /> },
            Fetched::Waiting => view! { <p class="studio__wait" role="status">{words::loading()}</p> },
            Fetched::Failed(error) if error.is_forbidden() => view! { <Guarded error /> },
            Fetched::Failed(error) => view! { <Trouble error on_retry=retry /> },
        }}
    }
}

#[component]
fn List(all: Vec<StudioEntry>) -> Node {
    let intake = Intake::new();
    let published = all.iter().filter(|entry| entry.published.is_some()).count() as u64;
    let cards = all.into_iter().map(|entry| view! { <Card entry /> });
    view! {
        <section class="published" aria-labelledby="published">
            <div class="published__head">
                <h1 id="published">{t::studio_workflows()}</h1>
                <p>{t::studio_count(published)}</p>
            </div>
            <Ways intake />
            <ul class="cards">{cards.collect::<Node>()}</ul>
        </section>
    }
}

#[component]
fn Card(entry: StudioEntry) -> Node {
    let standing = said::standing(&entry);
    let problems = entry.problems.len() as u64;
    let is_serious = entry.problems.iter().any(|one| one.serious);
    let slug = entry.slug.clone();
    let as_guest = t::studio_as_guest_named(&entry.title);
    let cover = match entry.cover {
        Some(cover) => view! { <img src=cover alt="" loading="lazy" /> },
        None => view! { <Icon name="flow" /> },
    };
    let origin = match entry.origin {
        Origin::BuiltIn => Some(t::origin_built_in()),
        Origin::Folder => Some(t::origin_folder()),
        Origin::Studio => None,
    };
    view! {
        <li class="card">
            <a class="card__main" href=address::workflow(&slug)>
                <span class="card__cover">{cover}</span>
                <span class="card__text">
                    <strong class="clip">{entry.title}</strong>
                    <small>{standing} {origin.map(|origin| format!(" · {origin}"))}</small>
                    {(problems > 0).then(|| view! {
                        <small class="card__wrong" class=("card__wrong--serious", is_serious)><Icon name="alert" small=true />{t::problems(problems)}</small>
                    })}
                </span>
            </a>
            {entry.published.is_some().then(|| view! {
                <a class="ib" href=format!("w/{slug}") aria-label=as_guest.clone() title=as_guest>
                    <Icon name="eye" />
                </a>
            })}
        </li>
    }
}
