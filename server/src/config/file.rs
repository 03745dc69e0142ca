//! `parlor.toml`: the same settings as the flags, with underscores.

use anyhow::{Context, bail};
use clap::Command;
use toml::{Table, Value};

/// `command` with the file's values as the defaults of its flags.
pub(super) fn as_defaults(mut command: Command, text: &str) -> anyhow::Result<Command> {
    let table: Table = toml::from_str(text).context("this is not TOML")?;
    for (name, value) in table.into_iter().flat_map(spelled_out) {
        let known = command.get_arguments().any(|arg| arg.get_id() == name.as_str());
        if !known || name == "config" {
            bail!("{}", unknown(&command, &name));
        }
        let values = texts(&value)
            .with_context(|| format!("`{name}` must be a text, a number, true, false or a list"))?;
        command = command.mut_arg(name, |arg| arg.default_values(values));
    }
    Ok(command)
}

/// A table's lines stand for settings that begin with its name: `[object_store]` with
/// `bucket` is `object_store_bucket`.
fn spelled_out((name, value): (String, Value)) -> Vec<(String, Value)> {
    match value {
        Value::Table(lines) => {
            lines.into_iter().map(|(line, value)| (format!("{name}_{line}"), value)).collect()
        }
        value => vec![(name, value)],
    }
}

/// A value as it would be typed on the command line; a list is several.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn unknown(command: &Command, name: &str) -> String {
    let nearest = command
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .filter(|known| !["help", "version", "config"].contains(known))
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or_default();
    format!(
        "there is no setting `{name}`; did you mean `{nearest}`? `parlor --help` lists them all"
    )
}
