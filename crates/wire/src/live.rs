//! How events travel over the WebSocket `GET /api/parlor/v1/live`.
//!
//! Text frames are JSON: [`FromViewer`] up, [`ToViewer`] down. Binary frames,
//! only down, are previews: [`PREVIEW_HEADER_BYTES`] of header, then the image.
//!
//! A viewer says `watch`. It gets a `snapshot` of each job concerned and from
//! then on `event`, `progress`, `position` and previews. A viewer that fell
//! behind gets a new `snapshot` instead of what it missed; one that lost its
//! connection watches again with the last `seq` it saw and gets what it missed
//! as `event`s. Repeats are possible around a snapshot: ignore an `event` whose
//! `seq` is not above the job's.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Event, Job, JobId, Progress, text};

/// What a viewer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromViewer {
    /// Every job of this principal that is not over, and every one to come.
    // With braces: serde passes members of a unit over, also where unknown ones are denied.
    WatchMine {},
    /// One job; with `after`, events above that number are sent first.
    Watch {
        job: JobId,
        after: Option<u64>,
    },
    Unwatch {
        job: JobId,
    },
    /// The same as `POST /jobs/{id}/cancel`.
    Cancel {
        job: JobId,
    },
}

impl FromViewer {
    /// As it goes over the wire, written without serde's code.
    pub fn text(&self) -> String {
        let mut members = Map::new();
        let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let word = match self {
            Self::WatchMine {} => "watch_mine",
            Self::Watch { after, .. } => {
                say("after", after.map_or(Value::Null, Value::from));
                "watch"
            }
            Self::Unwatch { .. } => "unwatch",
            Self::Cancel { .. } => "cancel",
        };
        say("type", word.into());
        match self {
            Self::WatchMine {} => {}
            Self::Watch { job, .. } | Self::Unwatch { job } | Self::Cancel { job } => {
                say("job", job.to_string().into());
            }
        }
        text::print(&Value::Object(members))
    }
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "made once per message, never stored in bulk")
)]
pub enum ToViewer {
    /// First, once. The page reloads itself when `build` is not its own.
    Hello {
        build: String,
    },
    /// The whole job: replaces whatever the viewer held.
    Snapshot {
        job: Job,
    },
    Event {
        job: JobId,
        seq: u64,
        event: Event,
    },
    Progress {
        job: JobId,
        progress: Progress,
    },
    /// How many jobs are before it now.
    Position {
        job: JobId,
        position: u32,
    },
    /// Deleted, by this person elsewhere or by retention.
    Gone {
        job: JobId,
    },
    /// Something this viewer asked for was not possible.
    Refused {
        job: Option<JobId>,
        message: String,
    },
    /// The server is about to stop: reconnect after `after_ms`.
    Restarting {
        after_ms: u32,
    },
}

/// Bytes before the image in a preview frame:
/// `u8` version (1) · `u8` format · 16 bytes job id.
pub const PREVIEW_HEADER_BYTES: usize = 18;

const PREVIEW_VERSION: u8 = 1;

/// How a preview is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewFormat {
    Jpeg,
    Png,
}

impl PreviewFormat {
    /// MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The head of a binary frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewHeader {
    pub format: PreviewFormat,
    pub job: JobId,
}

impl PreviewHeader {
    /// What stands before the image.
    pub fn encode(self) -> [u8; PREVIEW_HEADER_BYTES] {
        let mut bytes = [0; PREVIEW_HEADER_BYTES];
        bytes[0] = PREVIEW_VERSION;
        bytes[1] = match self.format {
            PreviewFormat::Jpeg => 1,
            PreviewFormat::Png => 2,
        };
        bytes[2..].copy_from_slice(self.job.0.as_bytes());
        bytes
    }

    /// The header and the image; `None` for a frame of another version.
    pub fn decode(frame: &[u8]) -> Option<(Self, &[u8])> {
        let (head, image) = frame.split_at_checked(PREVIEW_HEADER_BYTES)?;
        let format = match (head[0], head[1]) {
            (PREVIEW_VERSION, 1) => PreviewFormat::Jpeg,
            (PREVIEW_VERSION, 2) => PreviewFormat::Png,
            _ => return None,
        };
        let job = JobId(Uuid::from_slice(&head[2..]).ok()?);
        Some((Self { format, job }, image))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_header_survives_the_wire() {
        let header = PreviewHeader {
            format: PreviewFormat::Png,
            job: JobId(Uuid::from_u128(0x1234_5678_9abc_def0)),
        };
        let mut frame = header.encode().to_vec();
        frame.extend_from_slice(b"image");
        assert_eq!(PreviewHeader::decode(&frame), Some((header, &b"image"[..])));
    }

    #[test]
    fn a_short_or_strange_frame_is_no_preview() {
        assert_eq!(PreviewHeader::decode(&[1, 1, 0]), None);
        assert_eq!(PreviewHeader::decode(&[9; 40]), None);
    }

    #[test]
    fn watching_has_this_exact_json() {
        let watch = FromViewer::Watch { job: JobId(Uuid::nil()), after: Some(3) };
        assert_eq!(
            serde_json::to_string(&watch).unwrap(),
            r#"{"type":"watch","job":"00000000-0000-0000-0000-000000000000","after":3}"#,
        );
    }
}
