//! What goes to and fro, as JSON Schema made of the types of `wire`.

use std::collections::BTreeSet;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::text;

/// Where descriptions of types are, in the document.
const TOLD: &str = "#/components/schemas/";
/// The same of what is sent to the house, until [`Schemas::finish`] finds out which are the same.
const GIVEN: &str = "#/components/given/";
/// Ends the names of types that are sent in another form than they are told: with less said.
const INPUT: &str = "Input";

/// What something looks like.
#[derive(Debug, Clone)]
pub enum Shape {
    /// As a type of ours does.
    Typed(fn(&mut SchemaGenerator) -> Schema),
    /// A schema that is written down.
    Literal(Value),
}

/// As this type.
pub fn of<T: JsonSchema>() -> Shape {
    Shape::Typed(SchemaGenerator::subschema_for::<T>)
}

/// Which way something goes. A member that may be left out by whoever sends it may be always there
/// in what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Given,
    Told,
}

/// Every type that was asked for.
pub struct Schemas {
    given: SchemaGenerator,
    told: SchemaGenerator,
}

impl Schemas {
    pub fn new() -> Self {
        let generator = |contract: Contract, path: &'static str| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.contract = contract;
                settings.definitions_path = path.trim_start_matches('#').into();
                settings.meta_schema = None;
            });
            settings.into_generator()
        };
        Self {
            given: generator(Contract::Deserialize, GIVEN),
            told: generator(Contract::Serialize, TOLD),
        }
    }

    /// The schema of this shape, or a reference to it.
    pub fn of(&mut self, shape: &Shape, way: Way) -> Value {
        match (shape, way) {
            (Shape::Literal(schema), _) => schema.clone(),
            (Shape::Typed(make), Way::Given) => make(&mut self.given).to_value(),
            (Shape::Typed(make), Way::Told) => make(&mut self.told).to_value(),
        }
    }

    /// All types by name, sorted. References in `document` and in the types lead to them afterwards.
    pub fn finish(mut self, document: &mut Value) -> Map<String, Value> {
        let given = self.given.take_definitions(true);
        let mut told = self.told.take_definitions(true);
        let other = differing(&given, &told);
        for (name, mut schema) in given {
            if other.contains(&name) {
                settle(&mut schema, &other);
                told.insert(format!("{name}{INPUT}"), schema);
            } else if !told.contains_key(&name) {
                settle(&mut schema, &other);
                told.insert(name, schema);
            }
        }
        settle(document, &other);
        told.values_mut().for_each(text::tidy);
        told.sort_keys();
        told
    }
}

/// Names of types that are not given as they are told, be it for what they are made of.
fn differing(given: &Map<String, Value>, told: &Map<String, Value>) -> BTreeSet<String> {
    let none = BTreeSet::new();
    let mut differing = BTreeSet::new();
    loop {
        let before = differing.len();
        for (name, schema) in given {
            let Some(told) = told.get(name) else { continue };
            let mut settled = schema.clone();
            settle(&mut settled, &none);
            let leads = refers(schema, &differing);
            if settled != *told || leads {
                differing.insert(name.clone());
            }
        }
        if differing.len() == before {
            return differing;
        }
    }
}

/// Whether a schema of what is given leads to one of these.
fn refers(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, value)| match value {
            Value::String(to) if key == "$ref" => {
                to.strip_prefix(GIVEN).is_some_and(|name| names.contains(name))
            }
            value => refers(value, names),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, names)),
        _ => false,
    }
}

/// Lets references to what is given lead to where it stands in the end.
fn settle(schema: &mut Value, other: &BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(to) if key == "$ref" => {
                        if let Some(name) = to.strip_prefix(GIVEN) {
                            let ending = if other.contains(name) { INPUT } else { "" };
                            *to = format!("{TOLD}{name}{ending}");
                        }
                    }
                    value => settle(value, other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, other)),
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_sent_in_another_form_than_it_is_told_has_a_name_of_its_own() {
        let mut schemas = Schemas::new();
        let told = schemas.of(&of::<wire::studio::Draft>(), Way::Told);
        let given = schemas.of(&of::<wire::studio::SaveDraft>(), Way::Given);
        let mut document = json!({"told": told, "given": given});
        let all = schemas.finish(&mut document);
        let manifest = |of: &str| all[of]["properties"]["manifest"]["$ref"].clone();
        assert_eq!(manifest("Draft"), format!("{TOLD}Manifest"));
        assert_eq!(manifest("SaveDraft"), format!("{TOLD}ManifestInput"));
        assert_eq!(document["given"]["$ref"], format!("{TOLD}SaveDraft"));
        let must = |of: &str, name: &str| {
            all[of]["required"].as_array().unwrap().iter().any(|must| must == name)
        };
        assert!(must("Manifest", "summary") && !must("ManifestInput", "summary"));
        // The same either way.
        assert!(all.contains_key("OutputKind") && !all.contains_key("OutputKindInput"));
    }
}
