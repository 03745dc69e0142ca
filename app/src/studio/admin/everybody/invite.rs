//! Invitations: a link makes whoever opens it first a member.

use leptos::prelude::*;
use wire::{Link, NewInvite};

use super::GRANTS;
use crate::{
    api::admin,
    dom::{Node, view},
    i18n::when,
    reactive::RwSignal,
    studio::{
        dialog::Dialog,
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            form::{Choice, Form, Sheet, Tick, Written},
            once::Once,
            said,
        },
        t,
    },
};

const HOURS: &str = "hours";

/// Of the heading.
const HEADING: &str = "invites";

/// Asks what the link is to be, and shows it.
#[component]
pub(super) fn Invite(again: Again, on_close: Callback<()>) -> Node {
    let made = RwSignal::new(None::<String>);
    view! {
        <Dialog id="invite-h" title=t::invite() on_close>
            {move || match made.get() {
                None => view! { <Ask made again /> },
                Some(secret) => view! {
                    <Once label=t::link() secret why=t::invite_made() />
                    <button type="button" class="btn btn--main" on:click=move |_| on_close.run(())>{t::key_done()}</button>
                },
            }}
        </Dialog>
    }
}

#[component]
fn Ask(made: RwSignal<Option<String>>, again: Again) -> Node {
    let form = Form::new("invite", &[HOURS]);
    let send = move |written: Written| {
        let grants = GRANTS.iter().filter(|(word, _)| written.is_on(word));
        let wanted = NewInvite {
            grants: grants.map(|(_, grant)| *grant).collect(),
            hours: written.text(HOURS).and_then(|hours| hours.parse().ok()),
        };
        form.send(async move { admin::invite(&wanted).await }, move |link| {
            made.set(Some(link.url));
            again.now();
        });
    };
    let lives = [("24", t::invite_day()), ("168", t::invite_week()), ("720", t::invite_month())];
    let lives = lives.map(|(hours, words)| (hours.to_owned(), words.to_owned()));
    let ticks =
        GRANTS.map(|(word, grant)| view! { <Tick form name=word label=said::grant(grant) /> });
    view! {
        <Sheet form on_send=Box::new(send) deed=t::invite_make()>
            <Choice form name=HOURS label=t::invite_hours() options=lives.to_vec() chosen="168" />
            <div class="toggles">{ticks.into_iter().collect::<Node>()}</div>
        </Sheet>
    }
}

/// Those that nobody has followed yet.
#[component]
pub(super) fn Invites(invites: Vec<Link>, again: Again) -> Node {
    let doing = Doing::new(HEADING);
    let row = move |link: Link| {
        let id = link.id;
        let (made, until) = (when::moment(link.created_at), when::moment(link.expires_at));
        let label = t::invite_revoke_named(&made);
        let grants: Vec<&str> = link.grants.iter().map(|grant| said::grant(*grant)).collect();
        let times = t::invite_facts(made, until);
        let facts: Vec<&str> = grants.into_iter().chain([&*times]).collect();
        let facts = facts.join(" · ");
        let revoke = move |_| {
            let said = t::said_invite_revoked();
            doing.carry_out(admin::revoke_invite(id), said, move |()| again.now());
        };
        view! {
            <Row name=view! { {t::invite_plain()} } facts=view! { {facts} }>
                <button type="button" class="btn" aria-label=label disabled=move || doing.is_busy() on:click=revoke>{t::invite_revoke()}</button>
            </Row>
        }
    };
    view! {
        <Part id=HEADING title=t::invites()>
            <Told doing />
            <ul class="rows">{invites.into_iter().map(row).collect::<Node>()}</ul>
        </Part>
    }
}
