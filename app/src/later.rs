//! What a first visit does not need, fetched when it is wanted.
//!
//! `cargo xtask` puts whatever only functions called `later_…` lead to into a second file
//! (`xtask/src/page/split`). Nothing in it may run before that file is here, so such a function is never
//! called but through [`later`], and is not inlined. Where the page was built in one piece, as
//! `cargo xtask run` does, everything is here from the start.

use std::{hint::black_box, time::Duration};

use gloo_timers::future::sleep;
use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    api::Error,
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    i18n::t,
    reactive::{RwSignal, effect, memo},
};

/// What the page's script calls the function that fetches the second file.
const FETCH: &str = "later";

/// How long to wait before each further try.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1500)];

/// Where the second file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// Nobody has asked for it.
    Away,
    Coming,
    Here,
    /// It did not come. Whoever asks again makes it be fetched again.
    Lost,
}

/// The second file.
#[derive(Clone, Copy)]
pub(crate) struct Later(RwSignal<Whereabouts>);

/// What [`provide`] provides.
pub(crate) fn use_later() -> Later {
    expect_context()
}

pub(crate) fn provide() -> Later {
    let is_whole = fetcher().is_none();
    let whereabouts = if is_whole { Whereabouts::Here } else { Whereabouts::Away };
    let later = Later(RwSignal::new(whereabouts));
    provide_context(later);
    later
}

impl Later {
    pub(crate) fn whereabouts(self) -> Whereabouts {
        self.0.get()
    }

    /// Fetches it, unless it is here or on its way.
    pub(crate) fn fetch(self) {
        if matches!(self.0.get_untracked(), Whereabouts::Coming | Whereabouts::Here) {
            return;
        }
        self.0.set(Whereabouts::Coming);
        spawn_local(async move {
            let mut pauses = PAUSES.into_iter();
            let found = loop {
                if try_to_fetch().await.is_ok() {
                    break Whereabouts::Here;
                }
                let Some(pause) = pauses.next() else { break Whereabouts::Lost };
                sleep(pause).await;
            };
            self.0.set(found);
        });
    }
}

/// Draws with `draw`, a function called `later_…`, from what it is `given`, once its code is here; that is
/// fetched as soon as it is `wanted`. Draws `meanwhile` before.
pub(crate) fn later<T: Clone + Send + 'static>(
    wanted: impl Fn() -> bool + Send + Sync + 'static,
    (draw, given): (fn(T) -> Node, T),
    meanwhile: impl Fn(Whereabouts) -> Node + Send + 'static,
) -> Node {
    let later = use_later();
    let wanted = memo(move |_| wanted());
    effect(move || {
        if wanted.get() {
            later.fetch();
        }
    });
    (move || match later.whereabouts() {
        // The compiler shall not see who is called: a direct call would be to code that may not be here.
        Whereabouts::Here => black_box(draw)(given.clone()),
        whereabouts => meanwhile(whereabouts),
    })
    .into_node()
}

/// Says that it did not come, once that is so, and offers to try again.
#[component]
pub(crate) fn Lost(whereabouts: Whereabouts) -> Node {
    let later = use_later();
    let words = || {
        view! {
            <p class="field__wrong" role="alert">
                <Icon name="alert" small=true />
                <span>
                    {Error::Unreachable.words()}
                    " "
                    <button type="button" class="link" on:click=move |_| later.fetch()>
                        {t::retry()}
                    </button>
                </span>
            </p>
        }
    };
    (whereabouts == Whereabouts::Lost).then(words).into_node()
}

async fn try_to_fetch() -> Result<(), JsValue> {
    let Some(fetch) = fetcher() else { return Ok(()) };
    let coming: Promise = fetch.call0(&JsValue::NULL)?.dyn_into()?;
    JsFuture::from(coming).await.map(drop)
}

/// The script's function; there is none in a page of one piece.
fn fetcher() -> Option<Function> {
    Reflect::get(&window(), &FETCH.into()).ok()?.dyn_into().ok()
}
