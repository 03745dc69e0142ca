//! A limit that is reached, in words.

use wire::Limited;

use super::usage::DAY_MS;
use crate::db::now;
use crate::error::Error;

/// When asking again makes sense, after too many jobs at once, in seconds.
pub(super) const SOON: u64 = 10;

/// Why something is not let in.
#[derive(Debug, Clone, Copy)]
pub(super) enum NotNow {
    Over(Over),
    /// Too many files are arriving.
    Busy,
    /// Something was kept after the database was asked: it is to be asked again.
    Old,
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Over {
    pub(super) what: Limited,
    used: u64,
    /// How much more is asked for.
    more: u64,
    most: u64,
    /// It is the workflow's own.
    of_workflow: bool,
}

impl Over {
    /// The same as a limit of one workflow.
    pub(super) fn of_workflow(self, of_workflow: bool) -> Self {
        Self { of_workflow, ..self }
    }
}

/// Whether there is room for so much more.
pub(super) fn within(
    what: Limited,
    (used, more): (u64, u64),
    most: Option<u64>,
) -> Result<(), Over> {
    match most {
        Some(most) if used.saturating_add(more) > most => {
            Err(Over { what, used, more, most, of_workflow: false })
        }
        _ => Ok(()),
    }
}

impl From<Over> for NotNow {
    fn from(over: Over) -> Self {
        Self::Over(over)
    }
}

impl From<Over> for Error {
    fn from(over: Over) -> Self {
        let Over { what, used, more, most, of_workflow } = over;
        let (used_mb, most_mb) = (used >> 20, most >> 20);
        let of = if of_workflow { " of this workflow" } else { "" };
        if more > most.max(1) {
            // No waiting helps.
            let (things, when) = match what {
                Limited::CostPerDay => ("pixel steps", "a day"),
                Limited::JobsAtOnce => ("jobs", "at once"),
                _ => ("jobs", "a day"),
            };
            let message =
                format!("these are {more} {things}, and {most}{of} may be {when}: ask for less");
            return Self::unusable(message);
        }
        let (message, retry_after) = match what {
            Limited::JobsAtOnce if more > 1 => {
                let message = format!(
                    "these are {more} jobs, {used} of yours are not over, and {most} may be at once"
                );
                (message, SOON)
            }
            Limited::JobsAtOnce => {
                (format!("{used} of your jobs are not over, and {most} may be at once"), SOON)
            }
            Limited::JobsPerDay if more > 1 => {
                let message = format!(
                    "these are {more} jobs; {most} a day{of} are allowed, of which {used} were used"
                );
                (message, until_midnight())
            }
            Limited::JobsPerDay => {
                let message = format!("{most} jobs a day{of} are allowed, and these were used");
                (message, until_midnight())
            }
            Limited::UploadBytesPerDay => {
                let message = format!("{most_mb} MB a day can be handed in, and these were");
                (message, until_midnight())
            }
            Limited::StorageBytes => {
                let message = format!("{used_mb} MB are kept for you, of {most_mb}");
                (message + ": delete something", SOON)
            }
            Limited::CostPerDay => {
                (format!("the work{of} that is allowed in a day was used"), until_midnight())
            }
            Limited::Requests => (format!("{most} are allowed"), SOON),
        };
        Self::TooMany { message, retry_after }
    }
}

/// As it stands in JSON.
pub(super) fn word(what: Limited) -> &'static str {
    match what {
        Limited::Requests => "requests",
        Limited::JobsAtOnce => "jobs_at_once",
        Limited::JobsPerDay => "jobs_per_day",
        Limited::CostPerDay => "cost_per_day",
        Limited::UploadBytesPerDay => "upload_bytes_per_day",
        Limited::StorageBytes => "storage_bytes",
    }
}

/// In seconds.
fn until_midnight() -> u64 {
    ((DAY_MS - now().rem_euclid(DAY_MS)) / 1000 + 1) as u64
}
