//! The stage: one run, told truthfully.

use leptos::prelude::*;

use crate::i18n::t;

#[component]
pub(crate) fn Stage() -> impl IntoView {
    view! { <section class="stage" aria-label=t::stage()></section> }
}
