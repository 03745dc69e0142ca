//! Workflows inside pictures, videos and models.
//!
//! ComfyUI writes two texts into what it saves, `prompt` (the graph) and
//! `workflow` (the editor's file). Each kind of file has another place for them.
//! Only headers are read: pixels are never decoded, and every length is checked
//! against what is there.

mod bytes;
mod exif;
mod jpeg;
mod mp4;
mod png;
mod safetensors;
mod webm;
mod webp;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::ConvertError;
use super::document::MAX_BYTES;

/// A kind of file that may carry a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    Png,
    WebP,
    Jpeg,
    Mp4,
    WebM,
    Safetensors,
}

/// The texts that were found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// The graph in API format.
    pub prompt: Option<String>,
    /// The editor's file.
    pub workflow: Option<String>,
}

impl Carrier {
    /// What `bytes` are by their first.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let at = |start: usize, magic: &[u8]| {
            bytes.get(start..).is_some_and(|rest| rest.starts_with(magic))
        };
        if at(0, png::SIGNATURE) {
            Some(Self::Png)
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Some(Self::WebP)
        } else if at(0, &[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if at(4, b"ftyp") {
            Some(Self::Mp4)
        } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
            Some(Self::WebM)
        } else {
            safetensors::is_one(bytes).then_some(Self::Safetensors)
        }
    }

    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG picture",
            Self::WebP => "WebP picture",
            Self::Jpeg => "JPEG picture",
            Self::Mp4 => "MP4 video",
            Self::WebM => "WebM video",
            Self::Safetensors => "safetensors model",
        }
    }

    pub(super) fn read(self, bytes: &[u8]) -> Result<Carried, ConvertError> {
        let read = match self {
            Self::Png => png::read(bytes),
            Self::WebP => webp::read(bytes),
            Self::Jpeg => jpeg::read(bytes),
            Self::Mp4 => mp4::read(bytes),
            Self::WebM => Ok(webm::read(bytes)),
            Self::Safetensors => safetensors::read(bytes),
        };
        read.map_err(|reason| ConvertError::Damaged { what: self.name(), reason })
    }
}

/// What is wrong with a file, as the end of a sentence.
type Fault = &'static str;

const TEXT_TOO_LONG: Fault = "a text in it is larger than any workflow";

impl Carried {
    /// Takes a text with a name if it is one of the two. Some writers put both
    /// into one comment, as JSON.
    fn take(&mut self, name: &str, text: &str) {
        let text = text.trim_matches(['\0', ' ', '\n']);
        let place = if name.eq_ignore_ascii_case("prompt") {
            &mut self.prompt
        } else if name.eq_ignore_ascii_case("workflow") {
            &mut self.workflow
        } else {
            return self.take_comment(text);
        };
        if place.is_none() && text.starts_with('{') {
            *place = Some(text.to_owned());
        }
    }

    /// `workflow:{…}`, or JSON with both as objects or as texts.
    fn take_comment(&mut self, text: &str) {
        if let Some((name, inner)) = text.split_once(':')
            && matches!(name.trim().to_ascii_lowercase().as_str(), "prompt" | "workflow")
        {
            return self.take(name.trim(), inner.trim_start());
        }
        if !text.starts_with('{') || text.len() > MAX_BYTES {
            return;
        }
        let Ok(Value::Object(fields)) = crate::json::lenient(text.as_bytes(), MAX_BYTES) else {
            return;
        };
        for name in ["prompt", "workflow"] {
            match fields.get(name) {
                Some(Value::String(inner)) => self.take(name, inner),
                Some(inner @ Value::Object(_)) => self.take(name, &inner.to_string()),
                _ => {}
            }
        }
    }
}
