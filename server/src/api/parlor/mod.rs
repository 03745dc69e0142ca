//! Parlor's own API, `/api/parlor/v1`: one file a noun.

pub(crate) mod batches;
pub(in crate::api) mod content;
pub(crate) mod events;
pub(in crate::api) mod form;
pub(crate) mod house;
pub(in crate::api) mod inside;
pub(crate) mod jobs;
mod lines;
pub(crate) mod links;
pub(crate) mod outputs;
pub(crate) mod repeat;
pub(crate) mod resumable;
pub(crate) mod submit;
pub(crate) mod uploads;
pub(crate) mod webhooks;
pub(in crate::api) mod wishes;
pub(crate) mod words;
pub(crate) mod workflows;
