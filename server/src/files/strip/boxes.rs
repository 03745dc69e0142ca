//! MP4 and QuickTime: boxes within boxes. What is taken out becomes free space,
//! for other boxes know where in the file the pictures and sounds are.

use std::ops::Range;

use super::be32;

/// Boxes in which others are looked for.
const FOLDERS: [&[u8]; 5] = [b"moov", b"trak", b"mdia", b"moof", b"traf"];

/// What people, cameras and programs say: user data, tags, positions.
const SAID: [&[u8]; 3] = [b"udta", b"meta", b"Xtra"];

/// The name of a box of XMP.
const XMP: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];

/// Deepest that boxes are looked into.
const DEPTH: u32 = 4;

/// Blanks what is not film or sound; `None` when the boxes do not fit.
pub(super) fn blank(content: &mut [u8]) -> Option<()> {
    let whole = 0..content.len();
    blank_within(content, whole, DEPTH)
}

fn blank_within(content: &mut [u8], within: Range<usize>, depth: u32) -> Option<()> {
    let mut at = within.start;
    while at < within.end {
        // QuickTime may end a folder with four zeros.
        if within.end - at == 4 && be32(content, at)? == 0 {
            return Some(());
        }
        let (head, end) = extent(content, at, within.end)?;
        let name = &content[at + 4..at + 8];
        let is_xmp = name == b"uuid" && content.get(at + head..at + head + 16) == Some(&XMP);
        if SAID.contains(&name) || is_xmp {
            content[at + 4..at + 8].copy_from_slice(b"free");
            content[at + head..end].fill(0);
        } else if depth > 0 && FOLDERS.contains(&name) {
            blank_within(content, at + head..end, depth - 1)?;
        }
        at = end;
    }
    Some(())
}

/// How long the head of the box at `at` is, and where the box ends.
fn extent(content: &[u8], at: usize, limit: usize) -> Option<(usize, usize)> {
    let (head, size) = match be32(content, at)? {
        // To the end of the file.
        0 => (8, limit - at),
        1 => {
            let size = u64::from(be32(content, at + 8)?) << 32 | u64::from(be32(content, at + 12)?);
            (16, usize::try_from(size).ok()?)
        }
        size => (8, size as usize),
    };
    let end = at.checked_add(size)?;
    (size >= head && at + 8 <= limit && end <= limit).then_some((head, end))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn boxed(name: &str, content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u32 + 8).to_be_bytes();
        [&size[..], name.as_bytes(), content].concat()
    }

    /// With tags where ffmpeg, cameras and Adobe put them.
    pub(in super::super) fn film() -> Vec<u8> {
        let tags = boxed("udta", &boxed("meta", b"\0\0\0\0secret"));
        let trak = boxed("trak", &[boxed("tkhd", b"1"), boxed("meta", b"secret")].concat());
        let moov = boxed("moov", &[boxed("mvhd", b"2"), trak, tags].concat());
        let xmp = boxed("uuid", &[&XMP[..], b"secret"].concat());
        [boxed("ftyp", b"isom\0\0\0\0"), moov, xmp, boxed("mdat", b"CONTENT")].concat()
    }

    #[test]
    fn everything_else_stays_where_it_is() {
        let whole = film();
        let mut blanked = whole.clone();
        blank(&mut blanked).unwrap();
        assert_eq!(blanked.len(), whole.len());
        for word in [&b"mvhd"[..], b"tkhd", b"mdat", b"CONTENT"] {
            let place = |file: &[u8]| file.windows(word.len()).position(|at| at == word).unwrap();
            assert_eq!(place(&blanked), place(&whole));
        }
    }

    #[test]
    fn large_and_endless_boxes_are_understood() {
        let mut film = boxed("ftyp", b"isom\0\0\0\0");
        film.extend([&[0, 0, 0, 1][..], b"udta", &22_u64.to_be_bytes(), b"secret"].concat());
        film.extend([&[0, 0, 0, 0][..], b"mdat", b"CONTENT"].concat());
        blank(&mut film).unwrap();
        assert!(!film.windows(6).any(|at| at == b"secret") && film.ends_with(b"CONTENT"));
    }

    #[test]
    fn a_film_cut_off_is_not_whole() {
        let film = film();
        for end in [film.len() - 1, film.len() - 20, 30, 3] {
            assert_eq!(blank(&mut film[..end].to_vec()), None, "{end}");
        }
    }
}
