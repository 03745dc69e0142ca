//! MP4: the tags of the movie box.
//!
//! Two ways are in use: tags with names of their own (`keys` lists the names,
//! `ilst` the values by number), and tags with customary names of four letters,
//! of which the comment may hold both texts as JSON.

use super::bytes::Bytes;
use super::{Carried, Fault, TEXT_TOO_LONG};
use crate::convert::document::MAX_BYTES;

/// What a box is, and what is in it.
type Box<'a> = ([u8; 4], &'a [u8]);

/// Boxes within boxes: `moov/udta/meta/ilst/entry/data`.
const MAX_DEPTH: usize = 6;

pub(super) fn read(bytes: &[u8]) -> Result<Carried, Fault> {
    let mut tags = Tags::default();
    tags.walk(Bytes(bytes), 0)?;
    Ok(tags.carried)
}

#[derive(Default)]
struct Tags {
    /// Names by number, from 1.
    names: Vec<String>,
    carried: Carried,
}

impl Tags {
    fn walk(&mut self, mut rest: Bytes<'_>, depth: usize) -> Result<(), Fault> {
        while !rest.is_empty() && depth < MAX_DEPTH {
            let Some((kind, data)) = next_box(&mut rest)? else { return Ok(()) };
            match &kind {
                b"moov" | b"udta" => self.walk(Bytes(data), depth + 1)?,
                // Has a version before its boxes, except in old QuickTime files.
                b"meta" => {
                    let plain = data.get(4..8) == Some(b"hdlr");
                    let skipped = data.get(if plain { 0 } else { 4 }..).unwrap_or_default();
                    self.walk(Bytes(skipped), depth + 1)?;
                }
                b"keys" => self.names = names(data)?,
                b"ilst" => self.values(Bytes(data))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn values(&mut self, mut rest: Bytes<'_>) -> Result<(), Fault> {
        while let Some((kind, entry)) = next_box(&mut rest)? {
            let Some((_, value)) = next_box(&mut Bytes(entry))?.filter(|(it, _)| it == b"data")
            else {
                continue;
            };
            // A type and a language come first.
            let Some(text) = value.get(8..) else { continue };
            if text.len() > MAX_BYTES {
                return Err(TEXT_TOO_LONG);
            }
            let number = u32::from_be_bytes(kind) as usize;
            let name = number.checked_sub(1).and_then(|at| self.names.get(at));
            let name = name.cloned().unwrap_or_default();
            self.carried.take(&name, &String::from_utf8_lossy(text));
        }
        Ok(())
    }
}

fn names(data: &[u8]) -> Result<Vec<String>, Fault> {
    let mut rest = Bytes(data);
    rest.take(8)?;
    let mut names = Vec::new();
    while !rest.is_empty() {
        let length = rest.u32(false)? as usize;
        rest.take(4)?;
        let name = rest.take(length.saturating_sub(8))?;
        names.push(String::from_utf8_lossy(name).into_owned());
    }
    Ok(names)
}

/// The next box: what it is, and what is in it. The picture data may be cut off;
/// then there is nothing more to read.
fn next_box<'a>(rest: &mut Bytes<'a>) -> Result<Option<Box<'a>>, Fault> {
    if rest.0.len() < 8 {
        return Ok(None);
    }
    let short = rest.u32(false)?;
    let kind = *rest.take(4)?.first_chunk().ok_or(super::bytes::CUT_OFF)?;
    let length = match short {
        0 => rest.0.len() as u64,
        1 => rest.u64()?.checked_sub(16).ok_or("a box in it is shorter than its head")?,
        short => u64::from(short).checked_sub(8).ok_or("a box in it is shorter than its head")?,
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    match rest.take(length) {
        Ok(data) => Ok(Some((kind, data))),
        Err(_) if kind == *b"mdat" => Ok(None),
        Err(fault) => Err(fault),
    }
}
