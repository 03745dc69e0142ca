//! The toasts on screen.

use leptos::prelude::*;

use crate::toasts::{Toast, use_toasts};

#[component]
pub(crate) fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    let show = |toast: Toast| view! { <div class="toast">{toast.words}</div> };
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.shown.get() key=|toast| toast.number children=show />
        </div>
    }
}
