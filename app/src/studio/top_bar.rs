//! The bar over every page of the studio.

use leptos::prelude::*;

use super::{address::OVERVIEW, t};
use crate::{
    browser,
    components::{icon::Icon, top_bar::ThemeSwitch},
    dom::{Node, view},
    home::use_home,
    i18n::t as words,
    pages::MAIN,
    reactive::{Memo, Show},
};

#[component]
pub(super) fn TopBar(
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
                    <a class="top__link" href="gallery" aria-label=words::gallery()>
                        <Icon name="wall" />
                        <span>{words::gallery()}</span>
                    </a>
                    <a class="top__link" href=OVERVIEW aria-label=t::studio() aria-current="page">
                        <Icon name="sliders" />
                        <span>{t::studio()}</span>
                    </a>
                </Show>
                <ThemeSwitch />
            </nav>
        </header>
    }
}
