//! EXIF: the texts of its directories.

use super::bytes::Bytes;
use super::{Carried, Fault, TEXT_TOO_LONG};
use crate::convert::document::MAX_BYTES;

/// The tag that leads to the second directory, and the comment in it.
const EXIF_DIRECTORY: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;

/// How many directories are followed; a file has three.
const MAX_DIRECTORIES: usize = 8;

/// Texts, and bytes that may be one.
const ASCII: u16 = 2;
const BYTES: [u16; 2] = [1, 7];

/// Takes every text of an EXIF block. ComfyUI puts its two, each with its name
/// before it, into the fields for the camera's maker and model.
pub(super) fn read(block: &[u8], carried: &mut Carried) -> Result<(), Fault> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let little = match block.get(..2) {
        Some(b"II") => true,
        Some(b"MM") => false,
        _ => return Err("its EXIF block does not say how it is written"),
    };
    let mut header = Bytes(block);
    header.take(4)?;
    let mut reader = Reader { block, little, directories: vec![header.u32(little)?], read: 0 };
    for _ in 0..MAX_DIRECTORIES {
        let Some(start) = reader.directories.pop() else { break };
        reader.directory(start as usize, carried)?;
    }
    Ok(())
}

struct Reader<'a> {
    block: &'a [u8],
    little: bool,
    /// Where those begin that are still to be read.
    directories: Vec<u32>,
    /// How many bytes of text were read. Entries may all point at the same.
    read: usize,
}

impl Reader<'_> {
    fn directory(&mut self, start: usize, carried: &mut Carried) -> Result<(), Fault> {
        let mut entries = Bytes(self.block.get(start..).unwrap_or_default());
        let count = entries.u16(self.little)?;
        for _ in 0..count {
            let tag = entries.u16(self.little)?;
            let kind = entries.u16(self.little)?;
            let length = entries.u32(self.little)? as usize;
            let inline = entries.take(4)?;
            let start = Bytes(inline).u32(self.little)?;
            if tag == EXIF_DIRECTORY {
                self.directories.push(start);
            } else if kind == ASCII || (tag == USER_COMMENT && BYTES.contains(&kind)) {
                self.text(inline, start as usize, length, carried)?;
            }
        }
        Ok(())
    }

    /// A text stands in its entry if it is short, else somewhere in the block.
    fn text(
        &mut self,
        inline: &[u8],
        start: usize,
        length: usize,
        carried: &mut Carried,
    ) -> Result<(), Fault> {
        let elsewhere = || start.checked_add(length).and_then(|end| self.block.get(start..end));
        let data = if length <= 4 { inline.get(..length) } else { elsewhere() };
        let Some(data) = data else { return Ok(()) };
        self.read += data.len();
        if self.read > MAX_BYTES {
            return Err(TEXT_TOO_LONG);
        }
        carried.take("", &text(data, self.little));
        Ok(())
    }
}

/// A comment says in eight bytes how it is written.
fn text(data: &[u8], little: bool) -> String {
    if let Some(wide) = data.strip_prefix(b"UNICODE\0") {
        let units =
            wide.as_chunks::<2>().0.iter().map(|unit| {
                if little { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) }
            });
        return char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
    }
    let plain = data.strip_prefix(b"ASCII\0\0\0").unwrap_or(data);
    String::from_utf8_lossy(plain).into_owned()
}
