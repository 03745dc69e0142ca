//! Reading JSON as Python writes it.
//!
//! ComfyUI answers with what `json.dumps` makes: bare `NaN` and `Infinity`,
//! integers beyond 64 bits, halves of surrogate pairs for file names that are
//! not UTF-8. A strict parser refuses the whole body for one such token, and
//! with it every picture of that job. So there are two ways in:
//!
//! * [`lenient`], for what a backend says: such numbers become `null`;
//! * [`strict`], for what a client says: they are refused, so is deep nesting.
//!
//! Both try `serde_json` first, which is what nearly every body needs, and both
//! turn integers outside `i64` and `u64` into the nearest `f64`.

pub(crate) mod number;
mod reader;

use serde::de::DeserializeOwned;
use serde_json::Value;

use reader::Reader;

/// How deep a client's arrays and objects may nest.
pub const STRICT_DEPTH: usize = 64;

/// How deep a backend's arrays and objects may nest. More is an attack or a
/// fault: the deepest answer seen from a real server has 12 levels.
pub const LENIENT_DEPTH: usize = 127;

/// Why a text was not accepted as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// HTTP says this as 413.
    #[error("the body has {length} bytes, more than the {limit} that are accepted")]
    TooLarge {
        /// How many bytes there were.
        length: usize,
        /// How many are accepted.
        limit: usize,
    },
    /// Arrays and objects nest too far.
    #[error("the JSON nests deeper than {limit} levels")]
    TooDeep {
        /// How many levels are accepted.
        limit: usize,
    },
    /// `NaN`, `Infinity`, or a number too large for a 64-bit float.
    #[error("the number at byte {at} is not finite")]
    NotFinite {
        /// Offset of its first byte.
        at: usize,
    },
    /// Not JSON at all.
    #[error("not JSON at byte {at}: {reason}")]
    Syntax {
        /// Offset of the byte that does not fit.
        at: usize,
        /// What was wrong with it, as the end of a sentence.
        reason: &'static str,
    },
    /// JSON, but not of the shape that was asked for.
    #[error("unexpected JSON: {0}")]
    Shape(String),
}

/// Reads what a backend sent, of at most `max_bytes`. Numbers that are not
/// finite become `null`, unpaired surrogates and broken UTF-8 become U+FFFD.
pub fn lenient(bytes: &[u8], max_bytes: usize) -> Result<Value, JsonError> {
    check_size(bytes, max_bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        Err(_) => Reader::lenient(bytes).document(),
    }
}

/// [`lenient`], then into `T`.
pub fn lenient_as<T: DeserializeOwned>(bytes: &[u8], max_bytes: usize) -> Result<T, JsonError> {
    check_size(bytes, max_bytes)?;
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let value = Reader::lenient(bytes).document()?;
    T::deserialize(value).map_err(|error| JsonError::Shape(error.to_string()))
}

/// Reads what a client sent, of at most `max_bytes` and [`STRICT_DEPTH`] levels.
pub fn strict(bytes: &[u8], max_bytes: usize) -> Result<Value, JsonError> {
    check_size(bytes, max_bytes)?;
    match serde_json::from_slice(bytes) {
        Ok(value) if !deeper_than(&value, STRICT_DEPTH) => Ok(value),
        Ok(_) => Err(JsonError::TooDeep { limit: STRICT_DEPTH }),
        // Read again only to say better what was wrong, and where.
        Err(_) => Reader::strict(bytes).document(),
    }
}

fn check_size(bytes: &[u8], limit: usize) -> Result<(), JsonError> {
    if bytes.len() > limit {
        return Err(JsonError::TooLarge { length: bytes.len(), limit });
    }
    Ok(())
}

/// Whether `value` nests deeper than `limit` levels. Recursion is safe here:
/// `serde_json` itself refuses more than 127.
fn deeper_than(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit == 0 || items.iter().any(|item| deeper_than(item, limit - 1)),
        Value::Object(fields) => {
            limit == 0 || fields.values().any(|item| deeper_than(item, limit - 1))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
