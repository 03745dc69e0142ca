//! Keys that let programs in.

use leptos::prelude::*;
use wire::{Key, MadeKey};

use super::new_key::NewKeyForm;
use crate::{
    api::people,
    components::icon::Icon,
    dom::{Node, view},
    i18n::when,
    reactive::RwSignal,
    studio::{
        dialog::Dialog,
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            fetched, nothing,
            once::Once,
            said,
            sure::Sure,
        },
        t,
    },
};

/// Of the heading.
const HEADING: &str = "keys";

/// What the dialog shows.
#[derive(Clone, PartialEq, Eq)]
enum Making {
    Nothing,
    /// The form.
    Asking,
    /// The key, this once.
    Made(MadeKey),
}

#[component]
pub(super) fn Keys() -> Node {
    let (again, doing) = (Again::new(), Doing::new(HEADING));
    let making = RwSignal::new(Making::Nothing);
    let list = fetched(again, people::keys, move |all| {
        if all.is_empty() {
            return nothing(t::keys_none());
        }
        let rows = all.into_iter().map(|key| view! { <One key again doing /> });
        view! { <ul class="rows">{rows.collect::<Node>()}</ul> }
    });
    let act = view! {
        <button type="button" class="btn" on:click=move |_| making.set(Making::Asking)>
            <Icon name="plus" small=true />
            {t::key_make()}
        </button>
    };
    view! {
        <Part id=HEADING title=t::keys() why=t::keys_why() act>
            <Told doing />
            {list}
            {move || made(making, again)}
        </Part>
    }
}

/// The dialog, while there is one.
fn made(making: RwSignal<Making>, again: Again) -> Node {
    let on_close = Callback::new(move |()| making.set(Making::Nothing));
    let on_made = Callback::new(move |key: MadeKey| {
        making.set(Making::Made(key));
        again.now();
    });
    match making.get() {
        Making::Nothing => Node::Nothing,
        Making::Asking => view! {
            <Dialog id="key-h" title=t::key_make() on_close>
                <NewKeyForm on_made />
            </Dialog>
        },
        Making::Made(made) => view! {
            <Dialog id="key-h" title=t::key_make() on_close>
                <Once label=t::key_show() secret=made.secret why=t::key_made(made.key.name) />
                <button type="button" class="btn btn--main" on:click=move |_| on_close.run(())>{t::key_done()}</button>
            </Dialog>
        },
    }
}

#[component]
fn One(key: Key, again: Again, doing: Doing) -> Node {
    let id = key.id;
    let revoke = Callback::new(move |()| {
        let said = t::said_key_revoked();
        doing.carry_out(people::revoke_key(id), said, move |()| again.now());
    });
    let facts = facts(&key);
    let (named, asks) = (t::key_revoke_named(&key.name), t::key_revoke_asks(&key.name));
    view! {
        <Row name=view! { {key.name} } facts=view! { {facts} }>
            <Sure label=t::key_revoke() named asks on_sure=revoke />
        </Row>
    }
}

/// What a key may, how long, and when it was used.
pub(crate) fn facts(key: &Key) -> String {
    let mut facts = vec![t::key_facts(&key.hint, said::scope(key.scope))];
    facts.extend(key.workflows.as_ref().map(|slugs| t::key_for(slugs.join(", "))));
    facts.extend(key.per_minute.map(t::key_rate));
    facts.extend(key.expires_at.map(|at| t::key_until(when::moment(at))));
    facts.push(match key.used_at {
        Some(at) => t::key_used(when::moment(at)),
        None => t::key_never_used().to_owned(),
    });
    facts.join(" · ")
}
