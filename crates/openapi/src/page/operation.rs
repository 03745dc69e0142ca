//! One operation on the page.

use std::fmt::Write as _;

use serde_json::Value;

use super::html::{WRITES, code, escaped, inline, words};
use super::types::kind;
use super::{curl, text};

/// What it does, what it takes and answers; beside it, what can be copied.
pub fn article(document: &Value, (method, path): (&str, &str), operation: &Value) -> String {
    let id = text(&operation["operationId"]);
    let mut say = format!("<h3>{}</h3>", escaped(text(&operation["summary"])));
    // Long addresses may break where they are divided.
    let shown = escaped(path).replace('/', "<wbr>/");
    let verb = method.to_uppercase();
    write!(say, "<p class=\"op__where\"><span class=\"verb verb--{method}\">{verb}</span> <code>{shown}</code></p>").expect(WRITES);
    say.push_str(&words(text(&operation["description"])));
    say.push_str(&parameters(operation));
    say.push_str(&body(operation));
    say.push_str(&answers(document, operation));
    let copied = code("curl", &curl::command(method, path, operation));
    format!(
        "<article class=\"op\" id=\"{id}\"><div class=\"op__say\">{say}</div>\
         <div class=\"op__code\">{copied}</div></article>"
    )
}

fn parameters(operation: &Value) -> String {
    let all = operation["parameters"].as_array();
    let Some(all) = all.filter(|all| !all.is_empty()) else { return String::new() };
    let mut list = String::from("<h4>Takes</h4><dl class=\"members\">");
    for one in all {
        let place = match text(&one["in"]) {
            "path" => "in the address",
            "header" => "header",
            _ if one["required"] == true => "query, needed",
            _ => "query",
        };
        let (name, kind) = (text(&one["name"]), kind(&one["schema"]));
        let about = inline(text(&one["description"]));
        write!(list, "<div><dt><code>{name}</code> <span class=\"kind\">{kind} · {place}</span></dt><dd>{about}</dd></div>").expect(WRITES);
    }
    list + "</dl>"
}

fn body(operation: &Value) -> String {
    let contents = operation["requestBody"]["content"].as_object();
    let Some(contents) = contents else { return String::new() };
    let forms: Vec<_> = contents.iter().map(|(mime, content)| form(mime, content)).collect();
    format!("<h4>Body</h4><p>{}</p>", forms.join(", or "))
}

/// A type of content, and of which shape it is when that is told.
fn form(mime: &str, content: &Value) -> String {
    match content.get("schema") {
        Some(schema) if mime == "application/json" => kind(schema),
        _ if mime == "*/*" => "the bytes, of whatever type".into(),
        _ => format!("<code>{mime}</code>"),
    }
}

fn answers(document: &Value, operation: &Value) -> String {
    let mut list = String::from("<h4>Answers</h4><dl class=\"members\">");
    let mut refusals = Vec::new();
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if response.get("$ref").is_some() {
            if status != "default" {
                refusals.push(refusal(document, status, response));
            }
            continue;
        }
        let about = inline(text(&response["description"]));
        let contents = response["content"].as_object().into_iter().flatten();
        let forms: Vec<_> = contents.map(|(mime, content)| form(mime, content)).collect();
        let forms = if forms.is_empty() { "nothing".into() } else { forms.join(", or ") };
        write!(list, "<div><dt><code>{status}</code> <span class=\"kind\">{forms}</span></dt><dd>{about}{}</dd></div>", with(response)).expect(WRITES);
    }
    write!(list, "</dl><p class=\"op__refuses\">Refuses with {}.</p>", refusals.join(", "))
        .expect(WRITES);
    list
}

/// A status, which tells what it means when it is pointed at.
fn refusal(document: &Value, status: &str, response: &Value) -> String {
    let to = text(&response["$ref"]).trim_start_matches('#');
    let about = document.pointer(to).map_or("", |meant| text(&meant["description"]));
    format!("<abbr title=\"{}\">{status}</abbr>", escaped(&about.replace('`', "")))
}

/// Headers worth a word: those about limits come with everything.
fn with(response: &Value) -> String {
    let names = response["headers"].as_object().into_iter().flat_map(|all| all.keys());
    let own: Vec<_> = names
        .filter(|name| !name.starts_with("RateLimit"))
        .map(|name| format!("<code>{name}</code>"))
        .collect();
    if own.is_empty() { String::new() } else { format!(" With {}.", own.join(", ")) }
}
