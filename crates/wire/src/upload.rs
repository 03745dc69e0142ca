//! What people hand in.

use serde::{Deserialize, Serialize};

use crate::{Millis, UploadId};

/// Answer to `POST /uploads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Upload {
    pub id: UploadId,
    /// The person's own name for it, made safe; only ever shown.
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Relative to the page's base: `api/parlor/v1/uploads/{id}`.
    pub url: String,
}

/// Body of `POST /uploads` where it is JSON: a file that is somewhere else, or within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum UploadFrom {
    /// What is at an address.
    Address {
        /// Begins with `https://`.
        url: String,
        /// What it is called; left out: `file`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The file itself.
    Whole {
        /// Its bytes, also as a `data:` URL.
        base64: String,
        /// What it is called; left out: `file`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
}

/// Body of `POST /outputs/{id}/link`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFileLink {
    /// Seconds for which it works, 60 to 604,800 (seven days). Left out: a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u32>,
}

/// A link to one file, which opens for whoever has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileLink {
    /// The whole address.
    pub url: String,
    pub expires_at: Millis,
}
