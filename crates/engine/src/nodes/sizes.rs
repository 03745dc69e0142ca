//! Changing the size and the shape of pictures.

use std::sync::Arc;

use image::{GrayImage, Luma, Rgb, RgbImage, imageops};
use scale::Filter;
use serde_json::json;

use super::{Call, Datum, Failure, Halt};
use crate::pixels;
use crate::run::Made;

/// `ImageScale`: to a width and height; one that is 0 follows from the other.
pub(super) fn scale(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pictures = call.images("image")?;
    let size = complete((call.count("width")?, call.count("height")?), pictures[0].dimensions());
    let crop = call.text("crop")? == "center";
    to_size(call, size, crop)
}

/// `ImageScaleBy`: both edges by a factor.
pub(super) fn scale_by(call: &mut Call<'_>) -> Result<Made, Halt> {
    let factor = f64::from(call.float("scale_by")?);
    let (width, height) = call.images("image")?[0].dimensions();
    to_size(call, (times(width, factor), times(height, factor)), false)
}

/// `ImageScaleToTotalPixels`: same shape, so many megapixels (of 1024²), edges
/// in steps.
pub(super) fn scale_to_total_pixels(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pixels = f64::from(call.float("megapixels")?) * 1024.0 * 1024.0;
    let step = call.count("resolution_steps")?.max(1);
    let (width, height) = call.images("image")?[0].dimensions();
    let factor = (pixels / (f64::from(width) * f64::from(height))).sqrt();
    let edge = |edge: u32| (times(edge, factor / f64::from(step)) * step).max(step);
    to_size(call, (edge(width), edge(height)), false)
}

/// `ImageScaleToMaxDimension`: same shape, the longer edge so long.
pub(super) fn scale_to_max_dimension(call: &mut Call<'_>) -> Result<Made, Halt> {
    let largest = call.count("largest_size")?;
    let (width, height) = call.images("image")?[0].dimensions();
    let factor = f64::from(largest) / f64::from(width.max(height));
    to_size(call, (times(width, factor), times(height, factor)), false)
}

/// `ImageCrop`: a rectangle, moved and cut so that it lies inside.
pub(super) fn crop(call: &mut Call<'_>) -> Result<Made, Halt> {
    let wanted = (call.count("x")?, call.count("y")?, call.count("width")?, call.count("height")?);
    check_area(wanted.2, wanted.3)?;
    let cropped = call.images("image")?.iter().map(|picture| {
        let (x, y, width, height) = inside(wanted, picture.dimensions());
        imageops::crop_imm(picture, x, y, width, height).to_image()
    });
    Ok(Made::images(cropped.collect()))
}

/// `ImagePadForOutpaint`: grey around the picture, and a mask of what is new,
/// which fades into the picture over `feathering` pixels.
pub(super) fn pad_for_outpaint(call: &mut Call<'_>) -> Result<Made, Halt> {
    let [left, top, right, bottom] =
        ["left", "top", "right", "bottom"].map(|name| call.count(name));
    let (left, top, right, bottom) = (left?, top?, right?, bottom?);
    let feathering = call.count("feathering")?;
    let pictures = call.images("image")?;
    let (old_width, old_height) = pictures[0].dimensions();
    let (width, height) = (old_width + left + right, old_height + top + bottom);
    pixels::check_size(width, height, pictures.len())?;

    let padded = pictures.iter().map(|picture| {
        let mut padded = RgbImage::from_pixel(width, height, Rgb([128; 3]));
        imageops::replace(&mut padded, picture, i64::from(left), i64::from(top));
        padded
    });
    let mask = GrayImage::from_fn(width, height, |x, y| {
        let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else {
            return Luma([255]);
        };
        if x >= old_width || y >= old_height {
            return Luma([255]);
        }
        // Only edges beyond which something is new fade.
        let far = |padding: u32, distance: u32| if padding > 0 { distance } else { u32::MAX };
        let distance = far(left, x)
            .min(far(top, y))
            .min(far(right, old_width - 1 - x))
            .min(far(bottom, old_height - 1 - y));
        let share =
            if distance < feathering { 1.0 - distance as f32 / feathering as f32 } else { 0.0 };
        Luma([(share * share * 255.0).round() as u8])
    });
    let padded = padded.collect();
    Ok(Made::several([Datum::Image(Arc::new(padded)), Datum::Mask(Arc::new(vec![mask]))]))
}

