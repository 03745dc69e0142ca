//! A server to ask, and sockets to listen on.

mod graphs;
mod server;
mod socket;
mod story;

pub(crate) use graphs::*;
pub(crate) use server::Server;
pub(crate) use socket::{Heard, Socket};
pub(crate) use story::Story;

use std::time::Duration;

/// After this long a test gives up waiting for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A client id that nobody else has.
pub(crate) fn fresh_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
