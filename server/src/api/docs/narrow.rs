//! The description of the API, narrowed down to what one workflow needs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use wire::Workflow;

use super::inputs;

/// Running it, seeing how it fares, and bringing files there and back.
const KEPT: [&str; 7] = [
    "/workflows/{slug}/jobs",
    "/jobs/{id}",
    "/jobs/{id}/events",
    "/jobs/{id}/cancel",
    "/uploads",
    "/outputs/{id}",
    "/outputs/{id}/thumb",
];

/// Of `whole`, what this workflow needs; with its fields.
pub(super) fn to(mut whole: Value, form: &Workflow) -> Value {
    let submit = whole["components"]["schemas"]["Submit"].clone();
    let paths = whole["paths"].take();
    let kept = KEPT.iter().map(|path| ((*path).to_owned(), paths[path].clone()));
    let mut kept: Map<_, _> = kept.collect();
    if let Some(run) = kept.remove(KEPT[0]) {
        let path = KEPT[0].replace("{slug}", &form.about.slug);
        kept.shift_insert(0, path, own(run, (submit, form)));
    }
    whole["paths"] = kept.into();
    whole.as_object_mut().and_then(|members| members.remove("webhooks"));
    whole["info"]["title"] = form.about.title.clone().into();
    whole["info"]["summary"] = form.about.summary.clone().into();
    whole["info"]["version"] = form.version.to_string().into();
    keep_only_what_is_used(&mut whole);
    whole
}

/// How this workflow is run, with its own fields in the body that all have.
fn own(mut run: Value, (mut submit, form): (Value, &Workflow)) -> Value {
    let post = &mut run["post"];
    post["summary"] = form.about.title.clone().into();
    if let Some(parameters) = post["parameters"].as_array_mut() {
        parameters.retain(|one| one["name"] != "slug");
    }
    let inputs = inputs::schema(form);
    if inputs.get("required").is_some() {
        submit["required"] = json!(["inputs"]);
    }
    submit["properties"]["inputs"] = inputs;
    post["requestBody"]["content"]["application/json"] = json!({"schema": submit});
    run
}

/// Leaves out tags and components that nothing leads to.
fn keep_only_what_is_used(whole: &mut Value) {
    let mut used = BTreeSet::new();
    let mut last = usize::MAX;
    collect(&whole["paths"], &mut used);
    while last != used.len() {
        last = used.len();
        for name in used.clone() {
            collect(whole.pointer(&name).unwrap_or(&Value::Null), &mut used);
        }
    }
    for folder in ["schemas", "responses", "headers"] {
        if let Some(all) = whole["components"][folder].as_object_mut() {
            all.retain(|name, _| used.contains(&format!("/components/{folder}/{name}")));
        }
    }
    let text = whole["paths"].to_string();
    if let Some(tags) = whole["tags"].as_array_mut() {
        tags.retain(|tag| text.contains(&tag["name"].to_string()));
    }
}

/// Where references lead, as JSON pointers.
fn collect(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(to) if key == "$ref" => {
                        used.insert(to.trim_start_matches('#').to_owned());
                    }
                    value => collect(value, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, used)),
        _ => (),
    }
}
