//! Debian's nginx, in front of the same engine.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{net::TcpStream, process::Child, time::sleep};

use crate::cores;

/// It starts at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx. Ends with this value.
pub struct Nginx {
    /// `127.0.0.1:port`.
    pub address: String,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts `binary` on the servers' core, before `upstream`, which is `http://host:port`.
    pub async fn open(binary: &Path, upstream: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", cores::free_port().await?);
        let file = folder.path().join("nginx.conf");
        tokio::fs::write(&file, configuration(folder.path(), &address, upstream)).await?;
        let process = cores::command_on_the_servers(binary)
            .args(["-e", "stderr", "-c"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting nginx")?;
        let nginx = Self { address, process, _folder: folder };
        nginx.ready().await?;
        Ok(nginx)
    }

    /// Its only process.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.process.id().context("nginx has ended")
    }

    async fn ready(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        while TcpStream::connect(&self.address).await.is_err() {
            if start.elapsed() > PATIENCE {
                bail!("nginx does not listen: another module or version than Debian's?");
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// As Debian has it, but for what would cost it more than it costs us: it keeps no log, and whoever asks without pause
/// need not connect anew after a thousand requests.
fn configuration(folder: &Path, address: &str, upstream: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 768; }}
http {{
  sendfile on; tcp_nopush on; types_hash_max_size 2048; access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen {address}; location / {{ proxy_pass {upstream}; }} }}
}}
"
    )
}
