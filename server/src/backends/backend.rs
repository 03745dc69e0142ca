//! One ComfyUI server: whether it can take work, who listens to it, who has it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use comfy::message::{ImageFormat, Message, PreviewMeta};
use comfy::{BackendError, Client, Definitions, NodeId, Replacements};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use uuid::Uuid;

use super::BackendStatus;
use super::catalogue::Catalogue;
use super::listener::Listener;
use super::upstream::Upstream;
use crate::workflows::Needs;

/// Messages that wait for whoever follows a prompt. Beyond them they are
/// dropped: the follower asks history in the end anyway.
const UNHEARD: usize = 512;

/// First and longest rest after trouble.
const TROUBLED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// First and longest rest of one that ran nothing.
const STUCK: (Duration, Duration) = (Duration::from_mins(1), Duration::from_mins(10));

/// One ComfyUI server.
#[derive(Debug)]
pub(crate) struct Backend {
    name: String,
    pub(crate) client: Client,
    /// Never held across an await.
    state: Mutex<State>,
    /// Its catalogue, once somebody asked for it, of these definitions.
    catalogue: tokio::sync::Mutex<Option<(Arc<Definitions>, Arc<Catalogue>)>>,
    /// A job of ours has it.
    busy: AtomicBool,
    /// Tells the pool of changes.
    changed: Arc<Notify>,
    /// Tells whoever waits for this one that it opened.
    opened: Notify,
    /// Tells whoever waits for this one that it became free.
    freed: Notify,
    /// Asks for a probe now.
    pub(super) doubt: Notify,
    /// When a prompt was handed over, after which a `status` is expected.
    prompted: mpsc::Sender<Instant>,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Why it is closed.
    reason: Option<String>,
    /// Troubles in a row that jobs of ours had with it.
    troubles: u32,
    /// It is left alone until then.
    rests_until: Option<Instant>,
    /// The id of the socket that is up.
    client_id: Option<String>,
    /// The id of the one before, if the backend may still know it.
    former_id: Option<String>,
    definitions: Option<Arc<Definitions>>,
    /// Fetched with them.
    replacements: Arc<Replacements>,
    /// The definitions may be out of date.
    stale: bool,
    /// There was a socket before.
    was_up: bool,
    /// Who listens, by prompt.
    listeners: HashMap<String, Ear>,
}

/// Where a follower is told.
#[derive(Debug)]
struct Ear {
    tell: mpsc::Sender<Heard>,
    /// It was behind, and something was not told.
    missed: Arc<AtomicBool>,
}

/// What a follower hears of its prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Message(Message),
    /// Of old servers' previews it is not known whose they are.
    Preview {
        format: ImageFormat,
        image: Bytes,
        meta: Option<Box<PreviewMeta>>,
    },
    /// Something a node wants people to read.
    Text {
        node: NodeId,
        text: String,
    },
    /// The socket is gone: nothing is heard of this prompt until one is back
    /// under its id, which may never be.
    SocketLost,
}

impl Backend {
    /// `former_id` is that of an earlier process's socket.
    pub(super) fn new(
        (name, former_id): (String, Option<String>),
        client: Client,
        changed: Arc<Notify>,
    ) -> (Arc<Self>, Upstream) {
        let (prompted, heard) = mpsc::channel(16);
        let backend = Self {
            name,
            client,
            state: Mutex::new(State { former_id, ..State::default() }),
            catalogue: tokio::sync::Mutex::default(),
            busy: AtomicBool::new(false),
            changed,
            opened: Notify::new(),
            freed: Notify::new(),
            doubt: Notify::new(),
            prompted,
        };
        (Arc::new(backend), Upstream::new(heard))
    }

    /// What the house calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Can take work.
    pub(crate) fn is_open(&self) -> bool {
        self.lock().open
    }

    pub(super) fn status(&self) -> BackendStatus {
        let state = self.lock();
        BackendStatus {
            name: self.name.clone(),
            open: state.open,
            busy: self.busy.load(Ordering::Relaxed),
            reason: state.reason.clone().filter(|_| !state.open),
        }
    }

