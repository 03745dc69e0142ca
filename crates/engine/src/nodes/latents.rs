//! Latents: pictures that are yet to be painted, or painted over.
//!
//! A latent space has one value for 8×8 pixels, so sizes are multiples of 8.

use std::sync::Arc;

use image::{Rgb, RgbImage, imageops};
use scale::Filter;

use super::datum::{Content, Latent, Pictures};
use super::{Call, Halt, masks, mixing, sizes};
use crate::pixels;
use crate::run::Made;

/// Pixels of one edge that one value stands for.
const CELL: u32 = 8;

/// The grey of a latent that nothing was painted into.
const NOTHING: Rgb<u8> = Rgb([127; 3]);

/// `EmptyLatentImage`, `EmptySD3LatentImage`.
pub(super) fn empty(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (width, height) = to_grid(call.count("width")?, call.count("height")?);
    let count = call.count("batch_size")?;
    pixels::check_size(width, height, count as usize)?;
    let content = Content::Empty(count);
    Ok(Made::latent(Latent { width, height, frames: 1, content, mask: None }))
}

/// `VAEEncode`, `VAEEncodeTiled`.
pub(super) fn encode(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.thing("vae", "VAE")?;
    Ok(Made::latent(of_pictures(fit_to_grid(call.images("pixels")?))))
}

/// `VAEEncodeForInpaint`: what the mask covers, and a little around it, is to
/// be painted.
pub(super) fn encode_for_inpaint(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.thing("vae", "VAE")?;
    let grow = call.int("grow_mask_by")?;
    let latent = of_pictures(fit_to_grid(call.images("pixels")?));
    let grown = call.masks("mask")?.iter().map(|mask| {
        let mask = pixels::resize_mask(mask, latent.width, latent.height);
        masks::grow_by(&mask, grow, false)
    });
    let mask = Some(Arc::new(grown.collect()));
    Ok(Made::latent(Latent { mask, ..latent }))
}

/// `VAEDecode`, `VAEDecodeTiled`. A film goes slowly into each of its pictures.
pub(super) fn decode(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.thing("vae", "VAE")?;
    let latent = call.latent("samples")?;
    let nothing = || RgbImage::from_pixel(latent.width, latent.height, NOTHING);
    let pictures = match &latent.content {
        Content::Pictures(pictures) => pictures.to_vec(),
        Content::Empty(count) => vec![nothing(); *count as usize],
        Content::Sound { .. } => vec![nothing()],
    };
    if latent.frames == 1 {
        return Ok(Made::images(pictures));
    }
    let frames = pictures
        .iter()
        .flat_map(|picture| (0..latent.frames).map(|frame| nearer(picture, frame, latent.frames)));
    Ok(Made::images(frames.collect()))
}

/// What is seen of a picture in frame `frame` of `frames`: at last a tenth less than all of it.
fn nearer(picture: &RgbImage, frame: u32, frames: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let cut = |edge: u32| (edge / 20 * frame / frames).min((edge - 1) / 2);
    let (x, y) = (cut(width), cut(height));
    let part = imageops::crop_imm(picture, x, y, width - 2 * x, height - 2 * y).to_image();
    pixels::resize(&part, width, height, Filter::Triangle)
}

/// `SetLatentNoiseMask`: only what the mask covers is to be painted.
pub(super) fn set_noise_mask(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = Latent::clone(call.latent("samples")?);
    let mask = Some(call.masks("mask")?.clone());
    Ok(Made::latent(Latent { mask, ..latent }))
}

/// `LatentUpscale`: to a size; an edge of 0 follows from the other.
pub(super) fn upscale(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = call.latent("samples")?;
    let size = sizes::complete(
        (call.count("width")?, call.count("height")?),
        (latent.width, latent.height),
    );
    let crop = call.text("crop")? == "center";
    to_size(call, size, crop)
}

/// `LatentUpscaleBy`: by a factor.
pub(super) fn upscale_by(call: &mut Call<'_>) -> Result<Made, Halt> {
    let factor = f64::from(call.float("scale_by")?);
    let latent = call.latent("samples")?;
    to_size(call, (sizes::times(latent.width, factor), sizes::times(latent.height, factor)), false)
}

