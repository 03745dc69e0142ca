//! The studio's part of Parlor's API: for hosts only.

mod covers;
mod import;
pub(crate) mod workflows;

pub(crate) use covers::{set as set_cover, show as cover};
pub(crate) use import::{import, import_from};

use crate::error::Error;
use crate::studio::StudioError;

impl From<StudioError> for Error {
    fn from(error: StudioError) -> Self {
        match error {
            StudioError::NoSuchWorkflow => Self::NotFound("workflow"),
            StudioError::NoSuchVersion => Self::NotFound("version"),
            StudioError::NoCatalogue => Self::Unavailable(
                "no ComfyUI answers that could say what is in the editor's file: start ComfyUI and \
                 try again, or export the workflow in API format",
            ),
            StudioError::Overtaken => Self::Conflict(error.to_string()),
            StudioError::Renamed(_) => Self::field("slug", error.to_string()),
            StudioError::File(error) => Self::field("file", error.to_string()),
            StudioError::Unfit(message) => Self::unusable(message),
            StudioError::Storage(cause) => Self::Internal(cause),
        }
    }
}