    /// The node definitions, once they were fetched.
    pub(crate) fn definitions(&self) -> Option<Arc<Definitions>> {
        self.lock().definitions.clone()
    }

    /// What it runs in the place of old nodes, as far as it says so.
    pub(crate) fn replacements(&self) -> Arc<Replacements> {
        Arc::clone(&self.lock().replacements)
    }

    /// The catalogue of nodes, whole: asked for when somebody first wants it, and
    /// again when the definitions have changed, for it makes a server busy.
    pub(crate) async fn catalogue(&self) -> Result<Arc<Catalogue>, BackendError> {
        let unread = || BackendError::NotComfy("its catalogue of nodes cannot be read".into());
        let definitions = self.definitions().ok_or_else(unread)?;
        let mut held = self.catalogue.lock().await;
        if let Some((of, catalogue)) = &*held
            && Arc::ptr_eq(of, &definitions)
        {
            return Ok(Arc::clone(catalogue));
        }
        let bytes = self.client.object_info().await?;
        let known = Definitions::clone(&definitions);
        let read = tokio::task::spawn_blocking(move || Catalogue::read(&bytes, known)).await;
        let catalogue = Arc::new(read.ok().flatten().ok_or_else(unread)?);
        *held = Some((definitions, Arc::clone(&catalogue)));
        Ok(catalogue)
    }

    /// Has the nodes, and of their options those that are needed.
    pub(super) fn has_all(&self, needs: &Needs) -> bool {
        self.definitions().is_some_and(|all| needs.are_met_by(&all))
    }

    /// Can take work, and has none of ours.
    pub(super) fn is_free(&self) -> bool {
        self.is_open() && !self.busy.load(Ordering::Relaxed)
    }

    /// Takes the backend for one job, if it is free.
    pub(crate) fn try_acquire(self: &Arc<Self>) -> Option<Slot> {
        let taken = self.busy.swap(true, Ordering::AcqRel);
        (!taken).then(|| Slot { backend: Arc::clone(self) })
    }

