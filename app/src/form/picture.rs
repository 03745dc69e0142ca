//! The picture in a picture field: on its way to the server, uploaded, or a
//! result of an earlier job.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::{JobId, UploadId};

use super::Change;

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

/// What the server takes for a picture.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Reference {
    Upload { upload: UploadId },
    Result { job: JobId, output: u32 },
}

/// What a draft keeps of a picture beside its [`Reference`].
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    reference: Reference,
    url: String,
    name: String,
    bytes: Option<u64>,
    size: Option<(u32, u32)>,
}

impl Picture {
    /// As the server wants it; `None` while it is on its way.
    pub(super) fn value(&self) -> Option<Value> {
        self.reference().map(|reference| json!(reference))
    }

    fn reference(&self) -> Option<Reference> {
        match self.source {
            Source::Sending { .. } => None,
            Source::Upload(upload) => Some(Reference::Upload { upload }),
            Source::Result { job, output } => Some(Reference::Result { job, output }),
        }
    }

    /// A job's input. All that is known of it is which picture it was.
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let reference = Reference::deserialize(value).ok()?;
        let url = match &reference {
            Reference::Upload { upload } => Some(format!("api/parlor/v1/uploads/{upload}")),
            Reference::Result { .. } => None,
        };
        let source = reference.into();
        Some(Self {
            source,
            preview: url.clone().unwrap_or_default(),
            url,
            name: String::new(),
            bytes: None,
            size: None,
        })
    }

    pub(super) fn draft(&self) -> Option<Value> {
        let kept = Kept {
            reference: self.reference()?,
            url: self.url.clone()?,
            name: self.name.clone(),
            bytes: self.bytes,
            size: self.size,
        };
        Some(json!(kept))
    }

    pub(super) fn from_draft(value: &Value) -> Option<Self> {
        let Kept { reference, url, name, bytes, size } = Kept::deserialize(value).ok()?;
        Some(Self {
            source: reference.into(),
            preview: url.clone(),
            url: Some(url),
            name,
            bytes,
            size,
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

impl From<Reference> for Source {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::Upload { upload } => Self::Upload(upload),
            Reference::Result { job, output } => Self::Result { job, output },
        }
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

/// Whether a file is worth sending. A browser that does not know the type
/// leaves it to the server, which looks inside.
pub fn refuse(chosen: &Chosen, accept: &[String], max_bytes: u64) -> Option<Refusal> {
    let known = !chosen.mime.is_empty();
    if known && !accept.iter().any(|mime| mime.eq_ignore_ascii_case(&chosen.mime)) {
        return Some(Refusal::WrongType);
    }
    if chosen.bytes <= 0.0 {
        return Some(Refusal::Empty);
    }
    (chosen.bytes > max_bytes as f64).then_some(Refusal::TooLarge)
}
