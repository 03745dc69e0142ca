//! One result, opened.

use leptos::prelude::*;

#[component]
pub(crate) fn Frame() -> impl IntoView {}
