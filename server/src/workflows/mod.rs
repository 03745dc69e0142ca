//! Published workflows: what a person may set, and the graph it becomes.
//!
//! Read in this order: `shelf` is every workflow of the house and its versions,
//! `kind` is what a manifest says of a field, `published` is a manifest checked
//! against its graph, `form` is what the page shows of it, `language` in whose words, `values` checks what
//! came back, `written` reads what came as text, `fill` makes the graph. `draft` makes a manifest of what was found
//! in a workflow file, `outside` takes it all the way. `raw` is what graphs of somebody's own may be,
//! `as_sent` what they said where names of ours stand. Only `shelf` does I/O; seeds are drawn by an argument.

mod as_sent;
pub(crate) mod draft;
mod fill;
mod form;
mod kind;
pub(crate) mod language;
mod outside;
mod published;
pub(crate) mod raw;
mod shapes;
mod shelf;
mod template;
mod values;
mod wish;
pub(crate) mod written;

#[cfg(test)]
mod law_tests;
#[cfg(test)]
mod tests;

use anyhow::Context as _;
use comfy::Graph;
use wire::Manifest;

use kind::Lists;

pub(crate) use as_sent::AsSent;
pub(crate) use fill::{Lacking, Needs, Unfit, size_in};
pub use published::Published;
pub(crate) use published::check_slug;
pub use raw::GraphPolicy;
pub(crate) use raw::Outside;
pub use shelf::Workflows;

pub(crate) use values::{BadField, Checked, FileRef, default_of, sort};
pub(crate) use wish::{Part, Unasked, Wish};

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

/// Reads one manifest in TOML and its graph in API format; what the manifest refers to stands in it.
pub(crate) fn read(manifest: &str, graph: &str) -> anyhow::Result<(Manifest, Graph)> {
    let mut manifest: Manifest = toml::from_str(manifest).context("reading its manifest")?;
    let graph = serde_json::from_str(graph).context("reading its graph")?;
    Lists::parse(&LISTS)?.write_into(&mut manifest)?;
    Ok((manifest, Graph::parse(&graph)?))
}