/// `RepeatLatentBatch`: all, several times.
pub(super) fn repeat(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = call.latent("samples")?;
    let amount = call.count("amount")?;
    let count = latent.count().saturating_mul(amount);
    pixels::check_size(latent.width, latent.height, count as usize)?;
    let content = match &latent.content {
        Content::Empty(_) => Content::Empty(count),
        sound @ Content::Sound { .. } => sound.clone(),
        Content::Pictures(pictures) => {
            Content::Pictures(Arc::new(vec![&pictures[..]; amount as usize].concat()))
        }
    };
    Ok(Made::latent(Latent { content, ..Latent::clone(latent) }))
}

/// `LatentFromBatch`: some of them.
pub(super) fn from_batch(call: &mut Call<'_>) -> Result<Made, Halt> {
    let latent = call.latent("samples")?;
    let range =
        mixing::pick(latent.count() as usize, call.int("batch_index")?, call.count("length")?);
    let content = match &latent.content {
        Content::Empty(_) => Content::Empty(range.len() as u32),
        sound @ Content::Sound { .. } => sound.clone(),
        Content::Pictures(pictures) => Content::Pictures(Arc::new(pictures[range].to_vec())),
    };
    Ok(Made::latent(Latent { content, ..Latent::clone(latent) }))
}

/// `LatentFlip`.
pub(super) fn flip(call: &mut Call<'_>) -> Result<Made, Halt> {
    let turn = sizes::flip_of(call.text("flip_method")?);
    Ok(Made::latent(turned(call.latent("samples")?, turn)))
}

/// `LatentRotate`.
pub(super) fn rotate(call: &mut Call<'_>) -> Result<Made, Halt> {
    let rotation = call.text("rotation")?;
    let latent = call.latent("samples")?;
    let mut rotated = turned(latent, sizes::rotation_of(rotation));
    if matches!(rotation, "90 degrees" | "270 degrees") {
        (rotated.width, rotated.height) = (latent.height, latent.width);
    }
    Ok(Made::latent(rotated))
}

/// Cut to multiples of a cell, from the middle.
pub(super) fn fit_to_grid(pictures: &Pictures) -> Pictures {
    let (old_width, old_height) = pictures[0].dimensions();
    let (width, height) = to_grid(old_width, old_height);
    if (width, height) == (old_width, old_height) {
        return pictures.clone();
    }
    let cut = pictures.iter().map(|picture| {
        if old_width < width || old_height < height {
            // Smaller than one cell: there is nothing to cut.
            return pixels::resize(picture, width, height, Filter::Triangle);
        }
        let (x, y) = ((old_width - width) / 2, (old_height - height) / 2);
        imageops::crop_imm(picture, x, y, width, height).to_image()
    });
    Arc::new(cut.collect())
}

fn of_pictures(pictures: Pictures) -> Latent {
    let (width, height) = pictures[0].dimensions();
    Latent { width, height, frames: 1, content: Content::Pictures(pictures), mask: None }
}

fn to_size(call: &Call<'_>, (width, height): (u32, u32), crop: bool) -> Result<Made, Halt> {
    let latent = call.latent("samples")?;
    let (width, height) = to_grid(width, height);
    pixels::check_size(width, height, latent.count() as usize)?;
    let scaling = pixels::filter(call.text("upscale_method")?);
    let content = match &latent.content {
        other @ (Content::Empty(_) | Content::Sound { .. }) => other.clone(),
        Content::Pictures(pictures) => {
            let scaled = pictures
                .iter()
                .map(|picture| sizes::scale_to(picture, (width, height), scaling, crop));
            Content::Pictures(Arc::new(scaled.collect()))
        }
    };
    let mask = latent.mask.clone();
    Ok(Made::latent(Latent { width, height, content, mask, frames: latent.frames }))
}

fn turned(latent: &Latent, turn: fn(&RgbImage) -> RgbImage) -> Latent {
    let content = match &latent.content {
        other @ (Content::Empty(_) | Content::Sound { .. }) => other.clone(),
        Content::Pictures(pictures) => {
            Content::Pictures(Arc::new(pictures.iter().map(turn).collect()))
        }
    };
    Latent { content, ..latent.clone() }
}

pub(super) fn to_grid(width: u32, height: u32) -> (u32, u32) {
    let edge = |edge: u32| (edge / CELL * CELL).max(CELL);
    (edge(width), edge(height))
}
