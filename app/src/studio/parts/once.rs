//! A secret that is shown once: a key, a link.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    i18n::t as words,
    studio::t,
    toasts::use_toasts,
};

/// Of the field with the secret.
const SECRET: &str = "secret";

/// Shows it, to be copied.
#[component]
pub(crate) fn Once(
    /// What it is.
    label: &'static str,
    secret: String,
    /// What to do with it.
    #[prop(into)]
    why: String,
) -> Node {
    let toasts = use_toasts();
    let copied = secret.clone();
    let copy = move |_| {
        let secret = copied.clone();
        spawn_local(async move {
            let is_copied = browser::copy(&secret).await;
            toasts.say(if is_copied { words::copied() } else { words::copy_failed() });
        });
    };
    // The field is in the document by the next frame.
    request_animation_frame(|| browser::focus(SECRET));
    view! {
        <div class="once">
            <p>{why}</p>
            <div class="field">
                <div class="field__head"><label for=SECRET>{label}</label></div>
                <div class="input-group">
                    <input class="mono" id=SECRET readonly=true value=secret autocomplete="off" spellcheck="false" />
                    <button type="button" class="btn btn--plain" on:click=copy>
                        <Icon name="copy" small=true />
                        {t::copy()}
                    </button>
                </div>
                <p class="field__help">{t::copy_it()}</p>
            </div>
        </div>
    }
}
