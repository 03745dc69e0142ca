//! The house in front of ComfyUI.
//!
//! Read in this order: `config` says what can be set, `app` holds what lives
//! as long as the process, `router` says which URL reaches which handler,
//! `api` translates, `jobs` is the life of a job, `events` tells viewers.

pub mod auth;
pub mod backends;
pub mod db;
pub mod events;
pub mod files;
pub mod jobs;
pub mod shutdown;
pub mod workflows;
