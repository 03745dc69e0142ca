//! Writing PNG with the texts that ComfyUI puts into its pictures.

use std::fmt::Write as _;
use std::io;

use image::RgbImage;
use serde_json::Value;

/// Texts that a picture carries: keyword and JSON.
pub(crate) type Texts = Vec<(String, Value)>;

/// Pictures of one size as a PNG that moves, `fps` of them in a second.
pub(crate) fn encode_animated(
    pictures: &[RgbImage],
    fps: f32,
    texts: &Texts,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = pictures.first().map_or((0, 0), RgbImage::dimensions);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_animated(pictures.len() as u32, 0)?;
    encoder.set_frame_delay((1000.0 / fps).clamp(1.0, 60_000.0) as u16, 1000)?;
    for (keyword, value) in texts {
        if is_keyword(keyword) {
            encoder.add_text_chunk(keyword.clone(), ascii(value))?;
        }
    }
    let mut writer = encoder.write_header()?;
    for picture in pictures {
        writer.write_image_data(picture.as_raw())?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// `picture` as PNG. Texts are JSON in ASCII, as every reader of them expects.
pub(crate) fn encode(picture: &RgbImage, texts: &Texts) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    for (keyword, value) in texts {
        if is_keyword(keyword) {
            encoder.add_text_chunk(keyword.clone(), ascii(value))?;
        }
    }
    encoder.write_header()?.write_image_data(picture.as_raw())?;
    Ok(bytes)
}

/// What PNG takes as the name of a text.
fn is_keyword(text: &str) -> bool {
    (1..80).contains(&text.len())
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim() == text
}

/// JSON with everything beyond ASCII as `\uXXXX`.
pub(crate) fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts_in(bytes: &[u8]) -> Vec<(String, String)> {
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        reader.finish().unwrap();
        let texts = &reader.info().uncompressed_latin1_text;
        texts.iter().map(|chunk| (chunk.keyword.clone(), chunk.text.clone())).collect()
    }

    #[test]
    fn a_picture_comes_back_with_its_texts() {
        let picture = RgbImage::from_fn(7, 5, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let texts =
            vec![("prompt".into(), json!({"1": "münze 🦊"})), ("bad\nname".into(), json!(1))];
        let bytes = encode(&picture, &texts).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8(), picture);
        let found = texts_in(&bytes);
        assert_eq!(found, [("prompt".to_owned(), r#"{"1":"m\u00fcnze \ud83e\udd8a"}"#.to_owned())]);
        assert_eq!(serde_json::from_str::<Value>(&found[0].1).unwrap(), json!({"1": "münze 🦊"}));
    }
}
