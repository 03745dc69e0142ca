//! What a GIF is made of, block by block.

use std::ops::Range;

const IMAGE: u8 = 0x2c;
const EXTENSION: u8 = 0x21;
const COMMENT: u8 = 0xfe;
const APPLICATION: u8 = 0xff;

/// One block of a GIF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// Where it stands in the file.
    pub(super) range: Range<usize>,
    content: &'a [u8],
}

impl Block<'_> {
    /// Whether it is a picture.
    pub(super) fn is_frame(&self) -> bool {
        self.content[0] == IMAGE
    }

    /// Whether it says something that draws nothing: a comment, XMP.
    pub(super) fn is_metadata(&self) -> bool {
        match self.content {
            [EXTENSION, COMMENT, ..] => true,
            [EXTENSION, APPLICATION, 11, name @ ..] => name.starts_with(b"XMP DataXMP"),
            _ => false,
        }
    }
}

/// The blocks between header and trailer, as far as they are whole.
pub(super) fn blocks(content: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut at = content.get(10).map_or(usize::MAX, |flags| 13 + table(*flags));
    std::iter::from_fn(move || {
        let end = end(content, at)?;
        let range = at..end;
        at = end;
        Some(Block { content: content.get(range.clone())?, range })
    })
}

/// Where the block at `at` ends; `None` when there is none, or not all of it.
fn end(content: &[u8], at: usize) -> Option<usize> {
    let mut at = match *content.get(at)? {
        EXTENSION => at + 2,
        IMAGE => at + 11 + table(*content.get(at + 9)?),
        _ => return None,
    };
    // Pieces of up to 255 bytes; an empty one ends them.
    loop {
        match *content.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}

/// How long the table of colours is that these flags announce.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One pixel, so many times.
    pub(in crate::files) fn gif(frames: usize) -> Vec<u8> {
        let frame = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0";
        let head = b"GIF89a\x01\0\x01\0\x80\0\0......";
        [&head[..], &frame.repeat(frames), b"\x3b"].concat()
    }

    #[test]
    fn blocks_follow_one_another_to_the_trailer() {
        let gif = gif(2);
        let blocks: Vec<_> = blocks(&gif).collect();
        assert_eq!(
            blocks.iter().map(Block::is_frame).collect::<Vec<_>>(),
            [false, true, false, true]
        );
        assert_eq!(blocks[0].range.start, 19);
        assert_eq!(blocks.last().unwrap().range.end, gif.len() - 1);
    }

    #[test]
    fn a_comment_is_metadata_and_the_number_of_loops_is_not() {
        let with = |block: &[u8]| {
            let mut gif = gif(1);
            gif.splice(19..19, block.iter().copied());
            blocks(&gif).next().unwrap().is_metadata()
        };
        assert!(with(b"\x21\xfe\x05words\0"));
        assert!(with(b"\x21\xff\x0bXMP DataXMP\x03abc\0"));
        assert!(!with(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"));
    }
}
