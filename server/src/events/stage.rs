//! What is said of jobs in ComfyUI's own words, for the doors that speak them.
//!
//! The topics of the hub keep what matters and let the rest be replaced; here
//! every word counts, in its order, and nothing is kept for who was not there:
//! so it is with ComfyUI. Each listener has a bounded outbox of its own. One that
//! is behind loses previews first, then how far nodes are; one that is further
//! behind is let go. Nobody who speaks ever waits.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use comfy::message::{ImageFormat, PreviewMeta};
use comfy::{Message, NodeId};
use tokio::sync::Notify;
use wire::JobId;

use super::Hub;
use crate::auth::PrincipalId;

/// Lines that wait for one listener, at most.
const MOST_LINES: usize = 2_048;

/// What the pictures among them may weigh, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// One thing that was said, with our ids and never a backend's.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Which of the principal's clients it is for.
    pub(crate) to: To,
    pub(crate) said: Said,
}

/// For whom something is said, among the clients of one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    All,
    /// Those that call themselves so.
    Client(Arc<str>),
}

/// What was said.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    Message(Arc<Message>),
    Preview(Preview),
    /// Something a node wants people to read.
    Text {
        node: NodeId,
        text: Arc<str>,
    },
}

/// How a picture looks now.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    /// Whose it is; old backends do not say.
    pub(crate) meta: Option<Arc<PreviewMeta>>,
    pub(crate) format: ImageFormat,
    pub(crate) image: Bytes,
}

/// A listener that is too far behind: it has lost what it should have heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behind;

/// Everyone's stages. Held for a few operations at a time, never across an await.
#[derive(Debug, Clone, Default)]
pub(super) struct Stages(Arc<Mutex<HashMap<PrincipalId, Stage>>>);

/// What is said to one principal.
#[derive(Debug, Default)]
struct Stage {
    ears: Vec<Arc<Outbox>>,
    /// Jobs that a backend has.
    running: HashMap<JobId, Running>,
}

/// A job that a backend has.
#[derive(Debug)]
struct Running {
    /// Who asked for it by a door of ComfyUI's, if somebody did.
    client: Client,
    /// The node that is at work.
    at: Option<NodeId>,
    /// What a backend said of its end, which is not yet ours.
    ending: Option<Arc<Message>>,
}

/// Who is told of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Client {
    /// It came through another door: of this one nobody waits for it.
    #[default]
    Elsewhere,
    /// It was asked for without saying by whom.
    Nobody,
    Named(Arc<str>),
}

/// What waits for one listener.
#[derive(Debug, Default)]
struct Outbox {
    state: Mutex<Waiting>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: VecDeque<Line>,
    /// Of the pictures among them.
    bytes: usize,
    behind: bool,
}

/// Hears what is said to one principal. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Ear {
    stages: Stages,
    principal: PrincipalId,
    outbox: Arc<Outbox>,
}

impl Hub {
    /// Everything that is said to `principal` from now on.
    pub(crate) fn listen(&self, principal: PrincipalId) -> Ear {
        let outbox = Arc::<Outbox>::default();
        self.stages.with(principal, |stage| stage.ears.push(Arc::clone(&outbox)));
        Ear { stages: self.stages.clone(), principal, outbox }
    }

    /// A backend has the job; what is said of it is for `client`.
    pub(crate) fn enters(&self, (principal, job): (PrincipalId, JobId), client: Client) {
        let running = Running { client, at: None, ending: None };
        self.stages.with(principal, |stage| drop(stage.running.insert(job, running)));
    }

    /// Something is said of a job that a backend has. What it says of its end
    /// is kept until the end is ours.
    pub(crate) fn says(&self, (principal, job): (PrincipalId, JobId), said: Said) {
        self.stages.with(principal, |stage| {
            let Some(running) = stage.running.get_mut(&job) else { return };
            if let Said::Message(message) = &said {
                match &**message {
                    Message::Executing(executing) if executing.is_end() => return,
                    Message::Executing(executing) => {
                        running.at = executing.display_node.clone().or(executing.node.clone());
                    }
                    message if is_ending(message) => {
                        running.ending = Some(Arc::new(message.clone()));
                        return;
                    }
                    _ => (),
                }
            }
            if let Some(to) = running.client.hears(&said) {
                stage.tell(&Line { to, said });
            }
        });
    }

    /// The job is back in the queue: of this attempt no more is said.
    pub(crate) fn leaves(&self, (principal, job): (PrincipalId, JobId)) {
        self.stages.with(principal, |stage| drop(stage.running.remove(&job)));
    }

    /// What runs for this client, by the node that is at work.
    pub(crate) fn at_work(&self, principal: PrincipalId, client: &str) -> Option<NodeId> {
        self.stages.with(principal, |stage| {
            let mut own = stage.running.values().filter(|running| running.client.is(client));
            own.find_map(|running| running.at.clone())
        })
    }

    /// Says to everyone of the principal how long their queue is.
    pub(super) fn tell_queue(&self, principal: PrincipalId) {
        if self.stages.heard(principal) {
            let status = Message::Status(comfy::message::Status::of(self.unfinished(principal)));
            self.tell_all(principal, status);
        }
    }

