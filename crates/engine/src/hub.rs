//! Who listens, and telling them.
//!
//! Every socket has a bounded outbox that its own task empties, so the worker
//! never waits for a reader. A reader that falls behind loses previews first,
//! then its connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::ws;
use bytes::Bytes;
use comfy::message::{ImageFormat, PreviewMeta};
use comfy::{Frame, Message};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Messages that may wait for one reader.
const OUTBOX: usize = 1024;

/// Previews are only added while fewer messages than this wait.
const PREVIEW_BACKLOG: usize = 16;

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    Everyone,
    /// The one socket that holds this client id now, if one does.
    Client(String),
}

/// One picture on its way to the sockets.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    pub meta: PreviewMeta,
    /// Encoded as `meta.image_type` says.
    pub image: Bytes,
}

/// Everything a sampler says of one step.
#[derive(Debug)]
pub(crate) struct Step {
    pub state: Message,
    pub progress: Message,
    pub preview: Option<Preview>,
}

/// The sockets, by client id.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    by_client: HashMap<String, Seat>,
    next: u64,
}

/// The socket that holds a client id.
#[derive(Debug)]
struct Seat {
    number: u64,
    outbox: mpsc::Sender<ws::Message>,
    overrun: CancellationToken,
    /// Whether it asked for previews that say whose they are.
    metadata: bool,
}

/// Which seat a socket was given.
#[derive(Debug)]
pub(crate) struct Ticket {
    client: String,
    number: u64,
}

/// What a socket is to be sent.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Ends when a newer socket takes over the client id.
    pub messages: mpsc::Receiver<ws::Message>,
    /// Set when the reader fell too far behind.
    pub overrun: CancellationToken,
}

impl Hub {
    /// Seats a socket, in place of one with the same client id, whose inbox
    /// ends. `greeting` is made once nothing can be missed any more, and comes
    /// before everything else.
    pub(crate) fn join(
        &self,
        client: String,
        greeting: impl FnOnce() -> Vec<Message>,
    ) -> (Ticket, Inbox) {
        let (outbox, messages) = mpsc::channel(OUTBOX);
        let overrun = CancellationToken::new();
        let mut seats = self.seats();
        seats.next += 1;
        let number = seats.next;
        let seat = Seat { number, outbox, overrun: overrun.clone(), metadata: false };
        for message in greeting() {
            seat.post(text(&message));
        }
        seats.by_client.insert(client.clone(), seat);
        (Ticket { client, number }, Inbox { messages, overrun })
    }

    /// Frees the seat, unless a newer socket has it.
    pub(crate) fn leave(&self, ticket: &Ticket) {
        let mut seats = self.seats();
        if seats.holds(ticket) {
            seats.by_client.remove(&ticket.client);
        }
    }

    /// Notes what a socket asked for, and answers.
    pub(crate) fn negotiate(&self, ticket: &Ticket, metadata: bool, answer: &Message) {
        let mut seats = self.seats();
        if seats.holds(ticket)
            && let Some(seat) = seats.by_client.get_mut(&ticket.client)
        {
            seat.metadata = metadata;
            seat.post(text(answer));
        }
    }

    /// Sends a text message.
    pub(crate) fn send(&self, to: &Audience, message: &Message) {
        let message = text(message);
        self.each(to, |seat| seat.post(message.clone()));
    }

    /// Sends a binary frame.
    pub(crate) fn send_frame(&self, to: &Audience, frame: &Frame) {
        let message = ws::Message::Binary(frame.encode());
        self.each(to, |seat| seat.post(message.clone()));
    }

    /// Sends a sampler step. A reader that knows whose previews are gets the
    /// preview before the progress, any other after it; everyone gets the old
    /// form when the prompt is nobody's.
    pub(crate) fn send_step(&self, to: &Audience, step: &Step) {
        let (state, progress) = (text(&step.state), text(&step.progress));
        let named = step.preview.as_ref().map(|preview| binary(&preview.named()));
        let plain = step.preview.as_ref().map(|preview| binary(&preview.plain()));
        let kept = step.preview.as_ref().is_some_and(Preview::is_result);
        self.each(to, |seat| {
            seat.post(state.clone());
            if seat.metadata && *to != Audience::Everyone {
                seat.post_preview(named.as_ref(), kept);
                seat.post(progress.clone());
            } else {
                seat.post(progress.clone());
                seat.post_preview(plain.as_ref(), kept);
            }
        });
    }

    fn each(&self, to: &Audience, tell: impl Fn(&Seat)) {
        let seats = self.seats();
        match to {
            Audience::Everyone => seats.by_client.values().for_each(tell),
            Audience::Client(client) => seats.by_client.get(client).into_iter().for_each(tell),
        }
    }

    /// Never held across an await, and never while a panic is possible.
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    fn holds(&self, ticket: &Ticket) -> bool {
        self.by_client.get(&ticket.client).is_some_and(|seat| seat.number == ticket.number)
    }
}

impl Seat {
    fn post(&self, message: ws::Message) {
        // A closed inbox is a socket that is just leaving.
        if let Err(mpsc::error::TrySendError::Full(_)) = self.outbox.try_send(message) {
            self.overrun.cancel();
        }
    }

    fn post_preview(&self, preview: Option<&ws::Message>, kept: bool) {
        let waiting = OUTBOX - self.outbox.capacity();
        if let Some(preview) = preview
            && (kept || waiting < PREVIEW_BACKLOG)
        {
            self.post(preview.clone());
        }
    }
}

