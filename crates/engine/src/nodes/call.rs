//! One call of a node: its inputs, what it can do, and how it can fail.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::datum::{
    Conditioning, Datum, Film, Guider, Latent, Masks, Model, Pictures, Sigmas, Sound,
};
use crate::run::{Made, Stage};

/// One call of a node.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    inputs: HashMap<String, Datum>,
    /// What it can do besides computing.
    pub stage: Stage<'a>,
}

/// Why a node did not end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It was told to stop.
    Interrupted,
    Failed(Failure),
}

/// What went wrong in a node, in the shape of a Python exception.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exception's class.
    pub kind: &'static str,
    pub message: String,
}

impl Failure {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

type Result<T> = std::result::Result<T, Failure>;

impl<'a> Call<'a> {
    pub(crate) fn new(inputs: HashMap<String, Datum>, stage: Stage<'a>) -> Self {
        Self { inputs, stage }
    }

    /// An input, whatever it is.
    pub(super) fn any(&self, name: &str) -> Result<&Datum> {
        self.inputs
            .get(name)
            .ok_or_else(|| Failure::new("TypeError", format!("the input {name} is missing")))
    }

    /// The first of these inputs that is there.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// The inputs that were grown under a name: `images.image0`, `images.image1` and so on, in their
    /// order.
    pub(super) fn grown(&self, name: &str) -> Vec<&Datum> {
        let number = |name: &str| {
            let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            digits.parse::<u32>().unwrap_or_default()
        };
        let below = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let mut found: Vec<_> = self.inputs.iter().filter(|(key, _)| below(key)).collect();
        found.sort_by_key(|(key, _)| (number(&key[name.len()..]), key.as_str()));
        found.into_iter().map(|(_, datum)| datum).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.inputs.contains_key(name)
    }

    pub(super) fn images(&self, name: &str) -> Result<&Pictures> {
        match self.any(name)? {
            Datum::Image(pictures) if !pictures.is_empty() => Ok(pictures),
            other => Err(unfit(name, "IMAGE", other)),
        }
    }

    pub(super) fn masks(&self, name: &str) -> Result<&Masks> {
        match self.any(name)? {
            Datum::Mask(masks) if !masks.is_empty() => Ok(masks),
            other => Err(unfit(name, "MASK", other)),
        }
    }

    pub(super) fn latent(&self, name: &str) -> Result<&Arc<Latent>> {
        match self.any(name)? {
            Datum::Latent(latent) => Ok(latent),
            other => Err(unfit(name, "LATENT", other)),
        }
    }

    pub(super) fn conditioning(&self, name: &str) -> Result<&Arc<Conditioning>> {
        match self.any(name)? {
            Datum::Conditioning(conditioning) => Ok(conditioning),
            other => Err(unfit(name, "CONDITIONING", other)),
        }
    }

    pub(super) fn model(&self, name: &str) -> Result<&Arc<Model>> {
        match self.any(name)? {
            Datum::Model(model) => Ok(model),
            other => Err(unfit(name, "MODEL", other)),
        }
    }

    /// Whether an input is a thing of this type.
    pub(super) fn thing(&self, name: &str, kind: &str) -> Result<()> {
        match self.any(name)? {
            Datum::Thing(thing) if thing.kind == kind => Ok(()),
            other => Err(unfit(name, kind, other)),
        }
    }

    pub(super) fn noise(&self, name: &str) -> Result<Option<u64>> {
        match self.any(name)? {
            Datum::Noise(seed) => Ok(*seed),
            other => Err(unfit(name, "NOISE", other)),
        }
    }

    pub(super) fn sigmas(&self, name: &str) -> Result<Sigmas> {
        match self.any(name)? {
            Datum::Sigmas(sigmas) => Ok(*sigmas),
            other => Err(unfit(name, "SIGMAS", other)),
        }
    }

    pub(super) fn guider(&self, name: &str) -> Result<&Arc<Guider>> {
        match self.any(name)? {
            Datum::Guider(guider) => Ok(guider),
            other => Err(unfit(name, "GUIDER", other)),
        }
    }

