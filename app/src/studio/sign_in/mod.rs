//! The door: signing in with a one-time link, or with the name and the password of an account.
//!
//! `way` says what each way in asks for, `entry` is the form that asks, and `keep` whether what was made
//! before comes along. `refused` says why nobody came in by way of an identity provider.

mod entry;
mod keep;
mod refused;
mod way;

use leptos::{ev, prelude::*, task::spawn_local};
use wire::{Link, Me, Role};

use super::t;
use crate::{
    address::{ACCOUNT, SIGN_IN},
    api::people,
    browser,
    components::{room::Room, trouble::Trouble},
    dom::{IntoNode, Node, view},
    fetch::{Fetched, use_fetch},
    home::use_home,
    i18n::t as words,
    pages::use_title,
    reactive::{RwSignal, memo},
    toasts::use_toasts,
};
use entry::Entry;
use refused::take_reason;
use way::Way;

#[component]
pub(super) fn SignInPage() -> Node {
    let home = use_home();
    use_title(move || words::page_title(words::sign_in(), home.name()));
    let token = RwSignal::new(take_token());
    // A link that is pasted over this page's own address does not load the page anew.
    let listener = window_event_listener(ev::hashchange, move |_| {
        if let Some(another) = take_token() {
            token.set(Some(another));
        }
    });
    on_cleanup(move || listener.remove());
    let forget = Callback::new(move |()| token.set(None));
    (move || match token.get() {
        Some(token) => view! { <ByLink token forget /> },
        None => view! { <ByAccount /> },
    })
    .into_node()
}

/// Takes the token out of the address, so that neither the history keeps it nor a bystander
/// reads it.
fn take_token() -> Option<String> {
    let fragment = window().location().hash().ok()?;
    let token = token_in(&fragment)?.to_owned();
    browser::readdress(SIGN_IN);
    Some(token)
}

/// The token in what follows a one-time link's path.
fn token_in(fragment: &str) -> Option<&str> {
    fragment.strip_prefix("#link=").filter(|token| !token.is_empty())
}

#[component]
fn ByLink(
    token: String,
    /// Goes on without the link.
    forget: Callback<()>,
) -> Node {
    let again = RwSignal::new(());
    let is_spent = RwSignal::new(false);
    let asked = token.clone();
    let fetched = use_fetch(move || {
        again.get();
        let token = asked.clone();
        async move { people::look(&token).await }
    });
    let retry = Callback::new(move |()| again.set(()));
    (move || match fetched.get() {
        _ if is_spent.get() => view! { <Spent forget /> },
        Fetched::Here(link) => view! { <Invited token=token.clone() link is_spent /> },
        Fetched::Waiting => view! { <Wait /> },
        Fetched::Failed(error) if error.is_not_found() => view! { <Spent forget /> },
        Fetched::Failed(error) => view! { <Trouble error on_retry=retry /> },
    })
    .into_node()
}

/// What the link is for, and what has to be given to follow it.
#[component]
fn Invited(token: String, link: Link, is_spent: RwSignal<bool>) -> Node {
    let way = Way::Link { token, purpose: link.purpose, name: link.name };
    view! {
        <Room title=way.title() why=way.why() page=true>
            <Entry way is_spent />
        </Room>
    }
}

/// The link is not good, or not any more: why that may be, and the ways that are left.
#[component]
fn Spent(forget: Callback<()>) -> Node {
    view! {
        <div role="alert">
            <Room title=t::spent_title() why=t::spent_why() page=true>
                <button type="button" class="btn" on:click=move |_| forget.run(())>
                    {t::spent_otherwise()}
                </button>
            </Room>
        </div>
    }
}

#[component]
fn ByAccount() -> Node {
    let fetched = use_fetch(people::me);
    (move || match fetched.get() {
        Fetched::Waiting => view! { <Wait /> },
        Fetched::Here(Me { name: Some(name), role, .. }) if role != Role::Guest => {
            view! { <SignedIn name /> }
        }
        // Whoever may not even ask is who has to sign in.
        Fetched::Here(_) | Fetched::Failed(_) => view! { <Stranger /> },
    })
    .into_node()
}

/// Has an account, or asks for one where that is possible.
#[component]
fn Stranger() -> Node {
    let home = use_home();
    let is_new = RwSignal::new(false);
    let has_asked = RwSignal::new(false);
    let refused = take_reason();
    let may_ask = memo(move |_| {
        home.house.see(|house| house.as_ref().is_some_and(|house| house.registration))
    });
    let elsewhere = memo(move |_| {
        home.house.see(|house| house.as_ref().and_then(|house| house.elsewhere.clone()))
    });
    let back = move |_| {
        is_new.set(false);
        has_asked.set(false);
    };
    (move || {
        if has_asked.get() {
            return view! {
                <div role="status">
                    <Room title=t::register_asked_title() why=t::register_asked_why() page=true>
                        <button type="button" class="btn" on:click=back>{t::register_to_sign_in()}</button>
                    </Room>
                </div>
            };
        }
        let way = if is_new.get() { Way::Register } else { Way::Account };
        let other = if is_new.get() {
            view! { <button type="button" class="link" on:click=back>{t::register_to_sign_in()}</button> }
        } else {
            let ask = move || {
                may_ask.get().then(|| view! {
                    <button type="button" class="link" on:click=move |_| is_new.set(true)>{t::register()}</button>
                })
            };
            ask.into_node()
        };
        view! {
            <Room title=way.title() why=way.why() page=true>
                <Entry way has_asked refused />
                {move || elsewhere.get().map(|host| view! {
                    <a class="btn" href="api/parlor/v1/session/oidc">{t::sign_in_elsewhere(host)}</a>
                })}
                {other}
            </Room>
        }
    })
    .into_node()
}

/// There is nothing to do here but to leave.
#[component]
fn SignedIn(name: String) -> Node {
    let toasts = use_toasts();
    let leave = move |_| {
        spawn_local(async move {
            match people::sign_out().await {
                Ok(()) => browser::reload(),
                Err(error) => toasts.say(error.words()),
            }
        });
    };
    view! {
        <Room title=t::signed_in_title(name) why=t::signed_in_why() page=true>
            <a class="btn btn--main" href=".">{words::to_hall_short()}</a>
            <a class="btn" href=ACCOUNT>{t::account_title()}</a>
            <button type="button" class="btn" on:click=leave>{t::sign_out()}</button>
        </Room>
    }
}

#[component]
fn Wait() -> Node {
    view! { <p class="studio__wait" role="status">{words::loading()}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_stands_behind_link() {
        assert_eq!(token_in("#link=a-b_c"), Some("a-b_c"));
        for nothing in ["", "#", "#link=", "#main", "link=a"] {
            assert_eq!(token_in(nothing), None, "{nothing}");
        }
    }
}
