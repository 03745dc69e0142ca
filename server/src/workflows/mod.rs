//! Published workflows: what a person may set, and the graph it becomes.
//!
//! Read in this order: `manifest` is the file a workflow is written in,
//! `published` is one ready for use, `form` is what the page shows of it,
//! `values` checks what came back, `fill` makes the graph. Nothing in here does
//! I/O or asks the clock; seeds are drawn by an argument.

mod fill;
mod form;
mod manifest;
mod published;
mod template;
mod values;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use wire::WorkflowSummary;

use manifest::{Lists, Manifest};

pub(crate) use fill::{Lacking, Need, TooMuch};
pub use published::Published;
pub(crate) use values::{BadField, PictureRef};

/// The workflows that come with the house: manifest and graph.
const BUILT_IN: [(&str, &str); 3] = [
    (
        include_str!("../../workflows/text-to-picture.toml"),
        include_str!("../../workflows/text-to-picture.json"),
    ),
    (
        include_str!("../../workflows/picture-to-picture.toml"),
        include_str!("../../workflows/picture-to-picture.json"),
    ),
    (include_str!("../../workflows/upscale.toml"), include_str!("../../workflows/upscale.json")),
];

/// Lists of options that several workflows share.
const LISTS: [(&str, &str); 1] = [("styles", include_str!("../../workflows/styles.toml"))];

/// Every workflow of the house, in the order of the hall. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workflows {
    list: Arc<[Arc<Published>]>,
    by_slug: Arc<HashMap<String, Arc<Published>>>,
}

impl Workflows {
    /// The workflows that come with the house.
    pub fn builtin() -> Self {
        Self::parse(&BUILT_IN, &LISTS).expect("a test reads the built-in workflows")
    }

    /// Reads manifests, each with its graph, and the lists they refer to.
    fn parse(files: &[(&str, &str)], lists: &[(&str, &str)]) -> anyhow::Result<Self> {
        let lists = Lists::parse(lists)?;
        let workflow = |(manifest, graph): &(&str, &str)| {
            let manifest: Manifest = toml::from_str(manifest).context("reading a workflow")?;
            let slug = manifest.slug.clone();
            let published = Published::new(manifest, graph, &lists);
            published.map(Arc::new).with_context(|| format!("publishing the workflow {slug}"))
        };
        let list: Vec<_> = files.iter().map(workflow).collect::<anyhow::Result<_>>()?;
        let by_slug = list.iter().map(|one| (one.slug().to_owned(), Arc::clone(one))).collect();
        Ok(Self { list: list.into(), by_slug: Arc::new(by_slug) })
    }

    /// The cards of the hall.
    pub fn list(&self) -> Vec<WorkflowSummary> {
        self.list.iter().map(|one| one.about().clone()).collect()
    }

    /// The workflow called `slug`.
    pub fn get(&self, slug: &str) -> Option<Arc<Published>> {
        self.by_slug.get(slug).cloned()
    }
}
