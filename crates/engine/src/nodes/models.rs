//! Models that change what is painted, and the one that is real: upscaling.

use std::sync::Arc;

use scale::Filter;

use super::datum::Model;
use super::filters::{gaussian, sharpen_by};
use super::{Call, Datum, Halt};
use crate::pixels;
use crate::run::Made;

/// How strongly enlarged pictures are sharpened.
const UPSCALE_DETAIL: f32 = 0.6;

/// `LoraLoader` and `LoraLoaderModelOnly`: the style in its name is added to
/// every prompt, unless the strength is nothing or less.
pub(super) fn lora(call: &mut Call<'_>) -> Result<Made, Halt> {
    let mut model = Model::clone(call.model("model")?);
    let name = call.text("lora_name")?;
    let style = name.trim_end_matches(".safetensors").rsplit('-').next().unwrap_or(name);
    if call.float("strength_model")? > 0.0 {
        model.styles.push(style.into());
    }
    let mut outputs = vec![Datum::Model(Arc::new(model))];
    if call.has("clip") {
        outputs.push(call.any("clip")?.clone());
    }
    Ok(Made::several(outputs))
}

/// `UpscaleModelLoader`: the factor is in the name.
pub(super) fn upscaler(call: &mut Call<'_>) -> Result<Made, Halt> {
    let factor = if call.text("model_name")?.contains("4x") { 4 } else { 2 };
    Ok(Made::one(Datum::Upscaler { factor }))
}

/// `ImageUpscaleWithModel`: enlarged with Lanczos, then sharpened as far as
/// enlarging softened. Shows its progress picture by picture.
pub(super) fn upscale(call: &mut Call<'_>) -> Result<Made, Halt> {
    let factor = call.upscale_factor("upscale_model")?;
    let pictures = call.images("image")?.clone();
    let (width, height) = pictures[0].dimensions();
    let (width, height) = (width.saturating_mul(factor), height.saturating_mul(factor));
    pixels::check_size(width, height, pictures.len())?;
    let kernel = gaussian(factor, factor as f32 / 2.0);
    let mut enlarged = Vec::with_capacity(pictures.len());
    for (done, picture) in pictures.iter().enumerate() {
        let large = pixels::resize(picture, width, height, Filter::Lanczos);
        enlarged.push(sharpen_by(&large, &kernel, UPSCALE_DETAIL));
        call.stage.tell(done as u32 + 1, pictures.len() as u32, None);
        call.stage.end_step()?;
    }
    Ok(Made::images(enlarged))
}
