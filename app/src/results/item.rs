//! What hangs on the wall: one item for each output of each job.

use std::sync::Arc;

use serde_json::Value;
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
            (OutputKind::Video, None) => 16.0 / 9.0,
            (OutputKind::Image | OutputKind::Video, Some((width, height))) => {
                f64::from(width) / f64::from(height)
            }
            (OutputKind::Image | OutputKind::Model | OutputKind::File, _) => 1.0,
        };
        ratio.clamp(NARROWEST, WIDEST)
    }

    /// The words it was made from: the prompt, else the longest text that went
    /// in. Empty when there was none.
    pub fn words(&self) -> &str {
        let inputs = &self.job.inputs;
        let prompt =
            inputs.get("prompt").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let texts = inputs.values().filter_map(Value::as_str);
        prompt.or_else(|| texts.max_by_key(|text| text.len())).unwrap_or_default()
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

    /// As the file in a field.
    pub fn as_picture(&self) -> Picture {
        let Place { job, output } = self.place();
        let Output { kind, name, bytes, width, height, url, .. } = self.output();
        let is_picture = *kind == OutputKind::Image;
        let preview = if is_picture { self.thumb(THUMBS[0]) } else { url.clone() };
        Picture {
            source: Source::Result { job, output },
            url: Some(preview.clone()),
            preview,
            name: name.clone(),
            bytes: Some(*bytes),
            size: width.zip(*height),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::samples::made;

    fn item(inputs: &Value) -> Item {
        let inputs = inputs.as_object().unwrap().clone();
        Item::at(&Arc::new(Job { inputs, ..made(1) }), 0).unwrap()
    }

    #[test]
    fn the_prompt_is_what_it_was_made_from_however_long_other_texts_are() {
        let item = item(&json!({"prompt": "a fox", "negative": "people, text, watermark"}));
        assert_eq!((item.words(), item.title()), ("a fox", "a fox"));
    }

    #[test]
    fn a_result_without_words_is_called_by_its_workflow() {
        assert_eq!(item(&json!({"steps": 20})).title(), "Text to picture");
    }

    #[test]
    fn there_is_no_item_where_nothing_was_made() {
        assert_eq!(Item::at(&Arc::new(made(1)), 1), None);
    }

    #[test]
    fn thumbnails_are_not_larger_than_the_picture() {
        let item = item(&json!({}));
        assert_eq!(
            item.thumbs(),
            "api/parlor/v1/outputs/1/thumb?w=320 320w, api/parlor/v1/outputs/1/thumb?w=640 640w"
        );
    }

    #[test]
    fn a_panorama_is_not_a_line() {
        let mut job = made(1);
        job.outputs[0].width = Some(20_000);
        assert!((Item::at(&Arc::new(job), 0).unwrap().ratio() - WIDEST).abs() < f64::EPSILON);
    }
}
