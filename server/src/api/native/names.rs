//! The files that a graph names, of which every principal has their own.

use std::collections::HashMap;

use comfy::reads::{self, Reads};
use comfy::{Graph, NodeId};

use super::words::Result;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::jobs::KnownFile;

/// The files that a graph reads.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// By node and input.
    pub(super) files: HashMap<(NodeId, String), KnownFile>,
    /// What names nothing that the principal has.
    pub(super) missing: Vec<Reads>,
}

/// The principal's files that a graph reads: by names of this door, and by those
/// of files that came by another.
pub(super) async fn read_by(app: &App, principal: PrincipalId, graph: &Graph) -> Result<Read> {
    let definitions = app.backends.definitions();
    let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
    let mut found = Read::default();
    for one in reads::reads(graph, &definitions) {
        match app.jobs.find_input(principal, &one.value).await? {
            Some(upload) => {
                found.files.insert((one.node, one.input), KnownFile::Upload(upload.id));
            }
            None => found.missing.push(one),
        }
    }
    Ok(found)
}
