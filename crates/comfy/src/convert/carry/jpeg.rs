//! JPEG: EXIF blocks and comments before the picture begins.

use super::bytes::Bytes;
use super::{Carried, Fault, exif};

const START_OF_SCAN: u8 = 0xda;
const APP1: u8 = 0xe1;
const COMMENT: u8 = 0xfe;

pub(super) fn read(bytes: &[u8]) -> Result<Carried, Fault> {
    let mut rest = Bytes(bytes);
    rest.take(2)?;
    let mut carried = Carried::default();
    loop {
        if rest.u8()? != 0xff {
            return Err("a segment in it does not begin where it should");
        }
        let mut kind = rest.u8()?;
        while kind == 0xff {
            kind = rest.u8()?;
        }
        if kind == START_OF_SCAN || kind == 0xd9 {
            return Ok(carried);
        }
        // The length counts itself.
        let length = usize::from(rest.u16(false)?);
        let data = rest.take(length.saturating_sub(2))?;
        match kind {
            APP1 if data.starts_with(b"Exif\0\0") => exif::read(data, &mut carried)?,
            COMMENT => carried.take("", &String::from_utf8_lossy(data)),
            _ => {}
        }
    }
}
