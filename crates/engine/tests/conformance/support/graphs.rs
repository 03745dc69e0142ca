//! Graphs that any server can run.

use std::io::Cursor;

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::Server;

/// Text to picture, small, as the recordings have it: 1 loader, 2 and 3 words,
/// 4 latent, 5 sampler, 6 decoder, 7 saver.
pub(crate) fn text_to_picture(server: &Server, seed: u64, steps: u32) -> Value {
    json!({
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": server.checkpoint}, "_meta": {"title": "Load Checkpoint"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red fox", "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "5": {"class_type": "KSampler", "inputs": {
            "seed": seed, "steps": steps, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0]}},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"filename_prefix": "conformance/t2i", "images": ["6", 0]}},
    })
}

/// A seed that no run had before.
pub(crate) fn fresh_seed() -> u64 {
    u64::from_le_bytes(uuid::Uuid::new_v4().as_bytes()[..8].try_into().unwrap()) >> 12
}

/// One colour into a preview: needs no model.
pub(crate) fn plain(colour: u32) -> Value {
    json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": colour}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    })
}

/// A colour that no run had before.
pub(crate) fn fresh_colour() -> u32 {
    (fresh_seed() & 0x00ff_ffff) as u32
}

/// A picture with a bright half and a dark one, as PNG.
pub(crate) fn picture(shade: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(64, 64, |x, _| {
        if x < 32 { Rgb([250, 240, shade]) } else { Rgb([10, 20, shade]) }
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
