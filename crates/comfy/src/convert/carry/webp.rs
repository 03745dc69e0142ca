//! WebP: the EXIF chunk of its RIFF container.

use super::bytes::Bytes;
use super::{Carried, Fault, exif};

pub(super) fn read(bytes: &[u8]) -> Result<Carried, Fault> {
    let mut rest = Bytes(bytes);
    rest.take(12)?;
    let mut carried = Carried::default();
    while !rest.is_empty() {
        let Ok(kind) = rest.take(4) else { break };
        let length = rest.u32(true)? as usize;
        let data = rest.take(length)?;
        if kind == b"EXIF" {
            exif::read(data, &mut carried)?;
        }
        // Chunks have even lengths; the last may leave its padding out.
        if length % 2 == 1 && !rest.is_empty() {
            rest.take(1)?;
        }
    }
    Ok(carried)
}
