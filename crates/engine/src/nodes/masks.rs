//! Making and changing masks.

use image::{GrayImage, Luma, imageops};

use super::sizes::{check_area, inside};
use super::{Call, Halt};
use crate::pixels;
use crate::run::Made;

/// `MaskToImage`: the mask as a grey picture.
pub(super) fn to_image(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::images(call.masks("mask")?.iter().map(pixels::to_rgb).collect()))
}

/// `ImageToMask`: one channel. Pictures here have no alpha, which is then full.
pub(super) fn from_image(call: &mut Call<'_>) -> Result<Made, Halt> {
    let channel = match call.text("channel")? {
        "red" => Some(0),
        "green" => Some(1),
        "blue" => Some(2),
        _ => None,
    };
    let masks = call.images("image")?.iter().map(|picture| {
        GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
            Luma([channel.map_or(255, |channel: usize| picture.get_pixel(x, y)[channel])])
        })
    });
    Ok(Made::masks(masks.collect()))
}

/// `ImageColorToMask`: white where a picture has exactly this colour.
pub(super) fn from_colour(call: &mut Call<'_>) -> Result<Made, Halt> {
    let [_, red, green, blue] = call.count("color")?.to_be_bytes();
    let masks = call.images("image")?.iter().map(|picture| {
        GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
            Luma([if picture.get_pixel(x, y).0 == [red, green, blue] { 255 } else { 0 }])
        })
    });
    Ok(Made::masks(masks.collect()))
}

/// `InvertMask`.
pub(super) fn invert(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::masks(
        call.masks("mask")?.iter().map(|mask| pixels::map(mask, |level| 255 - level)).collect(),
    ))
}

/// `SolidMask`: one level.
pub(super) fn solid(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (width, height) = (call.count("width")?, call.count("height")?);
    pixels::check_size(width, height, 1)?;
    let level = (call.float("value")? * 255.0).round() as u8;
    Ok(Made::masks(vec![GrayImage::from_pixel(width, height, Luma([level]))]))
}

/// `GrowMask`: white spreads by so many pixels; by a negative number, black does.
pub(super) fn grow(call: &mut Call<'_>) -> Result<Made, Halt> {
    let by = call.int("expand")?;
    let tapered = call.flag("tapered_corners")?;
    let mut grown = Vec::new();
    for mask in call.masks("mask")?.iter() {
        call.stage.check()?;
        grown.push(grow_by(mask, by, tapered));
    }
    Ok(Made::masks(grown))
}

/// `mask` with its white grown by so many pixels, or shrunk, when negative.
pub(super) fn grow_by(mask: &GrayImage, by: i64, tapered: bool) -> GrayImage {
    let wins: fn(u8, u8) -> u8 = if by < 0 { u8::min } else { u8::max };
    let mut grown = mask.clone();
    // Beyond the longer edge nothing changes any more.
    for _ in 0..by.unsigned_abs().min(u64::from(mask.width().max(mask.height()))) {
        grown = if tapered {
            spread(&grown, &[(-1, 0), (1, 0), (0, -1), (0, 1)], wins)
        } else {
            let across = spread(&grown, &[(-1, 0), (1, 0)], wins);
            spread(&across, &[(0, -1), (0, 1)], wins)
        };
    }
    grown
}

fn spread(mask: &GrayImage, from: &[(i64, i64)], wins: fn(u8, u8) -> u8) -> GrayImage {
    GrayImage::from_fn(mask.width(), mask.height(), |x, y| {
        let neighbours = from.iter().filter_map(|(dx, dy)| {
            let (x, y) = (i64::from(x) + dx, i64::from(y) + dy);
            mask.get_pixel_checked(u32::try_from(x).ok()?, u32::try_from(y).ok()?)
        });
        Luma([
            neighbours.fold(mask.get_pixel(x, y)[0], |level, neighbour| wins(level, neighbour[0]))
        ])
    })
}

/// `FeatherMask`: fades out towards the edges.
pub(super) fn feather(call: &mut Call<'_>) -> Result<Made, Halt> {
    let [left, top, right, bottom] =
        ["left", "top", "right", "bottom"].map(|name| call.count(name));
    let (left, top, right, bottom) = (left?, top?, right?, bottom?);
    let share = |distance: u32, over: u32| {
        if distance < over { (distance + 1) as f32 / over as f32 } else { 1.0 }
    };
    let feathered = call.masks("mask")?.iter().map(|mask| {
        let (width, height) = mask.dimensions();
        GrayImage::from_fn(width, height, |x, y| {
            let share = share(x, left)
                * share(y, top)
                * share(width - 1 - x, right)
                * share(height - 1 - y, bottom);
            Luma([(f32::from(mask.get_pixel(x, y)[0]) * share).round() as u8])
        })
    });
    Ok(Made::masks(feathered.collect()))
}

/// `MaskComposite`: one mask onto another at a place.
pub(super) fn composite(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (below, above) = (call.masks("destination")?, call.masks("source")?);
    let (x, y) = (call.count("x")?, call.count("y")?);
    let mix = operation(call.text("operation")?);
    let composed = below.iter().zip(above.iter().cycle()).map(|(below, above)| {
        let mut composed = below.clone();
        for (dx, dy, over) in above.enumerate_pixels() {
            let place = x.checked_add(dx).zip(y.checked_add(dy));
            if let Some(under) = place.and_then(|(x, y)| composed.get_pixel_mut_checked(x, y)) {
                under[0] = mix(under[0], over[0]);
            }
        }
        composed
    });
    Ok(Made::masks(composed.collect()))
}

fn operation(name: &str) -> fn(u8, u8) -> u8 {
    fn both(a: u8, b: u8, holds: fn(bool, bool) -> bool) -> u8 {
        if holds(a > 127, b > 127) { 255 } else { 0 }
    }
    match name {
        "add" => u8::saturating_add,
        "subtract" => u8::saturating_sub,
        "and" => |a, b| both(a, b, |a, b| a && b),
        "or" => |a, b| both(a, b, |a, b| a || b),
        "xor" => |a, b| both(a, b, |a, b| a != b),
        _ => |a, b| pixels::lerp(0, a, b),
    }
}

/// `CropMask`: a rectangle, cut so that it lies inside.
pub(super) fn crop(call: &mut Call<'_>) -> Result<Made, Halt> {
    let wanted = (call.count("x")?, call.count("y")?, call.count("width")?, call.count("height")?);
    check_area(wanted.2, wanted.3)?;
    let cropped = call.masks("mask")?.iter().map(|mask| {
        let (x, y, width, height) = inside(wanted, mask.dimensions());
        imageops::crop_imm(mask, x, y, width, height).to_image()
    });
    Ok(Made::masks(cropped.collect()))
}

/// `ThresholdMask`: white above a level, black else.
pub(super) fn threshold(call: &mut Call<'_>) -> Result<Made, Halt> {
    let limit = call.float("value")?;
    let cut = |level: u8| if f32::from(level) / 255.0 > limit { 255 } else { 0 };
    Ok(Made::masks(call.masks("mask")?.iter().map(|mask| pixels::map(mask, cut)).collect()))
}
