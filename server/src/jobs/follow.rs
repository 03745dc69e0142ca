//! Follows one prompt to its end: listens while the socket is up, asks when it
//! is not, and asks anyway when it hears nothing for a while.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use comfy::history::{HistoryEntry, Outcome};
use comfy::message::{ExecutionError, ImageFormat, Message, PreviewMeta};
use comfy::{BackendError, NodeId};
use indexmap::IndexMap;
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;
use wire::{JobId, JobStatus, PreviewFormat, Progress};

use super::early::Bringing;
use super::outputs::MAX_OUTPUTS;
use super::progress::Tracker;
use super::run::{LOST, Run};
use super::state::Change;
use super::telling::Telling;
use crate::auth::PrincipalId;
use crate::backends::{Heard, Listener};

/// After this much silence it is asked how things stand.
const QUIET: Duration = Duration::from_secs(5);

/// How often it is asked while there is nothing to listen to.
const ASKING: Duration = Duration::from_millis(400);

/// Questions in a row that nobody answers before a backend counts as lost.
const UNANSWERED: u32 = 4;

/// After this much it is asked again whether a backend runs anything at all.
const DOUBTFUL: Duration = Duration::from_secs(1);

/// Looks in a row that find nothing running before a backend counts as stuck.
const IDLE: u32 = 5;

/// How long a backend may take to stop a job that is to be stopped.
const STOPPING: Duration = Duration::from_secs(30);

/// Tries to get the history of a prompt that was said to be over.
const HISTORY_TRIES: u32 = 10;

/// Larger previews are not passed on.
const MAX_PREVIEW: usize = 4 << 20;

/// What pictures from the socket may weigh together in one run, in bytes.
const MAX_PICTURES: usize = 256 << 20;

/// The class whose pictures come over the socket and nowhere else.
const BY_SOCKET: &str = "SaveImageWebsocket";

/// How following ended.
#[derive(Debug)]
pub(super) enum Over {
    /// The prompt is over; what history says of it, if it says anything.
    Ended(Option<Box<HistoryEntry>>),
    /// The backend is lost. `forgotten`: it surely has the prompt no more.
    Lost { reason: String, forgotten: bool },
    /// The house is closing.
    Closing,
}

/// What was heard on the way.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) progress: Progress,
    /// What output nodes showed.
    pub(super) shown: IndexMap<NodeId, Value>,
    /// Pictures that came over the socket to be kept, in their order.
    pub(super) pictures: Vec<(NodeId, ImageFormat, Bytes)>,
    pub(super) success: bool,
    pub(super) error: Option<Box<ExecutionError>>,
    /// What nodes took, in milliseconds.
    pub(super) took: Vec<(String, f64)>,
    pub(super) whole_ms: f64,
}

/// Follows one prompt.
pub(super) struct Follow<'a> {
    run: &'a Run<'a>,
    prompt_id: Uuid,
    /// None when nothing more can be heard.
    listener: Option<Listener>,
    /// The socket is gone, and nothing was heard since.
    cut_off: bool,
    /// The socket was gone for a while: pictures may have been missed.
    missed: bool,
    /// The node that got on last: previews of old servers do not say whose
    /// they are.
    at: Option<NodeId>,
    tracker: Tracker,
    began: Instant,
    /// When something was last heard or asked.
    last: Instant,
    unanswered: u32,
    idle: u32,
    absent: u32,
    /// Since when it is being stopped.
    stopping: Option<Instant>,
    telling: Telling,
    bringing: Bringing,
    told: Told,
}

impl<'a> Follow<'a> {
    pub(super) async fn new(
        run: &'a Run<'a>,
        (prompt_id, listener): (Uuid, Option<Listener>),
        bringing: Bringing,
    ) -> anyhow::Result<Self> {
        let row = &run.row;
        let learned = run.jobs.parts.db.learned(&row.workflow, row.workflow_version).await?;
        let now = Instant::now();
        let asked = run.jobs.parts.db.asked(run.id).await?;
        let about = (row.principal, run.id);
        let here = run.jobs.parts.db.brought(run.id).await?;
        Ok(Self {
            telling: Telling::new(
                &run.jobs.parts.hub,
                about,
                asked.as_ref(),
                (&row.as_sent, &here),
            ),
            bringing,
            tracker: Tracker::new(&run.graph, &learned),
            run,
            prompt_id,
            // Until it speaks again, an earlier process's socket may be lost.
            cut_off: run.row.status != JobStatus::Queued,
            missed: run.row.status != JobStatus::Queued,
            at: None,
            listener,
            began: now,
            last: now,
            unanswered: 0,
            idle: 0,
            absent: 0,
            stopping: None,
            told: Told::default(),
        })
    }

