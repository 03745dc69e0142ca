//! The one WebSocket to a backend: always drained, replaced when it is lost or
//! deaf.
//!
//! ComfyUI says nothing when it has forgotten a socket (protocol notes §4.5),
//! but it owes every socket a `status` at the beginning and after every prompt.
//! One that does not come within two seconds means that the socket is deaf.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use comfy::message::{Frame, Message};
use comfy::{BackendError, Incoming, Link};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::backend::{Backend, Heard};

/// How soon a `status` must come when one is owed.
const STATUS_WITHIN: Duration = Duration::from_secs(2);

/// A socket that lived this long was a good one: the next is tried at once.
const GOOD: Duration = Duration::from_secs(10);

/// Holds the socket of one backend.
#[derive(Debug)]
pub(super) struct Upstream {
    prompted: mpsc::Receiver<Instant>,
}

/// Why a socket ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the backend closed it")]
    Closed,
    #[error("a status is owed and did not come")]
    Deaf,
    #[error(transparent)]
    Broken(#[from] BackendError),
}

impl Upstream {
    pub(super) fn new(prompted: mpsc::Receiver<Instant>) -> Self {
        Self { prompted }
    }

    /// Keeps a socket to the backend for as long as it is polled.
    pub(super) async fn hold(mut self, backend: &Backend) {
        let mut pauses = pauses();
        loop {
            let began = Instant::now();
            let ended = self.one(backend).await;
            tracing::debug!(backend = backend.name(), reason = %ended, "socket down");
            if began.elapsed() > GOOD {
                pauses = self::pauses();
            }
            sleep(pauses.next().unwrap_or(Duration::from_secs(5))).await;
        }
    }

    /// One socket, from connecting to its end.
    async fn one(&mut self, backend: &Backend) -> Ended {
        let client_id = backend.next_id();
        let mut link = match Link::connect(&backend.client, &client_id).await {
            Ok(link) => link,
            Err(error) => return error.into(),
        };
        backend.socket_up(client_id);
        let ended = self.drain(backend, &mut link).await;
        let deaf = matches!(ended, Ended::Deaf);
        backend.socket_down(deaf);
        if deaf {
            // So that the next one is not forgotten together with this one.
            link.close().await;
        }
        ended
    }

    async fn drain(&mut self, backend: &Backend, link: &mut Link) -> Ended {
        let mut owed = Some(Instant::now() + STATUS_WITHIN);
        let mut last_status = Instant::now();
        let mut current = None;
        loop {
            tokio::select! {
                incoming = link.next() => match incoming {
                    None => return Ended::Closed,
                    // One unreadable message is not the end of the others.
                    Some(Err(BackendError::NotComfy(reason))) => {
                        tracing::debug!(backend = backend.name(), reason, "message passed over");
                    }
                    Some(Err(error)) => return error.into(),
                    Some(Ok(incoming)) => {
                        if matches!(incoming, Incoming::Message(Message::Status(_))) {
                            (owed, last_status) = (None, Instant::now());
                        }
                        hand_on(backend, incoming, &mut current);
                    }
                },
                Some(since) = self.prompted.recv() => {
                    if last_status < since {
                        owed = owed.or(Some(Instant::now() + STATUS_WITHIN));
                    }
                }
                () = sleep_until(owed.unwrap_or_else(Instant::now)), if owed.is_some() => {
                    return Ended::Deaf;
                }
            }
        }
    }
}

fn pauses() -> backon::ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Gives what was heard to whoever follows that prompt. `current` is the prompt
/// that got on last: previews of old servers do not say whose they are.
fn hand_on(backend: &Backend, incoming: Incoming, current: &mut Option<String>) {
    match incoming {
        Incoming::Message(message) => {
            let Some(prompt_id) = message.prompt_id().map(str::to_owned) else { return };
            let over = matches!(&message, Message::Executing(executing) if executing.is_end());
            backend.tell(&prompt_id, Heard::Message(message));
            *current = Some(prompt_id).filter(|_| !over);
        }
        Incoming::Frame(Frame::PreviewWithMetadata { meta, image }) => {
            let (prompt_id, format) = (meta.prompt_id.clone(), meta.image_type);
            let meta = Some(Box::new(meta));
            backend.tell(&prompt_id, Heard::Preview { format, image, meta });
        }
        Incoming::Frame(Frame::Preview { format, image }) => {
            if let Some(prompt_id) = current {
                backend.tell(prompt_id, Heard::Preview { format, image, meta: None });
            }
        }
        // safety 12: texts go to every socket and do not say whose they are. A
        // server runs one prompt at a time: while it is one of ours, they are its.
        Incoming::Frame(Frame::Text { node, text }) => {
            if let Some(prompt_id) = current {
                backend.tell(prompt_id, Heard::Text { node, text });
            }
        }
    }
}
