//! Stored files on their way out: few turns of a thread for each, and little in memory of those whose reader is slow.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::task::spawn_blocking;

use super::{Files, Hash};

/// Bytes that are read at once. A file that is no larger is read while it is opened.
const PIECE: u64 = 256 << 10;

/// A stored file that is open.
#[derive(Debug)]
pub struct Sending {
    length: u64,
    from: Source,
}

#[derive(Debug)]
enum Source {
    Memory(Bytes),
    Disk(File),
}

/// A part of a file.
pub enum Part {
    Whole(Bytes),
    Pieces(BoxStream<'static, io::Result<Bytes>>),
}

impl Files {
    /// What is stored under this hash; `None` when it is gone.
    pub async fn sending(&self, hash: Hash) -> io::Result<Option<Sending>> {
        let path = self.store.path(hash);
        spawn_blocking(move || Sending::open(&path)).await?
    }
}

impl Sending {
    /// Blocks.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let length = file.metadata()?.len();
        let from =
            if length > PIECE { Source::Disk(file) } else { Source::Memory(take(&file, length)?) };
        Ok(Some(Self { length, from }))
    }

    /// Of the whole file, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// These bytes of it, which it has to have.
    pub fn part(self, part: Range<u64>) -> Part {
        match self.from {
            Source::Memory(content) => {
                Part::Whole(content.slice(part.start as usize..part.end as usize))
            }
            Source::Disk(file) => Part::Pieces(pieces(file, part).boxed()),
        }
    }
}

fn pieces(file: File, part: Range<u64>) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, part), |(mut file, part)| async move {
        if part.is_empty() {
            return Ok(None);
        }
        let read = move || {
            let size = (part.end - part.start).min(PIECE);
            file.seek(SeekFrom::Start(part.start))?;
            let piece = take(&file, size)?;
            Ok(Some((piece, (file, part.start + size..part.end))))
        };
        spawn_blocking(read).await?
    })
}

/// So many bytes from where the file is; blocks.
fn take(file: &File, size: u64) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(size as usize);
    file.take(size).read_to_end(&mut piece)?;
    if piece.len() as u64 == size {
        Ok(piece.into())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    async fn parts(bytes: usize, wanted: &[Range<u64>]) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        let content: Bytes = (0..bytes).map(|at| (at / 7) as u8).collect();
        let hash = files.store.put(content.clone()).await.unwrap();
        for part in wanted {
            let sending = files.sending(hash).await.unwrap().unwrap();
            assert_eq!(sending.length(), bytes as u64);
            let sent = match sending.part(part.clone()) {
                Part::Whole(content) => content,
                Part::Pieces(pieces) => {
                    let pieces: Vec<_> = pieces.try_collect().await.unwrap();
                    assert!(pieces.iter().all(|piece| piece.len() as u64 <= PIECE));
                    pieces.concat().into()
                }
            };
            assert_eq!(sent, content.slice(part.start as usize..part.end as usize), "{part:?}");
        }
    }

    #[tokio::test]
    async fn a_small_file_is_sent_as_it_is() {
        parts(1000, &[0..1000, 0..1, 999..1000, 1000..1000]).await;
        parts(0, &[0..0, 0..0]).await;
    }

    #[tokio::test]
    async fn a_large_file_is_sent_in_pieces() {
        let end = 3 * PIECE + 5;
        parts(end as usize, &[0..end, 1..PIECE, PIECE - 1..2 * PIECE + 1, end - 1..end, 7..7])
            .await;
    }

    #[tokio::test]
    async fn a_file_that_was_cut_short_is_not_sent_as_if_it_were_whole() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).await.unwrap();
        let hash = files.store.put(vec![7; 2 * PIECE as usize].into()).await.unwrap();
        let sending = files.sending(hash).await.unwrap().unwrap();
        std::fs::write(files.store.path(hash), b"short").unwrap();
        let Part::Pieces(pieces) = sending.part(0..2 * PIECE) else { panic!("it is large") };
        assert!(pieces.try_collect::<Vec<_>>().await.is_err());
        assert!(files.sending(Hash([0; 32])).await.unwrap().is_none());
    }
}