    /// Until it is over, one way or another.
    pub(super) async fn until_over(mut self) -> (Over, Told, Telling) {
        let mut closing = std::pin::pin!(self.run.jobs.shutdown.started());
        let over = loop {
            let look_at = self.last + self.pause();
            let over = tokio::select! {
                heard = next(&mut self.listener) => self.hear(heard).await,
                () = sleep_until(look_at) => self.look().await,
                () = self.run.stop.cancelled(), if self.stopping.is_none() => {
                    self.ask_to_stop().await;
                    None
                }
                () = &mut closing => Some(Over::Closing),
            };
            if let Some(over) = over {
                break self.unless_missed(over);
            }
        };
        self.told.progress = self.tracker.progress();
        self.told.took = self.tracker.took();
        self.told.whole_ms = self.began.elapsed().as_secs_f64() * 1000.0;
        (over, self.told, self.telling)
    }

    /// Pictures that only came over the socket are nowhere else: when some may
    /// have been missed, the run is as good as lost.
    fn unless_missed(&self, over: Over) -> Over {
        let succeeded = match &over {
            Over::Ended(Some(entry)) => entry.outcome() == Outcome::Success,
            Over::Ended(None) => self.told.success,
            _ => false,
        };
        let mut classes = self.run.graph.classes();
        let missed = self.missed || self.listener.as_ref().is_some_and(Listener::has_missed);
        if succeeded && missed && classes.any(|class| class == BY_SOCKET) {
            return Over::Lost { reason: LOST.into(), forgotten: true };
        }
        over
    }

    fn pause(&self) -> Duration {
        let hears = self.listener.is_some() && !self.cut_off;
        let calm = hears && self.unanswered == 0 && self.absent == 0;
        match (calm && self.stopping.is_none(), self.idle) {
            (false, _) => ASKING,
            (true, 0) => QUIET,
            (true, _) => DOUBTFUL,
        }
    }

    async fn hear(&mut self, heard: Heard) -> Option<Over> {
        self.last = Instant::now();
        self.cut_off = heard == Heard::SocketLost;
        self.missed |= self.cut_off;
        match heard {
            Heard::SocketLost => (),
            Heard::Preview { format, image, meta } => self.preview(format, image, meta),
            Heard::Text { node, text } => self.telling.text(node, &text),
            Heard::Message(message) => {
                let over = matches!(&message, Message::Executing(executing) if executing.is_end());
                self.note(message).await;
                if over {
                    return Some(self.ended().await);
                }
            }
        }
        None
    }

    /// Takes in a message and passes on what it means.
    async fn note(&mut self, message: Message) {
        self.telling.message(&message);
        for (node, state) in self.tracker.hear(&message, std::time::Instant::now()) {
            let change = Change::Node { node, state };
            if let Err(error) = self.run.jobs.record_soon(self.run.id, change).await {
                tracing::error!(error = format!("{error:#}"), "a node's event is lost");
            }
        }
        match message {
            Message::Executing(executing) => self.at = executing.display_node.or(executing.node),
            Message::Executed(executed) => {
                let shown = (&executed.node, &executed.output);
                self.bringing.shown(shown, |file| self.telling.name_of(file));
                self.told.shown.insert(executed.node, executed.output);
            }
            Message::ExecutionError(error) if !error.is_blocked() => self.told.error = Some(error),
            Message::ExecutionSuccess { .. } => self.told.success = true,
            _ => (),
        }
        self.tell_progress();
    }

    fn tell_progress(&mut self) {
        let progress = self.tracker.progress();
        let jobs = self.run.jobs;
        jobs.parts.hub.progress(self.about(), &progress);
        if let Some(active) = jobs.active().get_mut(&self.run.id) {
            active.progress = Some(progress);
            active.graph.get_or_insert_with(|| Arc::new(self.run.graph.clone()));
        }
    }

    /// Whom it is told, which may change while it runs.
    fn about(&self) -> (PrincipalId, JobId) {
        let whose = self.run.jobs.active().get(&self.run.id).and_then(|active| active.whose);
        (whose.unwrap_or(self.run.row.principal), self.run.id)
    }

