//! Files that arrive in pieces, and go on where they were broken off.
//!
//! A row says whose the file is and how long it will be; what has come lies in the
//! folder of files. The row comes first and goes first, so what lies there without one is
//! nobody's. Whoever comes last goes on with a file: a connection that hangs holds
//! nobody up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use wire::Millis;

use crate::db::{Db, Half, now};
use crate::files::Files;
use crate::shutdown::Shutdown;

/// How long a file may take to become whole: a day.
pub(crate) const PATIENCE: Millis = 24 * 60 * 60 * 1000;

/// Most files of one principal that are not whole.
pub(crate) const MOST_AT_ONCE: u32 = 64;

/// How often it is looked for files whose time is up.
const LOOKING: Duration = Duration::from_mins(10);

/// How long whoever came before may take to let go.
const LETTING_GO: Duration = Duration::from_secs(10);

/// All files of which not all is there yet. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Resumable {
    db: Db,
    files: Files,
    /// Files that somebody is at.
    desks: Arc<Mutex<HashMap<Uuid, Arc<Desk>>>>,
}

/// Where one file is worked at, by one at a time.
#[derive(Debug)]
struct Desk {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// How many have come.
    came: watch::Sender<u64>,
}

/// A file is somebody's alone while this lives.
#[derive(Debug)]
pub(crate) struct Turn {
    id: Uuid,
    desks: Arc<Mutex<HashMap<Uuid, Arc<Desk>>>>,
    desk: Arc<Desk>,
    number: u64,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turn {
    /// Ends when somebody else comes to go on.
    pub(crate) fn over(&self) -> impl Future<Output = ()> + Send + use<> {
        let (mut came, number) = (self.desk.came.subscribe(), self.number);
        async move {
            // That the desk is gone cannot be: the turn holds it.
            let _ = came.wait_for(|last| *last > number).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.guard = None;
        let mut desks = held(&self.desks);
        // The map and this turn: nobody else is at it.
        if Arc::strong_count(&self.desk) == 2 {
            desks.remove(&self.id);
        }
    }
}

impl Resumable {
    pub(crate) fn new(db: Db, files: Files) -> Self {
        Self { db, files, desks: Arc::default() }
    }

    /// The turn at a file, from whoever had it; `None` when they do not let go.
    pub(crate) async fn turn(&self, id: Uuid) -> Option<Turn> {
        let desk = {
            let mut desks = held(&self.desks);
            let new = || Desk { turn: Arc::default(), came: watch::Sender::new(0) };
            Arc::clone(desks.entry(id).or_insert_with(|| Arc::new(new())))
        };
        let mut number = 0;
        desk.came.send_modify(|came| {
            *came += 1;
            number = *came;
        });
        let lock = Arc::clone(&desk.turn).lock_owned();
        let mut turn = Turn { id, desks: Arc::clone(&self.desks), desk, number, guard: None };
        turn.guard = Some(timeout(LETTING_GO, lock).await.ok()?);
        Some(turn)
    }

    /// How much of a file its sender may rely on, in bytes. The last byte is only
    /// acknowledged with the upload that the file becomes: so nothing is lost when the house is
    /// closed in between.
    pub(crate) async fn offset(&self, half: &Half) -> anyhow::Result<u64> {
        if half.upload.is_some() {
            return Ok(half.bytes);
        }
        let there = self.files.half_length(half.id).await.context("measuring what has come")?;
        Ok(there.min(half.bytes.saturating_sub(1)))
    }

    /// Forgets a file and deletes what has come of it.
    pub(crate) async fn forget(&self, id: Uuid) -> anyhow::Result<()> {
        self.db.delete_half(id).await?;
        self.files.remove_half(id).await.context("deleting what has come of a file")
    }

    /// Deletes what nobody waits for any more.
    pub(crate) async fn clear_away(&self) -> anyhow::Result<()> {
        self.db.forget_halves(now()).await?;
        for id in self.files.halves().await.context("listing files that arrive")? {
            if !self.db.awaits_half(id).await? {
                self.files.remove_half(id).await.context("deleting what has come of a file")?;
            }
        }
        Ok(())
    }

    /// [`Resumable::clear_away`], again and again, until shutdown begins.
    pub(crate) async fn keep_tidy(self, shutdown: Shutdown) {
        let mut stop = std::pin::pin!(shutdown.started());
        loop {
            if let Err(error) = self.clear_away().await {
                tracing::error!(error = format!("{error:#}"), "could not delete unfinished files");
            }
            tokio::select! {
                () = sleep(LOOKING) => (),
                () = &mut stop => return,
            }
        }
    }
}

fn held(desks: &Mutex<HashMap<Uuid, Arc<Desk>>>) -> MutexGuard<'_, HashMap<Uuid, Arc<Desk>>> {
    desks.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::auth::PrincipalId;

    async fn resumable(folder: &TempDir) -> Resumable {
        let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
        Resumable::new(db, Files::open(folder.path()).await.unwrap())
    }

    async fn begin(all: &Resumable, expires_at: Millis) -> Half {
        let principal = PrincipalId(Uuid::from_u128(1));
        let (id, metadata) = (Uuid::new_v4(), String::new());
        let half = Half { id, principal, bytes: 3, metadata, expires_at, upload: None };
        assert!(all.db.add_half(half.clone(), MOST_AT_ONCE).await.unwrap());
        let piece = futures_util::stream::iter([Ok::<_, ()>("abc".into())]);
        all.files.extend_half(id, (0, 3), piece).await.unwrap();
        half
    }

    #[tokio::test]
    async fn whoever_comes_last_goes_on() {
        let folder = TempDir::new().unwrap();
        let all = resumable(&folder).await;
        let id = Uuid::new_v4();
        let first = all.turn(id).await.unwrap();
        let over = first.over();
        let letting_go = async {
            over.await;
            drop(first);
        };
        let (second, ()) = tokio::join!(all.turn(id), letting_go);
        drop(second.unwrap());
        assert!(held(&all.desks).is_empty(), "nothing is held of what nobody is at");
    }

    // safety 39
    #[tokio::test]
    async fn what_nobody_waits_for_is_deleted_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let all = resumable(&folder).await;
        let awaited = begin(&all, now() + PATIENCE).await;
        let late = begin(&all, now() - 1).await;
        let forgotten = begin(&all, now() + PATIENCE).await;
        all.db.delete_half(forgotten.id).await.unwrap();
        all.clear_away().await.unwrap();
        assert_eq!(all.files.halves().await.unwrap(), [awaited.id]);
        assert_eq!(all.db.half(late.principal, late.id).await.unwrap(), None);
    }

    // safety 32
    #[tokio::test]
    async fn the_last_byte_counts_only_with_what_the_file_became() {
        let folder = TempDir::new().unwrap();
        let all = resumable(&folder).await;
        let half = begin(&all, now() + PATIENCE).await;
        assert_eq!(all.offset(&half).await.unwrap(), 2);
        let upload = Some(wire::UploadId(Uuid::from_u128(2)));
        assert_eq!(all.offset(&Half { upload, ..half }).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn nobody_begins_more_files_than_may_be() {
        let folder = TempDir::new().unwrap();
        let all = resumable(&folder).await;
        let half = begin(&all, now() + PATIENCE).await;
        let more = |id| Half { id, ..half.clone() };
        assert!(all.db.add_half(more(Uuid::new_v4()), 2).await.unwrap());
        assert!(!all.db.add_half(more(Uuid::new_v4()), 2).await.unwrap());
    }
}
