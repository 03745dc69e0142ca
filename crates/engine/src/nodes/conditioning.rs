//! What the words say.

use std::sync::Arc;

use super::datum::{Conditioning, Content, Latent};
use super::{Call, Datum, Halt, latents};
use crate::run::Made;

/// `CLIPTextEncode`: the words themselves.
pub(super) fn encode(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.thing("clip", "CLIP")?;
    Ok(words(call.text("text")?.to_owned()))
}

/// `ConditioningCombine`: the words of both.
pub(super) fn combine(call: &mut Call<'_>) -> Result<Made, Halt> {
    join(call, "conditioning_1", "conditioning_2")
}

/// `ConditioningConcat`: the words of both.
pub(super) fn concat(call: &mut Call<'_>) -> Result<Made, Halt> {
    join(call, "conditioning_to", "conditioning_from")
}

/// `ConditioningAverage`: words have no middle, so those of the stronger; of
/// both, when neither is clearly stronger.
pub(super) fn average(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (to, from) =
        (call.conditioning("conditioning_to")?, call.conditioning("conditioning_from")?);
    match call.float("conditioning_to_strength")? {
        strength if strength >= 0.75 => Ok(words(to.text.clone())),
        strength if strength <= 0.25 => Ok(words(from.text.clone())),
        _ => join(call, "conditioning_to", "conditioning_from"),
    }
}

/// `ConditioningZeroOut`: no words.
pub(super) fn zero_out(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.conditioning("conditioning")?;
    Ok(words(String::new()))
}

/// `InpaintModelConditioning`: the words as they are, and the picture with its
/// mask as a latent.
pub(super) fn inpaint(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.thing("vae", "VAE")?;
    let positive = call.conditioning("positive")?.clone();
    let negative = call.conditioning("negative")?.clone();
    let pictures = latents::fit_to_grid(call.images("pixels")?);
    let mask = if call.flag("noise_mask")? { Some(call.masks("mask")?.clone()) } else { None };
    let (width, height) = pictures[0].dimensions();
    let content = Content::Pictures(pictures);
    let latent = Latent { width, height, frames: 1, content, mask };
    Ok(Made::several([
        Datum::Conditioning(positive),
        Datum::Conditioning(negative),
        Datum::Latent(Arc::new(latent)),
    ]))
}

fn join(call: &Call<'_>, first: &str, second: &str) -> Result<Made, Halt> {
    let texts = [&call.conditioning(first)?.text, &call.conditioning(second)?.text];
    let texts: Vec<_> =
        texts.into_iter().filter(|text| !text.trim().is_empty()).map(String::as_str).collect();
    Ok(words(texts.join(", ")))
}

fn words(text: String) -> Made {
    Made::one(Datum::Conditioning(Arc::new(Conditioning { text })))
}
