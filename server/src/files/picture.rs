//! Checks and cleans pictures. Pure and slow: call it off the async threads.
//!
//! Dimensions come from the header, before anything of that size is allocated.

use std::io::Cursor;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};

use super::strip::picture::strip;

/// Longest side accepted, in pixels: what ComfyUI's own nodes take at most.
const MAX_SIDE: u32 = 16_384;
/// Most pixels accepted from people: about 8,000².
const MAX_PIXELS: u64 = 64 << 20;
/// Most pixels decoded of what backends make: an upscaled picture is large.
const MAX_OUTPUT_PIXELS: u64 = 160 << 20;
/// What one pixel takes at most while it is decoded, in bytes.
const PIXEL_BYTES: u64 = 8;
/// Longest side of the placeholder, in pixels.
const BLUR_SIDE: u32 = 8;
/// Good enough that turning a photo upright cannot be seen.
const UPRIGHT_QUALITY: u8 = 93;

/// What is known of a picture once it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    /// A few pixels as a `data:` URL.
    pub(super) blur: String,
}

/// Why a picture is none we can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PictureError {
    #[error(
        "This picture has {width} × {height} pixels. At most {MAX_SIDE} on a side and {} million \
         in all are accepted; make it smaller.", MAX_PIXELS / 1_000_000
    )]
    TooManyPixels { width: u32, height: u32 },
    #[error(
        "This picture is damaged or was cut off on its way. Open it, save it again, and try once more."
    )]
    Broken,
}

/// A picture fit to be handed to a backend.
pub(super) struct Admitted {
    pub(super) content: Bytes,
    /// Not always the one it came in.
    pub(super) format: ImageFormat,
    pub(super) picture: Picture,
}

/// The most room that decoding a person's picture takes, in 2²⁰ pixels.
pub(super) const ADMITTED_MEGAPIXELS: u32 = (MAX_PIXELS >> 20) as u32;

