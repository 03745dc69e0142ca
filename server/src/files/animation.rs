//! Which pictures move. Such a picture is never decoded and encoded again.

use super::gif;

/// Whether a picture file of this type has more than one frame, as far as it
/// says so itself.
pub(super) fn is_animated(content: &[u8], mime: &str) -> bool {
    match mime {
        "image/png" => png_frames(content) > 1,
        "image/gif" => gif::blocks(content).filter(gif::Block::is_frame).nth(1).is_some(),
        "image/webp" => {
            content.get(12..16) == Some(b"VP8X")
                && content.get(20).is_some_and(|flags| flags & 0b10 != 0)
        }
        "image/avif" => content.get(8..12) == Some(b"avis"),
        _ => false,
    }
}

/// How many frames a PNG announces; 1 when it is no animation.
fn png_frames(content: &[u8]) -> u32 {
    let mut at = 8_usize;
    while let Some(Ok(head)) = at.checked_add(8).map(|end| content.get(at..end).ok_or(())) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        match &head[4..] {
            b"acTL" => {
                let count = content.get(at + 8..at + 12).and_then(|count| count.try_into().ok());
                return count.map_or(1, u32::from_be_bytes);
            }
            b"IDAT" => return 1,
            _ => at = at.saturating_add(12 + length),
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::gif::tests::gif;
    use super::*;

    const MIMES: [&str; 4] = ["image/png", "image/gif", "image/webp", "image/avif"];

    fn png(frames: u8) -> Vec<u8> {
        let head = [&b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDRx...."[..], b"\0\0\0\x08acTL"].concat();
        [&head, &[0, 0, 0, frames, 0, 0, 0, 0, 0, 0, 0, 0][..]].concat()
    }

    #[test]
    fn only_what_has_a_second_frame_moves() {
        assert!(is_animated(&png(2), "image/png") && !is_animated(&png(1), "image/png"));
        assert!(is_animated(&gif(2), "image/gif") && !is_animated(&gif(1), "image/gif"));
        assert!(is_animated(b"RIFF....WEBPVP8X\x0a\0\0\0\x02", "image/webp"));
        assert!(!is_animated(b"RIFF....WEBPVP8X\x0a\0\0\0\x10", "image/webp"));
        assert!(is_animated(b"\0\0\0\x18ftypavis", "image/avif"));
        assert!(!is_animated(&gif(2), "video/mp4"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(whole in 0usize..2, cut in 0usize..60, bytes in any::<[u8; 4]>(), at in 0usize..50) {
            let mut content = if whole == 0 { png(2) } else { gif(2) };
            content.truncate(cut);
            for (place, byte) in content.iter_mut().skip(at).zip(bytes) {
                *place = byte;
            }
            for mime in MIMES {
                is_animated(&content, mime);
            }
        }
    }
}
