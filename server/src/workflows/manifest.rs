//! The file that a workflow is written in: TOML, beside its graph.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::Value;
use wire::{Choice, Ends, FieldGroup, FieldKind, OutputKind, Shape, Size};

/// Longest text when the manifest does not say, in characters.
const MAX_TEXT: u32 = 10_000;

/// Largest picture when the manifest does not say, in bytes.
const MAX_PICTURE_BYTES: u64 = 32 << 20;

/// Pictures that every backend reads.
const PICTURES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// A whole manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) summary: String,
    /// Address of a picture for its card, relative to the page's base.
    #[serde(default)]
    pub(super) cover: Option<String>,
    pub(super) version: u32,
    pub(super) makes: Vec<OutputKind>,
    /// Most work that one job may ask for: pixels × batch × steps × frames.
    pub(super) max_cost: u64,
    #[serde(default)]
    pub(super) templates: Vec<TemplateManifest>,
    pub(super) fields: Vec<FieldManifest>,
}

/// A node input that several fields make together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateManifest {
    /// `node.input`.
    pub(super) bind: String,
    /// Field names in braces, and what stands between them.
    pub(super) template: String,
}

/// One field. Which keys it needs depends on its type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldManifest {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) placeholder: Option<String>,
    #[serde(default)]
    pub(super) group: FieldGroup,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(rename = "type")]
    kind: Kind,
    /// Node inputs that get the value.
    #[serde(default)]
    pub(super) bind: Vec<BindManifest>,
    /// Node inputs that get the width, of sizes.
    #[serde(default)]
    pub(super) width: Vec<String>,
    /// Node inputs that get the height, of sizes.
    #[serde(default)]
    pub(super) height: Vec<String>,
    /// Options are those of this input, `class.input`, of the backend.
    pub(super) from: Option<String>,
    /// Options are those of a shared list.
    pub(super) list: Option<String>,
    /// Most pixels of a picture.
    pub(super) max_pixels: Option<u64>,

    default: Option<Value>,
    #[serde(default)]
    multiline: bool,
    max_length: Option<u32>,
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    ends: Option<Ends>,
    #[serde(default)]
    options: Vec<OptionManifest>,
    #[serde(default)]
    shapes: Vec<Shape>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Choice,
    Seed,
    Size,
    Image,
}

/// Where a value goes: `"node.input"`, or with arithmetic on the way.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum BindManifest {
    Plain(String),
    Scaled { to: String, times: f64, plus: f64 },
}

/// One option of a choice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionManifest {
    pub(super) value: Value,
    label: String,
    /// What a template gets in the place of the value.
    pub(super) words: Option<String>,
}

/// Lists of options that several workflows share, by name.
#[derive(Debug)]
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
}

impl FieldManifest {
    /// The options as they stand in the manifest or in the shared list.
    pub(super) fn options<'a>(&'a self, lists: &'a Lists) -> anyhow::Result<&'a [OptionManifest]> {
        let Some(name) = &self.list else { return Ok(&self.options) };
        Ok(lists.0.get(name).with_context(|| format!("there is no list {name}"))?)
    }

    /// The type with its limits, or which key is missing.
    pub(super) fn kind(&self, options: &[OptionManifest]) -> anyhow::Result<FieldKind> {
        Ok(match self.kind {
            Kind::Text => FieldKind::Text {
                multiline: self.multiline,
                max_length: self.max_length.unwrap_or(MAX_TEXT),
                default: self.default_as("")?,
            },
            Kind::Integer => FieldKind::Integer {
                min: limit(self.min, "min")? as i64,
                max: limit(self.max, "max")? as i64,
                step: self.step.map_or(1, |step| step as i64),
                default: self.default_as(limit(self.min, "min")? as i64)?,
                ends: self.ends.clone(),
            },
            Kind::Number => FieldKind::Number {
                min: limit(self.min, "min")?,
                max: limit(self.max, "max")?,
                step: limit(self.step, "step")?,
                default: self.default_as(limit(self.min, "min")?)?,
                ends: self.ends.clone(),
            },
            Kind::Boolean => FieldKind::Boolean { default: self.default_as(false)? },
            Kind::Choice => self.choice(options)?,
            Kind::Seed => FieldKind::Seed,
            Kind::Size => FieldKind::Size {
                shapes: self.shapes.clone(),
                min: limit(self.min, "min")? as u32,
                max: limit(self.max, "max")? as u32,
                step: limit(self.step, "step")? as u32,
                default: self.default_as(Size { width: 512, height: 512 })?,
            },
            Kind::Image => FieldKind::Image {
                max_bytes: MAX_PICTURE_BYTES,
                accept: PICTURES.map(Into::into).into(),
            },
        })
    }

    fn choice(&self, options: &[OptionManifest]) -> anyhow::Result<FieldKind> {
        let Some(default) = self.default.clone() else { bail!("a choice needs a default") };
        let mut options: Vec<_> = options.iter().map(OptionManifest::shown).collect();
        if self.from.is_some() {
            options.push(Choice { label: name_of(&default), value: default.clone(), thumb: None });
        } else if !options.iter().any(|option| option.value == default) {
            bail!("the default {default} is none of the options");
        }
        Ok(FieldKind::Choice { options, default })
    }

    fn default_as<T>(&self, otherwise: impl Into<T>) -> anyhow::Result<T>
    where
        T: for<'de> Deserialize<'de>,
    {
        match &self.default {
            None => Ok(otherwise.into()),
            Some(value) => T::deserialize(value).context("the default has another type"),
        }
    }
}

impl OptionManifest {
    fn shown(&self) -> Choice {
        Choice { value: self.value.clone(), label: self.label.clone(), thumb: None }
    }
}

/// How a value is called when nobody gave it a label.
pub(super) fn name_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

fn limit(value: Option<f64>, name: &str) -> anyhow::Result<f64> {
    value.with_context(|| format!("{name} is missing"))
}
