//! Samplers: here the painter works.

use std::sync::Arc;

use bytes::Bytes;
use comfy::message::ImageFormat;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageEncoder, RgbImage};

use super::datum::{Content, Latent};
use super::{Call, Failure, Halt};
use crate::pixels;
use crate::run::Made;
use painter::{Brief, Painting};

/// The longer edge of a preview, in pixels; smaller pictures are enlarged.
const PREVIEW_EDGE: u32 = 512;

/// JPEG quality of previews.
const PREVIEW_QUALITY: u8 = 85;

/// What both samplers take.
struct Task {
    seed: u64,
    denoise: f32,
    /// Of `steps`, those from `start` up to `end` are taken.
    steps: u32,
    start: u32,
    end: u32,
}

/// `KSampler`.
pub(super) fn sample(call: &mut Call<'_>) -> Result<Made, Halt> {
    let steps = call.count("steps")?;
    let (seed, denoise) = (call.seed("seed")?, call.float("denoise")?);
    paint(call, &Task { seed, denoise, steps, start: 0, end: steps })
}

/// `KSamplerAdvanced`: some of the steps. Without added noise it goes on where
/// another sampler left off.
pub(super) fn sample_part(call: &mut Call<'_>) -> Result<Made, Halt> {
    let steps = call.count("steps")?;
    let end = u32::try_from(call.int("end_at_step")?).unwrap_or(u32::MAX).min(steps);
    let start = u32::try_from(call.int("start_at_step")?).unwrap_or(u32::MAX).min(end);
    let seed = call.seed("noise_seed")?;
    // The later it starts, the more of a given picture it keeps.
    let denoise = (steps - start) as f32 / steps.max(1) as f32;
    paint(call, &Task { seed, denoise, steps, start, end })
}

fn paint(call: &mut Call<'_>, task: &Task) -> Result<Made, Halt> {
    let latent = call.latent("latent_image")?.clone();
    pixels::check_size(latent.width, latent.height, latent.count() as usize)?;
    let taken = task.end - task.start;
    if taken == 0 || task.denoise <= 0.0 {
        return Ok(Made::latent(Latent::clone(&latent)));
    }
    let mut paintings = Vec::new();
    for index in 0..latent.count() {
        paintings.push(Painting::new(brief(call, task, &latent, index)?));
        call.stage.check()?;
    }
    let previews = call.stage.wants_previews();
    for done in 1..=taken {
        for painting in &mut paintings {
            painting.step();
            call.stage.check()?;
        }
        let picture =
            if previews { Some(jpeg(&paintings[0].preview(PREVIEW_EDGE))?) } else { None };
        call.stage.tell(done, taken, picture);
        call.stage.end_step()?;
    }
    let pictures = paintings.into_iter().map(Painting::finish).collect();
    let content = Content::Pictures(Arc::new(pictures));
    Ok(Made::latent(Latent { content, ..Latent::clone(&latent) }))
}

/// What the painter is told of one picture of a batch.
fn brief(call: &Call<'_>, task: &Task, latent: &Latent, index: u32) -> Result<Brief, Failure> {
    let styles = &call.model("model")?.styles;
    let words = std::iter::once(&call.conditioning("positive")?.text).chain(styles);
    let words: Vec<_> = words.map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    Ok(Brief {
        prompt: words.join(", "),
        negative: call.conditioning("negative")?.text.clone(),
        seed: task.seed.wrapping_add(u64::from(index)),
        width: latent.width,
        height: latent.height,
        steps: task.steps,
        cfg: call.float("cfg")?,
        denoise: task.denoise,
        start_step: task.start,
        init: initial(latent, index),
        mask: mask(latent, index),
    })
}

fn initial(latent: &Latent, index: u32) -> Option<RgbImage> {
    match &latent.content {
        Content::Empty(_) => None,
        Content::Pictures(pictures) => pictures.get(index as usize).cloned(),
    }
}

fn mask(latent: &Latent, index: u32) -> Option<GrayImage> {
    let masks = latent.mask.as_ref().filter(|masks| !masks.is_empty())?;
    let mask = &masks[index as usize % masks.len()];
    Some(pixels::resize_mask(mask, latent.width, latent.height))
}

fn jpeg(picture: &RgbImage) -> Result<(ImageFormat, Bytes), Failure> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    JpegEncoder::new_with_quality(&mut bytes, PREVIEW_QUALITY)
        .write_image(picture, width, height, image::ExtendedColorType::Rgb8)
        .map_err(|error| {
            Failure::new("RuntimeError", format!("the preview cannot be encoded: {error}"))
        })?;
    Ok((ImageFormat::Jpeg, bytes.into()))
}
