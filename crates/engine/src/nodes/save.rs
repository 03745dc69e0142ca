//! Writing pictures to files and sockets.

use comfy::FileRef;
use comfy::history::Folder;
use comfy::message::ImageFormat;
use image::RgbImage;
use serde_json::{Value, json};

use super::{Call, Datum, Failure, Halt};
use crate::folders::PathError;
use crate::pixels;
use crate::png::{self, Texts};
use crate::run::Made;

/// `SaveImage`: into `output`, under the prefix.
pub(super) fn save(call: &mut Call<'_>) -> Result<Made, Halt> {
    let prefix = call.text("filename_prefix")?.to_owned();
    write(call, Folder::Output, &prefix)
}

/// `PreviewImage`: into `temp`.
pub(super) fn preview(call: &mut Call<'_>) -> Result<Made, Halt> {
    let prefix = call.stage.folders().preview_prefix();
    write(call, Folder::Temp, &prefix)
}

/// `MaskPreview`: into `temp`, in grey.
pub(super) fn preview_mask(call: &mut Call<'_>) -> Result<Made, Halt> {
    let masks = call.any("mask")?.clone();
    let pictures: Vec<_> = call.masks("mask")?.iter().map(pixels::to_rgb).collect();
    let prefix = call.stage.folders().preview_prefix();
    let files = files(call, (Folder::Temp, &prefix), &pictures)?;
    Ok(Made::one(masks).showing(json!({ "images": files })))
}

/// `ImageCompare`: both sides into `temp`.
pub(super) fn compare(call: &mut Call<'_>) -> Result<Made, Halt> {
    let mut shown = json!({});
    for (input, name) in [("image_a", "a_images"), ("image_b", "b_images")] {
        if call.has(input) {
            let prefix = call.stage.folders().preview_prefix();
            let pictures = call.images(input)?.clone();
            shown[name] = json!(files(call, (Folder::Temp, &prefix), &pictures)?);
        }
    }
    Ok(Made::default().showing(shown))
}

/// `SaveImageWebsocket`: to the sockets, as PNG, and nowhere else.
pub(super) fn websocket(call: &mut Call<'_>) -> Result<Made, Halt> {
    let pictures = call.images("images")?.clone();
    for (done, picture) in pictures.iter().enumerate() {
        let bytes = encode(picture, &Texts::new())?;
        call.stage.tell(done as u32, pictures.len() as u32, Some((ImageFormat::Png, bytes.into())));
        call.stage.check()?;
    }
    Ok(Made::default())
}

fn write(call: &mut Call<'_>, folder: Folder, prefix: &str) -> Result<Made, Halt> {
    let pictures = call.images("images")?.clone();
    let files = files(call, (folder, prefix), &pictures)?;
    Ok(Made::one(Datum::Image(pictures)).showing(json!({ "images": files })))
}

/// Writes pictures; how the node tells of them.
fn files(
    call: &Call<'_>,
    (folder, prefix): (Folder, &str),
    pictures: &[RgbImage],
) -> Result<Vec<FileRef>, Halt> {
    let texts = texts(call);
    let mut files = Vec::new();
    for picture in pictures {
        call.stage.check()?;
        let target = Target { folder, prefix, size: picture.dimensions(), ending: "_.png" };
        files.push(target.write(call, &encode(picture, &texts)?)?);
    }
    Ok(files)
}

/// Where a file goes.
pub(super) struct Target<'a> {
    pub(super) folder: Folder,
    pub(super) prefix: &'a str,
    /// Of the picture, for names that tell it.
    pub(super) size: (u32, u32),
    /// What follows the number.
    pub(super) ending: &'a str,
}

impl Target<'_> {
    /// Writes it under the next free number; how the node tells of it.
    pub(super) fn write(&self, call: &Call<'_>, content: &[u8]) -> Result<FileRef, Failure> {
        let series = call.stage.folders().series(self.folder, self.prefix, self.size);
        let mut series = series.map_err(|error| refuse(self.prefix, &error))?;
        let (path, file) = series.next(self.ending);
        std::fs::write(path, content).map_err(|error| refuse(&file.filename, &error.into()))?;
        Ok(file)
    }
}

fn encode(picture: &RgbImage, texts: &Texts) -> Result<Vec<u8>, Failure> {
    png::encode(picture, texts)
        .map_err(|error| Failure::new("OSError", format!("the picture cannot be encoded: {error}")))
}

/// The graph, and what the client wants to be kept with the picture.
pub(super) fn texts(call: &Call<'_>) -> Texts {
    let (prompt, extra) = call.stage.origin();
    let graph = ("prompt".to_owned(), Value::Object(prompt.clone()));
    let extra = extra.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    std::iter::once(graph).chain(extra).collect()
}

fn refuse(name: &str, error: &PathError) -> Failure {
    match error {
        PathError::Outside => Failure::new(
            "Exception",
            format!("{name} is outside the output folder, where nothing may be saved"),
        ),
        other => Failure::new("OSError", format!("{name} cannot be saved: {other}")),
    }
}
