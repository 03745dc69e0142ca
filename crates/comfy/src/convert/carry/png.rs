//! PNG: text chunks, plain or compressed.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::bytes::Bytes;
use super::{Carried, Fault, TEXT_TOO_LONG};
use crate::convert::document::MAX_BYTES;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads every text chunk. A file that ends too early gives what it had.
pub(super) fn read(bytes: &[u8]) -> Result<Carried, Fault> {
    let mut rest = Bytes(&bytes[SIGNATURE.len()..]);
    let mut carried = Carried::default();
    let mut budget = MAX_BYTES;
    while let Ok((kind, data)) = chunk(&mut rest) {
        match kind {
            b"tEXt" | b"comf" => {
                let mut data = Bytes(data);
                let name = data.until_zero()?;
                carried.take(&latin1(name), &latin1_or_utf8(data.0));
            }
            b"zTXt" => {
                let mut data = Bytes(data);
                let name = latin1(data.until_zero()?);
                data.u8()?;
                if wanted(&name) {
                    carried.take(&name, &latin1_or_utf8(&inflate(data.0, &mut budget)?));
                }
            }
            b"iTXt" => international(data, &mut carried, &mut budget)?,
            b"IEND" => break,
            _ => {}
        }
    }
    Ok(carried)
}

fn chunk<'a>(rest: &mut Bytes<'a>) -> Result<(&'a [u8; 4], &'a [u8]), Fault> {
    let length = rest.u32(false)? as usize;
    let kind = rest.take(4)?.first_chunk().ok_or(super::bytes::CUT_OFF)?;
    let data = rest.take(length)?;
    rest.take(4)?;
    Ok((kind, data))
}

fn international(data: &[u8], carried: &mut Carried, budget: &mut usize) -> Result<(), Fault> {
    let mut data = Bytes(data);
    let name = latin1(data.until_zero()?);
    let compressed = data.u8()? != 0;
    data.u8()?;
    data.until_zero()?;
    data.until_zero()?;
    if compressed && wanted(&name) {
        carried.take(&name, &String::from_utf8_lossy(&inflate(data.0, budget)?));
    } else if !compressed {
        carried.take(&name, &String::from_utf8_lossy(data.0));
    }
    Ok(())
}

/// Only what may be a workflow is worth the work of unpacking.
fn wanted(name: &str) -> bool {
    ["prompt", "workflow", "comment"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Unpacks at most `budget`, and takes from it: a few kilobytes can unfold to
/// gigabytes, and there may be many of them.
fn inflate(packed: &[u8], budget: &mut usize) -> Result<Vec<u8>, Fault> {
    let mut unpacked = Vec::new();
    let read = ZlibDecoder::new(packed).take(*budget as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(|_| "a compressed text in it does not unpack")?;
    *budget = budget.checked_sub(unpacked.len()).ok_or(TEXT_TOO_LONG)?;
    Ok(unpacked)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The standard says Latin-1; some writers put UTF-8 there.
fn latin1_or_utf8(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), Into::into)
}
