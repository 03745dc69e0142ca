//! What was made in this browser before its person signed in, and whether it is to be the account's.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{Error, people},
    dom::{IntoNode, Node, view},
    home::use_home,
    reactive::{RwSignal, effect, memo},
    studio::t,
};

/// What the form calls it, and the server.
pub(super) const KEEP: &str = "keep";

/// Asks, if there is anything.
#[component]
pub(super) fn Keep() -> Node {
    let home = use_home();
    // Whoever sees workflows was let in, and may have made something.
    let is_in = memo(move |_| home.workflows.see(Option::is_some));
    let made = RwSignal::new(0);
    effect(move || {
        if is_in.get() {
            spawn_local(async move { made.set(made_as_guest().await.unwrap_or_default()) });
        }
    });
    (move || (made.get() > 0).then(|| question(made.get()))).into_node()
}

/// How many jobs this browser has that are no account's.
async fn made_as_guest() -> Result<u64, Error> {
    match people::me().await?.account {
        Some(_) => Ok(0),
        None => people::made().await,
    }
}

fn question(count: u64) -> Node {
    view! {
        <div class="toggle">
            <label for=KEEP>{t::keep_made(count)}</label>
            <small id="keep-h">{t::keep_made_help()}</small>
            <input class="switch" type="checkbox" role="switch" id=KEEP name=KEEP aria-describedby="keep-h" checked=true />
        </div>
    }
}
