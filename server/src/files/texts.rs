//! What a picture says of how it was made: the graph of whoever asked for it, where its backend
//! wrote the one that it ran. Dragged into ComfyUI's editor, it opens as they made it.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use img_parts::png::{Png, PngChunk};
use serde_json::Value;

/// Longest text that is written into a picture, in bytes.
const LONGEST: usize = 2 << 20;

/// Chunks that hold texts; each begins with its keyword and a zero.
const KINDS: [[u8; 4]; 3] = [*b"tEXt", *b"zTXt", *b"iTXt"];

/// Texts of a PNG. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(Arc<[(&'static str, String)]>);

impl Texts {
    /// The graph that is run, in API format, and as the editor shows it. What is too long is left out.
    pub fn new(prompt: &Value, workflow: Option<&Value>) -> Self {
        let texts = [Some(("prompt", prompt)), workflow.map(|workflow| ("workflow", workflow))];
        let texts = texts.into_iter().flatten().map(|(keyword, value)| (keyword, ascii(value)));
        Self(texts.filter(|(_, text)| text.len() <= LONGEST).collect())
    }

    /// The picture with these in the place of its own of the same keywords; as it is when there
    /// are none, or it is no whole PNG.
    pub(super) fn put_into(&self, content: Bytes) -> Bytes {
        if self.0.is_empty() {
            return content;
        }
        self.written(content.clone()).unwrap_or(content)
    }

    fn written(&self, content: Bytes) -> Option<Bytes> {
        let mut png = Png::from_bytes(content).ok()?;
        let chunks = png.chunks_mut();
        chunks.first().filter(|chunk| chunk.kind() == *b"IHDR")?;
        chunks.last().filter(|chunk| chunk.kind() == *b"IEND")?;
        chunks.retain(|chunk| !self.0.iter().any(|(keyword, _)| is_called(chunk, keyword)));
        let own = self.0.iter().map(|(keyword, text)| {
            let content = [keyword.as_bytes(), b"\0", text.as_bytes()].concat();
            PngChunk::new(*b"tEXt", content.into())
        });
        // Before the pixels, where readers look that do not want all of it.
        chunks.splice(1..1, own);
        Some(png.encoder().bytes())
    }
}

fn is_called(chunk: &PngChunk, keyword: &str) -> bool {
    let rest = chunk.contents().strip_prefix(keyword.as_bytes());
    KINDS.contains(&chunk.kind()) && rest.is_some_and(|rest| rest.first() == Some(&0))
}

/// JSON with everything beyond ASCII as `\uXXXX`, as such a text has it.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            write!(text, "\\u{unit:04x}").expect("writing to a text cannot fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};
    use serde_json::json;

    use super::*;

    fn picture(own: &[(&str, &str)]) -> Bytes {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(4, 4).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let mut png = Png::from_bytes(bytes.into_inner().into()).unwrap();
        for (keyword, text) in own {
            let content = format!("{keyword}\0{text}");
            png.chunks_mut().insert(1, PngChunk::new(*b"tEXt", content.into()));
        }
        png.encoder().bytes()
    }

    fn texts(picture: Bytes) -> Vec<String> {
        let png = Png::from_bytes(picture).unwrap();
        let texts = png.chunks().iter().filter(|chunk| chunk.kind() == *b"tEXt");
        texts.map(|chunk| String::from_utf8_lossy(chunk.contents()).replace('\0', "=")).collect()
    }

    #[test]
    fn the_callers_graph_stands_where_the_backends_stood() {
        let of_backend = picture(&[("prompt", "{\"of\":\"a backend\"}"), ("software", "x")]);
        let own = Texts::new(&json!({ "1": 5 }), Some(&json!({ "id": "ü🦊" })));
        let written = own.put_into(of_backend);
        let expected =
            ["prompt={\"1\":5}", "workflow={\"id\":\"\\u00fc\\ud83e\\udd8a\"}", "software=x"];
        assert_eq!(texts(written.clone()), expected);
        assert_eq!(image::load_from_memory(&written).unwrap().width(), 4);
    }

    #[test]
    fn what_is_no_whole_png_or_too_long_stays_as_it_is() {
        let own = Texts::new(&json!({}), None);
        let whole = picture(&[]);
        for broken in [Bytes::from_static(b"no picture"), whole.slice(..30), whole.slice(8..)] {
            assert_eq!(own.put_into(broken.clone()), broken);
        }
        let long = json!("x".repeat(LONGEST));
        assert_eq!(Texts::new(&long, Some(&long)), Texts::default());
        assert_eq!(Texts::default().put_into(whole.clone()), whole);
    }
}