impl Preview {
    /// Samplers sketch in JPEG. What is sent as PNG is what `SaveImageWebsocket` made, and nowhere else.
    fn is_result(&self) -> bool {
        self.meta.image_type == ImageFormat::Png
    }

    fn named(&self) -> Frame {
        Frame::PreviewWithMetadata { meta: self.meta.clone(), image: self.image.clone() }
    }

    fn plain(&self) -> Frame {
        let format: ImageFormat = self.meta.image_type;
        Frame::Preview { format, image: self.image.clone() }
    }
}

fn text(message: &Message) -> ws::Message {
    ws::Message::text(message.encode())
}

fn binary(frame: &Frame) -> ws::Message {
    ws::Message::Binary(frame.encode())
}

#[cfg(test)]
mod tests {
    use comfy::message::Status;

    use super::*;

    fn status(n: u64) -> Message {
        Message::Status(Status::of(n))
    }

    fn next(inbox: &mut Inbox) -> Option<ws::Message> {
        inbox.messages.try_recv().ok()
    }

    fn client(name: &str) -> Audience {
        Audience::Client(name.into())
    }

    fn step() -> Step {
        let meta = PreviewMeta {
            node_id: "5".into(),
            prompt_id: "p".into(),
            display_node_id: "5".into(),
            parent_node_id: None,
            real_node_id: "5".into(),
            image_type: ImageFormat::Jpeg,
        };
        Step {
            state: status(1),
            progress: status(2),
            preview: Some(Preview { meta, image: Bytes::from_static(b"jpeg") }),
        }
    }

    #[test]
    fn the_greeting_comes_first_and_messages_reach_their_client_only() {
        let hub = Hub::default();
        let (_, mut a) = hub.join("a".into(), || vec![status(7)]);
        let (_, mut b) = hub.join("b".into(), Vec::new);
        hub.send(&client("a"), &status(1));
        hub.send(&Audience::Everyone, &status(2));
        assert_eq!(next(&mut a), Some(text(&status(7))));
        assert_eq!(next(&mut a), Some(text(&status(1))));
        assert_eq!(next(&mut a), Some(text(&status(2))));
        assert_eq!(next(&mut b), Some(text(&status(2))));
        assert_eq!(next(&mut b), None);
    }

    #[test]
    fn a_replaced_socket_that_leaves_does_not_unseat_the_newer_one() {
        let hub = Hub::default();
        let (old, mut replaced) = hub.join("a".into(), Vec::new);
        let (_, mut new) = hub.join("a".into(), Vec::new);
        hub.leave(&old);
        hub.send(&client("a"), &status(1));
        assert_eq!(next(&mut new), Some(text(&status(1))));
        assert_eq!(replaced.messages.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
        assert!(!replaced.overrun.is_cancelled());
    }

    #[test]
    fn the_flags_of_a_replaced_socket_do_not_stick_to_the_newer_one() {
        let hub = Hub::default();
        let (old, _) = hub.join("a".into(), Vec::new);
        let (_, mut new) = hub.join("a".into(), Vec::new);
        hub.negotiate(&old, true, &status(0));
        hub.send_step(&client("a"), &step());
        assert_eq!(next(&mut new), Some(text(&status(1))));
        assert_eq!(next(&mut new), Some(text(&status(2))));
        assert_eq!(next(&mut new), Some(binary(&step().preview.unwrap().plain())));
    }

    #[test]
    fn named_previews_come_before_the_progress_and_only_to_the_owner() {
        let hub = Hub::default();
        let (ticket, mut a) = hub.join("a".into(), Vec::new);
        hub.negotiate(&ticket, true, &status(0));
        assert_eq!(next(&mut a), Some(text(&status(0))));
        hub.send_step(&client("a"), &step());
        assert_eq!(next(&mut a), Some(text(&status(1))));
        assert_eq!(next(&mut a), Some(binary(&step().preview.unwrap().named())));
        assert_eq!(next(&mut a), Some(text(&status(2))));
        hub.send_step(&Audience::Everyone, &step());
        assert_eq!(next(&mut a), Some(text(&status(1))));
        assert_eq!(next(&mut a), Some(text(&status(2))));
        assert_eq!(next(&mut a), Some(binary(&step().preview.unwrap().plain())));
    }

    #[test]
    fn a_slow_reader_loses_previews_then_its_connection_and_never_more_memory() {
        let hub = Hub::default();
        let (_, mut slow) = hub.join("slow".into(), Vec::new);
        for _ in 0..OUTBOX {
            hub.send_step(&client("slow"), &step());
        }
        assert!(slow.overrun.is_cancelled());
        let mut waiting = Vec::new();
        while let Some(message) = next(&mut slow) {
            waiting.push(message);
        }
        let previews =
            waiting.iter().filter(|message| matches!(message, ws::Message::Binary(_))).count();
        assert_eq!(waiting.len(), OUTBOX);
        assert!(previews < PREVIEW_BACKLOG, "{previews}");
    }

    #[test]
    fn a_reader_that_is_behind_still_gets_every_result() {
        let hub = Hub::default();
        let (_, mut slow) = hub.join("slow".into(), Vec::new);
        let mut result = step();
        result.preview.as_mut().unwrap().meta.image_type = ImageFormat::Png;
        for _ in 0..100 {
            hub.send_step(&client("slow"), &result);
        }
        let waiting = std::iter::from_fn(|| next(&mut slow));
        let results = waiting.filter(|message| matches!(message, ws::Message::Binary(_))).count();
        assert_eq!(results, 100);
    }
}
