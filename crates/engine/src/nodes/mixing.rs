//! Making, batching and mixing pictures.

use image::{Rgb, RgbImage};
use scale::Filter;

use super::datum::Pictures;
use super::{Call, Halt};
use crate::pixels;
use crate::run::Made;

/// `EmptyImage`: one colour.
pub(super) fn empty(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (width, height, count) =
        (call.count("width")?, call.count("height")?, call.count("batch_size")?);
    pixels::check_size(width, height, count as usize)?;
    let [_, red, green, blue] = call.count("color")?.to_be_bytes();
    let picture = RgbImage::from_pixel(width, height, Rgb([red, green, blue]));
    Ok(Made::images(vec![picture; count as usize]))
}

/// `ImageBatch`: one after the other, the second at the size of the first.
pub(super) fn batch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (first, second) = (call.images("image1")?, call.images("image2")?);
    let (width, height) = first[0].dimensions();
    pixels::check_size(width, height, first.len() + second.len())?;
    let second = second.iter().map(|picture| fit(picture, width, height));
    Ok(Made::images(first.iter().cloned().chain(second).collect()))
}

/// `ImageFromBatch`: some of the pictures; a negative index counts from the end.
pub(super) fn from_batch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pictures = call.images("image")?;
    let range = pick(pictures.len(), call.int("batch_index")?, call.count("length")?);
    Ok(Made::images(pictures[range].to_vec()))
}

/// `RepeatImageBatch`: all pictures, several times; of large ones as often as are held.
pub(super) fn repeat(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (pictures, amount) = (call.images("image")?, call.count("amount")? as usize);
    let amount = amount.min(pixels::room(pictures[0].dimensions()) / pictures.len()).max(1);
    Ok(Made::images(vec![&pictures[..]; amount].concat()))
}

/// `ImageBlend`: two pictures into one, the second at the size of the first.
pub(super) fn blend(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (first, second) = (call.images("image1")?, call.images("image2")?);
    let share = (call.float("blend_factor")? * 255.0).round() as u8;
    let mix = blend_mode(call.text("blend_mode")?);
    let blended = paired(first, second).map(|(a, b)| {
        let b = fit(b, a.width(), a.height());
        pixels::combine(a, &b, |a, b| pixels::lerp(a, mix(a, b), share))
    });
    Ok(Made::images(blended.collect()))
}

/// `ImageCompositeMasked`: one picture onto another, where the mask is white.
pub(super) fn composite(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (below, above) = (call.images("destination")?, call.images("source")?);
    let (x, y) = (call.count("x")?, call.count("y")?);
    let resize = call.flag("resize_source")?;
    let masks = if call.has("mask") { Some(call.masks("mask")?) } else { None };
    let composed = paired(below, above).enumerate().map(|(index, (below, above))| {
        let above = if resize { fit(above, below.width(), below.height()) } else { above.clone() };
        let mask = masks.map(|masks| {
            pixels::resize_mask(&masks[index % masks.len()], above.width(), above.height())
        });
        let mut composed = below.clone();
        for (dx, dy, pixel) in above.enumerate_pixels() {
            let place = x.checked_add(dx).zip(y.checked_add(dy));
            let Some(under) = place.and_then(|(x, y)| composed.get_pixel_mut_checked(x, y)) else {
                continue;
            };
            let share = mask.as_ref().map_or(255, |mask| mask.get_pixel(dx, dy)[0]);
            for (under, over) in under.0.iter_mut().zip(pixel.0) {
                *under = pixels::lerp(*under, over, share);
            }
        }
        composed
    });
    Ok(Made::images(composed.collect()))
}

/// The part of `count` pictures that an index and a length mean.
pub(super) fn pick(count: usize, index: i64, length: u32) -> std::ops::Range<usize> {
    let start = if index < 0 { index + count as i64 } else { index };
    let start = start.clamp(0, count as i64 - 1) as usize;
    start..(start + length as usize).min(count)
}

fn fit(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    pixels::resize(
        &pixels::crop_to_proportions(picture, width, height),
        width,
        height,
        Filter::CatmullRom,
    )
}

/// Every picture of `first` with one of `second`, which is gone through again
/// and again.
fn paired<'a>(
    first: &'a Pictures,
    second: &'a Pictures,
) -> impl Iterator<Item = (&'a RgbImage, &'a RgbImage)> {
    first.iter().zip(second.iter().cycle())
}

fn blend_mode(name: &str) -> fn(u8, u8) -> u8 {
    match name {
        "multiply" => multiply,
        "screen" => screen,
        "overlay" => {
            |a, b| if a < 128 { multiply(a, b).saturating_mul(2) } else { screen_twice(a, b) }
        }
        "soft_light" => soft_light,
        "difference" => u8::abs_diff,
        _ => |_, b| b,
    }
}

fn multiply(a: u8, b: u8) -> u8 {
    pixels::lerp(0, a, b)
}

fn screen(a: u8, b: u8) -> u8 {
    255 - multiply(255 - a, 255 - b)
}

fn screen_twice(a: u8, b: u8) -> u8 {
    255 - multiply(255 - a, 255 - b).saturating_mul(2)
}

fn soft_light(a: u8, b: u8) -> u8 {
    let (a, b) = (f32::from(a) / 255.0, f32::from(b) / 255.0);
    let root = if a <= 0.25 { ((16.0 * a - 12.0) * a + 4.0) * a } else { a.sqrt() };
    let mixed = if b <= 0.5 {
        a - (1.0 - 2.0 * b) * a * (1.0 - a)
    } else {
        a + (2.0 * b - 1.0) * (root - a)
    };
    (mixed.clamp(0.0, 1.0) * 255.0).round() as u8
}
