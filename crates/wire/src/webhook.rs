//! Being told what becomes of jobs, by Standard Webhooks 1.0.0.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{JobId, Millis};

/// Something that somebody can be told of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum WebhookEvent {
    /// A backend took it; again when that one was lost.
    #[serde(rename = "job.started")]
    Started,
    #[serde(rename = "job.succeeded")]
    Succeeded,
    #[serde(rename = "job.failed")]
    Failed,
    #[serde(rename = "job.canceled")]
    Canceled,
    /// It waited longer than the house allows.
    #[serde(rename = "job.expired")]
    Expired,
}

impl WebhookEvent {
    /// What is told where nothing is said: how a job ended.
    pub const ENDS: [Self; 4] = [Self::Succeeded, Self::Failed, Self::Canceled, Self::Expired];
}

/// Where somebody wants to be told. With a job it is for that one alone; by
/// itself (`POST /webhooks`) for every job of theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Begins with `https://`.
    pub url: String,
    /// Left out: [`WebhookEvent::ENDS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<WebhookEvent>>,
    /// `whsec_` and 24 to 64 bytes in base64. Left out: that of the same address
    /// among one's own; for one of those, a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, events, secret } = self;
        let secret = secret.as_ref().map(|_| "…");
        let mut shown = f.debug_struct("NewWebhook");
        shown.field("url", url).field("events", events).field("secret", &secret).finish()
    }
}

/// An address that is told of every job of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Webhook {
    pub id: Uuid,
    pub url: String,
    pub events: Vec<WebhookEvent>,
    pub created_at: Millis,
    /// Since when it is told nothing, because it answered 410.
    pub disabled_at: Option<Millis>,
}

/// Answer of `POST /webhooks`: the only one that holds the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeWebhook {
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_…`, as libraries for Standard Webhooks take it.
    pub secret: String,
}

impl fmt::Debug for MadeWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeWebhook").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// How far one message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Is tried at `next_at`.
    Pending,
    /// Was answered with 2xx.
    Delivered,
    /// Every attempt failed, or the address answered 410.
    Failed,
}

/// Whose wish it was to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// It came with the job.
    Job,
    /// One of the principal's own.
    Own,
    /// The host's.
    House,
}

/// One message to one address, and how it fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// The `webhook-id`, the same at every attempt.
    pub id: Uuid,
    pub kind: DeliveryKind,
    pub url: String,
    pub job: JobId,
    #[serde(rename = "type")]
    pub event: WebhookEvent,
    pub status: DeliveryStatus,
    /// The last twenty, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
    pub created_at: Millis,
    /// When it is tried next; absent when it is not.
    pub next_at: Option<Millis>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeliveryAttempt {
    pub at: Millis,
    /// What was answered; absent when nothing was, which is all that is told then.
    pub status: Option<u16>,
}

/// `GET /webhooks/deliveries`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeliveryPage {
    pub deliveries: Vec<Delivery>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next: Option<Uuid>,
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 31
    #[test]
    fn a_secret_does_not_show_in_logs() {
        let wanted: NewWebhook = serde_json::from_str(
            r#"{"url":"https://a.example","events":["job.failed"],"secret":"whsec_c2VjcmV0"}"#,
        )
        .unwrap();
        assert_eq!(wanted.events.as_deref(), Some(&[WebhookEvent::Failed][..]));
        let webhook = Webhook {
            id: Uuid::nil(),
            url: wanted.url.clone(),
            events: Vec::new(),
            created_at: 0,
            disabled_at: None,
        };
        let made = MadeWebhook { webhook, secret: "whsec_c2VjcmV0".into() };
        assert!(!format!("{wanted:?} {made:?}").contains("whsec_"));
    }

    #[test]
    fn a_delivery_has_this_exact_json() {
        let delivery = Delivery {
            id: Uuid::nil(),
            kind: DeliveryKind::Own,
            url: "https://a.example".into(),
            job: JobId(Uuid::nil()),
            event: WebhookEvent::Succeeded,
            status: DeliveryStatus::Pending,
            attempts: vec![DeliveryAttempt { at: 5, status: Some(500) }],
            created_at: 4,
            next_at: Some(6),
        };
        assert_eq!(
            serde_json::to_string(&delivery).unwrap(),
            r#"{"id":"00000000-0000-0000-0000-000000000000","kind":"own","url":"https://a.example","job":"00000000-0000-0000-0000-000000000000","type":"job.succeeded","status":"pending","attempts":[{"at":5,"status":500}],"created_at":4,"next_at":6}"#,
        );
    }
}
