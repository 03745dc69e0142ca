//! jobs
pub(crate) mod state;
