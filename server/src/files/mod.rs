//! Pictures and other files: stored by content, never by anybody's name.
//!
//! `store` is the folder, `kind` tells what a file is by its content,
//! `picture` checks pictures, `strip` takes out what is not their content,
//! `convert` turns them into other formats, `form` shows them in others, `upload` takes in what people send,
//! `halves` keeps what comes in pieces, `arriving` what backends made, `room` says how much may be in memory at once,
//! `claim` holds what they say of it against what it is, `texts` is what pictures say of how they were made,
//! `sending` hands out what is stored, `thumb` makes small ones, `name` makes names safe to show, `place` reads those
//! that say where a file lies. Nothing else in
//! the house builds a path to a stored file.

mod animation;
mod arriving;
mod claim;
mod convert;
mod form;
mod gif;
mod halves;
mod kind;
mod name;
mod picture;
pub(crate) mod place;
mod room;
mod sending;
mod store;
mod strip;
mod texts;
mod thumb;
mod upload;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use tokio::sync::Semaphore;
use wire::{Format, Metadata, OutputKind};

pub use arriving::Arriving;
pub use claim::Claim;
pub use form::Form;
pub(crate) use halves::Arrived;
pub use name::SafeName;
pub use sending::{Part, Sending};
pub use texts::Texts;
pub use thumb::{Thumb, ThumbWidth};
pub use upload::{Received, UploadError};

use kind::Kind;
pub use kind::{extension_of, may_be_shown};
use picture::Picture;
use store::Store;

/// The BLAKE3 hash of a stored file: its only name on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

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
    /// Of pictures that move.
    pub animated: bool,
    /// What names of such files end in, without the dot; `None` where the name
    /// it came with knows better.
    pub extension: Option<&'static str>,
}

/// What becomes of an output before it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finish {
    /// Whether it keeps what the backend wrote beside the content.
    pub metadata: Metadata,
    /// What still pictures are turned into; they lose their metadata by that.
    pub format: Option<Format>,
    /// What a PNG says of how it was made, where it keeps that.
    pub texts: Texts,
}

/// The file store: a folder now, object storage later. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    store: Store,
    /// Decoding takes processors and memory: so many megapixels at once.
    decoding: Arc<Semaphore>,
}

impl Files {
    /// Opens the store in `folder`, which is made when missing.
    pub async fn open(folder: &Path) -> anyhow::Result<Self> {
        let store = Store::open(folder)
            .await
            .with_context(|| format!("the folder {} cannot be used", folder.display()))?;
        Ok(Self { store, decoding: Arc::new(Semaphore::new(DECODED_MEGAPIXELS as usize)) })
    }

    /// Stores what a backend made, finished as its workflow wants it. Durable
    /// when it returns.
    ///
    /// `name` is the backend's file name: only its extension is looked at, as
    /// a hint where the content does not tell. What is damaged is stored as it
    /// is: it is an output all the same.
    pub async fn store_output(
        &self,
        name: &str,
        content: Bytes,
        finish: Finish,
    ) -> anyhow::Result<Stored> {
        let kind = Kind::of(&content, name);
        let format = kind.picture_format();
        let megapixels = format.map_or(0, |format| picture::megapixels(&content, format));
        // It is there already; what is made of it comes on top.
        let room = megapixels.saturating_add(room::of_bytes(2 * content.len() as u64));
        let work = move || finished(content, kind, &finish);
        let (content, kind, picture) = self.decode(room, work).await?;
        self.put(content, kind, picture).await
    }

    /// Stores a text that a node showed. Durable when it returns.
    pub async fn store_text(&self, text: &str) -> anyhow::Result<Stored> {
        self.put(Bytes::copy_from_slice(text.as_bytes()), kind::TEXT, None).await
    }

    /// The whole content, for handing it to a backend.
    pub async fn read(&self, hash: Hash) -> anyhow::Result<Bytes> {
        let path = self.store.path(hash);
        let content = tokio::fs::read(path).await;
        content.map(Bytes::from).with_context(|| format!("the stored file {hash} cannot be read"))
    }

    /// The content, to be read from wherever is needed; `None` when it is gone.
    pub async fn open_content(&self, hash: Hash) -> io::Result<Option<tokio::fs::File>> {
        match tokio::fs::File::open(self.store.path(hash)).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the file and its thumbnails; the caller knows that nobody needs
    /// them. Deleting what is not there is no error.
    pub async fn remove(&self, hash: Hash) -> anyhow::Result<()> {
        self.store.remove(hash).await.with_context(|| format!("{hash} cannot be deleted"))
    }

    async fn put(
        &self,
        content: Bytes,
        kind: Kind,
        picture: Option<Picture>,
    ) -> anyhow::Result<Stored> {
        let hash = self.store.put(content.clone()).await.context("a file cannot be stored")?;
        let animated = animation::is_animated(&content, kind.mime);
        Ok(Stored {
            hash,
            bytes: content.len() as u64,
            mime: kind.mime.to_owned(),
            kind: kind.output,
            width: picture.as_ref().map(|picture| picture.width),
            height: picture.as_ref().map(|picture| picture.height),
            blur: picture.map(|picture| picture.blur),
            animated,
            extension: Some(kind.extension).filter(|extension| !extension.is_empty()),
        })
    }

    /// Runs what takes processor time off the threads that serve requests,
    /// when there is room for so many megapixels.
    async fn decode<T: Send + 'static>(
        &self,
        room: u32,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let share = DECODED_MEGAPIXELS / processors();
        let room = room.clamp(share, DECODED_MEGAPIXELS);
        let permit = Arc::clone(&self.decoding).acquire_many_owned(room).await;
        let permit = permit.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.context("decoding a picture failed badly")
    }
}

/// Converted and stripped as is wanted, and looked at; blocks.
fn finished(content: Bytes, kind: Kind, finish: &Finish) -> (Bytes, Kind, Option<Picture>) {
    let still = kind.picture_format().filter(|_| !animation::is_animated(&content, kind.mime));
    let converted =
        still.zip(finish.format).and_then(|(from, to)| convert::convert(&content, from, to));
    let (content, kind) = match converted {
        Some((converted, picture)) => {
            let kind = Kind::of(&converted, "");
            return (converted, kind, Some(picture));
        }
        None if finish.metadata == Metadata::Kept => (finish.texts.put_into(content), kind),
        None => (strip::strip(&content, kind).unwrap_or(content), kind),
    };
    let picture = kind.picture_format().and_then(|format| picture::look(&content, format));
    (content, kind, picture)
}

/// What all pictures that are being decoded may have together, in megapixels
/// (2²⁰ pixels) of three to eight bytes.
const DECODED_MEGAPIXELS: u32 = 192;

/// How many can be decoded at once with profit.
fn processors() -> u32 {
    let found = std::thread::available_parallelism().map_or(1, usize::from);
    found.clamp(1, 8) as u32
}
