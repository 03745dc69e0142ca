//! Reading what differs between two versions.

use serde_json::Value;
use wire::studio::{Difference, Subject};

use super::values;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    pub(crate) fn of(difference: &Difference) -> Self {
        match (difference.before.is_null(), difference.after.is_null()) {
            (true, false) => Self::Added,
            (false, true) => Self::Removed,
            _ => Self::Changed,
        }
    }
}

/// Differences of one thing: a field, a node, the policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(crate) subject: Subject,
    /// Field name or node id; empty for what there is one of.
    pub(crate) name: String,
    pub(crate) differences: Vec<Difference>,
}

/// Puts what is about one thing together, in the order in which it first comes.
pub(crate) fn groups(differences: Vec<Difference>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for difference in differences {
        let subject = difference.subject;
        let has_many = matches!(subject, Subject::Field | Subject::Node);
        let name = if has_many { difference.name.clone() } else { String::new() };
        match groups.iter_mut().find(|group| group.subject == subject && group.name == name) {
            Some(group) => group.differences.push(difference),
            None => groups.push(Group { subject, name, differences: vec![difference] }),
        }
    }
    groups
}

/// What of the thing differs; `None` for the whole of it.
pub(crate) fn key(difference: &Difference) -> Option<&str> {
    let has_many = matches!(difference.subject, Subject::Field | Subject::Node);
    let name = if has_many { "" } else { difference.name.as_str() };
    let keys = [difference.key.as_str(), name];
    keys.into_iter().find(|key| !key.is_empty())
}

/// Longest value that is shown, in characters.
const LONGEST: usize = 160;

/// A value as a person reads it; the whole of a field is shown by its label.
pub(crate) fn words(value: &Value) -> String {
    let text = match value {
        Value::Object(object) => {
            let known =
                ["label", "class_type", "title", "to"].iter().find_map(|key| object.get(*key));
            known.map_or_else(|| value.to_string(), values::words)
        }
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        other => values::words(other),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn difference(
        subject: Subject,
        name: &str,
        key: &str,
        before: Value,
        after: Value,
    ) -> Difference {
        Difference { subject, name: name.into(), key: key.into(), before, after }
    }

    #[test]
    fn what_is_about_one_field_stands_together() {
        let differences = vec![
            difference(Subject::About, "title", "", json!("a"), json!("b")),
            difference(Subject::Field, "steps", "max", json!(30), json!(60)),
            difference(Subject::Field, "seed", "", Value::Null, json!({"label": "Seed"})),
            difference(Subject::Field, "steps", "label", json!("Steps"), json!("How long")),
            difference(Subject::About, "summary", "", json!(""), json!("c")),
        ];
        let groups = groups(differences);
        let sizes: Vec<_> =
            groups.iter().map(|group| (group.name.as_str(), group.differences.len())).collect();
        assert_eq!(sizes, [("", 2), ("steps", 2), ("seed", 1)]);
        assert_eq!(key(&groups[0].differences[0]), Some("title"));
        assert_eq!(key(&groups[1].differences[0]), Some("max"));
        assert_eq!(key(&groups[2].differences[0]), None);
    }

    #[test]
    fn what_was_not_there_was_added() {
        let of = |before, after| Change::of(&difference(Subject::Node, "3", "", before, after));
        assert_eq!(of(Value::Null, json!(1)), Change::Added);
        assert_eq!(of(json!(1), Value::Null), Change::Removed);
        assert_eq!(of(json!(1), json!(2)), Change::Changed);
    }

    #[test]
    fn a_value_is_read_as_a_person_would() {
        assert_eq!(words(&json!({"label": "Seed", "type": "seed"})), "Seed");
        assert_eq!(words(&json!(["3.steps", {"to": "4.steps", "times": 2}])), "3.steps, 4.steps");
        assert_eq!(words(&json!("x".repeat(500))).chars().count(), LONGEST + 1);
    }
}
