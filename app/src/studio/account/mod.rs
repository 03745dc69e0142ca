//! What is one's own: who one is here and what one may, where one is signed in, keys, the password, everything
//! that was made.

mod keys;
mod leaving;
mod limits;
mod new_key;
mod password;
mod sessions;

use leptos::{prelude::*, task::spawn_local};
use wire::{Me, Role};

use super::{
    parts::{Again, fetched, said},
    t, title_page,
};
use crate::{
    address::SIGN_IN,
    api::people,
    browser,
    dom::{Node, view},
    i18n::t as words,
    toasts::use_toasts,
};
pub(super) use keys::facts as facts_of_key;
pub(super) use limits::Bar as LimitBar;

use keys::Keys;
use leaving::Leaving;
use limits::Limits;
use password::Password;
use sessions::Sessions;

#[component]
pub(super) fn AccountPage() -> Node {
    title_page(|| t::account_title().to_owned());
    let again = Again::new();
    fetched(again, people::me, move |me| view! { <Whole me again /> })
}

#[component]
fn Whole(
    me: Me,
    /// Asks who it is anew.
    again: Again,
) -> Node {
    let has_account = me.account.is_some();
    let account = me.account.clone();
    view! {
        <div class="page">
            <Who me=me.clone() />
            <Limits me=me.clone() />
            {has_account.then(|| view! { <Sessions /> })}
            {(me.role != Role::Guest).then(|| view! { <Keys /> })}
            {account.map(|account| view! { <Password account again /> })}
            <Leaving me />
        </div>
    }
}

/// Who it is, as what, and the way in or out.
#[component]
fn Who(me: Me) -> Node {
    let name = me.account.as_ref().map(|account| account.name.clone());
    let (title, why) = match (name, me.role) {
        (Some(name), role) => (name, Some(said::role(role))),
        (None, Role::Guest) => (t::account_guest_title().to_owned(), Some(t::account_guest_why())),
        (None, _) => (t::account_home_title().to_owned(), Some(t::account_home_why())),
    };
    let is_member = me.role == Role::Member;
    let door = match (&me.account, me.role) {
        (Some(_), _) => view! { <SignOut /> },
        (None, Role::Guest) => {
            view! { <a class="btn btn--main" href=SIGN_IN>{words::sign_in()}</a> }
        }
        (None, _) => Node::Nothing,
    };
    view! {
        <header class="page__head">
            <div>
                <h1>{title}</h1>
                {why.map(|why| view! { <p>{why}</p> })}
                {(is_member && me.graph).then(|| view! { <p>{t::account_may_graph()}</p> })}
                {(is_member && me.studio).then(|| view! { <p>{t::account_may_studio()}</p> })}
            </div>
            {door}
        </header>
    }
}

#[component]
fn SignOut() -> Node {
    let toasts = use_toasts();
    let leave = move |_| {
        spawn_local(async move {
            match people::sign_out().await {
                Ok(()) => browser::move_on(SIGN_IN),
                Err(error) => toasts.say(error.words()),
            }
        });
    };
    view! { <button type="button" class="btn" on:click=leave>{t::sign_out()}</button> }
}
