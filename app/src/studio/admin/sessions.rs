//! Every browser that is signed in.

use leptos::prelude::*;
use wire::Session;

use super::names::{Names, with_names};
use crate::{
    api::admin,
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
pub(super) fn AllSessions() -> Node {
    let (again, doing) = (Again::new(), Doing::new(HEADING));
    let ask = || with_names(admin::sessions());
    let list = fetched(again, ask, move |(sessions, names)| draw(sessions, &names, (again, doing)));
    view! {
        <Part id=HEADING title=t::sessions_of_all()>
            <Told doing />
            {list}
        </Part>
    }
}

fn draw(sessions: Vec<Session>, names: &Names, (again, doing): (Again, Doing)) -> Node {
    if sessions.is_empty() {
        return nothing(t::all_sessions_none());
    }
    let row = |session: Session| {
        let Session { id, current, .. } = session;
        let end = move |_| {
            let said = t::said_session_ended();
            doing.carry_out(admin::end_session(id), said, move |()| again.now());
        };
        let name = names.or_guest(session.person);
        let (browser, seen) = (said::agent(&session.agent), when::moment(session.seen_at));
        let label = t::session_end_of(&name, &browser, &seen);
        let facts = t::session_facts_of(browser, session.address, seen);
        let here = current.then(|| view! { <em class="tag">{t::session_here()}</em> });
        view! {
            <Row name=view! { {name} {here} } facts=view! { {facts} }>
                {(!current).then(|| view! {
                    <button type="button" class="btn" aria-label=label disabled=move || doing.is_busy() on:click=end>{t::session_end()}</button>
                })}
            </Row>
        }
    };
    view! { <ul class="rows">{sessions.into_iter().map(row).collect::<Node>()}</ul> }
}
