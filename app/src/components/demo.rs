//! The demo engine owns up to being one.

use leptos::prelude::*;

use crate::{
    dom::{Node, view},
    home::use_home,
    i18n::t,
    reactive::Show,
};

#[component]
pub(crate) fn DemoNote() -> Node {
    let home = use_home();
    view! {
        <Show when=move || home.demo()>
            <p class="demo">{t::demo_note()}</p>
        </Show>
    }
}
