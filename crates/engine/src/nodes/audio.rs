//! Sounds: made of nothing, read, written.

use std::sync::Arc;

use comfy::history::Folder;
use serde_json::json;

use super::save::{Target, texts};
use super::{Call, Datum, Failure, Halt, Sound, load};
use crate::run::Made;
use crate::{flac, wav};

/// Most samples of all channels: half an hour in stereo.
const MAX_SAMPLES: f64 = 160e6;

/// `EmptyAudio`: silence.
pub(super) fn empty(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (rate, channels) = (call.count("sample_rate")?, call.count("channels")?);
    let length = f64::from(call.float("duration")?) * f64::from(rate);
    if length * f64::from(channels) > MAX_SAMPLES {
        let message = "this sound is longer than the demo engine can hold";
        return Err(Failure::new("MemoryError", message).into());
    }
    let samples = vec![0; length.round() as usize * channels as usize];
    Ok(made(Sound { rate, channels: channels as u16, samples }))
}

/// `LoadAudio`: of WAV with whole numbers.
pub(super) fn read(call: &mut Call<'_>) -> Result<Made, Halt> {
    let sound = wav::decode(&load::file(call, "audio")?).ok_or_else(|| {
        Failure::new("RuntimeError", "the demo engine reads sound from WAV files of 16 bits only")
    })?;
    Ok(made(sound))
}

/// `SaveAudio`: as FLAC into `output`.
pub(super) fn save(call: &mut Call<'_>) -> Result<Made, Halt> {
    let prefix = call.text("filename_prefix")?.to_owned();
    write(call, Folder::Output, &prefix)
}

/// `PreviewAudio`: as FLAC into `temp`.
pub(super) fn preview(call: &mut Call<'_>) -> Result<Made, Halt> {
    let prefix = call.stage.folders().preview_prefix();
    write(call, Folder::Temp, &prefix)
}

fn write(call: &mut Call<'_>, folder: Folder, prefix: &str) -> Result<Made, Halt> {
    let sound = Arc::clone(call.audio("audio")?);
    let content = flac::encode(&sound, &texts(call));
    let file = Target { folder, prefix, size: (0, 0), ending: ".flac" }.write(call, &content)?;
    Ok(Made::one(Datum::Audio(sound)).showing(json!({ "audio": [file] })))
}

fn made(sound: Sound) -> Made {
    Made::one(Datum::Audio(Arc::new(sound)))
}
