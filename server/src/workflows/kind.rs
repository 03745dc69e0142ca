//! What a manifest says of a field, as the type that guests see.

use std::collections::HashMap;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use wire::{Choice, FieldKind, FieldManifest, FieldType, Manifest, Media, OptionManifest, Size};

/// Longest text when the manifest does not say, in characters.
pub(super) const MAX_TEXT: u32 = 10_000;

/// Largest picture when the manifest does not say, in bytes.
const MAX_PICTURE_BYTES: u64 = 32 << 20;

/// Largest file of another sort when the manifest does not say, in bytes.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Pictures that every backend reads.
const PICTURES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Lists of options that several workflows share, by name.
#[derive(Debug, Default)]
pub(super) struct Lists(HashMap<String, Vec<OptionManifest>>);

impl Lists {
    /// Reads `(name, TOML)` pairs.
    pub(super) fn parse(files: &[(&str, &str)]) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            options: Vec<OptionManifest>,
        }
        let list = |(name, text): &(&str, &str)| {
            let file: File = toml::from_str(text).with_context(|| format!("reading {name}"))?;
            Ok(((*name).to_owned(), file.options))
        };
        files.iter().map(list).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Writes the lists that a manifest refers to into it, so that it stands alone.
    pub(super) fn write_into(&self, manifest: &mut Manifest) -> anyhow::Result<()> {
        for field in &mut manifest.fields {
            let Some(name) = field.list.take() else { continue };
            let list = self.0.get(&name).with_context(|| {
                format!("its field {}: there is no list {name}; write its options here", field.name)
            })?;
            field.options.clone_from(list);
        }
        Ok(())
    }
}

/// The type of a field with its limits, or which key is missing.
pub(super) fn kind(field: &FieldManifest) -> anyhow::Result<FieldKind> {
    let min = || limit(field.min, "min");
    let max = || limit(field.max, "max");
    let file = |media, accept: &[&str]| FieldKind::File {
        media,
        max_bytes: field.max_bytes.unwrap_or(MAX_FILE_BYTES),
        accept: accept.iter().map(|&kind| kind.into()).collect(),
    };
    let picture = |mask| FieldKind::Image {
        max_bytes: field.max_bytes.unwrap_or(MAX_PICTURE_BYTES),
        accept: PICTURES.map(Into::into).into(),
        mask,
    };
    let kind = match field.kind {
        FieldType::Text => FieldKind::Text {
            multiline: field.multiline,
            max_length: field.max_length.unwrap_or(MAX_TEXT),
            default: default_as(field, "")?,
        },
        FieldType::Integer => FieldKind::Integer {
            min: min()? as i64,
            max: max()? as i64,
            step: field.step.map_or(1, |step| step as i64),
            default: default_as(field, min()? as i64)?,
            ends: field.ends.clone(),
        },
        FieldType::Number => FieldKind::Number {
            min: min()?,
            max: max()?,
            step: limit(field.step, "step")?,
            default: default_as(field, min()?)?,
            ends: field.ends.clone(),
        },
        FieldType::Boolean => FieldKind::Boolean { default: default_as(field, false)? },
        FieldType::Choice => choice(field)?,
        FieldType::Seed => FieldKind::Seed,
        FieldType::Size => FieldKind::Size {
            shapes: field.shapes.clone(),
            min: min()? as u32,
            max: max()? as u32,
            step: limit(field.step, "step")? as u32,
            default: default_as(field, Size { width: 512, height: 512 })?,
        },
        FieldType::Image => picture(false),
        FieldType::Mask => picture(true),
        FieldType::Video => file(Media::Video, &VIDEOS),
        FieldType::Audio => file(Media::Audio, &SOUNDS),
        FieldType::Model => file(Media::Model, &MODELS),
        FieldType::File => file(Media::Other, &[]),
    };
    check(&kind)?;
    Ok(kind)
}

/// Limits that can be met, and a default that meets them.
fn check(kind: &FieldKind) -> anyhow::Result<()> {
    let (min, max, step, default) = match kind {
        FieldKind::Text { max_length, default, .. } => {
            let length = default.chars().count();
            ensure!(
                length <= *max_length as usize,
                "its default has {length} characters; max_length is {max_length}"
            );
            return Ok(());
        }
        FieldKind::Integer { min, max, step, default, .. } => {
            (*min as f64, *max as f64, *step as f64, vec![*default as f64])
        }
        FieldKind::Number { min, max, step, default, .. } => (*min, *max, *step, vec![*default]),
        FieldKind::Size { min, max, step, default, .. } => {
            let sides = vec![default.width.into(), default.height.into()];
            ((*min).into(), (*max).into(), (*step).into(), sides)
        }
        _ => return Ok(()),
    };
    ensure!(min <= max, "min is {min} and max is {max}; make min the smaller one");
    ensure!(step > 0.0, "step is {step}; make it larger than 0");
    let outside = default.iter().find(|default| !(min..=max).contains(*default));
    if let Some(default) = outside {
        bail!("its default is {default}; make it one from {min} to {max}");
    }
    Ok(())
}

/// Videos that ComfyUI reads.
const VIDEOS: [&str; 4] = ["video/mp4", "video/webm", "video/quicktime", "video/x-matroska"];

/// Sounds that ComfyUI reads.
const SOUNDS: [&str; 5] = ["audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4"];

/// Files in three dimensions that ComfyUI reads.
const MODELS: [&str; 4] = ["model/gltf-binary", "model/gltf+json", "model/obj", "model/stl"];

fn choice(field: &FieldManifest) -> anyhow::Result<FieldKind> {
    let Some(default) = field.default.clone() else {
        bail!("a choice needs a default; name the option to begin with")
    };
    let mut options: Vec<_> = field.options.iter().map(shown).collect();
    if !options.iter().any(|option| option.value == default) {
        if field.from.is_none() || !options.is_empty() {
            bail!("the default {default} is none of the options; choose one of them");
        }
        options.push(Choice { label: name_of(&default), value: default.clone(), thumb: None });
    }
    Ok(FieldKind::Choice { options, default })
}

fn default_as<T>(field: &FieldManifest, otherwise: impl Into<T>) -> anyhow::Result<T>
where
    T: for<'de> Deserialize<'de>,
{
    match &field.default {
        None => Ok(otherwise.into()),
        Some(value) => T::deserialize(value)
            .with_context(|| format!("the default {value} is not of the field's type")),
    }
}

pub(super) fn shown(option: &OptionManifest) -> Choice {
    Choice { value: option.value.clone(), label: option.label.clone(), thumb: None }
}

/// How a value is called when nobody gave it a label.
pub(super) fn name_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

fn limit(value: Option<f64>, name: &str) -> anyhow::Result<f64> {
    let value = value.with_context(|| format!("{name} is missing; give it a number"))?;
    anyhow::ensure!(value.is_finite(), "{name} is no number; give it one");
    Ok(value)
}
