//! Still pictures in the format that their workflow asks for. Pure and slow:
//! call it off the async threads.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use wire::{Format, FormatKind};

use super::picture;

/// The picture in another format; `None` when it is in that one already, moves,
/// cannot be decoded, or when the new format cannot hold it.
pub(super) fn convert(content: &[u8], from: ImageFormat, to: Format) -> Option<Bytes> {
    let target = match to.kind {
        FormatKind::Png => ImageFormat::Png,
        FormatKind::Jpeg => ImageFormat::Jpeg,
        FormatKind::Webp => ImageFormat::WebP,
    };
    if from == target {
        return None;
    }
    let image = picture::pixels(content, from)?;
    match target {
        ImageFormat::Jpeg => jpeg(&image, to.quality),
        ImageFormat::WebP => webp(image, to.quality),
        _ => png(&image),
    }
}

fn png(image: &DynamicImage) -> Option<Bytes> {
    let mut content = Vec::new();
    let to = Cursor::new(&mut content);
    let encoder = PngEncoder::new_with_quality(to, CompressionType::Default, FilterType::Adaptive);
    image.write_with_encoder(encoder).ok()?;
    Some(content.into())
}

pub(super) fn jpeg(image: &DynamicImage, quality: u8) -> Option<Bytes> {
    let mut content = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut content, quality);
    encoder_input(image).write_with_encoder(encoder).ok()?;
    Some(content.into())
}

/// JPEG knows no transparency: what can be seen through is laid on white.
fn encoder_input(image: &DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        on_white(&image.to_rgba8()).into()
    } else {
        image.to_rgb8().into()
    }
}

fn on_white(image: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(u16::from);
        let mixed = |level: u16| ((level * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

/// Lossy, as `image` cannot write it.
pub(super) fn webp(image: DynamicImage, quality: u8) -> Option<Bytes> {
    let (width, height) = (image.width(), image.height());
    let (pixels, layout) = if image.color().has_alpha() {
        (image.into_rgba8().into_raw(), webp::PixelLayout::Rgba)
    } else {
        (image.into_rgb8().into_raw(), webp::PixelLayout::Rgb)
    };
    let encoder = webp::Encoder::new(&pixels, layout, width, height);
    // Sides above 16,383 pixels are more than WebP knows.
    let encoded = encoder.encode_simple(false, f32::from(quality)).ok()?;
    Some(Bytes::copy_from_slice(&encoded))
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::super::picture::tests::picture;
    use super::*;

    const KINDS: [(FormatKind, ImageFormat); 3] = [
        (FormatKind::Png, ImageFormat::Png),
        (FormatKind::Jpeg, ImageFormat::Jpeg),
        (FormatKind::Webp, ImageFormat::WebP),
    ];

    fn decoded(content: &[u8], format: ImageFormat) -> DynamicImage {
        assert_eq!(image::guess_format(content).unwrap(), format);
        image::load_from_memory_with_format(content, format).unwrap()
    }

    #[test]
    fn a_picture_in_another_format_looks_the_same() {
        for (from, kinds) in [(ImageFormat::Png, KINDS), (ImageFormat::Jpeg, KINDS)] {
            let original = decoded(&picture(from), from).to_rgb8();
            for (kind, format) in kinds {
                let converted = convert(&picture(from), from, Format { kind, quality: 90 });
                let Some(converted) = converted else {
                    assert_eq!(from, format, "only what is so already stays");
                    continue;
                };
                let converted = decoded(&converted, format).to_rgb8();
                let differs = original.as_raw().iter().zip(converted.as_raw());
                let differs: f64 = differs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
                assert!(differs / (original.as_raw().len() as f64) < 6.0, "{from:?} to {kind:?}");
            }
        }
    }

    #[test]
    fn less_quality_is_less_to_load() {
        for kind in [FormatKind::Jpeg, FormatKind::Webp] {
            let size = |quality| {
                let format = Format { kind, quality };
                convert(&picture(ImageFormat::Png), ImageFormat::Png, format).unwrap().len()
            };
            assert!(size(20) < size(95), "{kind:?}");
        }
    }

    #[test]
    fn what_can_be_seen_through_stays_so_where_it_can() {
        let glass = RgbaImage::from_pixel(16, 16, Rgba([255, 0, 0, 51]));
        let mut png = Vec::new();
        glass.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        let to = |kind| convert(&png, ImageFormat::Png, Format { kind, quality: 100 }).unwrap();
        let webp = decoded(&to(FormatKind::Webp), ImageFormat::WebP).to_rgba8();
        assert_eq!(webp.get_pixel(8, 8)[3], 51);
        let jpeg = decoded(&to(FormatKind::Jpeg), ImageFormat::Jpeg).to_rgb8();
        let [red, green, _] = jpeg.get_pixel(8, 8).0;
        assert!(red > 250 && green.abs_diff(204) < 4, "a fifth of red on white: {red} {green}");
    }

    #[test]
    fn what_is_no_picture_is_not_converted() {
        let format = Format { kind: FormatKind::Webp, quality: 80 };
        assert_eq!(convert(b"\x89PNG\r\n\x1a\nno", ImageFormat::Png, format), None);
    }
}
