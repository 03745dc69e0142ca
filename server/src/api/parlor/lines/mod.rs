//! What many jobs are to be made of, as it was sent: JSON lines, a table, or a matrix of values.
//!
//! Everything is bounded before any of it is looked at: [`inside::MOST_BYTES`] of text,
//! [`MOST_AT_ONCE`] jobs. It is read without the workflow, so that what was sent before can be
//! answered as it was then; only the values of a table are read by the workflow's fields.

mod csv;
mod matrix;
mod table;

use axum::extract::Request;
use serde_json::Value;
use wire::{FieldKind, Inputs, NewWebhook};

use super::inside;
use crate::api::running::beside_node;
use crate::error::{Error, Result};
use crate::extract::{body_within, check_depth, content_type};
use crate::jobs::{Line, MOST_AT_ONCE, fingerprint};
use crate::workflows::Published;

/// How the jobs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    JsonLines,
    Csv,
    Matrix,
}

impl Writing {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "application/jsonl" | "application/jsonlines" | "application/x-jsonlines" => {
                Self::JsonLines
            }
            "application/ndjson" | "application/x-ndjson" => Self::JsonLines,
            "text/csv" => Self::Csv,
            "application/json" => Self::Matrix,
            _ => return None,
        })
    }
}

/// Many jobs, as they were asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) written: Written,
    /// Who is to be told of each.
    pub(super) webhook: Option<NewWebhook>,
    /// Seconds that the answer may take.
    pub(super) wait: Option<u64>,
}

/// What each of many jobs is to be made of.
#[derive(Debug)]
pub(super) enum Written {
    /// All of the same.
    Repeated { inputs: Inputs, count: u32 },
    /// One at least.
    Values(Vec<Line>),
    /// One at least, each value a text that is still to be read as its field has it.
    Texts(Vec<Line>),
}

impl Written {
    /// What was asked for, as a hash: whether two requests are the same.
    pub(super) fn hash(&self, slug: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        match self {
            Self::Values(lines) => return hash(slug, lines),
            Self::Texts(lines) => hasher.update(b"table\0").update(&hash(slug, lines)),
            Self::Repeated { inputs, count } => {
                let count = count.to_le_bytes();
                hasher.update(b"count\0").update(&count).update(&fingerprint(slug, inputs))
            }
        };
        *hasher.finalize().as_bytes()
    }

    /// One line for every job.
    ///
    /// # Errors
    ///
    /// A count that is too large, a text that its field does not take.
    pub(super) fn lines(self, workflow: &Published) -> Result<Vec<Line>> {
        match self {
            Self::Repeated { inputs, count } => repeated(workflow, &inputs, count),
            Self::Values(lines) => Ok(lines),
            Self::Texts(lines) => {
                let read = lines.into_iter().map(|line| table::value(workflow, line));
                read.collect::<Result<_>>().map_err(|error| beside_node(workflow, error))
            }
        }
    }
}

/// What a request asks for.
///
/// # Errors
///
/// [`Error::AtLine`] for the first line that cannot be read.
pub(super) async fn read(request: Request) -> Result<Asked> {
    let writing = Writing::of(&content_type(request.headers())).ok_or_else(|| {
        let cure = "send JSON lines as `application/jsonl`, a table as `text/csv`, or a matrix as \
                    `application/json`";
        Error::UnsupportedMediaType(cure.into())
    })?;
    let body = body_within(request, inside::MOST_BYTES).await;
    let body = body.map_err(|error| error.with_cure(inside::ELSEWHERE))?;
    let text = std::str::from_utf8(&body)
        .map_err(|_| Error::BadRequest("this is no text in UTF-8".into()))?;
    match writing {
        Writing::JsonLines => Ok(alone(Written::Values(some(json_lines(text)?)?))),
        Writing::Csv => Ok(alone(Written::Texts(some(table::read(text)?)?))),
        Writing::Matrix => matrix::read(text),
    }
}

/// With nothing said beside it.
fn alone(written: Written) -> Asked {
    Asked { written, webhook: None, wait: None }
}

fn some(lines: Vec<Line>) -> Result<Vec<Line>> {
    if lines.is_empty() {
        return Err(Error::BadRequest("there is no job in this: send one line at least".into()));
    }
    Ok(lines)
}

