//! The description as a page: what a reader needs first, every operation, every type.
//!
//! Written when the server is built; `docs.js` adds what needs a script, and nothing is missing
//! without it. `html` writes texts, `operation` and `types` what their names say, `curl` what can be
//! copied.

mod curl;
mod html;
mod operation;
mod types;

use std::fmt::Write as _;

use serde_json::Value;

use html::{escaped, inline, words};

/// Where the page is, below the address of a house: links within it begin with it, for it has a
/// `<base>`.
pub const HERE: &str = "api/docs";

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

const BEGIN: &str = include_str!("begin.html");

/// What every page about programs is put into, with marks `{{ … }}`: `title`, `where`, `here`,
/// `links`, `main`. `build` is new with every version of the style sheet.
pub fn shell(build: &str) -> String {
    include_str!("shell.html").replace("{{ build }}", build)
}

/// The page of a document of ours.
pub fn page(document: &Value, build: &str) -> String {
    let links = "<a class=\"docs__link\" href=\"api/parlor/v1/openapi.json\">OpenAPI</a>";
    let main =
        format!("<div class=\"docs docs--wide\">{}{}</div>", contents(document), main(document));
    shell(build)
        .replace("{{ title }}", "API")
        .replace("{{ where }}", "API")
        .replace("{{ here }}", HERE)
        .replace("{{ links }}", links)
        .replace("{{ main }}", &main)
}

fn main(document: &Value) -> String {
    let mut main = String::from("<main class=\"docs__main\" id=\"main\">");
    main.push_str(&BEGIN.replace("{{ refusals }}", &refusals(document)));
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let (id, about) = (anchor(name), inline(text(&tag["description"])));
        write!(main, "<section class=\"docs__group\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{name}</h2><p class=\"docs__about\">{about}</p>").expect(html::WRITES);
        for (method, path, operation) in of_tag(document, name) {
            main.push_str(&operation::article(document, (method, path), operation));
        }
        main.push_str("</section>");
    }
    main.push_str(&types::section(document));
    main + "</main>"
}

/// What is on the page, in the margin.
fn contents(document: &Value) -> String {
    let mut nav = String::from("<nav class=\"docs__nav\" aria-label=\"On this page\"><ul>");
    let entry = |id: &str, name: &str| format!("<li><a href=\"{HERE}#{id}\">{name}</a>");
    nav.push_str(&(entry("begin", "To begin with") + "</li>"));
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        nav.push_str(&entry(&anchor(name), name));
        nav.push_str("<ul>");
        for (_, _, operation) in of_tag(document, name) {
            let summary = escaped(text(&operation["summary"]));
            nav.push_str(&(entry(text(&operation["operationId"]), &summary) + "</li>"));
        }
        nav.push_str("</ul></li>");
    }
    nav + &entry("types", "Types") + "</li></ul></nav>"
}

/// The operations of a tag, in the document's order.
fn of_tag<'a>(
    document: &'a Value,
    tag: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS
            .into_iter()
            .filter_map(move |method| Some((method, path.as_str(), item.get(method)?)))
    });
    all.filter(move |(_, _, operation)| operation["tags"][0] == tag)
}

/// What each status of a refusal means.
fn refusals(document: &Value) -> String {
    let mut list = String::from("<dl class=\"members\">");
    for (status, name) in crate::refusal::names() {
        let about = words(text(&document["components"]["responses"][name]["description"]));
        write!(list, "<div><dt><code>{status}</code></dt><dd>{about}</dd></div>")
            .expect(html::WRITES);
    }
    list + "</dl>"
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (Value, String) {
        let document = crate::document();
        let page = page(&document, "1234");
        (document, page)
    }

    #[test]
    fn every_operation_and_every_type_has_its_place() {
        let (document, page) = made();
        let ids = document["paths"].as_object().unwrap().values().flat_map(|item| {
            METHODS.into_iter().filter_map(|method| item.get(method)?["operationId"].as_str())
        });
        for id in ids {
            assert!(page.contains(&format!("<article class=\"op\" id=\"{id}\"")), "{id}");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("id=\"type-{name}\"")), "{name}");
        }
        assert!(!page.contains("{{"), "a mark was left");
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let (_, page) = made();
        for link in page.split(&format!("href=\"{HERE}#")).skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }

    // safety 21
    #[test]
    fn nothing_runs_or_is_styled_inline() {
        let (_, page) = made();
        for forbidden in [" style=", " onclick=", "<script>", "<style", "src=\"http", "href=\"http"]
        {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}
