//! The picture in a picture field: on its way to the server, uploaded, or a
//! result of an earlier job.

use serde_json::Value;
use wire::{FieldKind, JobId, Read, UploadId};

use super::{Change, object};

/// A picture in a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub source: Source,
    /// What to show now, empty while that is not known; a `blob:` URL while the page that chose it lives.
    pub preview: String,
    /// What to show after a reload, relative to the page's base.
    pub url: Option<String>,
    /// The person's own name for it.
    pub name: String,
    pub bytes: Option<u64>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
}

/// Where the picture is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// On its way. The ticket tells a late answer about a picture that was
    /// replaced from one about this.
    Sending {
        ticket: u32,
        /// 0 to 1.
        fraction: f32,
    },
    Upload(UploadId),
    /// The output number `output`, from 0, of one of the person's own jobs.
    Result {
        job: JobId,
        output: u32,
    },
}

impl Picture {
    /// As the server wants it; `None` while it is on its way.
    pub(super) fn value(&self) -> Option<Value> {
        match self.source {
            Source::Sending { .. } => None,
            Source::Upload(upload) => Some(object([("upload", upload.to_string().into())])),
            Source::Result { job, output } => {
                Some(object([("job", job.to_string().into()), ("output", output.into())]))
            }
        }
    }

    /// A job's input. All that is known of it is which picture it was.
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let source = Source::read(value)?;
        let url = match source {
            Source::Upload(upload) => Some(format!("api/parlor/v1/uploads/{upload}")),
            Source::Result { .. } | Source::Sending { .. } => None,
        };
        Some(Self {
            source,
            preview: url.clone().unwrap_or_default(),
            url,
            name: String::new(),
            bytes: None,
            size: None,
        })
    }

    /// Its value, and what else a page knows of it.
    pub(super) fn draft(&self) -> Option<Value> {
        let mut draft = self.value()?;
        let members = draft.as_object_mut()?;
        let mut keep = |name: &str, value: Value| members.insert(name.to_owned(), value);
        keep("url", self.url.clone()?.into());
        keep("name", self.name.as_str().into());
        keep("bytes", self.bytes.into());
        keep("width", self.size.map(|size| size.0).into());
        keep("height", self.size.map(|size| size.1).into());
        Some(draft)
    }

    pub(super) fn from_draft(value: &Value) -> Option<Self> {
        let source = Source::read(value)?;
        let side = |name: &str| u32::try_from(value.get(name)?.as_u64()?).ok();
        let url = value.get("url")?.as_str()?.to_owned();
        Some(Self {
            source,
            preview: url.clone(),
            url: Some(url),
            name: value.get("name")?.as_str()?.to_owned(),
            bytes: value.get("bytes")?.as_u64(),
            size: side("width").zip(side("height")),
        })
    }

    pub(super) fn apply(&mut self, change: Change) {
        let Source::Sending { ticket: own, fraction: sent } = &mut self.source else { return };
        match change {
            Change::Sending { ticket, fraction } if ticket == *own => *sent = fraction.max(*sent),
            Change::Sent { ticket, upload } if ticket == *own => {
                self.source = Source::Upload(upload.id);
                self.url = Some(upload.url);
                self.bytes = Some(upload.bytes);
                self.size = upload.width.zip(upload.height);
            }
            _ => (),
        }
    }
}

impl Read for Source {
    fn read(value: &Value) -> Option<Self> {
        if let Some(upload) = value.get("upload") {
            return UploadId::read(upload).map(Self::Upload);
        }
        let output = u32::try_from(value.get("output")?.as_u64()?).ok()?;
        Some(Self::Result { job: JobId::read(value.get("job")?)?, output })
    }
}

/// A file somebody dropped, pasted or chose, as the browser describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub name: String,
    /// MIME type by the browser's guess; may be empty.
    pub mime: String,
    pub bytes: f64,
}

/// Why a file is not sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Empty,
    TooLarge,
    WrongType,
}

/// Whether a file is worth sending to a field of this kind. Of types only those of pictures are told here: others
/// have many names, and the server looks inside. So it does where the browser knows no type.
pub fn refuse(chosen: &Chosen, kind: &FieldKind) -> Option<Refusal> {
    let max_bytes = match kind {
        FieldKind::Image { .. } if !chosen.mime.is_empty() && !kind.takes(&chosen.mime) => {
            return Some(Refusal::WrongType);
        }
        FieldKind::Image { max_bytes, .. } | FieldKind::File { max_bytes, .. } => *max_bytes,
        _ => return None,
    };
    if chosen.bytes <= 0.0 {
        return Some(Refusal::Empty);
    }
    (chosen.bytes > max_bytes as f64).then_some(Refusal::TooLarge)
}
