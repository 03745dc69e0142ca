//! Parlor's own API, `/api/parlor/v1`: one file a noun.

pub(in crate::api) mod content;
pub(crate) mod events;
pub(in crate::api) mod form;
pub(crate) mod house;
mod inside;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod outputs;
pub(crate) mod submit;
pub(crate) mod uploads;
pub(crate) mod webhooks;
pub(crate) mod workflows;
