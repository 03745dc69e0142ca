//! Changing the look of pictures.

use image::RgbImage;

use super::{Call, Halt};
use crate::pixels;
use crate::run::Made;

/// `ImageInvert`.
pub(super) fn invert(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pictures = call.images("image")?;
    Ok(Made::images(
        pictures.iter().map(|picture| pixels::map(picture, |channel| 255 - channel)).collect(),
    ))
}

/// `ImageBlur`: a Gaussian of `sigma`, cut off at `blur_radius`.
pub(super) fn blur(call: &mut Call<'_>) -> Result<Made, Halt> {
    let kernel = gaussian(call.count("blur_radius")?, call.float("sigma")?);
    let pictures = call.images("image")?;
    Ok(Made::images(pictures.iter().map(|picture| convolve(picture, &kernel)).collect()))
}

/// `ImageSharpen`: away from the blurred picture, by `alpha`.
pub(super) fn sharpen(call: &mut Call<'_>) -> Result<Made, Halt> {
    let kernel = gaussian(call.count("sharpen_radius")?, call.float("sigma")?);
    let alpha = call.float("alpha")?;
    let sharpened = call.images("image")?.iter().map(|picture| sharpen_by(picture, &kernel, alpha));
    Ok(Made::images(sharpened.collect()))
}

/// `picture` with its details strengthened.
pub(super) fn sharpen_by(picture: &RgbImage, kernel: &[f32], alpha: f32) -> RgbImage {
    pixels::combine(picture, &convolve(picture, kernel), |sharp, soft| {
        let (sharp, soft) = (f32::from(sharp), f32::from(soft));
        (sharp + (sharp - soft) * alpha).round().clamp(0.0, 255.0) as u8
    })
}

/// One half of a Gaussian, from its middle outwards, of sum 1 when mirrored.
pub(super) fn gaussian(radius: u32, sigma: f32) -> Vec<f32> {
    let weight = |distance: u32| (-0.5 * (distance as f32 / sigma).powi(2)).exp();
    let half: Vec<_> = (0..=radius).map(weight).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
    half.iter().map(|weight| weight / sum).collect()
}

/// Blurs in both directions, one after the other. Edges are mirrored.
fn convolve(picture: &RgbImage, kernel: &[f32]) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let plane: Vec<f32> = picture.iter().map(|channel| f32::from(*channel)).collect();
    let across = smear(&plane, (width, 3), kernel);
    let down = smear(&across, (height, width * 3), kernel);
    let mut blurred = picture.clone();
    for (channel, level) in blurred.iter_mut().zip(down) {
        *channel = level.round().clamp(0.0, 255.0) as u8;
    }
    blurred
}

/// Weighs every value with its neighbours along lines of `length` values that
/// are `stride` apart.
fn smear(plane: &[f32], (length, stride): (usize, usize), kernel: &[f32]) -> Vec<f32> {
    let mut smeared = vec![0.0; plane.len()];
    for line in (0..plane.len()).step_by(length * stride) {
        for at in 0..length {
            let to = line + at * stride;
            for (distance, weight) in kernel.iter().enumerate() {
                let sides = if distance == 0 { 1 } else { 2 };
                for side in 0..sides {
                    let step = if side == 0 { distance as i64 } else { -(distance as i64) };
                    let from = line + mirror(at as i64 + step, length) * stride;
                    for channel in 0..stride {
                        smeared[to + channel] += plane[from + channel] * weight;
                    }
                }
            }
        }
    }
    smeared
}

/// The place within `0..length` that a place outside is the mirror image of.
fn mirror(at: i64, length: usize) -> usize {
    let last = length as i64 - 1;
    if last == 0 {
        return 0;
    }
    let folded = at.rem_euclid(2 * last);
    folded.min(2 * last - folded) as usize
}