    fn preview(&mut self, format: ImageFormat, image: Bytes, meta: Option<Box<PreviewMeta>>) {
        if image.len() <= MAX_PREVIEW || format == ImageFormat::Png {
            self.telling.preview(format, (&image, meta.as_deref()));
        }
        let node = meta.map(|meta| meta.display_node_id).or_else(|| self.at.clone());
        let class = node.as_ref().and_then(|node| self.run.graph.node(node.as_str()));
        if let (Some(node), Some(BY_SOCKET)) = (node, class.map(|node| node.class_type.as_str())) {
            let kept: usize = self.told.pictures.iter().map(|(_, _, image)| image.len()).sum();
            if kept + image.len() <= MAX_PICTURES && self.told.pictures.len() < MAX_OUTPUTS {
                self.told.pictures.push((node, format, image));
            }
        } else if image.len() <= MAX_PREVIEW {
            let format = match format {
                ImageFormat::Jpeg => PreviewFormat::Jpeg,
                ImageFormat::Png => PreviewFormat::Png,
            };
            self.run.jobs.parts.hub.preview(self.about(), format, &image);
        }
    }

    /// It was said to be over: history knows it now, or in a moment.
    async fn ended(&mut self) -> Over {
        let mut trouble = None;
        for attempt in 0..HISTORY_TRIES {
            match self.run.backend.client.history(self.prompt_id).await {
                Ok(Some(entry)) => return Over::Ended(Some(Box::new(entry))),
                Ok(None) => trouble = None,
                Err(error) => trouble = Some(error),
            }
            sleep(Duration::from_millis(u64::from(20 * (attempt + 1)))).await;
        }
        match trouble {
            None => Over::Ended(None),
            Some(error) => self.lost(&error),
        }
    }

    /// The backend does not answer. What it has of the prompt may be found
    /// there when it is back.
    fn lost(&self, error: &BackendError) -> Over {
        self.run.backend.close(&error.to_string());
        Over::Lost { reason: LOST.into(), forgotten: false }
    }

    /// Asks how things stand.
    async fn look(&mut self) -> Option<Over> {
        self.last = Instant::now();
        if self.stopping.is_some_and(|since| since.elapsed() > STOPPING) {
            tracing::warn!(job.id = %self.run.id, "the backend does not stop it");
            return Some(Over::Ended(None));
        }
        match self.ask().await {
            Ok(over) => {
                self.unanswered = 0;
                over
            }
            Err(error) => {
                self.unanswered += 1;
                (self.unanswered >= UNANSWERED).then(|| self.lost(&error))
            }
        }
    }

    async fn ask(&mut self) -> Result<Option<Over>, BackendError> {
        let client = &self.run.backend.client;
        let id = self.prompt_id.to_string();
        let queue = client.queue().await?;
        if queue.is_running(&id) {
            (self.idle, self.absent) = (0, 0);
            return Ok(None);
        }
        // History second: a prompt goes from the queue to history and never back.
        if let Some(entry) = client.history(self.prompt_id).await? {
            return Ok(Some(Over::Ended(Some(Box::new(entry)))));
        }
        if queue.is_waiting(&id) {
            self.absent = 0;
            self.idle = if queue.running.is_empty() { self.idle + 1 } else { 0 };
            return Ok(self.stuck().await);
        }
        self.absent += 1;
        // Between queue and history there is a moment in neither.
        Ok((self.absent > 2).then(|| self.gone()))
    }

    /// It is in no list: taken out because we asked for it, or forgotten.
    fn gone(&self) -> Over {
        if self.stopping.is_some() {
            return Over::Ended(None);
        }
        Over::Lost { reason: LOST.into(), forgotten: true }
    }

    /// safety 10: a backend that answers and runs nothing is taken out, unless
    /// it is the last one.
    async fn stuck(&mut self) -> Option<Over> {
        let backend = self.run.backend;
        if self.idle < IDLE || !self.run.jobs.parts.backends.other_open(backend) {
            return None;
        }
        let forgotten = backend.client.cancel(self.prompt_id).await.unwrap_or(false);
        backend.close_stuck();
        Some(Over::Lost { reason: LOST.into(), forgotten })
    }

    async fn ask_to_stop(&mut self) {
        self.stopping = Some(Instant::now());
        if let Err(error) = self.run.backend.client.cancel(self.prompt_id).await {
            tracing::warn!(job.id = %self.run.id, %error, "asking a backend to stop");
        }
    }
}

/// What is heard next: nothing ever, when there is nothing to listen to.
async fn next(listener: &mut Option<Listener>) -> Heard {
    match listener {
        Some(listener) => listener.next().await,
        None => std::future::pending().await,
    }
}
