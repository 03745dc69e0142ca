//! Pictures and other files: stored by content, never by anybody's name.

use std::path::Path;

use bytes::Bytes;
use wire::OutputKind;

/// The BLAKE3 hash of a stored file: its only name on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

/// What is known of a stored file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub hash: Hash,
    pub bytes: u64,
    /// Found by looking at the content, not at the name.
    pub mime: String,
    pub kind: OutputKind,
    /// Pixels, of images.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// A few pixels as a `data:` URL, of images.
    pub blur: Option<String>,
}

/// The file store: a folder now, object storage later.
#[derive(Debug, Clone)]
pub struct Files {}

impl Files {
    /// Opens the store in `folder`, which is made when missing.
    pub async fn open(_folder: &Path) -> anyhow::Result<Self> {
        anyhow::bail!("not built yet")
    }

    /// Stores what a backend made. Durable when it returns.
    ///
    /// `name` is the backend's file name: only its extension is looked at, as
    /// a hint where the content does not tell.
    pub async fn store_output(&self, _name: &str, _content: Bytes) -> anyhow::Result<Stored> {
        anyhow::bail!("not built yet")
    }

    /// The whole content, for handing it to a backend.
    pub async fn read(&self, _hash: Hash) -> anyhow::Result<Bytes> {
        anyhow::bail!("not built yet")
    }
}
