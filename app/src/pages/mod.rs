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
    let arrival = Arrival(StoredValue::new(false));
    provide_context(arrival);
    view! {
        <Sprite />
        <Router base=Cow::from(browser::base_path())>
            <FocusAfterNavigation arrival />
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

/// The reader followed a link within the page, and has not been put down in the new one yet.
#[derive(Clone, Copy)]
struct Arrival(StoredValue<bool>);

/// The router leaves focus on the link that was followed. Moving it to the new page is what tells a
/// screen reader that there is one. A page that is there at once gets it here, one that has to be
/// fetched when it calls [`use_arrival`].
#[component]
fn FocusAfterNavigation(arrival: Arrival) -> impl IntoView {
    let path = use_location().pathname;
    let arrive = move || {
        arrival.0.set_value(true);
        // The new page is drawn after this has run.
        request_animation_frame(|| browser::focus(MAIN));
    };
    Effect::watch(move || path.get(), move |_, _, _| arrive(), false);
}

/// Puts the reader down in a page that has taken a while to come.
fn use_arrival() {
    let Arrival(pending) = expect_context();
    Effect::new(move |_| {
        if pending.get_value() {
            pending.set_value(false);
            browser::focus(MAIN);
        }
    });
}

/// Names the page in the browser's tab.
pub(crate) fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&title()));
}
