//! When to try again, and how much at once.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use wire::Millis;

use crate::db::Outcome;
use crate::fetch::Answered;

/// How long to wait after each attempt that failed: the schedule of Standard Webhooks 1.0.0,
/// three days and four hours in all.
const AFTER: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// No wait is longer, whatever is asked for.
const LONGEST: Duration = Duration::from_hours(24);

/// So much longer a wait may be, so that what failed together does not come back together.
const JITTER: f64 = 0.1;

/// How messages are carried.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// How long to wait after each attempt that failed; after the last of them it is given up.
    pub(super) after: Vec<Duration>,
    /// How long an answer may take.
    pub(super) deadline: Duration,
    /// Messages under way at once, to whomever.
    pub(super) all: usize,
    /// To one host.
    pub(super) each: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { after: AFTER.into(), deadline: Duration::from_secs(15), all: 32, each: 4 }
    }
}

impl Pace {
    /// What follows from an answer to attempt number `tries`, from 1, or from none.
    pub(super) fn outcome(
        &self,
        (answer, tries): (Option<&Answered>, u32),
        now: Millis,
    ) -> Outcome {
        match answer.map(|answer| answer.status) {
            Some(status) if status.is_success() => return Outcome::Delivered,
            Some(StatusCode::GONE) => return Outcome::Gone,
            _ => (),
        }
        let Some(wait) = self.after.get(tries.saturating_sub(1) as usize) else {
            return Outcome::GivenUp;
        };
        let wait = wait.mul_f64(1.0 + JITTER * rand::random::<f64>());
        let asked = answer.and_then(|answer| retry_after(&answer.headers, now));
        let wait = wait.max(asked.unwrap_or_default().min(LONGEST));
        Outcome::Again(now + wait.as_millis() as Millis)
    }
}

/// How long `Retry-After` asks to wait: in seconds, or until a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: Millis) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then: Timestamp = DateTimeParser::new().parse_timestamp(text).ok()?;
    u64::try_from(then.as_millisecond() - now).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<&str>) -> Answered {
        let mut headers = HeaderMap::new();
        headers.extend(retry_after.map(|text| (RETRY_AFTER, text.parse().unwrap())));
        Answered { status: StatusCode::from_u16(status).unwrap(), headers }
    }

    /// After how long it is tried again.
    fn wait(answer: Option<&Answered>, tries: u32) -> Duration {
        match Pace::default().outcome((answer, tries), 1_000) {
            Outcome::Again(at) => Duration::from_millis((at - 1_000) as u64),
            outcome => panic!("{outcome:?}"),
        }
    }

    // safety 31
    #[test]
    fn what_is_no_success_is_tried_again_and_gone_is_gone() {
        let of = |status| Pace::default().outcome((Some(&answered(status, None)), 1), 0);
        assert!([200, 202, 204, 299].iter().all(|status| of(*status) == Outcome::Delivered));
        for status in [301, 302, 307, 308, 400, 404, 429, 500, 503] {
            assert!(matches!(of(status), Outcome::Again(_)), "{status}");
        }
        assert_eq!(of(410), Outcome::Gone);
    }

    // safety 31
    #[test]
    fn waits_grow_as_the_specification_says_and_end() {
        for (tries, least) in (1..).zip(AFTER) {
            let wait = wait(None, tries);
            assert!(wait >= least && wait <= least.mul_f64(1.11), "{tries}: {wait:?}");
        }
        assert_eq!(Pace::default().outcome((None, 10), 0), Outcome::GivenUp);
    }

    #[test]
    fn who_says_when_to_come_back_is_heard_up_to_a_day() {
        for (text, seconds) in
            [("120", 120), ("Thu, 01 Jan 1970 00:02:01 GMT", 120), ("99999999999", 24 * 60 * 60)]
        {
            let wait = wait(Some(&answered(503, Some(text))), 1);
            assert_eq!(wait, Duration::from_secs(seconds), "{text}");
        }
        for none in ["0", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"] {
            let wait = wait(Some(&answered(503, Some(none))), 1);
            assert!(wait < Duration::from_secs(6), "{none}: {wait:?}");
        }
    }
}
