//! Samplers: here the painter works.

use std::sync::Arc;

use bytes::Bytes;
use comfy::message::ImageFormat;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageEncoder, RgbImage};

use super::datum::{Content, Guider, Latent};
use super::{Call, Failure, Halt};
use crate::pixels;
use crate::run::Made;
use painter::{Brief, Painting};

/// The longer edge of a preview, in pixels; smaller pictures are enlarged.
const PREVIEW_EDGE: u32 = 512;

/// JPEG quality of previews.
const PREVIEW_QUALITY: u8 = 85;

/// What every sampler is told.
pub(super) struct Task {
    pub(super) seed: u64,
    pub(super) denoise: f32,
    /// Of `steps`, those from `start` up to `end` are taken.
    pub(super) steps: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Guider {
    /// What a sampler follows that is told all of it itself.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Failure> {
        Ok(Self {
            model: call.model("model")?.clone(),
            positive: call.conditioning("positive")?.clone(),
            negative: call.conditioning("negative")?.clone(),
            cfg: call.float("cfg")?,
        })
    }
}

/// `KSampler`.
pub(super) fn sample(call: &mut Call<'_>) -> Result<Made, Halt> {
    let steps = call.count("steps")?;
    let (seed, denoise) = (call.seed("seed")?, call.float("denoise")?);
    let guider = Guider::of(call)?;
    paint(call, &Task { seed, denoise, steps, start: 0, end: steps }, &guider)
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
    let guider = Guider::of(call)?;
    paint(call, &Task { seed, denoise, steps, start, end }, &guider)
}

/// Takes the steps, on the latent that the call is given.
pub(super) fn paint(call: &mut Call<'_>, task: &Task, guider: &Guider) -> Result<Made, Halt> {
    let latent = call.latent("latent_image")?.clone();
    if let Content::Sound { seconds, .. } = latent.content {
        return compose(call, task, (&latent, seconds), guider);
    }
    pixels::check_size(latent.width, latent.height, latent.count() as usize)?;
    let taken = task.end - task.start;
    if taken == 0 || task.denoise <= 0.0 {
        return Ok(Made::latent(Latent::clone(&latent)));
    }
    let mut paintings = Vec::new();
    for index in 0..latent.count() {
        paintings.push(Painting::new(brief(task, guider, (&latent, index))));
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

/// A sound is not painted: its tune is drawn from the words and the seed.
fn compose(
    call: &mut Call<'_>,
    task: &Task,
    (latent, seconds): (&Latent, f32),
    guider: &Guider,
) -> Result<Made, Halt> {
    let taken = task.end - task.start;
    for done in 1..=taken {
        call.stage.tell(done, taken, None);
        call.stage.end_step()?;
    }
    let words = blake3::hash(guider.positive.text.as_bytes());
    let drawn = words.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let content = Content::Sound { seconds, tune: drawn ^ task.seed };
    Ok(Made::latent(Latent { content, ..latent.clone() }))
}

/// What the painter is told of one picture of a batch.
fn brief(task: &Task, guider: &Guider, (latent, index): (&Latent, u32)) -> Brief {
    let words = std::iter::once(&guider.positive.text).chain(&guider.model.styles);
    let words: Vec<_> = words.map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    Brief {
        prompt: words.join(", "),
        negative: guider.negative.text.clone(),
        seed: task.seed.wrapping_add(u64::from(index)),
        width: latent.width,
        height: latent.height,
        steps: task.steps,
        cfg: guider.cfg,
        denoise: task.denoise,
        start_step: task.start,
        init: initial(latent, index),
        mask: mask(latent, index),
    }
}

fn initial(latent: &Latent, index: u32) -> Option<RgbImage> {
    match &latent.content {
        Content::Empty(_) | Content::Sound { .. } => None,
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
