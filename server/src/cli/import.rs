//! `parlor workflow import`: a workflow file becomes a manifest and its graph.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::workflow::{Catalogue, print, read};
use crate::config::Config;
use crate::workflows::Published;

/// `parlor workflow import`
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// A workflow in either format, or a picture, video or model that carries one.
    #[arg(value_name = "FILE")]
    from: PathBuf,

    #[command(flatten)]
    catalogue: Catalogue,

    /// Write SLUG.toml and SLUG.json there, instead of printing them.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        let bytes = read(&self.from).await?;
        let definitions = self.catalogue.read(config).await?;
        let name = self.from.file_stem().unwrap_or_default().to_string_lossy();
        // What the house would refuse is no manifest.
        let found = Published::of_file(&bytes, &name, &definitions)?;
        let slug = found.slug();
        let text = toml::to_string_pretty(found.manifest()).context("writing the manifest")?;
        let json = format!("{:#}\n", found.graph_as_made().to_value());
        let Some(folder) = &self.into else { return print(&format!("{text}\n{json}")) };
        for (ending, text) in [("toml", &text), ("json", &json)] {
            let path = folder.join(format!("{slug}.{ending}"));
            write(&path, text).await?;
            print(&format!("{}", path.display()))?;
        }
        Ok(())
    }
}

async fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    tokio::fs::write(path, text).await.with_context(|| format!("writing {}", path.display()))
}
