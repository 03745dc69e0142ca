//! What a backend made, on its way in: on the disk and not in memory, for it
//! may be large and slow.

use anyhow::Context as _;
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use super::kind::Kind;
use super::store::Incoming;
use super::{Files, Finish, Stored, finished, room};

/// Nobody's yet, and gone when dropped.
#[derive(Debug)]
pub struct Arriving {
    incoming: Incoming,
    length: u64,
}

impl Arriving {
    /// Puts a piece behind what has arrived.
    pub async fn add(&mut self, piece: &[u8]) -> anyhow::Result<()> {
        self.incoming.file.write_all(piece).await.context("what arrives cannot be stored")?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// How much has arrived, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Files {
    /// Room on the disk for something that will arrive.
    pub async fn arriving(&self) -> anyhow::Result<Arriving> {
        let incoming = self.store.incoming().await.context("what arrives cannot be stored")?;
        Ok(Arriving { incoming, length: 0 })
    }

    /// [`Files::store_output`] of what has arrived. It is read only when there
    /// is room for it.
    pub async fn store_arrived(
        &self,
        name: &str,
        Arriving { mut incoming, .. }: Arriving,
        finish: Finish,
    ) -> anyhow::Result<Stored> {
        incoming.file.flush().await.context("what arrived cannot be stored")?;
        // As it is, being stripped, and stripped.
        let (_, room) = room::look(&mut incoming.file, 3).await?;
        let name = name.to_owned();
        let work = move || {
            let content = Bytes::from(room::whole(incoming.reopen()?)?);
            drop(incoming);
            let kind = Kind::of(&content, &name);
            std::io::Result::Ok(finished(content, kind, &finish))
        };
        let done = self.decode(room, work).await?;
        let (content, kind, picture) = done.context("what arrived cannot be read")?;
        self.put(content, kind, picture).await
    }
}
