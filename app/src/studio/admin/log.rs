//! What happened in the house, newest first.

use leptos::prelude::*;
use uuid::Uuid;
use wire::{AuditEntry, Person};

use super::names::{Names, with_names};
use crate::{
    api::{
        Error,
        admin::{self, LogQuery},
    },
    dom::{Node, view},
    i18n::when,
    reactive::RwSignal,
    studio::{
        parts::{Again, Row, fetched, nothing, said},
        t,
    },
};

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// Kind; empty for any.
    what: String,
    /// Id of a person; empty for anybody.
    who: String,
    /// Pages that are shown, but for the first.
    more: usize,
}

/// What is shown, and whether there is more.
type Shown = (Vec<AuditEntry>, bool);

#[component]
pub(super) fn Log() -> Node {
    let wanted = RwSignal::new(Wanted::default());
    let ask = move || with_names(load(wanted.get()));
    fetched(Again::new(), ask, move |((entries, has_more), Names(people))| {
        let rows = entries.into_iter().map(entry).collect::<Vec<_>>();
        let list = if rows.is_empty() {
            nothing(t::log_none())
        } else {
            view! { <ul class="rows">{rows}</ul> }
        };
        view! {
            <Filters people wanted />
            {list}
            {has_more.then(|| view! {
                <button type="button" class="btn part__one" on:click=move |_| wanted.update(|wanted| wanted.more += 1)>{t::older()}</button>
            })}
        }
    })
}

/// So many pages as one list.
async fn load(wanted: Wanted) -> Result<Shown, Error> {
    let mut query = LogQuery {
        cursor: None,
        what: Some(wanted.what).filter(|what| !what.is_empty()),
        principal: wanted.who.parse::<Uuid>().ok(),
    };
    let mut entries = Vec::new();
    for _ in 0..=wanted.more {
        let page = admin::log(&query).await?;
        entries.extend(page.entries);
        query.cursor = page.next;
        if page.next.is_none() {
            break;
        }
    }
    Ok((entries, query.cursor.is_some()))
}

#[component]
fn Filters(people: Vec<Person>, wanted: RwSignal<Wanted>) -> Node {
    let kinds = said::KINDS.iter().map(|(word, say)| ((*word).to_owned(), say().to_owned()));
    let people = people.into_iter().map(|person| (person.id.to_string(), person.name));
    let (what, who) = wanted.peek(|wanted| (wanted.what.clone(), wanted.who.clone()));
    let kinds = options(t::log_anything(), kinds, &what);
    let people = options(t::log_anybody(), people, &who);
    let choose_kind = move |event| {
        let what = event_target_value(&event);
        wanted.update(|wanted| *wanted = Wanted { what, more: 0, ..wanted.clone() });
    };
    let choose_person = move |event| {
        let who = event_target_value(&event);
        wanted.update(|wanted| *wanted = Wanted { who, more: 0, ..wanted.clone() });
    };
    view! {
        <div class="filters">
            <div class="field">
                <div class="field__head"><label for="log-kind">{t::log_kind()}</label></div>
                <select class="input" id="log-kind" on:change=choose_kind>{kinds}</select>
            </div>
            <div class="field">
                <div class="field__head"><label for="log-person">{t::log_person()}</label></div>
                <select class="input" id="log-person" on:change=choose_person>{people}</select>
            </div>
        </div>
    }
}

/// Everything first, then each.
fn options(all: &str, each: impl Iterator<Item = (String, String)>, chosen: &str) -> Node {
    let all = std::iter::once((String::new(), all.to_owned()));
    let option = |(word, label): (String, String)| {
        let is_chosen = word == chosen;
        view! { <option value=word selected=is_chosen>{label}</option> }
    };
    all.chain(each).map(option).collect()
}

fn entry(entry: AuditEntry) -> Node {
    let what = said::happened(&entry.what);
    let about = match entry.what.as_str() {
        "limit_hit" => said::limit_hit(&entry.about),
        _ => entry.about,
    };
    let title = if about.is_empty() { what } else { t::log_more(what, about) };
    let name = match entry.principal {
        _ if !entry.name.is_empty() => entry.name,
        Some(id) if !id.is_nil() => t::somebody_unknown().to_owned(),
        // Whoever it was has no account, or none any more.
        _ => t::log_nobody().to_owned(),
    };
    let at = when::moment(entry.at);
    let facts = if entry.address.is_empty() {
        t::log_facts(name, at)
    } else {
        t::log_facts_from(name, at, entry.address)
    };
    view! { <Row name=view! { <span>{title}</span> } facts=view! { {facts} }>{Node::Nothing}</Row> }
}
