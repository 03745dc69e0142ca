//! An input that grows is as many inputs as there may be of it: `images` those that are called
//! `images.image0`, `images.image1` and so on (ComfyUI protocol notes §10). One that is called otherwise is
//! not looked at, as nothing is that a class does not have.

use serde_json::Value;

use super::nodes::{InputRules, Takes};
use crate::definitions::{Autogrow, AutogrowNames, Choice};

/// No server lets more than these grow of one input.
const MOST: usize = 100;

/// What grows of one input.
pub(super) struct Grown {
    /// What each is like.
    pub item: InputRules,
    /// What each is called.
    pub names: Vec<String>,
    /// How many there must be, if what they are like must.
    pub min: usize,
}

impl Grown {
    /// That of an entry of `/object_info`, if it is of a shape that is known. `item` reads what each is like.
    pub(super) fn told(
        config: &Value,
        item: impl Fn(&str, &Value, bool) -> InputRules,
    ) -> Option<Self> {
        let template = &config[1]["template"];
        let first = |section| template["input"][section].as_object()?.iter().next();
        let item = match (first("required"), first("optional")) {
            (Some((name, config)), _) => item(name, config, true),
            (None, Some((name, config))) => item(name, config, false),
            (None, None) => return None,
        };
        let count = |name| Some(usize::try_from(template[name].as_u64()?).unwrap_or(MOST));
        let names = match (&template["names"], &template["prefix"]) {
            (Value::Array(names), _) => {
                names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
            }
            (_, Value::String(prefix)) => numbered(prefix, count("max").unwrap_or(MOST)),
            _ => return None,
        };
        Some(Self { item, names, min: count("min").unwrap_or_default() })
    }

    /// That of the definitions that are kept.
    pub(super) fn kept(grown: &Autogrow, item: InputRules) -> Self {
        let count = |count| usize::try_from(count).unwrap_or(MOST);
        let names = match &grown.names {
            AutogrowNames::List(names) => {
                names.iter().filter_map(Choice::as_str).map(Into::into).collect()
            }
            AutogrowNames::Prefix { prefix, max } => numbered(prefix, count(*max)),
        };
        Self { item, names, min: count(grown.min) }
    }

    /// Those of the input called `name`.
    pub(super) fn inputs(self, name: &str) -> Vec<InputRules> {
        let Self { item, names, min } = self;
        // What grows does not grow again.
        let kind = match item.kind {
            Takes::Dynamic(_) => Takes::Socket("*".into()),
            kind => kind,
        };
        let one = |(at, inner): (usize, String)| InputRules {
            name: format!("{name}.{inner}"),
            required: item.required && at < min,
            config: item.config.clone(),
            kind: kind.clone(),
        };
        names.into_iter().take(MOST).enumerate().map(one).collect()
    }
}

fn numbered(prefix: &str, max: usize) -> Vec<String> {
    (0..max.min(MOST)).map(|number| format!("{prefix}{number}")).collect()
}
