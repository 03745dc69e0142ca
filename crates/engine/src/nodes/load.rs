//! Reading pictures from files.

use std::sync::Arc;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Luma};

use super::{Call, Datum, Failure, Halt};
use crate::pixels;
use crate::run::Made;

/// Bytes that decoding may take.
const MAX_ALLOC: u64 = 256 << 20;

/// `LoadImage`: the picture, and a mask of what is transparent.
pub(super) fn image(call: &mut Call<'_>) -> Result<Made, Halt> {
    let picture = open(call)?;
    let mask = if picture.color().has_alpha() {
        channel(&picture, 3, true)
    } else {
        // As ComfyUI has it: nothing is transparent in 64×64.
        GrayImage::new(64, 64)
    };
    // Transparency is dropped, not blended, so what it hid is there again.
    let picture = vec![picture.to_rgb8()];
    Ok(Made::several([Datum::Image(Arc::new(picture)), Datum::Mask(Arc::new(vec![mask]))]))
}

/// `LoadImageMask`: one channel as a mask; of alpha, what is transparent.
pub(super) fn mask(call: &mut Call<'_>) -> Result<Made, Halt> {
    let picture = open(call)?;
    let mask = match call.text("channel")? {
        "alpha" if !picture.color().has_alpha() => GrayImage::new(64, 64),
        "alpha" => channel(&picture, 3, true),
        "green" => channel(&picture, 1, false),
        "blue" => channel(&picture, 2, false),
        _ => channel(&picture, 0, false),
    };
    Ok(Made::masks(vec![mask]))
}

/// Reads the file that `image` names, upright, within limits.
fn open(call: &Call<'_>) -> Result<DynamicImage, Failure> {
    let name = call.text("image")?;
    let path = call.stage.folders().find_named(name);
    let path = path.map_err(|error| Failure::new("FileNotFoundError", format!("{name}: {error}")))?;
    let unreadable = |reason: String| Failure::new("PIL.UnidentifiedImageError", format!("cannot read the picture {name}: {reason}"));

    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
    let mut reader = reader.map_err(|error| unreadable(error.to_string()))?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(error.to_string()))?;
    let (width, height) = decoder.dimensions();
    pixels::check_size(width, height, 1)?;
    let orientation = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(error.to_string()))?;
    if let Ok(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn channel(picture: &DynamicImage, index: usize, inverted: bool) -> GrayImage {
    let picture = picture.to_rgba8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let level = picture.get_pixel(x, y)[index];
        Luma([if inverted { 255 - level } else { level }])
    })
}
