//! The server under measurement: the release binary as a process of its own.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};

use crate::cores;

/// A server that has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server. Ends with this value.
pub struct House {
    process: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// From the start of the process to the first 200 of `/readyz`.
    pub ready_after: Duration,
}

impl House {
    /// Starts `binary` on one core with its records in `data`.
    pub async fn open(binary: &Path, data: &Path, args: &[String]) -> anyhow::Result<Self> {
        // One core is what most promises are about.
        Self::start(cores::command_on_the_servers(binary), data, args).await
    }

    /// [`House::open`] on all cores.
    pub async fn open_on_all(binary: &Path, data: &Path, args: &[String]) -> anyhow::Result<Self> {
        Self::start(cores::command_on_all(binary).await?, data, args).await
    }

    async fn start(mut command: Command, data: &Path, args: &[String]) -> anyhow::Result<Self> {
        let start = Instant::now();
        let mut process = command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting the server (taskset comes with util-linux)")?;
        let address = timeout(PATIENCE, address(&mut process))
            .await
            .context("it printed no address in time")??;
        timeout(PATIENCE, ready(&address)).await.context("it was not ready in time")?;
        Ok(Self { process, address, ready_after: start.elapsed() })
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> anyhow::Result<u16> {
        let (_, port) = self.address.rsplit_once(':').context("an address ends with a port")?;
        port.parse().context("reading the port")
    }

    /// Its only process.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.process.id().context("the server has ended")
    }

    /// Resident memory in bytes.
    pub async fn memory(&self) -> anyhow::Result<u64> {
        resident(self.id()?).await
    }

    /// Stops it as an operator would, and waits.
    pub async fn close(mut self) -> anyhow::Result<()> {
        let pid = self.id()?;
        Command::new("kill")
            .arg(pid.to_string())
            .status()
            .await
            .context("asking the server to stop")?;
        let status = timeout(PATIENCE * 2, self.process.wait())
            .await
            .context("it did not stop in time")??;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }
}

/// Resident memory of a process, in bytes.
pub async fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = tokio::fs::read_to_string(format!("/proc/{pid}/status"))
        .await
        .context("reading its memory")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS line")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().context("reading VmRSS")?;
    Ok(kibibytes * 1024)
}

async fn address(process: &mut Child) -> anyhow::Result<String> {
    let stdout = process.stdout.take().context("its output is piped")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, rest)) = line.split_once("http://") {
            let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
            let address = rest[..end].to_owned();
            // Whatever it prints later must not block it.
            #[expect(
                clippy::disallowed_methods,
                reason = "ends with the process whose output it reads"
            )]
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(address);
        }
    }
    bail!("it ended without saying where it listens")
}

/// Asks again and again, without the cost of an HTTP client in the figure.
async fn ready(address: &str) {
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let mut answer = Vec::new();
            let told = stream.write_all(request.as_bytes()).await.is_ok();
            if told
                && stream.read_to_end(&mut answer).await.is_ok()
                && answer.starts_with(b"HTTP/1.1 200")
            {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
