//! The house in front of ComfyUI.
//!
//! Read in this order: `config` says what can be set, `app` holds what lives
//! as long as the process, `threshold` is what every request passes, `router` says which URL reaches which handler,
//! `api` translates, `auth` knows who asks, `people` are those with an account,
//! `limits` is how much is too much, `workflows` is what can be run, `studio` how
//! it is made, `jobs` is the life of a run, `backends` does the work, `events` tells
//! viewers, `webhooks` tells programs, `files` and `db` keep what is kept, `resumable` what arrives in pieces, `objects` is an object store beside them, `frontend` is ComfyUI's own page. `serve` and `shutdown` are how
//! it begins and ends; `cli` is what the program does without opening at all.

pub mod app;
pub mod cli;
pub mod config;
pub mod router;

pub(crate) mod api;
pub mod auth;
pub mod backends;
pub mod db;
pub mod error;
pub mod events;
pub mod extract;
pub mod fetch;
pub mod files;
pub mod frontend;
pub mod jobs;
mod json;
pub mod limits;
pub mod objects;
pub mod people;
mod resumable;
pub mod serve;
pub mod shutdown;
pub mod site;
pub mod studio;
pub mod telemetry;
mod threshold;
pub mod webhooks;
pub mod workflows;
