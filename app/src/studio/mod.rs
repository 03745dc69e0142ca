//! The host's side: a program of its own, so that guests never download it.
//!
//! It lies below `/studio`, has its own addresses (`address`) and its own words (`t`), and draws
//! the page where people sign in, which few guests ever need. Everything else it takes from the library as
//! the guest's pages do. A link from one side to the other loads the other's document.

mod address;
mod dialog;
mod editor;
mod jobs;
mod overview;
mod sign_in;
mod state;
mod t;
mod top_bar;
mod words;

use leptos::prelude::*;

use crate::{
    address::{SIGN_IN, Side, provide as provide_address},
    api::Error,
    components::{icon::Sprite, room::Room, toasts::ToastList},
    dom::{Node, view},
    home,
    i18n::t as i18n,
    later, live,
    pages::{MAIN, use_title},
    reactive::{memo, watch},
    theme, toasts,
};
use address::Route;
use editor::EditorPage;
use overview::Overview;
use sign_in::SignInPage;
use top_bar::TopBar;

/// The drawings that only the studio has, as `<symbol>`s.
const SPRITE: &str = include_str!("icons.svg");

/// Puts the host's side into the document.
pub fn start() {
    crate::open(Studio);
}

/// Everything: what its pages share, and the page that the address names.
#[component]
fn Studio() -> Node {
    theme::provide();
    toasts::provide();
    home::provide();
    // The preview is drawn by the guests' parts, which ask what happens; nothing does.
    live::provide_still();
    later::provide();
    let here = provide_address(Side::Host);
    let route = memo(move |_| here.see_path(Route::of));
    let is_door = memo(move |_| route.get() == Route::SignIn);
    // Moving the focus to a new page is what tells a screen reader that there is one.
    let arrive = |_: &Route| request_animation_frame(|| crate::browser::focus(MAIN));
    watch(move || route.get(), arrive);
    view! {
        <Sprite />
        <div hidden=true inner_html=SPRITE></div>
        <TopBar is_door />
        <main id=MAIN class="studio" tabindex="-1">
            {move || match route.get() {
                Route::Overview => view! { <Overview /> },
                Route::Workflow(slug) => view! { <EditorPage slug /> },
                Route::SignIn => view! { <SignInPage /> },
                Route::Nowhere => view! { <Nowhere /> },
            }}
        </main>
        <ToastList />
    }
}

/// Somebody else's place: who may come in, and how.
#[component]
fn Guarded(error: Error) -> Node {
    view! {
        <div role="alert">
            <Room title=t::guarded_title() why=error.words() page=true>
                <a class="btn btn--main" href=SIGN_IN>{i18n::sign_in()}</a>
                <a class="btn" href=".">{i18n::to_hall_short()}</a>
            </Room>
        </div>
    }
}

/// An address below the studio's that leads nowhere.
#[component]
fn Nowhere() -> Node {
    title_page(|| i18n::not_found_title().to_owned());
    view! {
        <Room title=i18n::not_found_title() why=i18n::not_found_why() page=true>
            <a class="btn" href=address::OVERVIEW>{t::studio_to_all()}</a>
        </Room>
    }
}

/// Names the page in the browser's tab.
fn title_page(title: impl Fn() -> String + 'static) {
    use_title(move || i18n::page_title(title(), t::studio()));
}
