//! How a caller wants jobs to be taken, and to be told of them: by the query, by headers, and, for how
//! long to wait, by the body too.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, HeaderMap, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::Value;
use wire::{NewWebhook, WebhookEvent};

use super::repeat::{self, REPLAYED};
use crate::app::App;
use crate::error::{Error, Result};
use crate::extract::Query;
use crate::jobs::IdempotencyKey;

/// Longest that an answer may wait for the job.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(10);

pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Where a body that has no place for it says who is told: as [`NewWebhook`] has it.
const WEBHOOK_URL: &str = "webhook-url";
const WEBHOOK_SECRET: &str = "webhook-secret";
const WEBHOOK_EVENTS: &str = "webhook-events";

/// How the caller wants the job to be taken.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// Answer with the finished job, if it takes no longer than this.
    pub(super) wait: Option<Duration>,
    /// Asking twice with the same key makes one job.
    pub(super) key: Option<IdempotencyKey>,
    pub(super) answer: Answer,
    /// Who is to be told, as the headers say.
    webhook: Option<NewWebhook>,
}

/// What the caller wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Job,
    /// What happens to it, as server-sent events.
    Events,
    /// So many places behind the first of what it makes, itself.
    Output(usize),
}

impl Wishes {
    /// With what the body says of waiting, which is heard first; then the query, then `Prefer`.
    pub(super) fn waiting(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => Self { wait: within_reason(seconds), ..self },
            None => self,
        }
    }

    /// Who is to be told: as the body says, or as the headers do.
    ///
    /// # Errors
    ///
    /// [`Error::BadRequest`] when both say it.
    pub(super) fn webhook(&mut self, in_body: Option<NewWebhook>) -> Result<Option<NewWebhook>> {
        match (in_body, self.webhook.take()) {
            (Some(_), Some(_)) => {
                let why = "who is to be told is said twice: in the body and in headers";
                Err(Error::BadRequest(why.into()))
            }
            (in_body, in_headers) => Ok(in_body.or(in_headers)),
        }
    }
}

/// So long at most; `None`: not at all.
fn within_reason(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT)).filter(|wait| !wait.is_zero())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WishQuery {
    wait: Option<u64>,
    output: Option<usize>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wishes {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Query(query) = Query::<WishQuery>::from_request_parts(parts, state).await?;
        let seconds = query.wait.or_else(|| preferred_wait(&parts.headers));
        let key = repeat::key(&parts.headers).map_err(|why| Error::BadRequest(why.into()))?;
        let answer = query.output.map_or_else(|| accepted(&parts.headers), Answer::Output);
        let webhook = webhook(&parts.headers)?;
        Ok(Self { wait: seconds.and_then(within_reason), key, answer, webhook })
    }
}

/// What is accepted first.
fn accepted(headers: &HeaderMap) -> Answer {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    match accept.split([',', ';']).next().map(str::trim) {
        Some("text/event-stream") => Answer::Events,
        Some(first) if first.starts_with("image/") => Answer::Output(0),
        _ => Answer::Job,
    }
}

/// The seconds of `Prefer: wait=…` (RFC 7240).
pub(in crate::api) fn preferred_wait(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all("prefer").into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split([',', ';']))
        .filter_map(|preference| preference.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
}

/// Who is to be told, as the headers say.
///
/// # Errors
///
/// What cannot be read, or comes without an address.
fn webhook(headers: &HeaderMap) -> Result<Option<NewWebhook>> {
    let text = |name: &str| {
        let unreadable = |_| Error::BadRequest(format!("{name} is no plain text"));
        headers.get(name).map(|value| value.to_str().map_err(unreadable)).transpose()
    };
    let (url, secret, events) = (text(WEBHOOK_URL)?, text(WEBHOOK_SECRET)?, text(WEBHOOK_EVENTS)?);
    let Some(url) = url else {
        if secret.is_some() || events.is_some() {
            let cure = format!("say with {WEBHOOK_URL} who is to be told");
            return Err(Error::BadRequest(cure));
        }
        return Ok(None);
    };
    let events = events.map(|events| events.split(',').map(event).collect()).transpose()?;
    Ok(Some(NewWebhook { url: url.into(), events, secret: secret.map(str::to_owned) }))
}

fn event(word: &str) -> Result<WebhookEvent> {
    serde_json::from_value(Value::String(word.trim().into())).map_err(|_| {
        let words = "job.started, job.succeeded, job.failed, job.canceled and job.expired";
        Error::BadRequest(format!("{WEBHOOK_EVENTS} are some of {words}, with commas between"))
    })
}

/// Where something is that was made.
pub(super) fn at(app: &App, path: &str) -> Option<(HeaderName, HeaderValue)> {
    let location = format!("{}api/parlor/v1/{path}", app.config.base_path());
    Some((header::LOCATION, HeaderValue::from_str(&location).ok()?))
}

/// What was done of what the caller wished.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applied {
    pub(super) wait: Option<Duration>,
    pub(super) replayed: bool,
}

/// What is said beside the answer.
pub(super) fn about(location: Option<(HeaderName, HeaderValue)>, applied: Applied) -> HeaderMap {
    let mut headers = HeaderMap::from_iter(location);
    let preference = match applied.wait {
        Some(wait) => format!("wait={}", wait.as_secs()),
        None => "respond-async".into(),
    };
    let preference = HeaderValue::from_str(&preference).expect("digits are a header value");
    headers.insert(PREFERENCE_APPLIED, preference);
    if applied.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> HeaderMap {
        let all = all.into_iter();
        all.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_wait_is_found_among_other_preferences() {
        for (prefer, seconds) in [
            ("wait=10", Some(10)),
            ("respond-async, wait=10", Some(10)),
            ("handling=strict; Wait = \"7\"", Some(7)),
            ("respond-async", None),
            ("wait=soon", None),
        ] {
            assert_eq!(preferred_wait(&headers([("prefer", prefer)])), seconds, "{prefer}");
        }
    }

    #[test]
    fn the_body_is_heard_before_the_query_and_nobody_waits_longer_than_is_allowed() {
        let asked = |body| {
            let wait = within_reason(5);
            let wishes = Wishes { wait, key: None, answer: Answer::Job, webhook: None };
            wishes.waiting(body).wait.map(|wait| wait.as_secs())
        };
        for (body, waits) in [(None, Some(5)), (Some(7), Some(7)), (Some(0), None)] {
            assert_eq!(asked(body), waits);
        }
        assert_eq!(asked(Some(u64::MAX)), Some(600));
    }

    #[test]
    fn headers_say_of_a_webhook_what_a_body_would() {
        let said = headers([
            ("webhook-url", "https://shop.example.org/hook"),
            ("webhook-secret", "whsec_x"),
            ("webhook-events", "job.failed, job.started"),
        ]);
        let said = webhook(&said).unwrap().unwrap();
        assert_eq!(said.events.unwrap(), [WebhookEvent::Failed, WebhookEvent::Started]);
        assert_eq!((said.url.len(), said.secret.as_deref()), (29, Some("whsec_x")));
        assert_eq!(webhook(&HeaderMap::new()).unwrap(), None);
        for wrong in [
            vec![("webhook-secret", "whsec_x")],
            vec![("webhook-events", "job.failed")],
            vec![("webhook-url", "https://a.example"), ("webhook-events", "job.vanished")],
        ] {
            assert!(matches!(webhook(&headers(wrong)), Err(Error::BadRequest(_))));
        }
    }
}
