//! The form that makes a key.

use leptos::prelude::*;
use wire::{MadeKey, Millis, NewKey, Scope};

use crate::{
    api::people,
    browser,
    dom::{Node, view},
    i18n::t as words,
    studio::{
        parts::{
            form::{Choice, Form, Line, Sheet, Tick, Written},
            said,
        },
        t,
    },
};

/// How long a key may be good for, in days.
const LIVES: [u32; 4] = [7, 30, 90, 365];
const DAY_MS: Millis = 24 * 60 * 60 * 1000;

const NAME: &str = "name";
const SCOPE: &str = "scope";
const WORKFLOWS: &str = "workflows";
const EXPIRES: &str = "expires_at";
const RATE: &str = "per_minute";
const APART: &str = "apart";

#[component]
pub(super) fn NewKeyForm(on_made: Callback<MadeKey>) -> Node {
    let form = Form::new("key", &[NAME, SCOPE, WORKFLOWS, EXPIRES, RATE]);
    let send = move |written: Written| match wanted(&written) {
        Ok(wanted) => {
            form.send(async move { people::make_key(&wanted).await }, move |made| {
                on_made.run(made);
            });
        }
        Err((field, words)) => form.refuse(Some(field), words.to_owned()),
    };
    // What most programs need comes first.
    let scopes = [Scope::Run, Scope::Read, Scope::Admin];
    let scopes = scopes.map(|scope| (word(scope).to_owned(), said::scope(scope).to_owned()));
    let lives = LIVES.map(|days| (days.to_string(), t::key_expires_days(days.into())));
    let ever = (String::new(), t::key_expires_never().to_owned());
    let lives: Vec<_> = std::iter::once(ever).chain(lives).collect();
    view! {
        <Sheet form on_send=Box::new(send) deed=t::key_make()>
            <Line form name=NAME label=t::key_name() />
            <Choice form name=SCOPE label=t::key_scope() options=scopes.to_vec() />
            <Choice form name=EXPIRES label=t::key_expires() options=lives />
            <Line form name=WORKFLOWS label=t::key_workflows() help=t::key_workflows_help() optional=true />
            <Line form name=RATE label=t::key_per_minute() kind="number" optional=true />
            <Tick form name=APART label=t::key_apart() help=t::key_apart_help() />
        </Sheet>
    }
}

/// What is asked for, or the field that is wrong and why.
fn wanted(written: &Written) -> Result<NewKey, (&'static str, &'static str)> {
    let name = written.text(NAME).ok_or((NAME, words::wrong_missing()))?;
    let per_minute = written.text(RATE).map(|text| text.parse()).transpose();
    let days = written.text(EXPIRES).and_then(|days| days.parse::<Millis>().ok());
    Ok(NewKey {
        name,
        scope: scope(written.text(SCOPE).as_deref()),
        workflows: written.text(WORKFLOWS).map(|text| list(&text)),
        per_minute: per_minute.map_err(|_| (RATE, words::wrong_not_a_number()))?,
        expires_at: days.map(|days| browser::now() + days * DAY_MS),
        apart: written.is_on(APART),
    })
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Run => "run",
        Scope::Admin => "admin",
    }
}

/// The scope of this word; the least when nothing is known.
fn scope(chosen: Option<&str>) -> Scope {
    let all = [Scope::Run, Scope::Admin];
    all.into_iter().find(|scope| Some(word(*scope)) == chosen).unwrap_or(Scope::Read)
}

/// Slugs with commas or spaces between them.
fn list(text: &str) -> Vec<String> {
    let parts = text.split([',', ' ']).map(str::trim);
    parts.filter(|slug| !slug.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_is_read_as_it_is_written() {
        for one in [Scope::Read, Scope::Run, Scope::Admin] {
            assert_eq!(scope(Some(word(one))), one);
        }
        assert_eq!(scope(Some("x")), Scope::Read, "in doubt the least");
    }

    #[test]
    fn workflows_are_told_apart_by_commas_and_spaces() {
        assert_eq!(list(" upscale, text-to-picture ,, x"), ["upscale", "text-to-picture", "x"]);
    }
}
