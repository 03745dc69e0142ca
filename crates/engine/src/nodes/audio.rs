//! Sounds: made of nothing, read, written.

use std::sync::Arc;

use comfy::history::Folder;
use serde_json::json;

use super::datum::{Content, Latent};
use super::save::{Target, texts};
use super::{Call, Datum, Failure, Halt, Sound, load, tunes};
use crate::run::Made;
use crate::{flac, wav};

/// Most samples of all channels: half an hour in stereo.
const MAX_SAMPLES: f64 = 160e6;

/// Seconds of the longest sound that is made up: long enough to hear what it is.
const LONGEST: f32 = 20.0;

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

/// `EmptyLatentAudio` and its like: a sound yet to be made. What belongs to a film lasts as long.
pub(super) fn empty_latent(call: &mut Call<'_>) -> Result<Made, Halt> {
    let seconds = if call.has("frames_number") {
        call.float("frames_number")? / call.float("frame_rate")?.max(1.0)
    } else {
        call.float("seconds")?
    };
    Ok(latent(seconds))
}

/// `VAEEncodeAudio`: only how long it lasts is kept.
pub(super) fn encode(call: &mut Call<'_>) -> Result<Made, Halt> {
    let seconds = call.audio("audio")?.seconds();
    Ok(latent(seconds))
}

/// `VAEDecodeAudio` and its like: the tune, or a second of silence where there is none.
pub(super) fn decode(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(made(match call.latent("samples")?.content {
        Content::Sound { seconds, tune } => tunes::play(tune, seconds),
        _ => Sound::silence(1.0),
    }))
}

/// `TrimAudioDuration`: a part, counted from the end where it begins below 0.
pub(super) fn trim(call: &mut Call<'_>) -> Result<Made, Halt> {
    let sound = call.audio("audio")?;
    let (start, duration) = (call.float("start_index")?, call.float("duration")?);
    let start = if start < 0.0 { sound.seconds() + start } else { start };
    let at = |seconds: f32| {
        let whole = (seconds.max(0.0) * sound.rate as f32) as usize;
        whole.saturating_mul(usize::from(sound.channels)).min(sound.samples.len())
    };
    let part = sound.samples[at(start)..at(start + duration).max(at(start))].to_vec();
    Ok(made(Sound { samples: part, ..Sound::clone(sound) }))
}

/// `AudioConcat`: one after the other; of the second as much as is of the same kind.
pub(super) fn concat(call: &mut Call<'_>) -> Result<Made, Halt> {
    let (mut first, mut second) = (call.audio("audio1")?, call.audio("audio2")?);
    if call.text("direction")? == "before" {
        std::mem::swap(&mut first, &mut second);
    }
    if (first.rate, first.channels) != (second.rate, second.channels) {
        let message = "the demo engine joins only sounds of one rate and as many channels";
        return Err(Failure::new("RuntimeError", message).into());
    }
    let samples = [&first.samples[..], &second.samples].concat();
    Ok(made(Sound { samples, ..Sound::clone(first) }))
}

/// `SaveAudio` and its like: as FLAC into `output`.
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

fn latent(seconds: f32) -> Made {
    let content = Content::Sound { seconds: seconds.clamp(0.1, LONGEST), tune: 0 };
    Made::latent(Latent { width: 8, height: 8, frames: 1, content, mask: None })
}

fn made(sound: Sound) -> Made {
    Made::one(Datum::Audio(Arc::new(sound)))
}