    pub(super) fn audio(&self, name: &str) -> Result<&Arc<Sound>> {
        match self.any(name)? {
            Datum::Audio(sound) => Ok(sound),
            other => Err(unfit(name, "AUDIO", other)),
        }
    }

    pub(super) fn video(&self, name: &str) -> Result<&Arc<Film>> {
        match self.any(name)? {
            Datum::Video(film) => Ok(film),
            other => Err(unfit(name, "VIDEO", other)),
        }
    }

    /// By how much an upscale model enlarges.
    pub(super) fn upscale_factor(&self, name: &str) -> Result<u32> {
        match self.any(name)? {
            Datum::Upscaler { factor } => Ok(*factor),
            other => Err(unfit(name, "UPSCALE_MODEL", other)),
        }
    }

    pub(super) fn value(&self, name: &str) -> Result<&Value> {
        match self.any(name)? {
            Datum::Json(value) => Ok(value),
            other => Err(unfit(name, "value", other)),
        }
    }

    pub(super) fn int(&self, name: &str) -> Result<i64> {
        let value = self.value(name)?;
        let number = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
        number.ok_or_else(|| unfit(name, "INT", &Datum::Json(value.clone())))
    }

    /// A number of pixels, pictures or steps. Definitions keep it from being negative.
    pub(super) fn count(&self, name: &str) -> Result<u32> {
        let number = self.int(name)?;
        u32::try_from(number)
            .map_err(|_| Failure::new("ValueError", format!("{name} cannot be {number}")))
    }

    /// A seed: all 64 bits count.
    pub(super) fn seed(&self, name: &str) -> Result<u64> {
        let value = self.value(name)?;
        value
            .as_u64()
            .or_else(|| value.as_i64().map(|seed| seed as u64))
            .ok_or_else(|| unfit(name, "INT", &Datum::Json(value.clone())))
    }

    pub(super) fn float(&self, name: &str) -> Result<f32> {
        let value = self.value(name)?;
        value
            .as_f64()
            .map(|number| number as f32)
            .ok_or_else(|| unfit(name, "FLOAT", &Datum::Json(value.clone())))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool> {
        let value = self.value(name)?;
        value.as_bool().ok_or_else(|| unfit(name, "BOOLEAN", &Datum::Json(value.clone())))
    }

    pub(super) fn text(&self, name: &str) -> Result<&str> {
        let value = self.value(name)?;
        value.as_str().ok_or_else(|| unfit(name, "STRING", &Datum::Json(value.clone())))
    }
}

fn unfit(name: &str, wanted: &str, found: &Datum) -> Failure {
    let found = match found {
        Datum::Json(value) => value.to_string(),
        other => other.type_name().into(),
    };
    Failure::new("TypeError", format!("the input {name} must be {wanted}, not {found}"))
}

impl Made {
    /// What a node with one output makes.
    pub(super) fn one(output: Datum) -> Self {
        Self::several([output])
    }

    /// What a node with several outputs makes.
    pub(super) fn several(outputs: impl IntoIterator<Item = Datum>) -> Self {
        Self { outputs: outputs.into_iter().collect(), ui: None }
    }

    /// With something to show.
    pub(super) fn showing(mut self, ui: Value) -> Self {
        self.ui = Some(ui);
        self
    }

    pub(super) fn images(pictures: Vec<image::RgbImage>) -> Self {
        Self::one(Datum::Image(Arc::new(pictures)))
    }

    pub(super) fn masks(masks: Vec<image::GrayImage>) -> Self {
        Self::one(Datum::Mask(Arc::new(masks)))
    }

    pub(super) fn latent(latent: Latent) -> Self {
        Self::one(Datum::Latent(Arc::new(latent)))
    }

    pub(super) fn json(value: impl Into<Value>) -> Self {
        Self::one(Datum::Json(value.into()))
    }
}
