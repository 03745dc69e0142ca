//! WebM: the tags of its segment.

use super::bytes::Bytes;
use super::{Carried, Fault};

const SEGMENT: u32 = 0x1853_8067;
const TAGS: u32 = 0x1254_c367;
const TAG: u32 = 0x7373;
const SIMPLE_TAG: u32 = 0x67c8;
const TAG_NAME: u32 = 0x45a3;
const TAG_STRING: u32 = 0x4487;

/// Tags lie in a simple tag in a tag in the tags in the segment.
const MAX_DEPTH: usize = 4;

pub(super) fn read(bytes: &[u8]) -> Carried {
    let mut carried = Carried::default();
    walk(Bytes(bytes), 0, &mut carried);
    carried
}

/// Looks for tags. What cannot be passed over ends the search: a live recording
/// has parts of unknown length.
fn walk(mut rest: Bytes<'_>, depth: usize, carried: &mut Carried) {
    let (mut name, mut text) = (None, None);
    while let Ok((id, data)) = element(&mut rest) {
        match id {
            SEGMENT | TAGS | TAG | SIMPLE_TAG if depth < MAX_DEPTH => {
                walk(Bytes(data), depth + 1, carried);
            }
            TAG_NAME => name = Some(data),
            TAG_STRING => text = Some(data),
            _ => {}
        }
    }
    if let (Some(name), Some(text)) = (name, text) {
        carried.take(&String::from_utf8_lossy(name), &String::from_utf8_lossy(text));
    }
}

fn element<'a>(rest: &mut Bytes<'a>) -> Result<(u32, &'a [u8]), Fault> {
    let id = number(rest, true)?;
    let length = number(rest, false)?;
    let known = usize::try_from(length).unwrap_or(usize::MAX);
    let data = rest.take(known.min(rest.0.len()))?;
    Ok((u32::try_from(id).unwrap_or_default(), data))
}

/// A number whose first byte says how long it is; an id keeps the mark. All ones
/// mean that the length is unknown, which is then as long as there is.
fn number(rest: &mut Bytes<'_>, marked: bool) -> Result<u64, Fault> {
    let first = rest.u8()?;
    let length = first.leading_zeros() as usize;
    if length == 8 {
        return Err("an element in it has no length");
    }
    let mask = if marked { 0xff } else { 0xff_u32 >> (length + 1) };
    let mut value = u64::from(first) & u64::from(mask);
    let mut ones = value == u64::from(mask);
    for byte in rest.take(length)? {
        value = value << 8 | u64::from(*byte);
        ones &= *byte == 0xff;
    }
    Ok(if ones && !marked { u64::MAX } else { value })
}
