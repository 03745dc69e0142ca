//! A folder of files named by the hash of their content.
//!
//! `content/ab/abcdef…` and, for what can be made again, `thumbs/ab/…`. A file
//! is written beside, synced, and renamed into place, so a name that exists
//! always has its whole content, whatever happens to the power.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::Hash;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Store {
    folder: Arc<Path>,
}

const CONTENT: &str = "content";
const THUMBS: &str = "thumbs";
const INCOMING: &str = "incoming";
/// What arrives in pieces, over days.
const HALVES: &str = "halves";

impl Store {
    pub(super) async fn open(folder: &Path) -> io::Result<Self> {
        for part in [CONTENT, THUMBS, HALVES] {
            fs::create_dir_all(folder.join(part)).await?;
        }
        // What was on its way in when the process ended belongs to nobody.
        let incoming = folder.join(INCOMING);
        match fs::remove_dir_all(&incoming).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&incoming).await?,
        }
        Ok(Self { folder: folder.into() })
    }

    /// Where the content with this hash is, if it is.
    pub(super) fn path(&self, hash: Hash) -> PathBuf {
        self.shelf(CONTENT, hash).join(hash.to_string())
    }

    /// Where a thumbnail of it is kept.
    pub(super) fn thumb_path(&self, hash: Hash, width: u32) -> PathBuf {
        self.shelf(THUMBS, hash).join(format!("{hash}-{width}"))
    }

    /// Where files lie of which not all has come.
    pub(super) fn halves(&self) -> PathBuf {
        self.folder.join(HALVES)
    }

    /// A new file for what is on its way in; deleted when dropped.
    pub(super) async fn incoming(&self) -> io::Result<Incoming> {
        let path = self.folder.join(INCOMING).join(uuid::Uuid::new_v4().to_string());
        let mut options = fs::OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(&path).await?;
        Ok(Incoming { file, path })
    }

    /// Stores content under its hash; durable when it returns.
    pub(super) async fn put(&self, content: Bytes) -> io::Result<Hash> {
        let whole = content.clone();
        let hash = tokio::task::spawn_blocking(move || blake3::hash(&whole)).await?;
        let hash = Hash(hash.into());
        let path = self.path(hash);
        if !fs::try_exists(&path).await? {
            self.place(&content, &path).await?;
        }
        Ok(hash)
    }

    /// Writes a file whole or not at all.
    pub(super) async fn place(&self, content: &[u8], path: &Path) -> io::Result<()> {
        let shelf = path.parent().expect("every path of this store has a shelf");
        if !fs::try_exists(shelf).await? {
            fs::create_dir_all(shelf).await?;
            sync_folder(shelf.parent().expect("shelves stand in a folder")).await?;
        }
        let mut incoming = self.incoming().await?;
        incoming.file.write_all(content).await?;
        incoming.file.sync_all().await?;
        fs::rename(&incoming.path, path).await?;
        sync_folder(shelf).await
    }

    /// Deletes content and thumbnails.
    pub(super) async fn remove(&self, hash: Hash) -> io::Result<()> {
        remove_if_there(&self.path(hash)).await?;
        for width in super::ThumbWidth::ALL {
            remove_if_there(&self.thumb_path(hash, width)).await?;
        }
        Ok(())
    }

    /// Few files per folder, by the first byte of the hash.
    fn shelf(&self, part: &str, hash: Hash) -> PathBuf {
        self.folder.join(part).join(format!("{:02x}", hash.0[0]))
    }
}

/// A file on its way in.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) file: fs::File,
    path: PathBuf,
}

impl Incoming {
    /// Its content from the beginning, for a thread that may block.
    pub(super) fn reopen(&self) -> io::Result<std::fs::File> {
        std::fs::File::open(&self.path)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After a rename there is nothing to delete, which is as good.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes new names in a folder survive a loss of power.
#[cfg(unix)]
async fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}

/// Windows writes names through by itself and cannot open folders.
#[cfg(not(unix))]
async fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_content_is_stored_once_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let first = store.put(Bytes::from_static(b"picture")).await.unwrap();
        assert_eq!(store.put(Bytes::from_static(b"picture")).await.unwrap(), first);
        assert_eq!(fs::read(store.path(first)).await.unwrap(), b"picture");
        let incoming = std::fs::read_dir(folder.path().join(INCOMING)).unwrap();
        assert_eq!(incoming.count(), 0);
    }

    // safety 39
    #[tokio::test]
    async fn removing_takes_the_thumbnails_along() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let hash = store.put(Bytes::from_static(b"picture")).await.unwrap();
        let thumb = store.thumb_path(hash, 320);
        store.place(b"small", &thumb).await.unwrap();
        store.remove(hash).await.unwrap();
        assert!(!store.path(hash).exists() && !thumb.exists());
        store.remove(hash).await.unwrap();
    }

    #[tokio::test]
    async fn what_was_on_its_way_in_is_forgotten_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        std::mem::forget(store.incoming().await.unwrap());
        Store::open(folder.path()).await.unwrap();
        let incoming = std::fs::read_dir(folder.path().join(INCOMING)).unwrap();
        assert_eq!(incoming.count(), 0);
    }
}