    /// Takes the backend for one job, as soon as it is free.
    pub(crate) async fn acquire(self: &Arc<Self>) -> Slot {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(slot) = self.try_acquire() {
                return slot;
            }
            freed.await;
        }
    }

    /// It was seen to be well.
    pub(super) fn open(&self) {
        let mut state = self.lock();
        if !state.open {
            if state.reason.take().is_some() {
                tracing::info!(backend = self.name, "open again");
            } else {
                // As everybody expects; and the address to open shall be what a
                // person at the terminal reads first.
                tracing::debug!(backend = self.name, "open");
            }
            state.open = true;
            drop(state);
            self.changed.notify_one();
            self.opened.notify_waiters();
        }
    }

    /// Ends when it can take work.
    pub(crate) async fn wait_open(&self) {
        loop {
            let mut opened = std::pin::pin!(self.opened.notified());
            opened.as_mut().enable();
            if self.is_open() {
                return;
            }
            opened.await;
        }
    }

    /// A job of ours had trouble with it: takes no more work until it has rested
    /// and was seen to be well again. The rest is longer each time.
    pub(crate) fn close(&self, reason: &str) {
        self.rest(TROUBLED, reason);
    }

    /// It answers, but runs nothing: nothing but time can mend that.
    pub(crate) fn close_stuck(&self) {
        self.rest(STUCK, "it answers, but runs nothing");
    }

    fn rest(&self, (first, longest): (Duration, Duration), reason: &str) {
        let mut state = self.lock();
        let rest = first.saturating_mul(2_u32.saturating_pow(state.troubles)).min(longest);
        state.troubles = state.troubles.saturating_add(1);
        state.rests_until = Some(Instant::now() + rest);
        drop(state);
        self.close_quietly(reason);
        self.doubt.notify_one();
    }

    /// A job of ours ran to its end on it.
    pub(crate) fn proved_well(&self) {
        self.lock().troubles = 0;
    }

    /// Troubles in a row that jobs of ours had with it.
    pub(super) fn troubles(&self) -> u32 {
        self.lock().troubles
    }

    /// Until when it is left alone.
    pub(super) fn rests_until(&self) -> Option<Instant> {
        self.lock().rests_until
    }

    /// [`Self::close`] by the one that probes: no need to ask for a probe.
    pub(super) fn close_quietly(&self, reason: &str) {
        let mut state = self.lock();
        let known = state.reason.as_deref() == Some(reason);
        let was_open = std::mem::replace(&mut state.open, false);
        state.reason = Some(reason.to_owned());
        drop(state);
        if !known {
            tracing::warn!(backend = self.name, reason, "closed");
        }
        if was_open || !known {
            self.changed.notify_one();
        }
    }

    /// The definitions are to be fetched (again).
    pub(super) fn wants_definitions(&self) -> bool {
        let state = self.lock();
        state.stale || state.definitions.is_none()
    }

    pub(super) fn set_definitions(&self, definitions: Definitions, replacements: Replacements) {
        let mut state = self.lock();
        state.definitions = Some(Arc::new(definitions));
        state.replacements = Arc::new(replacements);
        state.stale = false;
    }

    /// The id for the next socket: that of the one before while a prompt runs
    /// under it, or may, so that the rest of it is heard; else a fresh one.
    /// Secret: whoever knows it can take over the stream.
    pub(super) fn next_id(&self) -> String {
        let state = self.lock();
        let awaited = !state.listeners.is_empty() || !state.was_up;
        let former = state.former_id.clone().filter(|_| awaited);
        former.unwrap_or_else(|| Uuid::new_v4().simple().to_string())
    }

    /// The process may be a new one, with other models.
    pub(super) fn socket_up(&self, client_id: String) {
        let mut state = self.lock();
        state.client_id = Some(client_id);
        state.stale = state.was_up;
        state.was_up = true;
        drop(state);
        self.doubt.notify_one();
    }

    /// Followers are told: until a socket is back under this id, nothing is
    /// heard of their prompts. `forgotten`: the backend does not know the id any
    /// more.
    pub(super) fn socket_down(&self, forgotten: bool) {
        let mut state = self.lock();
        state.former_id = state.client_id.take().filter(|_| !forgotten);
        for listener in state.listeners.values() {
            let _ = listener.tell.try_send(Heard::SocketLost);
        }
        drop(state);
        self.doubt.notify_one();
    }

    /// The id of the socket that will hear of a prompt, if one is up.
    pub(crate) fn client_id(&self) -> Option<String> {
        self.lock().client_id.clone()
    }

    /// Hands on what was heard of `prompt_id`.
    pub(super) fn tell(&self, prompt_id: &str, heard: Heard) {
        if let Some(listener) = self.lock().listeners.get(prompt_id) {
            // A listener that is behind misses this; it asks history in the end.
            if listener.tell.try_send(heard).is_err() {
                listener.missed.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Listens to what is said of this prompt from now on.
    pub(crate) fn listen(self: &Arc<Self>, prompt_id: Uuid) -> Listener {
        let (tell, heard) = mpsc::channel(UNHEARD);
        let (prompt_id, missed) = (prompt_id.to_string(), Arc::<AtomicBool>::default());
        let ear = Ear { tell, missed: Arc::clone(&missed) };
        self.lock().listeners.insert(prompt_id.clone(), ear);
        Listener { backend: Arc::clone(self), prompt_id, heard, missed }
    }

    /// Nobody listens to what is said of this prompt any more.
    pub(super) fn deafen(&self, prompt_id: &str) {
        self.lock().listeners.remove(prompt_id);
    }

    /// A prompt was handed over at `since`: the socket must say something of it.
    pub(crate) fn expect_status(&self, since: Instant) {
        // When it is full, enough is expected already.
        let _ = self.prompted.try_send(since);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to run one job on a backend. Dropping it frees the backend.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) backend: Arc<Backend>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.backend.busy.store(false, Ordering::Release);
        self.backend.freed.notify_waiters();
        self.backend.changed.notify_one();
    }
}
