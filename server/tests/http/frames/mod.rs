//! Whatever comes through a WebSocket, over real sockets: every door answers as RFC 6455 and its own
//! form have it, serves others all the while, and gives back what it held.
//!
//! `script` makes up what is sent, `grammar` what it says, `raw` sends it, `dice` is the chance.

mod dice;
mod grammar;
pub mod raw;
mod script;

use std::net::SocketAddr;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use wire::{FromViewer, JobId, ToViewer};

use super::house::{House, cookie};
use super::live;
use dice::Dice;
use grammar::{Door, Told};
use raw::{CLOSE, PING, PONG, Raw, TEXT};
use script::{End, Script, masked};

/// Conversations with each door.
const CONVERSATIONS: u64 = 300;
/// Longer than any takes on a busy machine; only failures wait so long.
const PATIENCE: Duration = Duration::from_mins(1);
/// Asks whether all before it was heard.
const PROBE: &[u8] = b"is anybody there?";

/// Panics of the house since the count began; those of tests are others' failures.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|at| !at.file().contains("tests/")) {
            PANICS.fetch_add(1, Ordering::Relaxed);
        }
        usual(info);
    }));
}

// safety 19, 35
#[tokio::test]
async fn whatever_comes_through_a_socket_is_answered_and_harms_nobody() {
    count_panics();
    let house = House::working_with(&["--max-upload-mb", &script::FILE_MB.to_string()]).await;
    let visitor = house.visitor().await;
    // From here on it is known which nodes there are.
    visitor.picture().await;
    let address = house.listen().await;
    let me = cookie(&visitor);
    let places = house.app.viewer_places.available_permits();
    let (own, native, serverless) = tokio::join!(
        converse(address, &me, Door::Own),
        converse(address, &me, Door::Native),
        converse(address, &me, Door::Serverless),
    );
    let wrong = [own, native, serverless].concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(PANICS.load(Ordering::Relaxed), 0, "something panicked");
    let given_back = async {
        while house.app.viewer_places.available_permits() < places
            || !house.app.metrics.render().unwrap().contains("parlor_viewers 0")
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, given_back).await.expect("a place was not given back");
}

/// Many conversations with a door, one after the other, and beside them somebody who minds their
/// own business. What was wrong.
async fn converse(address: SocketAddr, me: &str, door: Door) -> Vec<String> {
    let mut witness = live::open(address, &[]).await.unwrap();
    live::told(&mut witness).await;
    let mut wrong = Vec::new();
    for seed in 0..CONVERSATIONS {
        let script = Script::new(&mut Dice::seeded(seed), door);
        let raw = Raw::open(address, door.path(), ("websocket", me)).await.unwrap();
        let played = timeout(PATIENCE, play(raw, (door, &script))).await;
        let played = played.unwrap_or_else(|_| Err("it says nothing".into()));
        wrong.extend(
            played.err().map(|what| format!("{door:?}, {seed}, {:?}: {what}", script.names)),
        );
        let job = JobId(uuid::Uuid::from_u128(seed.into()));
        live::say(&mut witness, &FromViewer::Watch { job, after: None }).await;
        assert_eq!(live::told(&mut witness).await, ToViewer::Gone { job }, "{seed}: {wrong:#?}");
    }
    wrong
}

/// Says all of it, and hears what comes of it.
async fn play(mut raw: Raw, (door, script): (Door, &Script)) -> Result<(), String> {
    let mut dice = Dice::seeded(0);
    // It may have ended before all was said.
    let _ = raw.send(&script.bytes).await;
    match script.end {
        End::Never => _ = raw.send(&masked(&mut dice, 0x80 | PING, PROBE)).await,
        End::Cut => raw.hang_up().await,
        End::With(_) => (),
    }
    let (mut refusals, mut results, mut heard) = (0, 0, false);
    let end = loop {
        if heard && results == script.runs {
            let _ = raw.send(&masked(&mut dice, 0x80 | CLOSE, &1000_u16.to_be_bytes())).await;
            heard = false;
        }
        let Some(frame) = raw.told().await else { break None };
        match frame.opcode {
            TEXT => match door.look(&frame.payload) {
                Told::Refusal => refusals += 1,
                Told::Results => results += 1,
                Told::Other => (),
            },
            PONG => heard |= frame.payload == PROBE,
            CLOSE => break Some(frame.code()),
            PING => (),
            other => return Err(format!("{other} was told")),
        }
    };
    match (script.end, end) {
        (End::Never, Some(1000)) if results == script.runs => (),
        (End::With(codes), Some(code)) if codes.contains(&code) => (),
        // Nobody hears it any more.
        (End::Cut, None | Some(1002)) => (),
        (_, end) => return Err(format!("it ended with {end:?}")),
    }
    if refusals != script.refusals {
        return Err(format!("{refusals} refusals, and not {}", script.refusals));
    }
    raw.hang_up().await;
    raw.told().await.map_or(Ok(()), |frame| Err(format!("after its goodbye came {frame:?}")))
}
