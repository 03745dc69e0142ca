//! Taking everything along, and deleting it.

use leptos::prelude::*;
use wire::Me;

use crate::{
    api::people,
    browser,
    components::icon::Icon,
    dom::{Node, view},
    studio::{
        parts::{
            Part,
            form::{Form, Line, Sheet, Written},
        },
        t,
    },
};

const SURE: &str = "sure";

#[component]
pub(super) fn Leaving(me: Me) -> Node {
    view! {
        <Part id="data" title=t::data()>
            <p class="part__why">{t::export_why()}</p>
            <a class="btn part__one" href=people::export_address() download="">
                <Icon name="download" small=true />
                {t::export()}
            </a>
        </Part>
        <Delete me />
    }
}

/// Asks for a word to be written: nobody does that by mistake.
#[component]
fn Delete(me: Me) -> Node {
    let form = Form::new("delete", &[SURE]);
    let why = if me.account.is_some() { t::delete_me_why() } else { t::delete_me_why_guest() };
    let word = me.account.map_or_else(|| t::delete_me_word().to_owned(), |account| account.name);
    let asks = t::delete_me_type(&word);
    let send = move |written: Written| {
        if written.text(SURE).as_ref() != Some(&word) {
            return form.refuse(Some(SURE), t::delete_me_type(&word));
        }
        // Another document: everything in this one was drawn for somebody who is gone.
        form.send(people::delete_me(), |()| browser::move_on("."));
    };
    view! {
        <Part id="delete-h" title=t::delete_me() why>
            <Sheet form on_send=Box::new(send) deed=t::delete_me() bad=true>
                <Line form name=SURE label=asks />
            </Sheet>
        </Part>
    }
}
