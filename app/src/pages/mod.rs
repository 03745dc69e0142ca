//! The pages and the addresses they answer to.

pub(crate) mod embed;
pub(crate) mod gallery;
pub(crate) mod hall;
pub(crate) mod not_found;
pub(crate) mod run;

use std::borrow::Cow;

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};

use crate::{
    browser,
    components::{icon::Sprite, keys::Keys, toasts::ToastList},
    handoff, home, live, theme, toasts,
};
use embed::EmbedPage;
use gallery::GalleryPage;
use hall::HallPage;
use not_found::NotFoundPage;
use run::RunPage;

/// Id of the `<main>` of every page.
pub(crate) const MAIN: &str = "main";

/// Everything: what the pages share, and the page that the address names.
#[component]
pub(crate) fn App() -> impl IntoView {
    theme::provide();
    toasts::provide();
    handoff::provide();
    home::provide();
    live::provide();
    view! {
        <Sprite />
        <Router base=Cow::from(browser::base_path())>
            <FocusAfterNavigation />
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/") view=HallPage />
                <Route path=path!("/w/:slug") view=RunPage />
                <Route path=path!("/gallery") view=GalleryPage />
                <Route path=path!("/embed/:slug") view=EmbedPage />
            </FlatRoutes>
        </Router>
        <Keys />
        <ToastList />
    }
}

/// The router leaves focus on the link that was followed. Moving it to the new page is what tells a
/// screen reader that there is one.
#[component]
fn FocusAfterNavigation() -> impl IntoView {
    let path = use_location().pathname;
    // The new page is drawn after this has run.
    let focus = || request_animation_frame(|| browser::focus(MAIN));
    Effect::watch(move || path.get(), move |_, _, _| focus(), false);
}

/// Names the page in the browser's tab.
pub(crate) fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&title()));
}
