//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// The folders every task works in, all absolute.
#[derive(Debug, Clone)]
pub struct Places {
    /// The checkout: the folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's output: `CARGO_TARGET_DIR`, or `target` in the checkout.
    pub target: PathBuf,
}

impl Places {
    /// Reads them from the environment. A relative `CARGO_TARGET_DIR` counts from the checkout.
    pub fn find() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask is a folder of the workspace")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) if !dir.is_empty() => root.join(dir),
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The browser tests and their npm packages.
    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }
}
