//! More ways to another size, and pictures side by side.

use std::sync::Arc;

use image::{GrayImage, Luma, Rgb, RgbImage, imageops};
use scale::Filter;

use super::sizes::{scale_to, times};
use super::{Call, Datum, Failure, Halt};
use crate::pixels;
use crate::run::Made;

/// A size that is made of another.
type Resize = ((u32, u32), bool);

/// `ResizeImageMaskNode`: pictures or masks, in the way that is chosen.
pub(super) fn resize(call: &mut Call<'_>) -> Result<Made, Halt> {
    let scaling = pixels::filter(call.text("scale_method")?);
    let input = call.any("input")?.clone();
    Ok(Made::one(match &input {
        Datum::Mask(masks) if !masks.is_empty() => {
            let ((width, height), _) = wanted(call, masks[0].dimensions())?;
            pixels::check_size(width, height, masks.len())?;
            let resized = masks.iter().map(|mask| pixels::resize_mask(mask, width, height));
            Datum::Mask(Arc::new(resized.collect()))
        }
        _ => {
            let pictures = call.images("input")?;
            let (size, crop) = wanted(call, pictures[0].dimensions())?;
            pixels::check_size(size.0, size.1, pictures.len())?;
            let resized = pictures.iter().map(|picture| scale_to(picture, size, scaling, crop));
            Datum::Image(Arc::new(resized.collect()))
        }
    }))
}

/// The size that is wanted, and whether the shape is cut to it.
fn wanted(call: &Call<'_>, old: (u32, u32)) -> Result<Resize, Failure> {
    let by = |factor: f64| ((times(old.0, factor), times(old.1, factor)), false);
    let part = |name: &str| format!("resize_type.{name}");
    let count = |name: &str| call.count(&part(name)).map(|count| count.max(1));
    let to = |edge: u32, of: u32| by(f64::from(edge) / f64::from(of));
    Ok(match call.text("resize_type")? {
        "scale dimensions" => {
            let size = (call.count(&part("width"))?, call.count(&part("height"))?);
            (super::sizes::complete(size, old), call.text(&part("crop"))? == "center")
        }
        "scale by multiplier" => by(f64::from(call.float(&part("multiplier"))?)),
        "scale longer dimension" => to(count("longer_size")?, old.0.max(old.1)),
        "scale shorter dimension" => to(count("shorter_size")?, old.0.min(old.1)),
        "scale width" => to(count("width")?, old.0),
        "scale height" => to(count("height")?, old.1),
        "scale total pixels" => {
            let area = f64::from(call.float(&part("megapixels"))?) * 1024.0 * 1024.0;
            by((area / (f64::from(old.0) * f64::from(old.1))).sqrt())
        }
        "match size" => {
            let size = match call.any(&part("match"))? {
                Datum::Mask(masks) if !masks.is_empty() => masks[0].dimensions(),
                _ => call.images(&part("match"))?[0].dimensions(),
            };
            (size, call.text(&part("crop"))? == "center")
        }
        "scale to multiple" => {
            let step = count("multiple")?;
            let whole = |edge: u32| (edge / step * step).max(step);
            ((whole(old.0), whole(old.1)), true)
        }
        other => {
            let message = format!("there is no way of resizing called {other}");
            return Err(Failure::new("ValueError", message));
        }
    })
}

/// `ResizeImagesByLongerEdge`.
pub(super) fn by_longer_edge(call: &mut Call<'_>) -> Result<Made, Halt> {
    let edge = f64::from(call.count("longer_edge")?.max(1));
    each(call, "images", |(width, height)| {
        let factor = edge / f64::from(width.max(height));
        (times(width, factor), times(height, factor))
    })
}

/// `FluxKontextImageScale`: about a megapixel, edges in steps of 16.
pub(super) fn to_megapixel(call: &mut Call<'_>) -> Result<Made, Halt> {
    each(call, "image", |(width, height)| {
        let factor = (1024.0 * 1024.0 / (f64::from(width) * f64::from(height))).sqrt() / 16.0;
        (times(width, factor) * 16, times(height, factor) * 16)
    })
}

/// `ResizeAndPadImage`: whole, with bars of one colour; of a film as many pictures as are held.
pub(super) fn pad(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (width, height) = (call.count("target_width")?, call.count("target_height")?);
    let pictures = call.images("image")?;
    pixels::check_size(width, height, 1)?;
    let level = if call.text("padding_color")? == "white" { 255 } else { 0 };
    let scaling = pixels::filter(call.text("interpolation")?);
    let held = pictures.iter().take(pixels::room((width, height)));
    let padded = held.map(|picture| {
        let across = f64::from(width) / f64::from(picture.width());
        let factor = across.min(f64::from(height) / f64::from(picture.height()));
        let size = (times(picture.width(), factor), times(picture.height(), factor));
        let mut padded = RgbImage::from_pixel(width, height, Rgb([level; 3]));
        let (x, y) = (width.saturating_sub(size.0) / 2, height.saturating_sub(size.1) / 2);
        let whole = pixels::resize(picture, size.0, size.1, scaling);
        imageops::replace(&mut padded, &whole, x.into(), y.into());
        padded
    });
    Ok(Made::images(padded.collect()))
}

