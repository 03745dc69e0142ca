//! What a first visit transfers, counted by Chromium itself.

use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::process::Command;

use crate::{figure::Figure, house::House};

#[derive(Deserialize)]
struct FirstLoad {
    /// Over the network, headers included.
    bytes: f64,
    requests: f64,
}

/// Opens the run page in a browser that was never here.
pub async fn measure(binary: &Path, end2end: &Path) -> anyhow::Result<Vec<Figure>> {
    let data = tempfile::tempdir()?;
    let house = House::open(binary, data.path(), &[]).await?;
    let load = first_load(&house, end2end).await?;
    house.close().await?;
    Ok(vec![
        Figure::at_most("first load of the run page", load.bytes / 1000.0, 200.0, "kB"),
        Figure::at_most("its requests", load.requests, 12.0, ""),
    ])
}

async fn first_load(house: &House, end2end: &Path) -> anyhow::Result<FirstLoad> {
    let output = Command::new("node")
        .current_dir(end2end)
        .args(["first-load.mjs", &format!("{}/w/text-to-picture", house.url())])
        .output()
        .await
        .context("starting node, which comes with `cargo xtask bench`")?;
    ensure!(
        output.status.success(),
        "the browser could not load the page: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("reading what the browser counted")
}
