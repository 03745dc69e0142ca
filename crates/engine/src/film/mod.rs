//! Writing films without an encoder worth the name: H.264 whose every picture
//! is stored as it is, in MP4. Every browser plays it; it is large.

mod boxes;
mod h264;
mod look;

use image::RgbImage;

pub(crate) use look::{cards, size};

use crate::png::Texts;

/// Largest film, in bytes: about a byte and a half for each pixel.
const MAX_BYTES: usize = 256 << 20;

/// One picture for the decoder: whole, and its length before it.
type Sample = Vec<u8>;

/// Pictures of one size as MP4, `fps` of them in a second. Texts stand in its
/// tags.
///
/// # Errors
///
/// When it would be larger than is reasonable.
pub(crate) fn encode(pictures: &[RgbImage], fps: f32, texts: &Texts) -> Result<Vec<u8>, String> {
    let (width, height) = pictures.first().map_or((0, 0), RgbImage::dimensions);
    let pixels = u64::from(width) * u64::from(height) * pictures.len() as u64;
    if pixels * 3 / 2 > MAX_BYTES as u64 {
        let limit = MAX_BYTES >> 20;
        return Err(format!("a film of more than {limit} MB is too much for the demo engine"));
    }
    let picture = |(number, picture): (usize, &RgbImage)| h264::picture(picture, number);
    let samples: Vec<Sample> = pictures.iter().enumerate().map(picture).collect();
    let film = boxes::Film {
        size: (width, height),
        // Thousandths, so that 29.97 stays what it is.
        per_second: (fps * 1000.0).round().max(1.0) as u32,
        parameters: h264::parameters(width, height),
        samples: &samples,
    };
    Ok(film.write(texts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_film_holds_its_pictures_and_its_graph() {
        let pictures = [RgbImage::new(30, 20), RgbImage::new(30, 20)];
        let texts = vec![("prompt".to_owned(), json!({"1": {"class_type": "A", "inputs": {}}}))];
        let film = encode(&pictures, 8.0, &texts).unwrap();
        assert_eq!(film[4..12], *b"ftypisom");
        // Two by two macroblocks of 384 bytes in each picture.
        assert!(film.len() > 2 * 4 * 384);
        let found = comfy::convert::Document::read(&film);
        assert!(found.is_ok(), "{:?}", found.err());
    }

    #[test]
    fn a_film_too_large_is_refused() {
        let pictures = vec![RgbImage::new(4096, 2048); 32];
        assert!(encode(&pictures, 8.0, &Texts::new()).is_err());
    }
}