/// `ImageFlip`.
pub(super) fn flip(call: &mut Call<'_>) -> Result<Made, Halt> {
    let turn = flip_of(call.text("flip_method")?);
    Ok(Made::images(call.images("image")?.iter().map(turn).collect()))
}

/// `ImageRotate`: clockwise.
pub(super) fn rotate(call: &mut Call<'_>) -> Result<Made, Halt> {
    let turn = rotation_of(call.text("rotation")?);
    Ok(Made::images(call.images("image")?.iter().map(turn).collect()))
}

/// `GetImageSize`: width, height and number of pictures, also said to everyone.
pub(super) fn measure(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pictures = call.images("image")?;
    let ((width, height), count) = (pictures[0].dimensions(), pictures.len());
    call.stage.say(format!("width: {width}, height: {height}\n batch size: {count}"));
    Ok(Made::several([json!(width), json!(height), json!(count)].map(Datum::Json)))
}

/// What a way of flipping does to a picture.
pub(super) fn flip_of(method: &str) -> fn(&RgbImage) -> RgbImage {
    if method.starts_with('x') { imageops::flip_vertical } else { imageops::flip_horizontal }
}

/// What a clockwise rotation does to a picture.
pub(super) fn rotation_of(rotation: &str) -> fn(&RgbImage) -> RgbImage {
    match rotation {
        "90 degrees" => imageops::rotate90,
        "180 degrees" => imageops::rotate180,
        "270 degrees" => imageops::rotate270,
        _ => RgbImage::clone,
    }
}

/// A size of which an edge of 0 is to follow from the other, in the shape of `old`.
pub(super) fn complete((width, height): (u32, u32), old: (u32, u32)) -> (u32, u32) {
    let follow = |edge: u32, own: u32, other: u32| times(edge, f64::from(own) / f64::from(other));
    match (width, height) {
        (0, 0) => old,
        (0, height) => (follow(height, old.0, old.1), height),
        (width, 0) => (width, follow(width, old.1, old.0)),
        both => both,
    }
}

/// `edge` times `factor`, at least one pixel.
pub(super) fn times(edge: u32, factor: f64) -> u32 {
    (f64::from(edge) * factor).round().max(1.0) as u32
}

fn to_size(call: &Call<'_>, (width, height): (u32, u32), crop: bool) -> Result<Made, Halt> {
    let pictures = call.images("image")?;
    pixels::check_size(width, height, pictures.len())?;
    let scaling = pixels::filter(call.text("upscale_method")?);
    Ok(Made::images(
        pictures.iter().map(|picture| scale_to(picture, (width, height), scaling, crop)).collect(),
    ))
}

/// `picture` at another size; distorted, or cut to shape first.
pub(super) fn scale_to(
    picture: &RgbImage,
    (width, height): (u32, u32),
    scaling: Filter,
    crop: bool,
) -> RgbImage {
    if crop {
        let cropped = pixels::crop_to_proportions(picture, width, height);
        return pixels::resize(&cropped, width, height, scaling);
    }
    pixels::resize(picture, width, height, scaling)
}

/// A rectangle within `size`, as near as can be to the one that is wanted.
pub(super) fn inside(
    (x, y, width, height): (u32, u32, u32, u32),
    size: (u32, u32),
) -> (u32, u32, u32, u32) {
    let (x, y) = (x.min(size.0 - 1), y.min(size.1 - 1));
    (x, y, width.min(size.0 - x), height.min(size.1 - y))
}

/// Refuses a rectangle without area; definitions do, so this is for links.
pub(super) fn check_area(width: u32, height: u32) -> Result<(), Failure> {
    if width == 0 || height == 0 {
        return Err(Failure::new(
            "ValueError",
            format!("nothing is left of a crop to {width}×{height}"),
        ));
    }
    Ok(())
}
