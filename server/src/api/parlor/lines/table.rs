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

/// Reads every value as the field of its column takes it. An empty one is left out.
pub(super) fn read(workflow: &Published, text: &str) -> Result<Vec<Line>> {
    let broken = |Broken { line, why }| Error::BadRequest(why.into()).at_line(line);
    let mut records = csv::records(text).map_err(broken)?.into_iter();
    let Some((first, header)) = records.next() else { return Ok(Vec::new()) };
    check_header(&header).map_err(|error| error.at_line(first))?;
    let mut lines = Vec::new();
    for (line, record) in records {
        if lines.len() == MOST_AT_ONCE {
            return Err(too_many().at_line(line));
        }
        let inputs = inputs(workflow, (&header, record)).map_err(|error| error.at_line(line))?;
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

fn inputs(workflow: &Published, (header, record): (&[String], Vec<String>)) -> Result<Inputs> {
    if record.len() != header.len() {
        let (given, named) = (record.len(), header.len());
        let why = format!("this line has {given} values, and the header names {named} fields");
        return Err(Error::BadRequest(why));
    }
    let mut inputs = Inputs::new();
    for (name, text) in header.iter().zip(record).filter(|(_, text)| !text.is_empty()) {
        let value = match workflow.asked(name) {
            Some((FieldKind::Image { .. } | FieldKind::File { .. }, _)) => {
                file(&text).ok_or_else(|| FILE.to_owned())
            }
            Some((kind, _)) => written::value(kind, &text),
            // That there is no such field is found where all inputs are checked.
            None => Ok(Value::String(text)),
        };
        let value = value.map_err(|wanted| Error::field(name, format!("this takes {wanted}")))?;
        inputs.insert(name.clone(), value);
    }
    Ok(inputs)
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