/// `count` jobs of the same inputs. A seed that is given counts up; one that is
/// left open is drawn for each.
fn repeated(workflow: &Published, inputs: &Inputs, count: u32) -> Result<Vec<Line>> {
    if !(1..=MOST_AT_ONCE as u32).contains(&count) {
        return Err(Error::field("count", format!("count is 1 to {MOST_AT_ONCE}")));
    }
    let is_seed = |name: &str| matches!(workflow.asked(name), Some((FieldKind::Seed, _)));
    let line = |line: u32| {
        let mut inputs = inputs.clone();
        for (name, value) in &mut inputs {
            if let Some(seed) = value.as_u64().filter(|_| is_seed(name)) {
                *value = seed.wrapping_add(u64::from(line) - 1).into();
            }
        }
        Line { line, inputs }
    };
    Ok((1..=count).map(line).collect())
}

/// What the lines are, as a hash.
fn hash(slug: &str, lines: &[Line]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"batch\0");
    for Line { line, inputs } in lines {
        hasher.update(&line.to_le_bytes()).update(&fingerprint(slug, inputs));
    }
    *hasher.finalize().as_bytes()
}

/// An object in each line; empty lines are passed over.
fn json_lines(text: &str) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let refused = |why: String| Error::BadRequest(why).at_line(number);
        if lines.len() == MOST_AT_ONCE {
            return Err(too_many().at_line(number));
        }
        check_depth(text.as_bytes()).map_err(|error| error.at_line(number))?;
        let value = serde_json::from_str(text);
        let value = value.map_err(|error| refused(format!("this JSON cannot be used: {error}")))?;
        let Value::Object(inputs) = value else {
            return Err(refused("a line is an object of fields: {\"prompt\": \"…\"}".into()));
        };
        lines.push(Line { line: number, inputs });
    }
    Ok(lines)
}

fn too_many() -> Error {
    Error::TooLarge(format!("these are more than {MOST_AT_ONCE} jobs: send several batches"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: &Error) -> (Option<u32>, String) {
        match error {
            Error::AtLine { line, error } => (Some(*line), error.to_string()),
            error => (None, error.to_string()),
        }
    }

    #[test]
    fn lines_keep_their_numbers_and_empty_ones_are_none() {
        let lines = json_lines("{\"a\":1}\r\n\n  \n{\"a\":2}").unwrap();
        let numbers: Vec<_> = lines.iter().map(|one| (one.line, &one.inputs["a"])).collect();
        assert_eq!(numbers, [(1, &1.into()), (4, &2.into())]);
    }

    // safety 4
    #[test]
    fn a_line_that_is_no_object_is_named() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(65), "]".repeat(65));
        for line in ["[1]", "{\"a\":", "{\"a\":NaN}", "1", &deep] {
            let (number, why) = told(&json_lines(&format!("{{}}\n{line}\n")).unwrap_err());
            assert_eq!(number, Some(2), "{line}: {why}");
        }
    }

    #[test]
    fn more_lines_than_a_batch_has_are_refused() {
        assert_eq!(json_lines(&"{}\n".repeat(MOST_AT_ONCE)).unwrap().len(), MOST_AT_ONCE);
        let refused = json_lines(&"{}\n".repeat(MOST_AT_ONCE + 1)).unwrap_err();
        assert_eq!(told(&refused).0, Some(MOST_AT_ONCE as u32 + 1));
    }

    // safety 33
    #[test]
    fn how_it_was_asked_for_belongs_to_what_was_asked_for() {
        let lines = || json_lines("{\"a\":\"1\"}").unwrap();
        let inputs = lines().remove(0).inputs;
        let mut hashes =
            vec![Written::Values(lines()).hash("w"), Written::Texts(lines()).hash("w")];
        hashes.extend([1, 2].map(|count| {
            let inputs = inputs.clone();
            Written::Repeated { inputs, count }.hash("w")
        }));
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 4);
    }

    #[test]
    fn only_the_same_lines_have_the_same_hash() {
        let of = |text| hash("w", &json_lines(text).unwrap());
        assert_eq!(of("{\"a\":1,\"b\":2}"), of("{\"b\":2,\"a\":1}\n"));
        assert_ne!(of("{\"a\":1}\n{\"a\":2}"), of("{\"a\":2}\n{\"a\":1}"));
        assert_ne!(of("{\"a\":1}"), hash("v", &json_lines("{\"a\":1}").unwrap()));
    }
}
