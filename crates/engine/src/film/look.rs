//! As much of a film as can be known without decoding it: how large its pictures are.

use image::{Rgb, RgbImage};

/// Cards that stand for a film.
const CARDS: u32 = 8;

/// Largest and smallest edge of a card, and the size where a film does not say its own.
const EDGES: (u32, u32) = (64, 1024);
const USUAL: (u32, u32) = (640, 360);

/// Boxes within boxes that lead to the headers of tracks.
const AROUND: [&[u8; 4]; 2] = [b"moov", b"trak"];

/// Width and height that an MP4 says of itself (ISO/IEC 14496-12), within reason; the usual ones
/// for every other file.
pub(crate) fn size(content: &[u8]) -> (u32, u32) {
    let (width, height) = track(content).unwrap_or(USUAL);
    let factor = f64::from(EDGES.1) / f64::from(width.max(height));
    let edge = |edge: u32| (f64::from(edge) * factor.min(1.0)) as u32;
    (edge(width).max(EDGES.0), edge(height).max(EDGES.0))
}

/// The size in the first header of a track that shows something.
fn track(mut content: &[u8]) -> Option<(u32, u32)> {
    while let Some((head, rest)) = content.split_first_chunk::<8>() {
        let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
        let body = rest.get(..length.checked_sub(8)?.min(rest.len()))?;
        let kind: &[u8; 4] = head.last_chunk()?;
        if AROUND.contains(&kind) {
            // What is inside comes next.
            content = rest;
            continue;
        }
        if kind == b"tkhd" {
            let (rest, height) = body.split_last_chunk::<4>()?;
            let width = rest.last_chunk::<4>()?;
            let [width, height] = [width, height].map(|edge| u32::from_be_bytes(*edge) >> 16);
            if width > 0 && height > 0 {
                return Some((width, height));
            }
        }
        content = &rest[body.len()..];
    }
    None
}

/// Cards of this size: a light bar that goes from left to right.
pub(crate) fn cards((width, height): (u32, u32)) -> Vec<RgbImage> {
    let card = |number: u32| {
        let bar = width * number / CARDS..width * (number + 1) / CARDS;
        RgbImage::from_fn(width, height, |x, y| {
            let level = (y * 64 / height) as u8 + if bar.contains(&x) { 160 } else { 48 };
            Rgb([level; 3])
        })
    };
    (0..CARDS).map(card).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::film::encode;
    use crate::png::Texts;

    #[test]
    fn a_film_says_how_large_it_is_and_anything_else_is_of_the_usual_size() {
        let film = encode(&[RgbImage::new(300, 200)], 8.0, &Texts::new()).unwrap();
        assert_eq!(size(&film), (300, 200));
        let film = encode(&[RgbImage::new(4096, 16)], 8.0, &Texts::new()).unwrap();
        assert_eq!(size(&film), (1024, 64));
        assert_eq!(size(b"no film"), USUAL);
        assert_eq!(cards((300, 200)).len(), 8);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 0usize..600, bytes in any::<[u8; 4]>(), cut in 0usize..700) {
            let mut film = encode(&[RgbImage::new(16, 16)], 8.0, &Texts::new()).unwrap();
            film.truncate(cut);
            for (place, byte) in film.iter_mut().skip(at).zip(bytes) {
                *place = byte;
            }
            size(&film);
        }
    }
}
