//! Films: pictures one after another.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use comfy::history::Folder;
use serde_json::json;

use super::datum::Film;
use super::save::{Target, texts};
use super::{Call, Datum, Failure, Halt, Sound, load};
use crate::film;
use crate::run::Made;

/// How fast cards follow each other.
const CARDS_A_SECOND: f32 = 8.0;

/// `CreateVideo`: without its sound, which is not heard in what is saved.
pub(super) fn create(call: &mut Call<'_>) -> Result<Made, Halt> {
    let film = Film::Frames { pictures: call.images("images")?.clone(), fps: call.float("fps")? };
    Ok(Made::one(Datum::Video(Arc::new(film))))
}

/// `LoadVideo`: a file that is only passed on.
pub(super) fn read(call: &mut Call<'_>) -> Result<Made, Halt> {
    let content = load::file(call, "file")?;
    let extension = Path::new(call.text("file")?).extension().and_then(OsStr::to_str);
    let extension = extension.unwrap_or("mp4").to_owned();
    let film = Film::File { content: content.into(), extension };
    Ok(Made::one(Datum::Video(Arc::new(film))))
}

/// `GetVideoComponents`: of a film that was loaded, cards in place of its pictures, which nothing
/// here can decode.
pub(super) fn components(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (pictures, fps) = match &**call.video("video")? {
        Film::Frames { pictures, fps } => (pictures.clone(), *fps),
        Film::File { content, .. } => (Arc::new(film::cards(film::size(content))), CARDS_A_SECOND),
    };
    let silence = Sound::silence(pictures.len() as f32 / fps.max(1.0));
    Ok(Made::several([
        Datum::Image(pictures),
        Datum::Audio(Arc::new(silence)),
        Datum::Json(json!(fps)),
        Datum::Json(json!(8)),
        Datum::Json(json!("sRGB")),
    ]))
}

/// `SaveVideo`: as MP4, or as it was loaded, into `output`.
pub(super) fn save(call: &mut Call<'_>) -> Result<Made, Halt> {
    let film = Arc::clone(call.video("video")?);
    let prefix = call.text("filename_prefix")?.to_owned();
    let (content, size, ending) = match &*film {
        Film::File { content, extension } => (content.to_vec(), (0, 0), format!("_.{extension}")),
        Film::Frames { pictures, fps } => {
            let mp4 = film::encode(pictures, *fps, &texts(call));
            let mp4 = mp4.map_err(|why| Failure::new("RuntimeError", why))?;
            (mp4, pictures[0].dimensions(), "_.mp4".to_owned())
        }
    };
    let file = Target { folder: Folder::Output, prefix: &prefix, size, ending: &ending };
    let file = file.write(call, &content)?;
    let shown = json!({ "images": [file], "animated": [true] });
    Ok(Made::one(Datum::Video(film)).showing(shown))
}
