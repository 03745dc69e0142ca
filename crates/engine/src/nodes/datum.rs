//! What flows along the links of a graph.

use std::sync::Arc;

use bytes::Bytes;
use image::{GrayImage, RgbImage};
use serde_json::{Value, json};

/// Pictures of equal size.
pub(crate) type Pictures = Arc<Vec<RgbImage>>;

/// Masks of equal size; white is 1.
pub(crate) type Masks = Arc<Vec<GrayImage>>;

/// One output of a node. Cloning is cheap.
#[derive(Debug, Clone)]
pub(crate) enum Datum {
    Image(Pictures),
    Mask(Masks),
    Latent(Arc<Latent>),
    Conditioning(Arc<Conditioning>),
    Model(Arc<Model>),
    /// What only a real model could do something with.
    Thing(Arc<Thing>),
    /// What chance begins with; `None` for no noise.
    Noise(Option<u64>),
    Sigmas(Sigmas),
    Guider(Arc<Guider>),
    Audio(Arc<Sound>),
    Video(Arc<Film>),
    Upscaler {
        /// By how much it enlarges each edge.
        factor: u32,
    },
    /// A number, text or flag.
    Json(Value),
}

/// Something to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sound {
    /// Samples a second, of each channel.
    pub rate: u32,
    /// 1 or 2.
    pub channels: u16,
    /// Those of the channels one after another, again and again.
    pub samples: Vec<i16>,
}

impl Sound {
    /// So many seconds of nothing, in stereo.
    pub(crate) fn silence(seconds: f32) -> Self {
        let rate = 44_100;
        Self { rate, channels: 2, samples: vec![0; (seconds * rate as f32) as usize * 2] }
    }

    /// How long it lasts.
    pub(crate) fn seconds(&self) -> f32 {
        self.samples.len() as f32 / (self.rate as f32 * f32::from(self.channels.max(1)))
    }
}

/// Something to watch.
#[derive(Debug, Clone)]
pub(crate) enum Film {
    /// Made here: so many pictures a second.
    Frames { pictures: Pictures, fps: f32 },
    /// Loaded, and not looked into.
    File { content: Bytes, extension: String },
}

/// What stands for a picture in latent space: the picture itself, if there is
/// one already.
#[derive(Debug, Clone)]
pub(crate) struct Latent {
    /// In pixels of the picture.
    pub width: u32,
    pub height: u32,
    pub content: Content,
    /// Pictures of a film that each picture stands for; 1 for a picture.
    pub frames: u32,
    /// Where to paint; everywhere, when `None`. White is paint. One for all
    /// pictures, or one for each.
    pub mask: Option<Masks>,
}

/// What a latent holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Nothing yet, for this many pictures.
    Empty(u32),
    Pictures(Pictures),
    /// Of a sound: how many seconds it lasts, and what it is made from.
    Sound {
        seconds: f32,
        tune: u64,
    },
}

/// Something that is passed from node to node and means nothing to a painter: an encoder, a
/// sampler's name, what a detector saw.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    /// Its type, as links know it.
    pub kind: String,
    /// The pictures it was made from.
    pub seen: Option<Pictures>,
}

/// Which steps a sampler takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sigmas {
    /// Steps to the finished picture.
    pub steps: u32,
    /// Of these, the first to take and the one before which to stop.
    pub start: u32,
    pub end: u32,
    /// How much of a given picture is painted over, from 0 to 1.
    pub denoise: f32,
}

/// What a sampler follows.
#[derive(Debug, Clone)]
pub(crate) struct Guider {
    pub model: Arc<Model>,
    pub positive: Arc<Conditioning>,
    pub negative: Arc<Conditioning>,
    pub cfg: f32,
}

impl Latent {
    /// How many pictures it stands for.
    pub(crate) fn count(&self) -> u32 {
        match &self.content {
            Content::Empty(count) => *count,
            Content::Pictures(pictures) => pictures.len() as u32,
            Content::Sound { .. } => 1,
        }
    }
}

/// What the words say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conditioning {
    pub text: String,
}

/// What paints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Model {
    /// Words that its LoRAs add to every prompt.
    pub styles: Vec<String>,
}

impl Datum {
    /// Its type, as links know it.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Image(_) => "IMAGE",
            Self::Mask(_) => "MASK",
            Self::Latent(_) => "LATENT",
            Self::Conditioning(_) => "CONDITIONING",
            Self::Model(_) => "MODEL",
            Self::Thing(thing) => &thing.kind,
            Self::Noise(_) => "NOISE",
            Self::Sigmas(_) => "SIGMAS",
            Self::Guider(_) => "GUIDER",
            Self::Audio(_) => "AUDIO",
            Self::Video(_) => "VIDEO",
            Self::Upscaler { .. } => "UPSCALE_MODEL",
            Self::Json(_) => "value",
        }
    }

    /// For people to read: values as they are, the rest in words.
    pub(crate) fn describe(&self) -> Value {
        let sized = |width: u32, height: u32, count: usize| {
            json!(format!("{} {width}×{height}, {count} in all", self.type_name()))
        };
        match self {
            Self::Json(value) => value.clone(),
            Self::Image(pictures) => pictures.first().map_or_else(
                || json!("no picture"),
                |first| sized(first.width(), first.height(), pictures.len()),
            ),
            Self::Mask(masks) => masks.first().map_or_else(
                || json!("no mask"),
                |first| sized(first.width(), first.height(), masks.len()),
            ),
            Self::Latent(latent) => sized(latent.width, latent.height, latent.count() as usize),
            Self::Conditioning(conditioning) => json!(conditioning.text),
            other => json!(other.type_name()),
        }
    }
}
