//! What differs between two versions of a workflow.

use serde_json::{Map, Value};
use wire::studio::{Difference, Subject};
use wire::{FieldManifest, Manifest};

use crate::db::Content;

/// Every difference: about the whole first, then field by field, rules, and node by node.
pub(super) fn differences(before: &Content, after: &Content) -> Vec<Difference> {
    let mut found = Vec::new();
    let about = |manifest: &Manifest| {
        let mut all = object(manifest);
        all.retain(|key, _| !matches!(key.as_str(), "fields" | "policy" | "slug"));
        all
    };
    let (old, new) = (about(&before.manifest), about(&after.manifest));
    for (key, was, is) in changed(&old, &new) {
        found.push(Difference {
            subject: Subject::About,
            name: key,
            key: String::new(),
            before: was,
            after: is,
        });
    }
    fields(&before.manifest, &after.manifest, &mut found);
    let (old, new) = (object(&before.manifest.policy), object(&after.manifest.policy));
    for (key, was, is) in changed(&old, &new) {
        found.push(Difference {
            subject: Subject::Policy,
            name: key,
            key: String::new(),
            before: was,
            after: is,
        });
    }
    nodes(&before.graph, &after.graph, &mut found);
    found
}

fn fields(before: &Manifest, after: &Manifest, found: &mut Vec<Difference>) {
    let by_name = |manifest: &Manifest| -> Map<String, Value> {
        manifest.fields.iter().map(|field| (field.name.clone(), of_field(field))).collect()
    };
    each(Subject::Field, (&by_name(before), &by_name(after)), found);
    let order = |manifest: &Manifest, other: &Map<String, Value>| -> Vec<Value> {
        let names = manifest.fields.iter().map(|field| field.name.clone());
        names.filter(|name| other.contains_key(name)).map(Value::from).collect()
    };
    let (old, new) = (order(before, &by_name(after)), order(after, &by_name(before)));
    if old != new {
        let (name, key) = (String::new(), "order".to_owned());
        let (before, after) = (Value::Array(old), Value::Array(new));
        found.push(Difference { subject: Subject::Field, name, key, before, after });
    }
}

fn nodes(before: &Value, after: &Value, found: &mut Vec<Difference>) {
    let none = Map::new();
    let flat = |graph: &Value| -> Map<String, Value> {
        let nodes = graph.as_object().unwrap_or(&none).iter();
        nodes.map(|(id, node)| (id.clone(), flat(node))).collect()
    };
    each(Subject::Node, (&flat(before), &flat(after)), found);
}

/// A node as one object: its class beside its inputs.
fn flat(node: &Value) -> Value {
    let mut all = node.get("inputs").and_then(Value::as_object).cloned().unwrap_or_default();
    let class = node.get("class_type").cloned().unwrap_or_default();
    all.insert("class_type".into(), class);
    Value::Object(all)
}

/// Things with names: those that came or went as wholes, the others key by key.
fn each(
    subject: Subject,
    (before, after): (&Map<String, Value>, &Map<String, Value>),
    found: &mut Vec<Difference>,
) {
    for (name, was, is) in changed(before, after) {
        let (Some(old), Some(new)) = (was.as_object(), is.as_object()) else {
            found.push(Difference { subject, name, key: String::new(), before: was, after: is });
            continue;
        };
        for (key, before, after) in changed(old, new) {
            found.push(Difference { subject, name: name.clone(), key, before, after });
        }
    }
}

/// The keys whose values differ, with both; `null` where there is none.
fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<(String, Value, Value)> {
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let keys = after.keys().chain(gone);
    let pair = |key: &String| {
        let get = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
        (key.clone(), get(before), get(after))
    };
    keys.map(pair).filter(|(_, before, after)| before != after).collect()
}

fn of_field(field: &FieldManifest) -> Value {
    Value::Object(object(field))
}

fn object<T: serde::Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(label: &str, steps: u32, names: &[&str]) -> Content {
        let field = |name: &&str| FieldManifest {
            name: (*name).into(),
            label: label.into(),
            ..FieldManifest::default()
        };
        let fields = names.iter().map(field).collect();
        let manifest =
            Manifest { slug: "a".into(), title: "A".into(), fields, ..Manifest::default() };
        let graph = json!({"3": {"class_type": "KSampler", "inputs": {"steps": steps}}});
        Content { manifest, graph }
    }

    #[test]
    fn a_version_does_not_differ_from_itself() {
        let one = content("Words", 20, &["prompt", "seed"]);
        assert_eq!(differences(&one, &one), []);
    }

    #[test]
    fn what_changed_is_said_with_both_values_and_where() {
        let found =
            differences(&content("Words", 20, &["prompt"]), &content("Prompt", 30, &["prompt"]));
        let told: Vec<_> = found.iter().map(|one| (one.subject, &*one.name, &*one.key)).collect();
        assert_eq!(told, [(Subject::Field, "prompt", "label"), (Subject::Node, "3", "steps")]);
        assert_eq!((&found[1].before, &found[1].after), (&json!(20), &json!(30)));
    }

    #[test]
    fn fields_that_came_went_or_moved_are_told() {
        let found =
            differences(&content("W", 1, &["a", "b", "c"]), &content("W", 1, &["b", "a", "d"]));
        let told: Vec<_> = found.iter().map(|one| (&*one.name, &*one.key)).collect();
        assert_eq!(told, [("d", ""), ("c", ""), ("", "order")]);
        assert_eq!(found[2].after, json!(["b", "a"]));
        assert!(found[1].after.is_null());
    }
}
