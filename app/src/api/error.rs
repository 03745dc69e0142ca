//! How a call can go wrong.

use wire::{ErrorCode, Problem};

use crate::i18n::t;

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// The server answered, and said no.
    Refused(Problem),
    /// No answer came back in time.
    Unreachable,
    /// Something answered that is not our server: a proxy's page, another version.
    Strange {
        /// HTTP status.
        status: u16,
    },
}

impl Error {
    /// A sentence for the person.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Refused(problem) => problem.detail.clone(),
            Self::Unreachable => t::error_unreachable().to_owned(),
            Self::Strange { status } => t::error_strange(status),
        }
    }

    /// The field that the server found wrong.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem.field.as_deref(),
            _ => None,
        }
    }

    /// Only others may do this.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused(problem) if matches!(problem.code, ErrorCode::Forbidden | ErrorCode::Unauthorized))
    }

    /// Nobody is let in who does not sign in.
    pub(crate) fn is_stranger(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.code == ErrorCode::Unauthorized)
    }

    /// Somebody else was faster.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.code == ErrorCode::Conflict)
    }

    /// What was asked for is not there, or not for this person.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.code == ErrorCode::NotFound)
    }
}
