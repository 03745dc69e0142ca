//! Files that arrive in pieces: what has come lies under an id of ours until all has.

use std::io::{self, SeekFrom};
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::Files;

/// How a piece ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// As its sender wanted.
    Whole,
    /// Its sender went away; what had come is there.
    Broken,
    /// It goes on behind the end of the file; up to there it is there.
    TooLong,
}

impl Files {
    /// How much of the file is there, in bytes. No loss of power takes any of it.
    pub(crate) async fn half_length(&self, id: Uuid) -> io::Result<u64> {
        match File::open(self.half(id)).await {
            Ok(file) => {
                file.sync_data().await?;
                Ok(file.metadata().await?.len())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Puts a piece at `from`, in place of what may be behind that, until the file has `whole`
    /// bytes. What came is durable when this returns, also when it did not come to its end.
    /// Must not be cancelled.
    pub(crate) async fn extend_half<E>(
        &self,
        id: Uuid,
        (from, whole): (u64, u64),
        mut piece: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> io::Result<Arrived> {
        let path = self.half(id);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(false).open(path).await?;
        file.set_len(from).await?;
        file.seek(SeekFrom::Start(from)).await?;
        let (mut room, mut arrived) = (whole.saturating_sub(from), Arrived::Whole);
        while let Some(part) = piece.next().await {
            let Ok(mut part) = part else {
                arrived = Arrived::Broken;
                break;
            };
            if part.len() as u64 > room {
                part.truncate(room as usize);
                arrived = Arrived::TooLong;
            }
            file.write_all(&part).await?;
            room -= part.len() as u64;
            if arrived == Arrived::TooLong {
                break;
            }
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(arrived)
    }

    /// What has come, from the beginning.
    pub(crate) async fn read_half(
        &self,
        id: Uuid,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<>> {
        Ok(ReaderStream::new(File::open(self.half(id)).await?))
    }

    /// Deletes what has come; that nothing is there is no error.
    pub(crate) async fn remove_half(&self, id: Uuid) -> io::Result<()> {
        match fs::remove_file(self.half(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The ids of all files of which something is there.
    pub(crate) async fn halves(&self) -> io::Result<Vec<Uuid>> {
        let mut found = Vec::new();
        let mut entries = fs::read_dir(self.store.halves()).await?;
        while let Some(entry) = entries.next_entry().await? {
            found.extend(entry.file_name().to_str().and_then(|name| name.parse::<Uuid>().ok()));
        }
        Ok(found)
    }

    fn half(&self, id: Uuid) -> PathBuf {
        self.store.halves().join(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn pieces(
        parts: &'static [Result<&'static str, ()>],
    ) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        stream::iter(parts.iter().map(|part| part.map(Bytes::from)))
    }

    #[tokio::test]
    async fn what_came_before_a_break_is_there_and_goes_on_from_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        let id = Uuid::new_v4();
        assert_eq!(files.half_length(id).await.unwrap(), 0);
        let broken = files.extend_half(id, (0, 9), pieces(&[Ok("abc"), Ok("de"), Err(())])).await;
        assert_eq!((broken.unwrap(), files.half_length(id).await.unwrap()), (Arrived::Broken, 5));
        // An earlier piece may have been longer than what is acknowledged.
        let rest = files.extend_half(id, (4, 9), pieces(&[Ok("EFGHI")])).await.unwrap();
        assert_eq!(rest, Arrived::Whole);
        let files = Files::open(folder.path()).await.unwrap();
        assert_eq!(files.halves().await.unwrap(), [id], "also after a restart");
        let all: Vec<_> = files.read_half(id).await.unwrap().map(Result::unwrap).collect().await;
        assert_eq!(all.concat(), b"abcdEFGHI");
        files.remove_half(id).await.unwrap();
        files.remove_half(id).await.unwrap();
        assert!(files.halves().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn nothing_grows_beyond_what_was_announced() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        let id = Uuid::new_v4();
        let long = files.extend_half(id, (0, 4), pieces(&[Ok("abc"), Ok("def")])).await.unwrap();
        assert_eq!((long, files.half_length(id).await.unwrap()), (Arrived::TooLong, 4));
    }
}
