//! Who computes where: the server on one core, the measuring program on the others.

use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::process::Command;

/// The server's core. The first one, as Linux counts them.
const SERVER: &str = "0";

/// `program`, to be started on the server's core.
pub fn command_on_the_servers(program: &std::path::Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}

/// How many there are, of those this program may use.
pub fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Moves this program, all its threads, to the other ones of `cores`.
pub async fn leave_the_servers(cores: usize) -> anyhow::Result<()> {
    if cores < 2 {
        return Ok(());
    }
    let moved = Command::new("taskset")
        .args(["-a", "-p", "-c", &format!("1-{}", cores - 1)])
        .arg(std::process::id().to_string())
        .stdout(Stdio::null())
        .status()
        .await
        .context("starting taskset, which comes with util-linux")?;
    ensure!(moved.success(), "taskset could not move this program to cores 1 to {}", cores - 1);
    Ok(())
}

/// How many programs wanted a core during the last minute, on average.
pub async fn load() -> f64 {
    let text = tokio::fs::read_to_string("/proc/loadavg").await.unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
