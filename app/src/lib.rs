//! The page of Parlor, in the browser.
//!
//! Read in this order: `state`, `form` and `results` are plain data and the rules for changing it; `live` keeps it current
//! over one WebSocket, `api` asks the server for the rest; `home`, `desk`, `theme` and `toasts` are
//! what components share, one struct per concern with its `use_…()`; `pages` and `components` draw
//! it all in the words of `i18n`; `browser` and `door` touch what lies outside.

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
mod live;
mod pages;
mod reactive;
mod results;
mod shelf;
mod state;
mod theme;
mod toasts;

use leptos::prelude::*;
#[cfg(not(test))]
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the generated JavaScript once the module is loaded.
#[cfg_attr(not(test), wasm_bindgen(start))]
pub fn start() {
    console_error_panic_hook::set_once();
    door::open();
    i18n::choose();
    if let Some(opening) = document().get_element_by_id("opening") {
        opening.remove();
    }
    leptos::mount::mount_to_body(pages::App);
}