/// `BatchImagesNode`: all that are given, at the size of the first.
pub(super) fn batch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let mut all: Vec<RgbImage> = Vec::new();
    for datum in call.grown("images") {
        let Datum::Image(pictures) = datum else { continue };
        let Some(size) = all.first().or(pictures.first()).map(RgbImage::dimensions) else {
            continue;
        };
        pixels::check_size(size.0, size.1, all.len() + pictures.len())?;
        all.extend(pictures.iter().map(|picture| scale_to(picture, size, Filter::Lanczos, true)));
    }
    if all.is_empty() {
        return Err(Failure::new("ValueError", "there are no pictures to put together").into());
    }
    Ok(Made::images(all))
}

/// `ImageStitch`: the second beside the first, with a bar between them.
pub(super) fn stitch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let first = call.images("image1")?;
    if !call.has("image2") {
        return Ok(Made::images(first.to_vec()));
    }
    let second = call.images("image2")?;
    let (direction, bar) = (call.text("direction")?, call.count("spacing_width")?);
    let (beside, after) =
        (matches!(direction, "left" | "right"), matches!(direction, "right" | "down"));
    let colour = colour(call.text("spacing_color")?);
    let same = call.flag("match_image_size")?;
    let size = second[0].dimensions();
    let other = if same { matched(size, first[0].dimensions(), beside) } else { size };
    let (one, (width, height)) = (first[0].dimensions(), other);
    let whole = if beside {
        (one.0 + bar + width, one.1.max(height))
    } else {
        (one.0.max(width), one.1 + bar + height)
    };
    let count = first.len().max(second.len());
    pixels::check_size(whole.0, whole.1, count)?;
    let pairs = first.iter().cycle().zip(second.iter().cycle()).take(count);
    let stitched = pairs.map(|(one, two)| {
        let two = pixels::resize(two, width, height, Filter::Lanczos);
        let (near, far) = if after { (one, &two) } else { (&two, one) };
        let mut stitched = RgbImage::from_pixel(whole.0, whole.1, colour);
        let (x, y) = if beside { (near.width() + bar, 0) } else { (0, near.height() + bar) };
        imageops::replace(&mut stitched, near, 0, 0);
        imageops::replace(&mut stitched, far, x.into(), y.into());
        stitched
    });
    Ok(Made::images(stitched.collect()))
}

/// A size in its own shape, with the edge of another that they share.
fn matched(size: (u32, u32), other: (u32, u32), beside: bool) -> (u32, u32) {
    let (own, wanted) = if beside { (size.1, other.1) } else { (size.0, other.0) };
    let factor = f64::from(wanted) / f64::from(own);
    (times(size.0, factor), times(size.1, factor))
}

fn colour(name: &str) -> Rgb<u8> {
    Rgb(match name {
        "black" => [0; 3],
        "red" => [255, 0, 0],
        "green" => [0, 255, 0],
        "blue" => [0, 0, 255],
        _ => [255; 3],
    })
}

/// `Canny`: where the light changes, in white.
pub(super) fn edges(call: &mut Call<'_>) -> Result<Made, Halt> {
    let limit = call.float("low_threshold")? * 255.0;
    let drawn = call.images("image")?.iter().map(|picture| {
        let grey = imageops::grayscale(picture);
        let (width, height) = grey.dimensions();
        let at = |x: u32, y: u32| f32::from(grey.get_pixel(x.min(width - 1), y.min(height - 1))[0]);
        let lines = GrayImage::from_fn(width, height, |x, y| {
            let change = (at(x + 1, y) - at(x, y)).hypot(at(x, y + 1) - at(x, y));
            Luma([if change * 4.0 > limit { 255 } else { 0 }])
        });
        pixels::to_rgb(&lines)
    });
    Ok(Made::images(drawn.collect()))
}

/// Every picture at the size that is made of its own.
fn each(
    call: &Call<'_>,
    input: &str,
    size: impl Fn((u32, u32)) -> (u32, u32),
) -> Result<Made, Halt> {
    let pictures = call.images(input)?;
    let (width, height) = size(pictures[0].dimensions());
    pixels::check_size(width, height, pictures.len())?;
    let resized = pictures.iter().map(|one| pixels::resize(one, width, height, Filter::Lanczos));
    Ok(Made::images(resized.collect()))
}
