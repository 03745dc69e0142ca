//! Who computes where: the server on one core, the measuring program on the others.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use tokio::{net::TcpListener, process::Command};

/// The server's core. The first one, as Linux counts them.
const SERVER: &str = "0";

/// Where Linux lists all cores, as `taskset` takes them.
const ALL: &str = "/sys/devices/system/cpu/online";

/// `program`, to be started on the server's core.
pub fn command_on_the_servers(program: &std::path::Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}

/// `program`, to be started on whatever cores there are.
pub async fn command_on_all(program: &std::path::Path) -> anyhow::Result<Command> {
    let cores = tokio::fs::read_to_string(ALL).await.context("asking which cores there are")?;
    let mut command = Command::new("taskset");
    command.args(["-c", cores.trim()]).arg(program);
    Ok(command)
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

/// A port of this machine that nobody listens on.
pub async fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Processor time that all threads of a process have had, their part of the kernel included.
pub async fn time_of(process: u32) -> anyhow::Result<Duration> {
    let text = tokio::fs::read_to_string(format!("/proc/{process}/stat")).await?;
    time_in(&text).context("reading the processor time of a process")
}

/// Linux counts in hundredths of a second, user and system apart, as fields 14 and 15. The second is the name, in
/// parentheses, which may hold anything.
fn time_in(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}

/// How many programs wanted a core during the last minute, on average.
pub async fn load() -> f64 {
    let text = tokio::fs::read_to_string("/proc/loadavg").await.unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_that_of_user_and_system() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 8 0 1 1 1";
        assert_eq!(time_in(stat), Some(Duration::from_secs(3)));
        assert_eq!(time_in("nonsense"), None);
    }
}
