//! What operators see: logs with request ids, figures for Prometheus.

mod metrics;
mod requests;

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use metrics::{Counted, Metrics};
pub(crate) use requests::Observed;
pub use requests::RequestId;

use crate::config::Config;

/// Sends log lines to the standard error, filtered as the configuration says.
///
/// # Errors
///
/// When the filter makes no sense, or when somebody did this before.
pub fn start_logging(config: &Config) -> anyhow::Result<()> {
    // Not `EnvFilter`: it filters by regular expressions, whose engine is a hundredth of the program.
    let filter: Targets = config
        .log
        .parse()
        .with_context(|| format!("`{}` is no log filter; write for example `info`", config.log))?;
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // When nobody reads the log any more, saying so would end whoever logs:
        // even the task that hears that the house shall close.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = if config.log_json { lines.json().boxed() } else { lines.boxed() };
    let started = registry().with(lines.with_filter(filter)).try_init();
    started.map_err(|error| anyhow::anyhow!(error)).context("logging was started before")
}
