//! Browsers that are signed in.

use leptos::prelude::*;
use wire::Session;

use crate::{
    api::people,
    dom::{Node, view},
    i18n::when,
    studio::{
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            fetched, nothing, said,
        },
        t,
    },
};

/// Of the heading.
const HEADING: &str = "sessions";

#[component]
pub(super) fn Sessions() -> Node {
    let (again, doing) = (Again::new(), Doing::new(HEADING));
    let list = fetched(again, people::sessions, move |all| view! { <List all again doing /> });
    view! {
        <Part id=HEADING title=t::sessions()>
            <Told doing />
            {list}
        </Part>
    }
}

#[component]
fn List(all: Vec<Session>, again: Again, doing: Doing) -> Node {
    if all.is_empty() {
        return nothing(t::sessions_none());
    }
    let has_others = all.iter().any(|session| !session.current);
    let end_others = move |_| {
        let said = t::said_sessions_ended();
        doing.carry_out(people::end_other_sessions(), said, move |()| again.now());
    };
    let rows = all.into_iter().map(|session| view! { <One session again doing /> });
    view! {
        <ul class="rows">{rows.collect::<Node>()}</ul>
        {has_others.then(|| view! {
            <button type="button" class="btn" disabled=move || doing.is_busy() on:click=end_others>{t::sessions_end_others()}</button>
        })}
    }
}

#[component]
fn One(session: Session, again: Again, doing: Doing) -> Node {
    let Session { id, current, .. } = session;
    let (browser, seen) = (said::agent(&session.agent), when::moment(session.seen_at));
    let label = t::session_end_named(&browser, &seen);
    let end = move |_| {
        let said = t::said_session_ended();
        doing.carry_out(people::end_session(id), said, move |()| again.now());
    };
    let here = current.then(|| view! { <em class="tag">{t::session_here()}</em> });
    let name = view! { <span class="clip">{browser}</span> {here} };
    view! {
        <Row name facts=view! { {t::session_facts(session.address, seen)} }>
            {(!current).then(|| view! {
                <button type="button" class="btn" aria-label=label disabled=move || doing.is_busy() on:click=end>{t::session_end()}</button>
            })}
        </Row>
    }
}
