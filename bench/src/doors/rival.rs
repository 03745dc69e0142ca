//! `comfy-api-proxy`: the Comfy API v2 in front of a ComfyUI, by those who made the contract.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{process::Child, time::sleep};

use super::line::{Line, get};
use crate::{cores, house};

/// Python takes its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running one. Ends with this value.
pub struct Rival {
    /// `127.0.0.1:port`.
    pub address: String,
    process: Child,
}

impl Rival {
    /// Starts `program` on all cores, before `upstream`, which is `http://host:port`. It keeps its records
    /// in `state`, as Parlor does.
    pub async fn open(program: &Path, upstream: &str, state: &Path) -> anyhow::Result<Self> {
        let port = cores::free_port().await?;
        let process = cores::command_on_all(program)
            .await?
            .args(["run", "--comfyui", upstream, "--port", &port.to_string(), "--state-dir"])
            .arg(state)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting comfy-api-proxy")?;
        let rival = Self { address: format!("127.0.0.1:{port}"), process };
        let start = Instant::now();
        while rival.health().await.is_err() {
            if start.elapsed() > PATIENCE {
                bail!("comfy-api-proxy does not answer");
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(rival)
    }

    /// Resident memory in bytes.
    pub async fn memory(&self) -> anyhow::Result<u64> {
        house::resident(self.process.id().context("comfy-api-proxy has ended")?).await
    }

    async fn health(&self) -> anyhow::Result<()> {
        let request = get(&self.address, "/api/v2/health", "");
        let status = Line::open(&self.address).await?.ask(&request).await?.status;
        if status == 200 { Ok(()) } else { bail!("it answered {status}") }
    }
}
