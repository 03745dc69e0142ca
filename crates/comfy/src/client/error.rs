//! What can go wrong between us and a server.

use super::trust::distrust;
use crate::prompt::Refusal;

/// Why a call failed. No text of it names the server or one of its paths but
/// for the host's own mistake in [`Self::BadAddress`], so that it may be shown;
/// what a server says in a refusal is its own.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The address given is none of a server.
    #[error("{0} is not the address of a server: write it as http://host:port")]
    BadAddress(String),
    /// Nobody answers there. The request was not sent.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// It cannot prove who it is. The request was not sent.
    #[error("the server's certificate is not trusted: {0}")]
    Untrusted(&'static str),
    /// It did not answer in time.
    #[error("the server did not answer in time")]
    Timeout,
    /// The connection broke before the answer was whole.
    #[error("the connection to the server broke: {0}")]
    Broken(String),
    /// It answered, but not as ComfyUI does.
    #[error("the answer is not one of ComfyUI: {0}")]
    NotComfy(String),
    /// It answered with a status that is no success.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The answer is longer than is read.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// How many bytes are read.
        limit: u64,
    },
    /// It will not run the job.
    #[error("the job was refused: {0}")]
    Refused(#[source] Box<Refusal>),
    /// A file name that cannot be sent.
    #[error("{0:?} cannot be the name of an upload")]
    BadName(String),
}

impl BackendError {
    /// Whether the request certainly had no effect. After any other error the
    /// server may have done what it was asked.
    pub fn surely_not_done(&self) -> bool {
        match self {
            Self::BadAddress(_)
            | Self::Unreachable(_)
            | Self::Untrusted(_)
            | Self::Refused(_)
            | Self::BadName(_) => true,
            Self::Timeout
            | Self::Broken(_)
            | Self::NotComfy(_)
            | Self::Status(_)
            | Self::TooLarge { .. } => false,
        }
    }
}

impl From<reqwest::Error> for BackendError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if let Some(why) = distrust(&error) {
            Self::Untrusted(why)
        } else if error.is_connect() {
            Self::Unreachable(root(&error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken(root(&error))
        }
    }
}

/// The innermost cause: `connection refused` and not `error sending request`.
pub(crate) fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let innermost = std::iter::successors(Some(error), |error| error.source()).last();
    innermost.unwrap_or(error).to_string()
}
