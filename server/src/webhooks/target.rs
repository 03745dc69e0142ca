//! Where somebody wants to be told, checked.

use url::Url;
use wire::{NewWebhook, WebhookEvent};

use super::Secret;
use crate::error::{Error, Result};
use crate::fetch::{FetchError, Fetcher};

/// Longest address, in bytes.
const LONGEST: usize = 2048;

/// Who wants to be told of what.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) secret: Secret,
    pub(crate) events: Vec<WebhookEvent>,
}

impl Target {
    /// Who is there, with the port: they are not to be hurried, whatever the path.
    pub(crate) fn host(&self) -> String {
        let port = self.url.port_or_known_default().unwrap_or_default();
        format!("{}:{port}", self.url.host_str().unwrap_or_default())
    }
}

/// The hash of what is asked for, `body`, and of who is to be told: to ask for the same and to be
/// told elsewhere is to ask for something else. As it was sent: what is registered may have changed.
pub(crate) fn told_too(body: [u8; 32], wanted: Option<&NewWebhook>) -> [u8; 32] {
    let Some(NewWebhook { url, events, secret }) = wanted else { return body };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&body).update(url.as_bytes()).update(&[0]);
    hasher.update(secret.as_deref().unwrap_or_default().as_bytes()).update(&[0]);
    *hasher.update(format!("{events:?}").as_bytes()).finalize().as_bytes()
}

/// An address of a webhook. Whether somebody is there is found out when they are told.
pub(super) fn address(text: &str, fetcher: &Fetcher) -> Result<Url> {
    let refused = |why: String| Error::field("url", why);
    if text.len() > LONGEST {
        return Err(refused(format!("An address has at most {LONGEST} characters.")));
    }
    let url = Url::parse(text).ok().filter(|url| fetcher.admits(url));
    let mut url = url.ok_or_else(|| refused(FetchError::Nothing.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("Leave out name and password: messages are signed.".into()));
    }
    url.set_fragment(None);
    Ok(url)
}

/// A secret that somebody brings.
pub(super) fn secret(text: &str) -> Result<Secret> {
    let why = "A secret is `whsec_` and 24 to 64 bytes in base64.";
    Secret::parse(text).ok_or_else(|| Error::field("secret", why))
}

/// What is to be told: what is asked for, once each, or else how a job ended.
pub(super) fn events(wanted: Option<Vec<WebhookEvent>>) -> Result<Vec<WebhookEvent>> {
    let Some(wanted) = wanted else { return Ok(WebhookEvent::ENDS.into()) };
    let mut events = Vec::new();
    for event in wanted {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    if events.is_empty() {
        return Err(Error::field("events", "At least one event, or leave them out."));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        let fetcher = Fetcher::new(false, &[]);
        matches!(address(text, &fetcher), Err(Error::BadInput { field: Some(field), .. })
            if field == "url")
    }

    // safety 30, 31
    #[test]
    fn only_public_addresses_behind_https_are_told() {
        assert!(!refused("https://shop.example.org/hook?of=parlor"));
        for bad in [
            "http://shop.example.org/hook",
            "https://127.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://2130706433/",
            "https://me:secret@shop.example.org/",
            "file:///etc/passwd",
            "shop.example.org",
            "",
            &format!("https://shop.example.org/{}", "x".repeat(LONGEST)),
        ] {
            assert!(refused(bad), "{bad}");
        }
    }

    #[test]
    fn events_are_told_once_each_and_there_is_one() {
        use WebhookEvent::{Failed, Started};

        assert_eq!(events(None).unwrap(), WebhookEvent::ENDS);
        assert_eq!(events(Some(vec![Failed, Started, Failed])).unwrap(), [Failed, Started]);
        assert!(events(Some(Vec::new())).is_err());
    }
}
