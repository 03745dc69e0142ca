//! The toasts on screen.

use leptos::prelude::*;

use crate::toasts::{Toast, use_toasts};

use crate::dom::{Each, Node, view};

#[component]
pub(crate) fn ToastList() -> Node {
    let toasts = use_toasts();
    let show = |toast: Toast| view! { <div class="toast">{toast.words}</div> };
    view! {
        <div class="toasts" role="status">
            <Each each=move || toasts.shown.get() key=|toast| (toast.number.into(), 0) children=show />
        </div>
    }
}
