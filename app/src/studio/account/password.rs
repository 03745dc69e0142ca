//! The password, and for whoever came by a link the first one, with the name it goes with.

use leptos::prelude::*;
use wire::{NewPassword, Person};

use crate::{
    api::people,
    dom::{Node, view},
    studio::{
        parts::{
            Again, Part,
            form::{Form, Line, Sheet, Written},
        },
        t,
    },
    toasts::use_toasts,
};

const CURRENT: &str = "current";
const NEW: &str = "new";
const NAME: &str = "name";

#[component]
pub(super) fn Password(account: Person, again: Again) -> Node {
    let form = Form::new("password", &[CURRENT, NEW, NAME]);
    let toasts = use_toasts();
    let has_one = account.password;
    let send = move |written: Written| {
        let Some(new) = written.secret(NEW) else { return form.lacks(NEW) };
        let (current, name) = (written.secret(CURRENT), written.text(NAME));
        if has_one && current.is_none() {
            return form.lacks(CURRENT);
        }
        let wanted = NewPassword { current, new, name };
        form.send(async move { people::set_password(&wanted).await }, move |()| {
            toasts.say(t::said_password());
            again.now();
        });
    };
    let (deed, why) = if has_one {
        (t::password_change(), None)
    } else {
        (t::password_set(), Some(t::password_why(&account.name)))
    };
    // Programs that keep passwords want to know whose it is.
    let known = view! { <input type="text" autocomplete="username" value=account.name.clone() readonly=true hidden=true /> };
    let first = if has_one {
        view! { {known} <Line form name=CURRENT label=t::password_current() kind="password" autocomplete="current-password" /> }
    } else {
        view! { <Line form name=NAME label=t::password_name() autocomplete="username" value=account.name /> }
    };
    view! {
        <Part id="password-h" title=t::password_title()>
            {why.map(|why| view! { <p class="part__why">{why}</p> })}
            <Sheet form on_send=Box::new(send) deed>
                {first}
                <Line form name=NEW label=t::enter_password_new() kind="password" autocomplete="new-password" help=t::password_help() />
            </Sheet>
        </Part>
    }
}
