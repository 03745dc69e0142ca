//! Takes out of a picture file what is not the picture: positions, cameras,
//! names, comments, whole ComfyUI graphs. Pixels and colour profiles stay.

use bytes::Bytes;
use image::ImageFormat;
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{CHUNK_VP8X, WebP};

use crate::files::gif;

/// The same picture without metadata; `None` when the file is not whole.
pub(in crate::files) fn strip(content: &Bytes, format: ImageFormat) -> Option<Bytes> {
    match format {
        ImageFormat::Png => strip_png(content.clone()),
        ImageFormat::Jpeg => strip_jpeg(content.clone()),
        ImageFormat::WebP => strip_webp(content.clone()),
        ImageFormat::Gif => Some(strip_gif(content)),
        _ => None,
    }
}

/// What draws the picture, in the order of the PNG specification; then the
/// chunks of animations.
const PNG_KEPT: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn strip_png(content: Bytes) -> Option<Bytes> {
    let mut png = Png::from_bytes(content).ok()?;
    png.chunks_mut().retain(|chunk| PNG_KEPT.contains(&&chunk.kind()));
    png.chunks().last().filter(|last| last.kind() == *b"IEND")?;
    Some(png.encoder().bytes())
}

fn strip_jpeg(content: Bytes) -> Option<Bytes> {
    let mut jpeg = Jpeg::from_bytes(content).ok()?;
    jpeg.segments_mut().retain(|segment| match segment.marker() {
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        // Adobe's says how colours are stored.
        markers::APP14 => true,
        markers::COM => false,
        marker => !(markers::APP0..=markers::APP15).contains(&marker),
    });
    let clean = jpeg.encoder().bytes();
    // What follows the picture may be another one, with its own metadata.
    let end = jpeg_end(&clean)?;
    Some(clean.slice(..end))
}

/// Where the first picture of a JPEG file ends; `None` when it does not.
fn jpeg_end(jpeg: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let (first, marker) = (*jpeg.get(at)?, *jpeg.get(at + 1)?);
        match (first, marker) {
            (0xff, 0xd9) => return Some(at + 2),
            // Fill bytes, escaped bytes and restarts within the scan.
            (0xff, 0xff) => at += 1,
            (0xff, 0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, _) => {
                let length = [*jpeg.get(at + 2)?, *jpeg.get(at + 3)?];
                at += 2 + usize::from(u16::from_be_bytes(length));
            }
            _ => at += 1,
        }
    }
}

const WEBP_KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// The bits of the VP8X header that announce EXIF and XMP.
const WEBP_METADATA: u8 = 0b0000_1100;

fn strip_webp(content: Bytes) -> Option<Bytes> {
    let mut webp = WebP::from_bytes(content).ok()?;
    webp.chunks_mut().retain(|chunk| WEBP_KEPT.contains(&&chunk.id()));
    let header = webp.chunks_mut().iter_mut().find(|chunk| chunk.id() == CHUNK_VP8X);
    if let Some(RiffContent::Data(data)) = header.map(RiffChunk::content_mut) {
        let mut flags = data.to_vec();
        *flags.first_mut()? &= !WEBP_METADATA;
        *data = flags.into();
    }
    Some(webp.encoder().bytes())
}

/// Frames and what says how they follow one another stay as they are.
fn strip_gif(content: &Bytes) -> Bytes {
    let mut clean = Vec::with_capacity(content.len());
    let mut copied = 0;
    for said in gif::blocks(content).filter(gif::Block::is_metadata) {
        clean.extend_from_slice(&content[copied..said.range.start]);
        copied = said.range.end;
    }
    clean.extend_from_slice(&content[copied..]);
    clean.into()
}

#[cfg(test)]
mod tests {
    use img_parts::ImageEXIF;
    use img_parts::jpeg::JpegSegment;
    use img_parts::png::PngChunk;

    use super::*;
    use crate::files::picture::tests::picture;

    fn contains(content: &[u8], word: &[u8]) -> bool {
        content.windows(word.len()).any(|at| at == word)
    }

    // safety 28
    #[test]
    fn a_png_loses_its_graph_and_keeps_its_pixels() {
        let whole = picture(ImageFormat::Png);
        let mut png = Png::from_bytes(whole.clone()).unwrap();
        let graph = PngChunk::new(*b"tEXt", Bytes::from_static(b"workflow\0{\"secret\":1}"));
        png.chunks_mut().insert(1, graph);
        let tagged = png.encoder().bytes();
        assert!(contains(&tagged, b"secret"));
        assert_eq!(strip(&tagged, ImageFormat::Png).unwrap(), whole);
    }

    // safety 28
    #[test]
    fn a_jpeg_loses_comments_and_the_pictures_behind_it() {
        let whole = picture(ImageFormat::Jpeg);
        let mut jpeg = Jpeg::from_bytes(whole.clone()).unwrap();
        let comment = JpegSegment::new_with_contents(markers::COM, Bytes::from_static(b"secret"));
        jpeg.segments_mut().insert(1, comment);
        let tagged =
            [jpeg.encoder().bytes(), Bytes::from_static(b"\xff\xd8secret\xff\xd9")].concat();
        let clean = strip(&tagged.into(), ImageFormat::Jpeg).unwrap();
        assert!(!contains(&clean, b"secret") && clean.ends_with(b"\xff\xd9"));
        assert!(image::load_from_memory(&clean).is_ok());
    }

    // safety 28
    #[test]
    fn a_webp_loses_its_exif() {
        let mut webp = WebP::from_bytes(picture(ImageFormat::WebP)).unwrap();
        webp.set_exif(Some(Bytes::from_static(b"MM\0*secret")));
        let tagged = webp.encoder().bytes();
        assert!(contains(&tagged, b"secret"));
        let clean = strip(&tagged, ImageFormat::WebP).unwrap();
        assert!(!contains(&clean, b"secret"));
        assert!(image::load_from_memory(&clean).is_ok());
    }

    // safety 28
    #[test]
    fn an_animated_gif_loses_its_comment_and_no_frame() {
        let whole = gif::tests::gif(2);
        let mut tagged = whole.clone();
        tagged.splice(19..19, *b"\x21\xfe\x06secret\0");
        assert_eq!(strip(&tagged.into(), ImageFormat::Gif).unwrap(), whole);
    }
}
