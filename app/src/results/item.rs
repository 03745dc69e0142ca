//! What hangs on the wall: one item for each output of each job.

use std::sync::Arc;

use wire::{Job, Output, OutputKind};

use super::Place;
use crate::{
    api,
    form::{Picture, Source},
};

/// Proportions of a tile are kept within these, so that a panorama is still
/// something to look at.
const NARROWEST: f64 = 0.42;
const WIDEST: f64 = 3.0;

/// Widths that thumbnails are made in, in pixels.
const THUMBS: [u32; 3] = [320, 640, 1280];

/// One output with the job that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub job: Arc<Job>,
    /// Which of the job's outputs; there is one.
    index: usize,
}

impl Item {
    /// The items of a job, in its own order.
    pub fn of(job: &Arc<Job>) -> impl Iterator<Item = Self> + use<'_> {
        (0..job.outputs.len()).map(|index| Self { job: Arc::clone(job), index })
    }

    /// The output at `place`, if this job made one there.
    pub fn at(job: &Arc<Job>, output: u32) -> Option<Self> {
        let index = output as usize;
        job.outputs.get(index).map(|_| Self { job: Arc::clone(job), index })
    }

    pub fn output(&self) -> &Output {
        &self.job.outputs[self.index]
    }

    pub fn place(&self) -> Place {
        Place { job: self.job.id, output: self.index as u32 }
    }

    /// Width over height of its tile.
    pub fn ratio(&self) -> f64 {
        let output = self.output();
        let own = output.width.zip(output.height).filter(|(_, height)| *height > 0);
        let ratio = match (output.kind, own) {
            (OutputKind::Audio, _) => 1.75,
            (OutputKind::Text, _) => 1.2,
            (OutputKind::Model | OutputKind::File, _) => 1.0,
            (_, Some((width, height))) => f64::from(width) / f64::from(height),
            (OutputKind::Image, None) => 1.0,
            (OutputKind::Video, None) => 16.0 / 9.0,
        };
        ratio.clamp(NARROWEST, WIDEST)
    }

    /// The words it was made from: the job's longest text. Jobs do not say
    /// which input is the prompt, and the prompt is the one people write most in.
    pub fn words(&self) -> &str {
        let texts = self.job.inputs.values().filter_map(|value| value.as_str());
        texts.max_by_key(|text| text.len()).unwrap_or_default()
    }

    /// What to call it: its words, else what made it.
    pub fn title(&self) -> &str {
        let words = self.words().trim();
        if words.is_empty() { &self.job.workflow_title } else { words }
    }

    /// URL of a small picture of it, `width` pixels wide or a little more.
    pub fn thumb(&self, width: u32) -> String {
        api::thumb(&self.output().url, width)
    }

    /// For `srcset`: every width there is a thumbnail in, up to its own.
    pub fn thumbs(&self) -> String {
        let own = self.output().width.unwrap_or(u32::MAX);
        let smaller = THUMBS.iter().filter(|width| **width == THUMBS[0] || **width <= own);
        let entries: Vec<String> =
            smaller.map(|&width| format!("{} {width}w", self.thumb(width))).collect();
        entries.join(", ")
    }

    /// As the picture in a picture field.
    pub fn as_picture(&self) -> Picture {
        let Place { job, output } = self.place();
        let Output { name, bytes, width, height, .. } = self.output();
        Picture {
            source: Source::Result { job, output },
            preview: self.thumb(THUMBS[0]),
            url: Some(self.thumb(THUMBS[0])),
            name: name.clone(),
            bytes: Some(*bytes),
            size: width.zip(*height),
        }
    }
}
