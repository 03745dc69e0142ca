//! `parlor workflow check`: what would keep a workflow from running.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use comfy::check::{Problem, check};
use comfy::convert::{Document, strangers};

use super::workflow::{Catalogue, print, read};
use crate::config::Config;

/// `parlor workflow check`
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// A workflow in either format, or a picture, video or model that carries one.
    #[arg(value_name = "FILE")]
    from: PathBuf,

    #[command(flatten)]
    catalogue: Catalogue,
}

impl Check {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        let document = Document::read(&read(&self.from).await?)?;
        let definitions = self.catalogue.read(config).await?;
        let mut faults = Vec::new();
        if let (None, Some(editor)) = (&document.graph, &document.editor) {
            let unknown = strangers(editor, &definitions)?;
            faults.extend(unknown.iter().map(|node| format!("{node}: {}", Problem::UnknownClass)));
        }
        // Without its nodes the rest cannot be told.
        if faults.is_empty() {
            let graph = document.graph(&definitions)?;
            faults.extend(check(&graph, &definitions).iter().map(ToString::to_string));
        }
        for fault in &faults {
            print(fault)?;
        }
        ensure!(faults.is_empty(), "this workflow cannot be run: faults found: {}", faults.len());
        print("this workflow can be run")
    }
}
