//! The bar over every page of the host's side.

use leptos::prelude::*;
use wire::{Me, Role};

use super::{
    address::{OVERVIEW, Route, Section},
    t,
};
use crate::{
    address::ACCOUNT,
    api::people,
    browser,
    components::{icon::Icon, top_bar::ThemeSwitch},
    dom::{Node, view},
    fetch::{Fetched, use_fetch},
    home::use_home,
    i18n::t as words,
    pages::MAIN,
    reactive::{Memo, Show},
};

#[component]
pub(super) fn TopBar(
    route: Memo<Route>,
    /// Nobody has come in yet: there is nowhere to go from here.
    is_door: Memo<bool>,
) -> Node {
    let home = use_home();
    let skip = |event: leptos::ev::MouseEvent| {
        // With a `<base>`, following `#main` would leave the page.
        event.prevent_default();
        browser::focus(MAIN);
    };
    view! {
        <a class="skip" href="#main" on:click=skip>{words::skip_to_content()}</a>
        <header class="top">
            <a class="brand" href="." aria-label=move || words::to_hall(home.name())>
                <Icon name="parlor" />
                <span>{move || home.name()}</span>
            </a>
            <nav class="top__end" aria-label=t::studio_nav()>
                <Show when=move || !is_door.get()>
                    <Links route />
                </Show>
                <ThemeSwitch />
            </nav>
        </header>
    }
}

/// Where whoever it is may go.
#[component]
fn Links(route: Memo<Route>) -> Node {
    let me = use_fetch(people::me);
    let may = move |what: fn(&Me) -> bool| me.see(|me| matches!(me, Fetched::Here(me) if what(me)));
    let in_studio = move || matches!(route.get(), Route::Overview | Route::Workflow(_));
    let in_house = move || matches!(route.get(), Route::Admin(_));
    let in_account = move || route.get() == Route::Account;
    let current = |is: bool| is.then_some("page");
    view! {
        <a class="top__link" href="gallery" aria-label=words::gallery()>
            <Icon name="wall" />
            <span>{words::gallery()}</span>
        </a>
        <Show when=move || in_studio() || may(|me| me.studio)>
            <a class="top__link" href=OVERVIEW aria-label=t::studio() aria-current=move || current(in_studio())>
                <Icon name="sliders" />
                <span>{t::studio()}</span>
            </a>
        </Show>
        <Show when=move || in_house() || may(|me| me.role == Role::Owner)>
            <a class="top__link" href=Section::People.address() aria-label=t::admin() aria-current=move || current(in_house())>
                <Icon name="home" />
                <span>{t::admin()}</span>
            </a>
        </Show>
        <a class="top__link" href=ACCOUNT aria-label=t::account() aria-current=move || current(in_account())>
            <Icon name="person" />
            <span>{t::account()}</span>
        </a>
    }
}
