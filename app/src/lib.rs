//! The pages of Parlor, in the browser.
//!
//! Two programs are made of this library: `page` is what guests get ([`start`]), `studio` the host's
//! side ([`studio::start`]). Neither carries what only the other draws.
//!
//! Read in this order: `state`, `form` and `results` are plain data and the rules for changing it; `live` keeps it current
//! over one WebSocket, `api` asks the server for the rest; `home`, `desk`, `theme` and `toasts` are
//! what components share, one struct per concern with its `use_…()`; `pages` and `components` draw
//! it all in the words of `i18n`; `browser` and `door` touch what lies outside. `studio` is
//! the host's own, `later` what is fetched when it is wanted.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its properties")]
#![expect(
    clippy::large_types_passed_by_value,
    reason = "handles of signals are copied, however many"
)]

mod address;
mod api;
mod browser;
mod components;
mod desk;
mod dom;
mod door;
mod dress;
mod fetch;
mod form;
mod handoff;
mod home;
mod i18n;
mod later;
mod live;
mod pages;
mod reactive;
mod results;
mod shelf;
mod state;
pub mod studio;
mod theme;
mod toasts;

use leptos::prelude::*;

use dom::Node;

/// Puts the guest's pages into the document.
pub fn start() {
    open(pages::App);
}

/// Gets ready what every program needs, and draws this one.
fn open(program: fn() -> Node) {
    console_error_panic_hook::set_once();
    door::open();
    i18n::choose();
    if let Some(opening) = document().get_element_by_id("opening") {
        opening.remove();
    }
    leptos::mount::mount_to_body(program);
}
