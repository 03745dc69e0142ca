//! The toasts on screen.

use leptos::prelude::*;

use crate::toasts::{Toast, use_toasts};

#[component]
pub(crate) fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    let show = move |toast: Toast| {
        let number = toast.number;
        let button = toast.action.map(|(words, action)| {
            let press = move |_| {
                toasts.dismiss(number);
                action.run(());
            };
            view! { <button type="button" class="btn" on:click=press>{words}</button> }
        });
        view! { <div class="toast"><span>{toast.words}</span>{button}</div> }
    };
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.shown.get() key=|toast| toast.number children=show />
        </div>
    }
}
