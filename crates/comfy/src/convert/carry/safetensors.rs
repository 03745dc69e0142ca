//! safetensors: the header, which is JSON.

use serde_json::Value;

use super::bytes::{Bytes, CUT_OFF};
use super::{Carried, Fault, TEXT_TOO_LONG};
use crate::convert::document::MAX_BYTES;
use crate::json;

/// Whether it begins with a length that fits, and JSON.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let Some(length) = header_length(bytes) else { return false };
    bytes.get(8) == Some(&b'{') && length <= bytes.len() as u64
}

fn header_length(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|length| u64::from_le_bytes(*length))
}

pub(super) fn read(bytes: &[u8]) -> Result<Carried, Fault> {
    let length = usize::try_from(header_length(bytes).ok_or(CUT_OFF)?).map_err(|_| CUT_OFF)?;
    if length > MAX_BYTES {
        return Err(TEXT_TOO_LONG);
    }
    let mut rest = Bytes(bytes);
    rest.take(8)?;
    let header =
        json::lenient(rest.take(length)?, MAX_BYTES).map_err(|_| "its header is no JSON")?;
    let mut carried = Carried::default();
    if let Value::Object(metadata) = &header["__metadata__"] {
        for (name, text) in metadata {
            carried.take(name, text.as_str().unwrap_or_default());
        }
    }
    Ok(carried)
}
