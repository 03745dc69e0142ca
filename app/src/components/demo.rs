//! The demo engine owns up to being one.

use leptos::prelude::*;

use crate::{home::use_home, i18n::t, reactive::Show};

#[component]
pub(crate) fn DemoNote() -> impl IntoView {
    let home = use_home();
    view! {
        <Show when=move || home.demo()>
            <p class="demo">{t::demo_note()}</p>
        </Show>
    }
}
