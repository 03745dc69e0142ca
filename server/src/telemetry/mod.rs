//! What operators see: logs with request ids, figures for Prometheus.

mod metrics;
mod requests;

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

pub use metrics::{Counted, Metrics};
pub use requests::{RequestId, observe};

use crate::config::Config;

/// Sends log lines to the standard error, filtered as the configuration says.
///
/// # Errors
///
/// When the filter makes no sense, or when somebody did this before.
pub fn start_logging(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("`{}` is no log filter; write for example `info`", config.log))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // When nobody reads the log any more, saying so would end whoever logs:
        // even the task that hears that the house shall close.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    let started = if config.log_json { lines.json().try_init() } else { lines.try_init() };
    started.map_err(|error| anyhow::anyhow!(error)).context("logging was started before")
}
