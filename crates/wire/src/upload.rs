//! What people hand in.

use serde::{Deserialize, Serialize};

use crate::UploadId;

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