/// Takes in a person's picture: whole, upright, of a format every backend
/// reads, and without what else cameras and programs write into it.
pub(super) fn admit(content: &Bytes, format: ImageFormat) -> Result<Admitted, PictureError> {
    let decoded = decode(content, format, MAX_PIXELS)?;
    let picture = Picture::of(&decoded.image);
    let (content, format) = match (decoded.orientation, format) {
        (Orientation::NoTransforms, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => {
            (strip(content, format).ok_or(PictureError::Broken)?, format)
        }
        (_, ImageFormat::Jpeg) if strip(content, format).is_some() => (decoded.to_jpeg()?, format),
        (_, ImageFormat::Jpeg) => return Err(PictureError::Broken),
        _ => (decoded.to_png()?, ImageFormat::Png),
    };
    Ok(Admitted { content, format, picture })
}

impl Picture {
    /// What these pixels look like.
    pub(super) fn of(image: &DynamicImage) -> Self {
        Self { width: image.width(), height: image.height(), blur: blur(image) }
    }
}

/// What a picture that a backend made looks like; `None` when it is no good one,
/// but it is an output all the same.
pub(super) fn look(content: &[u8], format: ImageFormat) -> Option<Picture> {
    pixels(content, format).map(|image| Picture::of(&image))
}

/// The pixels of a stored picture.
pub(super) fn pixels(content: &[u8], format: ImageFormat) -> Option<DynamicImage> {
    decode(content, format, MAX_OUTPUT_PIXELS).ok().map(|decoded| decoded.image)
}

/// How large a picture says it is, in 2²⁰ pixels, rounded up; 0 when it does
/// not say.
pub(super) fn megapixels(content: &[u8], format: ImageFormat) -> u32 {
    let decoder = ImageReader::with_format(Cursor::new(content), format).into_decoder();
    let (width, height) = decoder.map_or((0, 0), |decoder| decoder.dimensions());
    (u64::from(width) * u64::from(height)).div_ceil(1 << 20).try_into().unwrap_or(u32::MAX)
}

struct Decoded {
    /// Upright already.
    image: DynamicImage,
    /// How it was stored.
    orientation: Orientation,
    icc: Option<Vec<u8>>,
}

fn decode(content: &[u8], format: ImageFormat, max_pixels: u64) -> Result<Decoded, PictureError> {
    let broken = |_| PictureError::Broken;
    let reader = ImageReader::with_format(Cursor::new(content), format);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > MAX_SIDE || pixels > max_pixels {
        return Err(PictureError::TooManyPixels { width, height });
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(max_pixels * PIXEL_BYTES);
    decoder.set_limits(limits).map_err(broken)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().unwrap_or_default();
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    Ok(Decoded { image, orientation, icc })
}

impl Decoded {
    fn to_jpeg(&self) -> Result<Bytes, PictureError> {
        let mut content = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut content, UPRIGHT_QUALITY);
        if let Some(icc) = &self.icc {
            // A picture without its profile is better than none.
            let _ = encoder.set_icc_profile(icc.clone());
        }
        let rgb = self.image.to_rgb8();
        encoder.encode_image(&rgb).map_err(|_| PictureError::Broken)?;
        Ok(content.into())
    }

    fn to_png(&self) -> Result<Bytes, PictureError> {
        let mut content = Vec::new();
        let written = self.image.write_to(&mut Cursor::new(&mut content), ImageFormat::Png);
        written.map_err(|_| PictureError::Broken)?;
        Ok(content.into())
    }
}

/// A few pixels to stand in for the picture while it loads: some 200 bytes.
fn blur(image: &DynamicImage) -> String {
    let small = image.thumbnail(BLUR_SIDE, BLUR_SIDE);
    let small = if small.color().has_alpha() {
        DynamicImage::from(small.to_rgba8())
    } else {
        DynamicImage::from(small.to_rgb8())
    };
    let mut content = Vec::new();
    match small.write_to(&mut Cursor::new(&mut content), ImageFormat::WebP) {
        Ok(()) => format!("data:image/webp;base64,{}", BASE64_STANDARD.encode(content)),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    /// Wider than high, red on the left and blue on the right.
    pub(in crate::files) fn picture(format: ImageFormat) -> Bytes {
        let image = RgbImage::from_fn(64, 32, |x, y| {
            if x < 32 { Rgb([255, y as u8, 0]) } else { Rgb([0, y as u8, 255]) }
        });
        let mut content = Vec::new();
        DynamicImage::from(image).write_to(&mut Cursor::new(&mut content), format).unwrap();
        content.into()
    }

    /// A PNG that says it is so large, with no pixels in it.
    pub(in crate::files) fn png_header(width: u32, height: u32) -> Bytes {
        let mut header = b"IHDR".to_vec();
        header.extend(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([8, 2, 0, 0, 0]);
        let chunk = |kind_and_data: &[u8]| {
            let mut chunk = (kind_and_data.len() as u32 - 4).to_be_bytes().to_vec();
            chunk.extend(kind_and_data);
            chunk.extend(crc32(kind_and_data).to_be_bytes());
            chunk
        };
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(&header), chunk(b"IDAT"), chunk(b"IEND")]
            .concat()
            .into()
    }

    fn crc32(data: &[u8]) -> u32 {
        !data.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        })
    }

    /// An EXIF segment of a JPEG that says "turn it right", with a GPS position.
    fn turned(jpeg: &[u8]) -> Bytes {
        let mut exif =
            b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 52.5200 N 13.4050 E");
        let mut jpeg = jpeg.to_vec();
        let segment = [&[0xff, 0xe1], &(exif.len() as u16 + 2).to_be_bytes()[..], &exif].concat();
        jpeg.splice(2..2, segment);
        jpeg.into()
    }

    const FORMATS: [ImageFormat; 4] =
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

    #[test]
    fn a_good_picture_of_every_format_is_admitted() {
        for format in FORMATS {
            let admitted = admit(&picture(format), format).unwrap();
            assert_eq!((admitted.picture.width, admitted.picture.height), (64, 32), "{format:?}");
            assert!(pixels(&admitted.content, admitted.format).is_some());
            let png = format == ImageFormat::Gif;
            assert_eq!(admitted.format, if png { ImageFormat::Png } else { format });
        }
    }

    #[test]
    fn a_picture_cut_off_anywhere_is_refused() {
        for format in FORMATS {
            let whole = picture(format);
            // Of an animation only the first frame has to be whole.
            let ends = if format == ImageFormat::Gif { [60, 50] } else { [30, 2] };
            for part in [whole.len() / 2, whole.len() - ends[0], whole.len() - ends[1]] {
                let cut = admit(&whole.slice(..part), format);
                assert_eq!(cut.err(), Some(PictureError::Broken), "{format:?} at {part}");
            }
        }
    }

    // safety 27
    #[test]
    fn a_huge_picture_is_refused_by_its_header() {
        let refused = admit(&png_header(30_000, 30_000), ImageFormat::Png).err();
        assert_eq!(refused, Some(PictureError::TooManyPixels { width: 30_000, height: 30_000 }));
        let long = admit(&png_header(20_000, 10), ImageFormat::Png).err();
        assert_eq!(long, Some(PictureError::TooManyPixels { width: 20_000, height: 10 }));
    }

    // safety 28
    #[test]
    fn a_photo_is_turned_upright_and_forgets_where_it_was_taken() {
        let photo = turned(&picture(ImageFormat::Jpeg));
        let admitted = admit(&photo, ImageFormat::Jpeg).unwrap();
        assert_eq!((admitted.picture.width, admitted.picture.height), (32, 64));
        for word in [&b"Exif"[..], b"GPS"] {
            assert!(photo.windows(word.len()).any(|at| at == word));
            assert!(!admitted.content.windows(word.len()).any(|at| at == word));
        }
        let image = pixels(&admitted.content, admitted.format).unwrap().to_rgb8();
        assert!(image.get_pixel(16, 5)[0] > 200, "red is at the top now");
    }

    #[test]
    fn the_placeholder_is_small() {
        let decoded = decode(&picture(ImageFormat::Png), ImageFormat::Png, MAX_PIXELS).unwrap();
        let blur = Picture::of(&decoded.image).blur;
        assert!(blur.starts_with("data:image/webp;base64,") && blur.len() < 400, "{}", blur.len());
    }
}
