//! `GET /api/docs/{slug}`: a workflow for whoever writes programs: code to copy in several languages,
//! with its own fields and what they hold at first, and what each field takes.
//!
//! A page that the server writes, so that nothing of it weighs on the guests'. `end2end/clients` runs
//! all of the code.

mod fields;
mod language;
mod sample;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::Workflow;

use super::html::escaped;
use crate::api::pages;
use crate::api::parlor::workflows;
use crate::app::App;
use crate::error::{Error, Result};
use crate::extract::{Arrival, Path};
use crate::workflows::default_of;
use language::Language;

/// What all pages about programs are put into.
const SHELL: &str = include_str!(concat!(env!("OUT_DIR"), "/docs-shell.html"));

/// Stands for the house's address until the whole text is escaped; no text of a host holds it, for
/// it is no character.
const PARLOR: &str = "\u{fdd0}";

pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let base = app.config.base_path();
    let Some(principal) = caller else {
        let sign_in = format!("{base}sign-in");
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, sign_in)]).into_response());
    };
    let form = match workflows::form(&app, &principal, (&slug, &headers)).await {
        Ok(form) => form,
        // The guests' page says so, as at `/w/{slug}`.
        Err(Error::NotFound(_)) => return Ok(pages::lost(&app, &headers)),
        Err(error) => return Err(error),
    };
    let house = address(&app, &headers);
    let html = written(&form, (base, house.trim_end_matches('/')));
    let about = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    Ok((about, html).into_response())
}

/// Where this house is for whoever asks: as it says itself, else by the name that they called it.
fn address(app: &App, headers: &HeaderMap) -> String {
    let called = headers.get(HOST).and_then(|host| host.to_str().ok());
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-.:[]".contains(&letter);
    match called {
        Some(host) if app.config.public_url.is_none() && host.bytes().all(plain) => {
            format!("http://{host}")
        }
        _ => app.address(),
    }
}

fn written(form: &Workflow, (base, house): (&str, &str)) -> String {
    let (slug, title) = (&form.about.slug, escaped(&form.about.title));
    let here = format!("api/docs/{slug}");
    let links = "<a class=\"docs__link\" href=\"api/docs\">API</a>";
    let place = format!("<a class=\"docs__link\" href=\"w/{slug}\">{title}</a>");
    let main = main(form, house);
    SHELL
        .replace("<base href=\"/\">", &format!("<base href=\"{base}\">"))
        .replace("{{ here }}", &here)
        .replace("{{ links }}", links)
        .replace("{{ title }}", &title)
        .replace("{{ where }}", &place)
        // What the host wrote comes last: marks in it mean nothing.
        .replacen("{{ main }}", &main, 1)
}

fn main(form: &Workflow, house: &str) -> String {
    let (slug, title) = (&form.about.slug, escaped(&form.about.title));
    let inputs = sample::inputs(form);
    let house = format!("<span data-house>{}</span>", escaped(house));
    let snippets = Language::ALL.map(|language| {
        let (name, id) = language.names();
        let code = escaped(&language.program((PARLOR, slug), &inputs)).replace(PARLOR, &house);
        format!(
            "<figure class=\"code snippet\" data-lang=\"{id}\"><figcaption>{name}</figcaption>\
             <pre><code>{code}</code></pre></figure>"
        )
    });
    let choice = Language::ALL.map(|language| {
        let (name, id) = language.names();
        format!("<button type=\"button\" class=\"chip\" data-lang=\"{id}\">{name}</button>")
    });
    format!(
        "<div class=\"docs\"><main class=\"docs__main docs__main--code\" id=\"main\"><section>\
         <h1>{title}, from code</h1><p class=\"docs__lead\">Whole programs to copy. They run it as its \
         page does, with what its form holds at first, and save what it makes. <code>anonymous</code> \
         is a guest, where the house is open; who has an account makes <a href=\"account\">a key of \
         their own</a>.</p><div class=\"langs\" role=\"group\" aria-label=\"Language\" hidden>{}</div>{}\
         </section>{}<section><h2>More</h2><p>What else can be asked stands in <a href=\"api/docs\">the \
         API</a>; <a href=\"api/parlor/v1/workflows/{slug}/openapi.json\">this workflow’s own OpenAPI</a> \
         is for programs that write programs.</p></section></main></div>",
        choice.concat(),
        snippets.concat(),
        fields::section(form),
    )
}
