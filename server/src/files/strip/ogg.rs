//! Ogg: packets cut into pages, each with a checksum. The second packet holds
//! the comments; its length stays, its words go, and its pages are summed anew.

use std::ops::Range;

use super::le32;

const HEAD: usize = 27;

/// One page.
struct Page {
    start: usize,
    end: usize,
    serial: u32,
    /// What it holds, piece by piece: where each is, and whether a packet ends
    /// with it.
    pieces: Vec<(Range<usize>, bool)>,
}

/// Blanks the comments of Opus and Vorbis; `None` for other codecs, several
/// streams at once, and what is not whole.
pub(super) fn blank(content: &mut [u8]) -> Option<()> {
    let mut at = 0;
    let (mut serial, mut packet) = (None, 0);
    let (mut comments, mut pages) = (Vec::<Range<usize>>::new(), Vec::new());
    while packet < 2 {
        let page = page(content, at)?;
        if *serial.get_or_insert(page.serial) != page.serial {
            return None;
        }
        for (piece, ends) in page.pieces {
            if packet == 1 {
                // One range a page, however many pieces it has.
                match comments.last_mut() {
                    Some(last) if last.end == piece.start => last.end = piece.end,
                    _ => comments.push(piece),
                }
                if pages.last() != Some(&(page.start..page.end)) {
                    pages.push(page.start..page.end);
                }
            }
            packet += usize::from(ends);
        }
        at = page.end;
    }
    empty(content, &comments)?;
    for page in pages {
        sum(&mut content[page]);
    }
    Some(())
}

/// No comments, and nothing where they were: the packet is in these places. Who
/// made the file may stay said.
fn empty(content: &mut [u8], packet: &[Range<usize>]) -> Option<()> {
    // Only the last piece of a packet is shorter than 255 bytes.
    let first = content.get(packet.first()?.clone())?;
    let (head, framing) = match first {
        [b'O', b'p', b'u', b's', b'T', b'a', b'g', b's', ..] => (8, 0),
        [3, b'v', b'o', b'r', b'b', b'i', b's', ..] => (7, 1),
        _ => return None,
    };
    let count = head + 4 + le32(first, head)? as usize;
    let length: usize = packet.iter().map(Range::len).sum();
    length.checked_sub(count).filter(|rest| *rest >= 4 + framing)?;
    let mut at = 0;
    for place in packet {
        let kept = count.saturating_sub(at).min(place.len());
        content[place.start + kept..place.end].fill(0);
        let mark = (count + 4).checked_sub(at).filter(|mark| framing == 1 && *mark < place.len());
        if let Some(mark) = mark {
            content[place.start + mark] = 1;
        }
        at += place.len();
    }
    Some(())
}

fn page(content: &[u8], start: usize) -> Option<Page> {
    let head = content.get(start..start + HEAD).filter(|head| head.starts_with(b"OggS"))?;
    let lengths = content.get(start + HEAD..start + HEAD + usize::from(head[26]))?;
    let mut at = start + HEAD + lengths.len();
    let mut pieces = Vec::with_capacity(lengths.len());
    for length in lengths {
        let end = at + usize::from(*length);
        pieces.push((at..end, *length < 255));
        at = end;
    }
    (at <= content.len()).then_some(Page { start, end: at, serial: le32(head, 14)?, pieces })
}

/// Writes the checksum of a page.
fn sum(page: &mut [u8]) {
    page[22..26].fill(0);
    let sum = page.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum >> 31 == 1 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 }
        })
    });
    page[22..26].copy_from_slice(&sum.to_le_bytes());
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Pages of one piece-list each.
    fn paged(number: u32, lengths: &[u8], body: &[u8]) -> Vec<u8> {
        let head =
            [&b"OggS\0\0"[..], &[0; 8], &7_u32.to_le_bytes(), &number.to_le_bytes(), &[0; 4]];
        let mut page = [&head.concat(), &[lengths.len() as u8][..], lengths, body].concat();
        sum(&mut page);
        page
    }

    fn tags() -> Vec<u8> {
        let comment = format!("workflow={}secret", "x".repeat(300));
        let length = comment.len() as u32;
        let head = [&b"OpusTags"[..], &4_u32.to_le_bytes(), b"Lavf", &1_u32.to_le_bytes()].concat();
        [&head, &length.to_le_bytes()[..], comment.as_bytes()].concat()
    }

    /// Comments so long that they need two pages, the second with less in it.
    pub(in super::super) fn sound() -> Vec<u8> {
        let tags = tags();
        let (first, second) = tags.split_at(255);
        [
            paged(0, &[19], b"OpusHead\x01..........."[..19].as_ref()),
            paged(1, &[255], first),
            paged(2, &[second.len() as u8], second),
            paged(3, &[7], b"CONTENT"),
        ]
        .concat()
    }

    #[test]
    fn pages_stay_where_they_are_and_are_summed_anew() {
        let whole = sound();
        let mut blanked = whole.clone();
        blank(&mut blanked).unwrap();
        assert_eq!(blanked.len(), whole.len());
        let mut at = 0;
        while at < blanked.len() {
            let page = page(&blanked, at).unwrap();
            let mut again = blanked[page.start..page.end].to_vec();
            sum(&mut again);
            assert_eq!(again, blanked[page.start..page.end]);
            at = page.end;
        }
    }

    /// The checksum of a page that an encoder wrote.
    #[test]
    fn sums_are_those_of_ogg() {
        let mut page = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0????\x01\x01A".to_vec();
        sum(&mut page);
        let bitwise = |bytes: &[u8]| {
            let mut register = 0_u64;
            for byte in bytes.iter().chain(&[0; 4]) {
                for bit in (0..8).rev() {
                    register = register << 1 | u64::from(byte >> bit & 1);
                    if register >> 32 & 1 == 1 {
                        register ^= 0x1_04c1_1db7;
                    }
                }
            }
            register as u32
        };
        let found = u32::from_le_bytes(page[22..26].try_into().unwrap());
        page[22..26].fill(0);
        assert_eq!(found, bitwise(&page), "the remainder of dividing by the polynomial");
    }

    #[test]
    fn vorbis_comments_end_with_their_mark() {
        let mut packet =
            [&b"\x03vorbis"[..], &[0; 4], &1_u32.to_le_bytes(), b"secret\x01"].concat();
        let (first, last) = (0..13, 13..packet.len());
        empty(&mut packet, &[first, last]).unwrap();
        assert_eq!(packet[11..], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn other_codecs_are_left_alone() {
        let mut other = [paged(0, &[5], b"Speex"), paged(1, &[3], b"abc")].concat();
        assert_eq!(blank(&mut other), None);
    }
}
