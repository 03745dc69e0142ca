//! The WebSocket.

use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::{Message, futures::WebSocket};
use wire::{FromViewer, JobId, PreviewHeader, ToViewer};

use super::{Link, Live, poll};
use crate::{api, door};

/// The first pause before connecting again, in milliseconds.
const FIRST_PAUSE_MS: u32 = 500;

/// The longest, in milliseconds.
const LONGEST_PAUSE_MS: u32 = 10_000;

/// Connects, listens until the connection is lost, and starts over, for ever.
pub(super) async fn keep_connected(live: Live) {
    let mut pause = FIRST_PAUSE_MS;
    loop {
        let asked_pause = listen(live).await;
        if live.link.get_untracked() == Link::Live {
            pause = FIRST_PAUSE_MS;
            live.link.set(Link::Connecting);
        }
        poll::during(live, asked_pause.unwrap_or_else(|| jittered(pause))).await;
        pause = (pause * 2).min(LONGEST_PAUSE_MS);
    }
}

/// Between half of it and all of it, so that a thousand pages do not come back at once.
fn jittered(pause: u32) -> u32 {
    pause / 2 + (js_sys::Math::random() * f64::from(pause / 2)) as u32
}

/// Listens until the connection is lost. Returns the pause that the server asked for.
async fn listen(live: Live) -> Option<u32> {
    let protocols = door::protocols();
    let protocols: Vec<&str> = protocols.iter().map(String::as_str).collect();
    let mut socket = WebSocket::open_with_protocols(&api::live_address(), &protocols).ok()?;
    for wish in wishes(live) {
        say(&mut socket, &wish).await?;
    }
    let mut asked_for = Vec::new();
    loop {
        let told = match socket.next().await?.ok()? {
            Message::Bytes(frame) => {
                if let Some((header, image)) = PreviewHeader::decode(&frame) {
                    live.preview(header.job, image, header.format.mime());
                }
                continue;
            }
            Message::Text(text) => wire::read::<ToViewer>(&text),
        };
        // A newer server may say things that we do not know yet.
        let Some(told) = told else { continue };
        match told {
            ToViewer::Restarting { after_ms } => return Some(after_ms),
            ToViewer::Snapshot { ref job } => asked_for.retain(|id| *id != job.id),
            _ => (),
        }
        if let Some(job) = live.apply(told)
            && !asked_for.contains(&job)
        {
            asked_for.push(job);
            say(&mut socket, &FromViewer::Watch { job, after: None }).await?;
        }
    }
}

/// Everything of ours from now on, and what was missed of the jobs we know of.
fn wishes(live: Live) -> Vec<FromViewer> {
    let known: Vec<(JobId, u64)> =
        live.jobs.peek(|jobs| jobs.under_way().map(|row| (row.job.id, row.job.seq)).collect());
    let missed = known.into_iter().map(|(job, seq)| FromViewer::Watch { job, after: Some(seq) });
    missed.chain([FromViewer::WatchMine {}]).collect()
}

async fn say(socket: &mut WebSocket, wish: &FromViewer) -> Option<()> {
    socket.send(Message::Text(wish.text())).await.ok()
}
