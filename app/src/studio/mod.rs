//! The host's side: a program of its own, so that guests never download it.
//!
//! It lies below `/studio` and `/admin`, has its own addresses (`address`) and its own words (`t`), and draws
//! the pages where people sign in and see what is theirs, which few guests ever need; these and the owner's are
//! made of `parts`. Everything else it takes from the library as the guest's pages do. A link from one side to the other loads
//! the other's document.

mod account;
mod address;
mod admin;
mod dialog;
mod editor;
mod jobs;
mod overview;
mod parts;
mod sign_in;
mod state;
mod t;
mod top_bar;
mod words;

use leptos::prelude::*;

use crate::{
    address::{SIGN_IN, Side, provide as provide_address, use_here},
    api::Error,
    components::{icon::Sprite, room::Room, toasts::ToastList},
    dom::{Node, view},
    home,
    i18n::t as i18n,
    later::{self, Lost, Whereabouts, later},
    live,
    pages::{MAIN, use_title},
    reactive::{memo, watch},
    theme, toasts,
};
use account::AccountPage;
use address::{Route, Section};
use admin::AdminPage;
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
        <TopBar route is_door />
        <main id=MAIN class="studio" tabindex="-1">
            {move || match route.get() {
                Route::Overview => view! { <Overview /> },
                Route::Workflow(slug) => view! { <EditorPage slug /> },
                Route::SignIn => view! { <SignInPage /> },
                Route::Account => later(|| true, (later_account, ()), meanwhile),
                Route::Admin(section) => later(|| true, (later_admin, section), meanwhile),
                Route::Nowhere => view! { <Nowhere /> },
            }}
        </main>
        <ToastList />
    }
}

#[inline(never)]
fn later_account((): ()) -> Node {
    view! { <AccountPage /> }
}

#[inline(never)]
fn later_admin(section: Section) -> Node {
    view! { <AdminPage section /> }
}

/// Stands in a page's place until its code is here: hosts who publish workflows need not fetch it.
fn meanwhile(whereabouts: Whereabouts) -> Node {
    match whereabouts {
        Whereabouts::Lost => view! { <div class="page"><Lost whereabouts /></div> },
        _ => view! { <p class="studio__wait" role="status">{i18n::loading()}</p> },
    }
}

/// Somebody else's place: who may come in, and how.
#[component]
fn Guarded(error: Error) -> Node {
    let title = use_here().see_path(|path| match Route::of(path) {
        Route::Account => t::account_guarded(),
        _ => t::guarded_title(),
    });
    view! { <Shut title why=error.words() /> }
}

/// Says whose place it is, to somebody who may not come in as they are.
#[component]
fn Shut(title: &'static str, #[prop(into)] why: String) -> Node {
    view! {
        <div role="alert">
            <Room title why page=true>
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
