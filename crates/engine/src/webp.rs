//! Writing WebP that moves: frames without loss, and what ComfyUI writes of how
//! they were made.

use std::io::Cursor;

use image::{ImageError, ImageFormat, RgbImage};

use crate::png::{Texts, ascii};

/// The bits of the header for an animation and for EXIF.
const FLAGS: u8 = 0b0000_1010;

/// Pictures of one size, `fps` of them in a second.
pub(crate) fn encode_animated(
    pictures: &[RgbImage],
    fps: f32,
    texts: &Texts,
) -> Result<Vec<u8>, ImageError> {
    let (width, height) = pictures.first().map_or((1, 1), RgbImage::dimensions);
    let size = [le24(width - 1), le24(height - 1)].concat();
    let mut inside = b"WEBP".to_vec();
    chunk(&mut inside, *b"VP8X", &[&[FLAGS, 0, 0, 0], &size[..]].concat());
    chunk(&mut inside, *b"ANIM", &[0; 6]);
    let milliseconds = (1000.0 / fps).clamp(1.0, 60_000.0) as u32;
    for picture in pictures {
        let mut frame = [&[0; 6], &size[..], &le24(milliseconds), &[0b10]].concat();
        frame.extend(still(picture)?);
        chunk(&mut inside, *b"ANMF", &frame);
    }
    chunk(&mut inside, *b"EXIF", &exif(texts));
    let mut bytes = Vec::with_capacity(inside.len() + 8);
    chunk(&mut bytes, *b"RIFF", &inside);
    Ok(bytes)
}

/// The chunk of one picture: what `image` writes, without the file around it.
fn still(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP)?;
    Ok(bytes.split_off(12))
}

/// Texts as ComfyUI writes them: `prompt:{…}` under tags counted down from 0x0110.
fn exif(texts: &Texts) -> Vec<u8> {
    let texts: Vec<_> =
        texts.iter().map(|(name, value)| format!("{name}:{}\0", ascii(value))).collect();
    let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
    bytes.extend((texts.len() as u16).to_be_bytes());
    let mut at = 8 + 2 + 12 * texts.len() + 4;
    // Tags stand in rising order.
    for (place, text) in texts.iter().enumerate() {
        let tag = 0x0111 - (texts.len() - place) as u16;
        bytes.extend([&tag.to_be_bytes()[..], &2_u16.to_be_bytes()].concat());
        bytes.extend([(text.len() as u32).to_be_bytes(), (at as u32).to_be_bytes()].concat());
        at += text.len();
    }
    bytes.extend([0; 4]);
    bytes.extend(texts.concat().as_bytes());
    bytes
}

fn chunk(bytes: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    bytes.extend(name);
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend(content);
    if content.len() % 2 == 1 {
        bytes.push(0);
    }
}

fn le24(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use image::AnimationDecoder;
    use image::codecs::webp::WebPDecoder;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_animation_comes_back_frame_by_frame_with_its_graph() {
        let frames = [10, 200].map(|level| RgbImage::from_pixel(9, 5, image::Rgb([level, 0, 7])));
        let graph = json!({"1": {"class_type": "A", "inputs": {}, "_meta": {"title": "ü"}}});
        let texts = vec![("prompt".to_owned(), graph)];
        let bytes = encode_animated(&frames, 4.0, &texts).unwrap();
        let decoder = WebPDecoder::new(Cursor::new(&bytes)).unwrap();
        assert!(decoder.has_animation());
        let found: Vec<_> = decoder.into_frames().map(Result::unwrap).collect();
        for (frame, found) in frames.iter().zip(&found) {
            assert_eq!(found.delay().numer_denom_ms(), (250, 1));
            let found = image::DynamicImage::from(found.buffer().clone()).into_rgb8();
            assert_eq!(*frame, found);
        }
        assert_eq!(found.len(), 2);
        let carried = comfy::convert::Document::read(&bytes);
        assert!(carried.is_ok(), "{:?}", carried.err());
    }
}
