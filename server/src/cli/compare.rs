//! Comparing graphs with those that are expected.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::workflow::read;

/// How many differences are worth a line.
const SHOWN: usize = 3;

/// A folder of graphs to compare with.
#[derive(Debug)]
pub(super) struct Expected {
    folder: PathBuf,
    /// By name of the file: paths that may differ.
    volatile: HashMap<String, HashSet<String>>,
}

/// A place where two graphs differ.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    path: String,
    found: Option<Value>,
    expected: Option<Value>,
}

impl Expected {
    /// `volatile` is a list of `{"name", "volatile": [path]}`, or `null`.
    pub(super) fn new(folder: PathBuf, volatile: &Value) -> Self {
        let texts = |value: &Value| {
            let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let entry =
            |entry: &Value| Some((entry["name"].as_str()?.to_owned(), texts(&entry["volatile"])));
        let entries = volatile.as_array().into_iter().flatten();
        Self { folder, volatile: entries.filter_map(entry).collect() }
    }

    /// Where `graph`, made from `file`, is not as expected.
    pub(super) async fn differences(
        &self,
        file: &Path,
        graph: &Value,
    ) -> anyhow::Result<Vec<Difference>> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let expected = self.folder.join(format!("{name}.json"));
        let expected: Value = serde_json::from_slice(&read(&expected).await?)
            .with_context(|| format!("{} is not JSON", expected.display()))?;
        let mut found = Vec::new();
        compare("", Some(graph), Some(&expected), &mut found);
        if let Some(volatile) = self.volatile.get(&*name) {
            found.retain(|one| !volatile.contains(&one.path));
        }
        Ok(found)
    }
}

/// Numbers are equal when they say the same: `1` and `1.0`.
fn compare(path: &str, ours: Option<&Value>, theirs: Option<&Value>, found: &mut Vec<Difference>) {
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            for name in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
                let path = format!("{path}/{name}");
                compare(&path, ours.get(name), theirs.get(name), found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            for at in 0..ours.len().max(theirs.len()) {
                compare(&format!("{path}/{at}"), ours.get(at), theirs.get(at), found);
            }
        }
        (Some(Value::Number(ours)), Some(Value::Number(theirs)))
            if ours.as_f64() == theirs.as_f64() => {}
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => found.push(Difference {
            path: path.to_owned(),
            found: ours.cloned(),
            expected: theirs.cloned(),
        }),
    }
}

impl Difference {
    /// The first few, and how many more.
    pub(super) fn list(differences: &[Self]) -> String {
        let first: Vec<_> = differences.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = differences.len().saturating_sub(SHOWN);
        let more = if more == 0 { String::new() } else { format!("; and {more} more") };
        first.join("; ") + &more
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            Some(value) => value.to_string().chars().take(80).collect(),
            None => "nothing".to_owned(),
        };
        write!(f, "{} is {}, expected {}", self.path, shown(&self.found), shown(&self.expected))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(ours: &Value, theirs: &Value) -> String {
        let mut found = Vec::new();
        compare("", Some(ours), Some(theirs), &mut found);
        Difference::list(&found)
    }

    #[test]
    fn numbers_that_say_the_same_do_not_differ_and_what_is_missing_does() {
        assert_eq!(differences(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})), "");
        assert_eq!(
            differences(&json!({"a": 1, "b": [1]}), &json!({"a": "1", "b": [1, 2], "c": 3})),
            "/a is 1, expected \"1\"; /b/1 is nothing, expected 2; /c is nothing, expected 3"
        );
    }
}
