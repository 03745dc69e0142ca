//! Asking every so often, while the socket is down or cannot be had at all.

use std::time::Duration;

use gloo_timers::future::sleep;
use wire::JobId;

use super::{Link, Live};
use crate::{api, browser};

/// How often to ask, in milliseconds.
const EVERY_MS: u32 = 2_000;

/// Lets `milliseconds` pass, asking for the jobs under way meanwhile. Less, when the server is back
/// after it could not be reached.
pub(super) async fn during(live: Live, milliseconds: u32) {
    let until = browser::now() + i64::from(milliseconds);
    loop {
        let left = u32::try_from(until - browser::now()).unwrap_or(0);
        if left == 0 {
            return;
        }
        sleep(Duration::from_millis(u64::from(left.min(EVERY_MS)))).await;
        let link = if ask(live).await { Link::Polling } else { Link::Down };
        let before = live.link.get_untracked();
        if before != link {
            live.link.set(link);
        }
        if (before, link) == (Link::Down, Link::Polling) {
            return;
        }
    }
}

/// Asks for every job under way; says whether the server answers.
async fn ask(live: Live) -> bool {
    let ids: Vec<JobId> = live.jobs.peek(|jobs| jobs.under_way().map(|row| row.job.id).collect());
    if ids.is_empty() {
        return !matches!(api::house().await, Err(api::Error::Unreachable));
    }
    for id in ids {
        match api::job(id).await {
            Ok(job) => live.take_in(job),
            Err(error) if error.is_not_found() => live.forget(id),
            Err(api::Error::Unreachable) => return false,
            Err(_) => (),
        }
    }
    true
}
