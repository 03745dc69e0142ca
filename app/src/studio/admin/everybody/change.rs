//! What somebody is and may, and the ways to be rid of them.

use leptos::prelude::*;
use wire::{Person, PersonChange, Role, Standing};

use super::{GRANTS, HEADING};
use crate::{
    api::admin,
    browser,
    dom::{Node, view},
    reactive::RwSignal,
    studio::{
        dialog::Dialog,
        parts::{
            Again,
            doing::{Doing, Told},
            form::{Choice, Form, Sheet, Tick, Written},
            once::Once,
            said,
            sure::Sure,
        },
        t,
    },
    toasts::use_toasts,
};

const ROLE: &str = "role";

/// Of the dialog's title.
const TITLE: &str = "change-h";

#[component]
pub(super) fn Change(person: Person, again: Again, on_close: Callback<()>) -> Node {
    let title = t::person_change_named(&person.name);
    let reset = RwSignal::new(None::<String>);
    let name = person.name.clone();
    view! {
        <Dialog id=TITLE title on_close>
            {move || match reset.get() {
                Some(secret) => {
                    let why = t::person_reset_made(&name);
                    view! { <Once label=t::link() secret why /> }
                }
                None => view! {
                    <Grants person=person.clone() again on_close />
                    <Ends person=person.clone() reset again on_close />
                },
            }}
        </Dialog>
    }
}

/// Role and grants.
#[component]
fn Grants(person: Person, again: Again, on_close: Callback<()>) -> Node {
    let form = Form::new("person", &[ROLE]);
    let toasts = use_toasts();
    let Person { id, name, .. } = person;
    let send = move |written: Written| {
        let is_owner = written.text(ROLE).as_deref() == Some("owner");
        let grants = GRANTS.iter().filter(|(word, _)| written.is_on(word));
        let change = PersonChange {
            role: Some(if is_owner { Role::Owner } else { Role::Member }),
            grants: Some(grants.map(|(_, grant)| *grant).collect()),
            standing: None,
        };
        let said = t::said_person_changed(&name);
        form.send(async move { admin::change_person(id, &change).await }, move |_| {
            toasts.say(said);
            on_close.run(());
            browser::focus(HEADING);
            again.now();
        });
    };
    let roles = [("member", Role::Member), ("owner", Role::Owner)];
    let chosen = roles.iter().find(|(_, role)| *role == person.role).map(|(word, _)| *word);
    let roles = roles.map(|(word, role)| (word.to_owned(), said::role(role).to_owned()));
    let ticks = GRANTS.map(|(word, grant)| {
        let on = person.grants.contains(&grant);
        view! { <Tick form name=word label=said::grant(grant) on /> }
    });
    view! {
        <Sheet form on_send=Box::new(send) deed=t::person_save()>
            <Choice form name=ROLE label=t::person_role() options=roles.to_vec() chosen=chosen.unwrap_or_default() help=t::person_role_help() />
            <div class="toggles">{ticks.into_iter().collect::<Node>()}</div>
        </Sheet>
    }
}

/// A link for a new password, shutting out, deleting.
#[component]
fn Ends(
    person: Person,
    /// Is told the link.
    reset: RwSignal<Option<String>>,
    again: Again,
    on_close: Callback<()>,
) -> Node {
    let doing = Doing::new(TITLE);
    let Person { id, name, standing, .. } = person;
    let make = move |_| {
        doing.carry_out(admin::reset(id), "", move |made| reset.set(Some(made.url)));
    };
    let leave = move || {
        on_close.run(());
        browser::focus(HEADING);
        again.now();
    };
    let (barred, let_in) = (t::said_person_barred(&name), t::said_person_approved(&name));
    let stand = move |standing: Standing, said: String| {
        let change = PersonChange { standing: Some(standing), ..PersonChange::default() };
        let act = async move { admin::change_person(id, &change).await };
        doing.carry_out(act, said, move |_| leave());
    };
    let bar = Callback::new(move |()| stand(Standing::Barred, barred.clone()));
    let gone = t::said_person_deleted(&name);
    let delete = Callback::new(move |()| {
        doing.carry_out(admin::delete_person(id), gone.clone(), move |()| leave());
    });
    let access = if standing == Standing::Barred {
        let unbar = move |_| stand(Standing::Active, let_in.clone());
        view! { <button type="button" class="btn" on:click=unbar>{t::person_unbar()}</button> }
    } else {
        view! { <Sure label=t::person_bar() asks=t::person_bar_asks() on_sure=bar /> }
    };
    let asks = t::person_delete_asks(&name);
    view! {
        <div class="ends">
            <Told doing />
            <button type="button" class="btn" on:click=make>{t::person_reset()}</button>
            {access}
            <Sure label=t::person_delete() asks on_sure=delete />
        </div>
    }
}
