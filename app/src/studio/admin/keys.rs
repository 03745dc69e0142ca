//! The keys of everybody.

use leptos::prelude::*;
use wire::Key;

use super::names::{Names, with_names};
use crate::{
    api::admin,
    dom::{Node, view},
    studio::{
        account::facts_of_key,
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            fetched, nothing,
            sure::Sure,
        },
        t,
    },
};

/// Of the heading.
const HEADING: &str = "keys";

#[component]
pub(super) fn AllKeys() -> Node {
    let (again, doing) = (Again::new(), Doing::new(HEADING));
    let ask = || with_names(admin::keys());
    let list = fetched(again, ask, move |(keys, names)| draw(keys, &names, (again, doing)));
    view! {
        <Part id=HEADING title=t::keys()>
            <Told doing />
            {list}
        </Part>
    }
}

fn draw(keys: Vec<Key>, names: &Names, (again, doing): (Again, Doing)) -> Node {
    if keys.is_empty() {
        return nothing(t::all_keys_none());
    }
    let row = |key: Key| {
        let id = key.id;
        let revoke = Callback::new(move |()| {
            let said = t::said_key_revoked();
            doing.carry_out(admin::revoke_key(id), said, move |()| again.now());
        });
        let name = t::key_of(&key.name, names.or_guest(key.maker));
        let facts = facts_of_key(&key);
        let (named, asks) = (t::key_revoke_named(&name), t::key_revoke_asks(&key.name));
        view! {
            <Row name=view! { {name} } facts=view! { {facts} }>
                <Sure label=t::key_revoke() named asks on_sure=revoke />
            </Row>
        }
    };
    view! { <ul class="rows">{keys.into_iter().map(row).collect::<Node>()}</ul> }
}
