//! An address that leads nowhere.

use leptos::prelude::*;

use super::{MAIN, use_title};
use crate::{
    components::{room::Room, top_bar::TopBar},
    dom::{Node, view},
    home::use_home,
    i18n::t,
};

#[component]
pub(crate) fn NotFoundPage() -> Node {
    let home = use_home();
    use_title(move || t::page_title(t::not_found_title(), home.name()));
    view! {
        <TopBar />
        <main id=MAIN tabindex="-1">
            <Room title=t::not_found_title() why=t::not_found_why() page=true>
                <a class="btn" href=".">{t::to_hall_short()}</a>
            </Room>
        </main>
    }
}
