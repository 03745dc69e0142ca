//! Work on pixels that several nodes share.

use std::io::{BufRead, Seek};

use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageDecoder, ImageReader, ImageResult, Limits, Luma,
    Pixel, Rgb, RgbImage, RgbaImage,
};
use scale::Filter;

use crate::nodes::Failure;

/// Bytes that decoding may take.
const MAX_ALLOC: u64 = 256 << 20;

/// Pixels that one value may have, all its pictures together.
const MAX_PIXELS: u64 = 32 << 20;

/// Refuses sizes of nothing, and sizes that would fill the memory.
pub(crate) fn check_size(width: u32, height: u32, count: usize) -> Result<(), Failure> {
    let pixels = u64::from(width) * u64::from(height) * count as u64;
    if pixels == 0 {
        return Err(Failure::new("ValueError", format!("a picture cannot be {width}×{height}")));
    }
    if pixels > MAX_PIXELS {
        let message = format!(
            "{count} of {width}×{height} are too much: the demo engine holds {MAX_PIXELS} pixels at once"
        );
        return Err(Failure::new("RuntimeError", message));
    }
    Ok(())
}

/// How many pictures of this size are held at once.
pub(crate) fn room((width, height): (u32, u32)) -> usize {
    (MAX_PIXELS / (u64::from(width) * u64::from(height)).max(1)) as usize
}

/// Reads a picture of whatever format, upright. One that would take too much
/// memory is an error before it does.
pub(crate) fn decode(file: impl BufRead + Seek) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(file).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if let Ok(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

/// A way of scaling, by the names that nodes know.
pub(crate) fn filter(name: &str) -> Filter {
    match name {
        "nearest-exact" => Filter::Nearest,
        "area" => Filter::Box,
        "bicubic" => Filter::CatmullRom,
        "lanczos" => Filter::Lanczos,
        // Also `bislerp`, which makes no sense outside of latent space.
        _ => Filter::Triangle,
    }
}

/// `picture` at another size.
pub(crate) fn resize(picture: &RgbImage, width: u32, height: u32, filter: Filter) -> RgbImage {
    scaled(picture.clone().into(), (width, height), filter).into_rgb8()
}

/// In the one layout that is scaled.
fn scaled(picture: DynamicImage, (width, height): (u32, u32), filter: Filter) -> DynamicImage {
    let from = (picture.width() as usize, picture.height() as usize);
    let to = (width as usize, height as usize);
    let scaled = scale::scale(&picture.into_rgba8(), from, to, filter);
    RgbaImage::from_raw(width, height, scaled).expect("it has four bytes a pixel").into()
}

/// `mask` at another size.
pub(crate) fn resize_mask(mask: &GrayImage, width: u32, height: u32) -> GrayImage {
    if mask.dimensions() == (width, height) {
        return mask.clone();
    }
    scaled(mask.clone().into(), (width, height), Filter::Triangle).into_luma8()
}

/// The largest part of `picture` with the proportions of `width`×`height`, from its middle.
pub(crate) fn crop_to_proportions(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (old_width, old_height) = picture.dimensions();
    let (wide, high) =
        (u64::from(old_width) * u64::from(height), u64::from(old_height) * u64::from(width));
    let (mut new_width, mut new_height) = (old_width, old_height);
    if wide > high {
        new_width = ((high + u64::from(height) / 2) / u64::from(height)).max(1) as u32;
    } else {
        new_height = ((wide + u64::from(width) / 2) / u64::from(width)).max(1) as u32;
    }
    let (x, y) = ((old_width - new_width) / 2, (old_height - new_height) / 2);
    image::imageops::crop_imm(picture, x, y, new_width, new_height).to_image()
}

/// Combines two pictures of equal size, channel by channel.
pub(crate) fn combine(a: &RgbImage, b: &RgbImage, mix: impl Fn(u8, u8) -> u8) -> RgbImage {
    let mut combined = a.clone();
    for (a, b) in combined.iter_mut().zip(b.iter()) {
        *a = mix(*a, *b);
    }
    combined
}

/// Changes every channel of every pixel.
pub(crate) fn map<P: Pixel<Subpixel = u8>>(
    picture: &ImageBuffer<P, Vec<u8>>,
    change: impl Fn(u8) -> u8,
) -> ImageBuffer<P, Vec<u8>> {
    let mut changed = picture.clone();
    changed.iter_mut().for_each(|channel| *channel = change(*channel));
    changed
}

/// From `a` to `b`, `share` of 255 of the way.
pub(crate) fn lerp(a: u8, b: u8, share: u8) -> u8 {
    let (a, b, share) = (u32::from(a), u32::from(b), u32::from(share));
    ((a * (255 - share) + b * share + 127) / 255) as u8
}

/// The same brightness in all three channels.
pub(crate) fn to_rgb(mask: &GrayImage) -> RgbImage {
    RgbImage::from_fn(mask.width(), mask.height(), |x, y| {
        let Luma([level]) = *mask.get_pixel(x, y);
        Rgb([level; 3])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_refused_before_memory_is_taken() {
        assert!(check_size(512, 512, 4).is_ok());
        assert!(check_size(0, 512, 1).is_err());
        assert!(check_size(16_384, 16_384, 4_096).is_err());
        assert!(check_size(u32::MAX, u32::MAX, 1).is_err());
    }

    #[test]
    fn cropping_keeps_the_middle() {
        let picture = RgbImage::from_fn(100, 50, |x, _| Rgb([x as u8, 0, 0]));
        let square = crop_to_proportions(&picture, 10, 10);
        assert_eq!(square.dimensions(), (50, 50));
        assert_eq!(square.get_pixel(0, 0)[0], 25);
        assert_eq!(crop_to_proportions(&picture, 1, 1000).dimensions(), (1, 50));
    }

    #[test]
    fn lerp_reaches_both_ends() {
        assert_eq!([lerp(10, 200, 0), lerp(10, 200, 255), lerp(0, 255, 128)], [10, 200, 128]);
    }
}
