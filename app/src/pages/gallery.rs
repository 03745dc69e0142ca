//! Everything this person made.

use leptos::prelude::*;

use super::MAIN;
use crate::{components::top_bar::TopBar, i18n::t};

#[component]
pub(crate) fn GalleryPage() -> impl IntoView {
    view! {
        <TopBar />
        <main id=MAIN class="gal" tabindex="-1">
            <h1>{t::gallery()}</h1>
        </main>
    }
}
