//! What this workflow made, newest first.

use leptos::prelude::*;

#[component]
pub(crate) fn Wall() -> impl IntoView {}
