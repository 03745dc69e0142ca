//! The pages and the addresses they answer to.

pub(crate) mod embed;
pub(crate) mod gallery;
pub(crate) mod hall;
pub(crate) mod not_found;
pub(crate) mod run;

use leptos::prelude::*;

use crate::{
    address::{self, Here, Route, Side},
    api, browser,
    components::{icon::Sprite, keys::Keys, toasts::ToastList, top_bar::TopBar, trouble::Trouble},
    dom::{Node, view},
    handoff, home,
    later::{self, Whereabouts},
    live,
    reactive::{StoredValue, effect, watch},
    theme, toasts,
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
pub(crate) fn App() -> Node {
    theme::provide();
    toasts::provide();
    handoff::provide();
    home::provide();
    live::provide();
    let later = later::provide();
    let here = address::provide(Side::Guest);
    here.on_approach(move |route| {
        if route == Route::Gallery {
            later.fetch();
        }
    });
    let arrival = Arrival(StoredValue::new(false));
    provide_context(arrival);
    focus_after_navigation(here, arrival);
    let route = here.route();
    view! {
        <Sprite />
        {move || match route.get() {
            Route::Hall => view! { <HallPage /> },
            Route::Run(slug) => view! { <RunPage slug /> },
            Route::Gallery => later_page(later_gallery),
            Route::Embed(slug) => view! { <EmbedPage slug /> },
            Route::Nowhere => view! { <NotFoundPage /> },
        }}
        <Keys />
        <ToastList />
    }
}

/// A page whose code is fetched when somebody goes there. `draw` is called `later_…`.
fn later_page(draw: fn(()) -> Node) -> Node {
    // Whoever came before there was anything gets put down in it.
    use_arrival();
    let file = later::use_later();
    let meanwhile = move |whereabouts| {
        let lost = (whereabouts == Whereabouts::Lost).then(|| {
            let on_retry = Callback::new(move |()| file.fetch());
            view! { <Trouble error=api::Error::Unreachable on_retry /> }
        });
        view! {
            <TopBar />
            <main id=MAIN tabindex="-1">{lost}</main>
        }
    };
    later::later(|| true, (draw, ()), meanwhile)
}

#[inline(never)]
fn later_gallery((): ()) -> Node {
    view! { <GalleryPage /> }
}

/// The reader followed a link within the page, and has not been put down in the new one yet.
#[derive(Clone, Copy)]
struct Arrival(StoredValue<bool>);

/// A link that was followed keeps the focus. Moving it to the new page is what tells a
/// screen reader that there is one. A page that is there at once gets it here, one that has to be
/// fetched when it calls [`use_arrival`].
fn focus_after_navigation(here: Here, arrival: Arrival) {
    let route = here.route();
    let arrive = move |_: &Route| {
        arrival.0.set_value(true);
        // The new page is drawn after this has run.
        request_animation_frame(|| browser::focus(MAIN));
    };
    watch(move || route.get(), arrive);
}

/// Puts the reader down in a page that has taken a while to come.
fn use_arrival() {
    let Arrival(pending) = expect_context();
    effect(move || {
        if pending.get_value() {
            pending.set_value(false);
            browser::focus(MAIN);
        }
    });
}

/// Names the page in the browser's tab.
pub(crate) fn use_title(title: impl Fn() -> String + 'static) {
    effect(move || document().set_title(&title()));
}