    /// Says that the job is over, in the order that ComfyUI has: how it ended,
    /// how long the queue is, and that nothing runs any more.
    pub(super) fn tell_end(
        &self,
        (principal, job): (PrincipalId, JobId),
        ending: impl FnOnce(Option<&Message>) -> Message,
    ) {
        let running = self.stages.with(principal, |stage| {
            let running = stage.running.remove(&job);
            if let Some(running) = &running {
                let said = Said::Message(Arc::new(ending(running.ending.as_deref())));
                stage.tell_about(running, said);
            }
            running
        });
        self.tell_queue(principal);
        if let Some(running) = running {
            let over = comfy::message::Executing {
                node: None,
                display_node: None,
                prompt_id: Some(job.to_string()),
            };
            let said = Said::Message(Arc::new(Message::Executing(over)));
            self.stages.with(principal, |stage| stage.tell_about(&running, said));
        }
    }

    fn tell_all(&self, principal: PrincipalId, message: Message) {
        let line = Line { to: To::All, said: Said::Message(Arc::new(message)) };
        self.stages.with(principal, |stage| stage.tell(&line));
    }
}

/// How a run ended, in the words of a backend.
fn is_ending(message: &Message) -> bool {
    match message {
        Message::ExecutionSuccess { .. } | Message::ExecutionInterrupted { .. } => true,
        Message::ExecutionError(error) => !error.is_blocked(),
        _ => false,
    }
}

impl Client {
    fn is(&self, name: &str) -> bool {
        matches!(self, Self::Named(own) if **own == *name)
    }

    /// Who hears this of a job of theirs. Of a prompt of nobody everyone hears
    /// how far it is, as with ComfyUI (protocol notes §4.1).
    fn hears(&self, said: &Said) -> Option<To> {
        let is_text = matches!(said, Said::Text { .. });
        match self {
            Self::Elsewhere => None,
            Self::Named(_) if is_text => Some(To::All),
            Self::Named(name) => Some(To::Client(Arc::clone(name))),
            Self::Nobody => match said {
                Said::Message(message) => {
                    let told = matches!(
                        **message,
                        Message::Progress(_)
                            | Message::ProgressState { .. }
                            | Message::ExecutionInterrupted { .. }
                    );
                    told.then_some(To::All)
                }
                Said::Preview(_) | Said::Text { .. } => Some(To::All),
            },
        }
    }
}

impl Stages {
    /// Does something with the stage of `principal`, and drops it if nobody
    /// listens and nothing runs.
    fn with<T>(&self, principal: PrincipalId, work: impl FnOnce(&mut Stage) -> T) -> T {
        let mut stages = self.lock();
        let stage = stages.entry(principal).or_default();
        let done = work(stage);
        if stage.ears.is_empty() && stage.running.is_empty() {
            stages.remove(&principal);
        }
        done
    }

    fn heard(&self, principal: PrincipalId) -> bool {
        self.lock().get(&principal).is_some_and(|stage| !stage.ears.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PrincipalId, Stage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    fn tell(&self, line: &Line) {
        for ear in &self.ears {
            ear.push(line.clone());
        }
    }

    fn tell_about(&self, running: &Running, said: Said) {
        if let Some(to) = running.client.hears(&said) {
            self.tell(&Line { to, said });
        }
    }
}

impl Outbox {
    fn push(&self, line: Line) {
        self.lock().push(line);
        self.news.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, line: Line) {
        if self.behind {
            return;
        }
        self.bytes += line.bytes();
        self.lines.push_back(line);
        if self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
            self.lines.retain(|line| !line.may_be_lost());
            self.bytes = self.lines.iter().map(Line::bytes).sum();
        }
        if self.lines.len() > MOST_LINES {
            (self.lines, self.bytes, self.behind) = (VecDeque::new(), 0, true);
        }
    }

    fn pop(&mut self) -> Option<Result<Line, Behind>> {
        if self.behind {
            return Some(Err(Behind));
        }
        let line = self.lines.pop_front()?;
        self.bytes -= line.bytes();
        Some(Ok(line))
    }
}

impl Line {
    fn bytes(&self) -> usize {
        match &self.said {
            Said::Preview(preview) => preview.image.len(),
            Said::Message(_) | Said::Text { .. } => 0,
        }
    }

    /// The next of its kind says all that it says.
    fn may_be_lost(&self) -> bool {
        match &self.said {
            // PNG is what nodes send instead of saving: no other will come.
            Said::Preview(preview) => preview.format == ImageFormat::Jpeg,
            Said::Message(message) => {
                matches!(**message, Message::Progress(_) | Message::ProgressState { .. })
            }
            Said::Text { .. } => false,
        }
    }
}

impl Ear {
    /// What is said next. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Line, Behind> {
        loop {
            if let Some(next) = self.outbox.lock().pop() {
                return next;
            }
            // A permit is kept for whoever asks after it was given.
            self.outbox.news.notified().await;
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let own = Arc::clone(&self.outbox);
        self.stages.with(self.principal, |stage| {
            stage.ears.retain(|ear| !Arc::ptr_eq(ear, &own));
        });
    }
}

#[cfg(test)]
#[path = "stage_tests.rs"]
mod tests;
