//! How much room work on a file takes: found out before the file is in memory.

use std::io::{self, Read as _, Seek as _};

use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::kind::Kind;
use super::{DECODED_MEGAPIXELS, picture};

/// How much of a file is read to find that out, in bytes: enough for the
/// largest graph that usually stands before the pixels.
const HEAD: u64 = 1 << 20;

/// What bytes that are held in memory take, in megapixels: four are worth a pixel.
pub(super) fn of_bytes(bytes: u64) -> u32 {
    u32::try_from(bytes >> 22).unwrap_or(u32::MAX)
}

/// What a file seems to be, and the room to decode it while it is in memory so
/// many times.
pub(super) async fn look(file: &mut File, copies: u64) -> io::Result<(Kind, u32)> {
    let length = file.metadata().await?.len();
    let mut head = Vec::new();
    file.rewind().await?;
    file.take(HEAD).read_to_end(&mut head).await?;
    let kind = Kind::of(&head, "");
    let pixels =
        kind.picture_format().map_or(0, |format| match picture::megapixels(&head, format) {
            // It may say so later.
            0 => DECODED_MEGAPIXELS,
            megapixels => megapixels,
        });
    Ok((kind, pixels.saturating_add(of_bytes(length.saturating_mul(copies)))))
}

/// The whole of a file; blocks. Only for whoever has the room.
pub(super) fn whole(mut file: std::fs::File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut content)?;
    Ok(content)
}
