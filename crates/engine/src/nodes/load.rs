//! Reading pictures from files.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;

use image::{DynamicImage, GrayImage, Luma};

use super::{Call, Datum, Failure, Halt};
use crate::pixels;
use crate::run::Made;

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

/// The content of the file that an input names.
pub(super) fn file(call: &Call<'_>, input: &str) -> Result<Vec<u8>, Failure> {
    let name = call.text(input)?;
    let unreadable =
        |why: &dyn Display| Failure::new("FileNotFoundError", format!("{name}: {why}"));
    let path = call.stage.folders().find_named(name).map_err(|error| unreadable(&error))?;
    let mut content = Vec::new();
    let read = File::open(path).and_then(|mut file| file.read_to_end(&mut content));
    read.map_err(|error| unreadable(&error))?;
    Ok(content)
}

/// Reads the file that `image` names.
fn open(call: &Call<'_>) -> Result<DynamicImage, Failure> {
    let name = call.text("image")?;
    let path = call.stage.folders().find_named(name);
    let path =
        path.map_err(|error| Failure::new("FileNotFoundError", format!("{name}: {error}")))?;
    let picture = File::open(path).map_err(image::ImageError::from);
    let picture =
        picture.and_then(|file| pixels::decode(BufReader::new(file))).map_err(|error| {
            Failure::new(
                "PIL.UnidentifiedImageError",
                format!("cannot read the picture {name}: {error}"),
            )
        })?;
    pixels::check_size(picture.width(), picture.height(), 1)?;
    Ok(picture)
}

fn channel(picture: &DynamicImage, index: usize, inverted: bool) -> GrayImage {
    let picture = picture.to_rgba8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let level = picture.get_pixel(x, y)[index];
        Luma([if inverted { 255 - level } else { level }])
    })
}
