//! ComfyUI as a Rust library: what its server says, and how to talk to it.
//!
//! Read in this order: [`json`] reads what Python writes, [`graph`] is a job as
//! the server takes it, [`definitions`] is the catalogue of its nodes,
//! [`prompt`] is a submission and its answer, [`message`] is what the WebSocket
//! says meanwhile, [`history`] is what is left when it is over. [`convert`] makes
//! graphs of what people save, [`form`] finds what may be set in one, [`check`]
//! what keeps it from running, [`mod@validate`] says so in a server's own words, [`mod@reads`]
//! which files it reads, [`replace`] what it runs in the place of old nodes. With the feature `client`, `client` makes the HTTP
//! calls and `link` holds the WebSocket.
//!
//! Everything but `client` and `link` is pure data without I/O and compiles to
//! WebAssembly. Nothing that comes from a server is trusted: reading never
//! panics, and what is unknown is kept or skipped, never fatal.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod check;
#[cfg(feature = "client")]
pub mod client;
pub mod convert;
pub mod definitions;
pub mod form;
pub mod graph;
pub mod history;
pub mod json;
#[cfg(feature = "client")]
pub mod link;
pub mod message;
pub mod prompt;
pub mod reads;
pub mod replace;
pub mod validate;

#[cfg(feature = "client")]
pub use client::{BackendError, Client};
pub use definitions::Definitions;
pub use form::Form;
pub use graph::{Graph, Input, Node, NodeId};
pub use history::{FileRef, HistoryEntry, StoredName};
#[cfg(feature = "client")]
pub use link::{Incoming, Link};
pub use message::{Frame, Message};
pub use prompt::{Accepted, PromptRequest, Refusal};
pub use replace::Replacements;
