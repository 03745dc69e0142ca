//! The doors of programs, beside what they would be used instead of.
//!
//! Read in this order: `line` is one connection of a program, `load` many of them asking without pause, `beside`
//! lets two servers take turns. `rival` and `nginx` are what Parlor is compared with, `jobs` asks for pictures and
//! how they fare, `streams` listens, `files` downloads; `picture` is what is downloaded.

mod beside;
mod files;
mod jobs;
mod line;
mod load;
mod nginx;
mod picture;
mod rival;
mod streams;

use std::path::{Path, PathBuf};

use anyhow::Context;
use comfy::client::{self, Trust};
use serde_json::json;
use wire::MadeKey;

use crate::{figure::Figure, house::House};

/// Other programs, as `cargo xtask bench` brings them.
#[derive(Debug, Clone, clap::Args)]
pub struct Others {
    /// Of PyPI: what speaks the Comfy API v2 in front of a ComfyUI.
    #[arg(long, env = "PARLOR_COMFY_API_PROXY", value_name = "FILE")]
    comfy_api_proxy: Option<PathBuf>,
    /// Debian's.
    #[arg(long, env = "PARLOR_NGINX", value_name = "FILE")]
    nginx: Option<PathBuf>,
}

/// Measures all of it.
pub async fn measure(binary: &Path, others: &Others) -> anyhow::Result<Vec<Figure>> {
    let rival = others.comfy_api_proxy.as_deref();
    let rival = rival.context("which comfy-api-proxy? `cargo xtask bench` brings one")?;
    let nginx = others.nginx.as_deref().context("which nginx? `cargo xtask bench` brings one")?;
    let mut figures = jobs::measure(binary, rival).await.context("asking for pictures")?;
    figures.extend(streams::measure(binary).await.context("listening to a job")?);
    figures.extend(files::measure(binary, nginx).await.context("downloading")?);
    Ok(figures)
}

/// A key of whoever is at home.
async fn key(house: &House) -> anyhow::Result<String> {
    let http = client::builder(&Trust::nobody()).build()?;
    let wanted = json!({ "name": "bench", "scope": "run" });
    let url = format!("{}/api/parlor/v1/me/keys", house.url());
    let made = http.post(url).json(&wanted).send().await?.error_for_status()?;
    Ok(made.json::<MadeKey>().await?.secret)
}
