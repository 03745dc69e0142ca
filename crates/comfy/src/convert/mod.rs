//! From what the editor saves to what the server runs.
//!
//! The editor's file ([`EditorFile`]) is turned into the graph that its own page
//! would send: subgraphs unfolded, reroutes and notes gone, bypassed and muted
//! nodes taken out, widget values put where they belong. Read in this order:
//! `file` is the file, `places` unfolds it, `widgets` reads what the widgets of a
//! node are set to, `trace` follows links to what feeds them, `build` puts the
//! graph together. `carry` finds workflows in pictures, videos and models.
//!
//! Nothing here trusts the file: sizes, depths and numbers of nodes are bounded,
//! and what makes no sense is refused with a sentence that names the node.

mod build;
mod carry;
mod document;
mod error;
mod file;
mod groups;
mod ids;
mod places;
mod pretend;
mod primitives;
mod promoted;
mod sockets;
mod text;
mod titles;
mod trace;
mod widgets;

pub use build::{Conversion, Shared, convert, strangers};
pub use document::{Document, MAX_BYTES};
pub use error::{ConvertError, Label};
pub use file::EditorFile;
