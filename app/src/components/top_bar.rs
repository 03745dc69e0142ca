//! The bar over every page but an embed.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    address::{Route, use_here},
    browser,
    dom::{IntoNode, Node, view},
    home::use_home,
    i18n::t,
    live::{Link, use_live},
    pages::MAIN,
    reactive::{Show, memo},
    theme::{Light, use_theme},
};

#[component]
pub(crate) fn TopBar(
    /// The workflow this is: the bar says which, and leads to the others.
    #[prop(optional)]
    here: Option<String>,
) -> Node {
    let home = use_home();
    let is_deep = here.is_some();
    let skip = |event: leptos::ev::MouseEvent| {
        // With a `<base>`, following `#main` would leave the page.
        event.prevent_default();
        browser::focus(MAIN);
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{t::skip_to_content()}</a>
        <header class="top" class=("top--deep", is_deep)>
            <a class="brand" href="." aria-label=move || t::to_hall(home.name())>
                <Icon name="parlor" />
                <span>{move || home.name()}</span>
            </a>
            {here.map(|here| view! { <Where here /> })}
            <nav class="top__end" aria-label=t::house_nav()>
                <GalleryLink />
                <a class="ib" href="account" aria-label=t::account() title=t::account()>
                    <Icon name="person" />
                </a>
                <ThemeSwitch />
            </nav>
        </header>
        <Offline />
    }
}

/// Which workflow this is, and the way to the others.
#[component]
fn Where(here: String) -> Node {
    let home = use_home();
    let own = here.clone();
    let title = memo(move |_| {
        home.workflows.see(|all| {
            let all = all.as_deref().unwrap_or_default();
            all.iter().find(|workflow| workflow.slug == own).map(|found| found.title.clone())
        })
    });
    (move || {
        let title = title.get()?;
        // A new list for each place: the one that was opened to come here is closed.
        Some(view! {
            <span class="top__slash" aria-hidden="true">"/"</span>
            <button
                type="button"
                class="top__where"
                popovertarget="where"
                title=t::choose_workflow()
            >
                <span class="clip">{title}</span>
                <Icon name="down" small=true />
            </button>
            <ul class="where" id="where" popover="auto">
                <Ways here=here.clone() />
            </ul>
        })
    })
    .into_node()
}

/// Every workflow, with a mark at the one that is `here`.
#[component]
fn Ways(here: String) -> Node {
    let all = use_home().workflows.get_untracked().unwrap_or_default();
    let ways = all.into_iter().map(|workflow| {
        let current = (workflow.slug == here).then_some("page");
        view! {
            <li>
                <a href=format!("w/{}", workflow.slug) aria-current=current>
                    <strong>{workflow.title}</strong>
                    <span>{workflow.summary}</span>
                </a>
            </li>
        }
    });
    ways.collect::<Node>()
}

#[component]
fn GalleryLink() -> Node {
    let route = use_here().route();
    let current = move || (route.get() == Route::Gallery).then_some("page");
    view! {
        <a class="top__link" href="gallery" aria-label=t::gallery() aria-current=current>
            <Icon name="wall" />
            <span>{t::gallery()}</span>
        </a>
    }
}

#[component]
pub(crate) fn ThemeSwitch() -> Node {
    let theme = use_theme();
    let dark = move || theme.light() == Light::Dusk;
    let label = move || if dark() { t::switch_to_light() } else { t::switch_to_dark() };
    view! {
        <button type="button" class="ib" aria-label=label title=label on:click=move |_| theme.switch()>
            {move || {
                let name = if dark() { "sun" } else { "moon" };
                view! { <Icon name /> }
            }}
        </button>
    }
}

/// Says that nothing answers, for as long as that is so.
#[component]
fn Offline() -> Node {
    let link = use_live().link;
    view! {
        <div role="status">
            <Show when=move || link.get() == Link::Down>
                <p class="offline">
                    <span class="ring ring--spin" aria-hidden="true"></span>
                    {t::offline_note()}
                </p>
            </Show>
        </div>
    }
}
