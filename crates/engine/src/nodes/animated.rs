//! Pictures that move, in one file.

use comfy::history::Folder;
use serde_json::json;

use super::save::{Target, texts};
use super::{Call, Datum, Failure, Halt};
use crate::run::Made;
use crate::{png, webp};

/// `SaveAnimatedPNG`.
pub(super) fn save_png(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (pictures, fps) = (call.images("images")?.clone(), call.float("fps")?);
    let content = png::encode_animated(&pictures, fps, &texts(call)).map_err(|error| {
        Failure::new("OSError", format!("the pictures cannot be encoded: {error}"))
    })?;
    write(call, ("_.png", &content))
}

/// `SaveAnimatedWEBP`: without loss, whatever quality is asked for.
pub(super) fn save_webp(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (pictures, fps) = (call.images("images")?.clone(), call.float("fps")?);
    let content = webp::encode_animated(&pictures, fps, &texts(call)).map_err(|error| {
        Failure::new("OSError", format!("the pictures cannot be encoded: {error}"))
    })?;
    write(call, ("_.webp", &content))
}

fn write(call: &mut Call<'_>, (ending, content): (&str, &[u8])) -> Result<Made, Halt> {
    let pictures = call.images("images")?.clone();
    let prefix = call.text("filename_prefix")?.to_owned();
    let size = pictures[0].dimensions();
    let file = Target { folder: Folder::Output, prefix: &prefix, size, ending };
    let file = file.write(call, content)?;
    Ok(Made::one(Datum::Image(pictures)).showing(json!({ "images": [file], "animated": [true] })))
}
