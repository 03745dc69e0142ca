//! Plain data and the rules for changing it. Nothing here mounts or draws anything, so all of it is
//! tested without a browser.
//!
//! `jobs` holds what is under way, `results` what was made, `stage` says what the stage shows of a
//! job, `draft` is what was typed and not sent yet.

pub(crate) mod draft;
pub(crate) mod jobs;
pub(crate) mod results;
pub(crate) mod stage;

#[cfg(test)]
pub(crate) mod samples;
