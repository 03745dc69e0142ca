//! A table: the header names fields, each record is a job.

use serde_json::{Value, json};
use uuid::Uuid;
use wire::{FieldKind, Inputs};

use super::csv::{self, Broken};
use super::too_many;
use crate::error::{Error, Result};
use crate::jobs::{Line, MOST_AT_ONCE};
use crate::workflows::{Published, written};

/// What a field for a file takes here.
const FILE: &str = "the id of an upload, `<job>/<output>`, or an https address";

/// Every record with its values as they are written, by the names of their columns. An empty one is
/// left out.
pub(super) fn read(text: &str) -> Result<Vec<Line>> {
    let broken = |Broken { line, why }| Error::BadRequest(why.into()).at_line(line);
    let mut records = csv::records(text).map_err(broken)?.into_iter();
    let Some((first, header)) = records.next() else { return Ok(Vec::new()) };
    check_header(&header).map_err(|error| error.at_line(first))?;
    let mut lines = Vec::new();
    for (line, record) in records {
        if lines.len() == MOST_AT_ONCE {
            return Err(too_many().at_line(line));
        }
        let inputs = texts(&header, record).map_err(|error| error.at_line(line))?;
        lines.push(Line { line, inputs });
    }
    Ok(lines)
}

fn check_header(names: &[String]) -> Result<()> {
    let mut known = std::collections::HashSet::new();
    let twice = names.iter().find(|name| !known.insert(*name));
    if let Some(name) = twice {
        return Err(Error::field(name.as_str(), "two columns are called so"));
    }
    Ok(())
}

fn texts(header: &[String], record: Vec<String>) -> Result<Inputs> {
    if record.len() != header.len() {
        let (given, named) = (record.len(), header.len());
        let why = format!("this line has {given} values, and the header names {named} fields");
        return Err(Error::BadRequest(why));
    }
    let given = header.iter().zip(record).filter(|(_, text)| !text.is_empty());
    Ok(given.map(|(name, text)| (name.clone(), Value::String(text))).collect())
}

/// A record with every value as the field of its column takes it.
pub(super) fn value(workflow: &Published, Line { line, inputs }: Line) -> Result<Line> {
    let read = |(name, value): (String, Value)| {
        let text = value.as_str().unwrap_or_default();
        let read = match workflow.asked(&name) {
            Some((FieldKind::Image { .. } | FieldKind::File { .. }, _)) => {
                file(text).ok_or_else(|| FILE.to_owned())
            }
            Some((kind, _)) => written::value(kind, text),
            // That there is no such field is found where all inputs are checked.
            None => Ok(value),
        };
        match read {
            Ok(value) => Ok((name, value)),
            Err(wanted) => Err(Error::field(name, format!("this takes {wanted}")).at_line(line)),
        }
    };
    Ok(Line { line, inputs: inputs.into_iter().map(read).collect::<Result<_>>()? })
}

/// A file: `<upload>`, `<job>/<output>` or an address.
fn file(text: &str) -> Option<Value> {
    if text.contains("://") {
        return Some(json!({ "url": text }));
    }
    let Some((job, output)) = text.split_once('/') else {
        return text.parse::<Uuid>().ok().map(|id| json!({ "upload": id }));
    };
    let (job, output) = (job.parse::<Uuid>().ok()?, output.parse::<u32>().ok()?);
    Some(json!({ "job": job, "output": output }))
}
