//! Telling programs what becomes of jobs, by Standard Webhooks 1.0.0.
//!
//! `target` is where somebody wants to be told, `secret` signs; `db::outbox` writes what is to be
//! told when it happens, `courier` carries it, as patiently as `pace` says, and
//! writes down how it fared. Whoever is told has at least one message of each thing that
//! happened, always under the same `webhook-id`.

mod courier;
mod pace;
mod secret;
mod target;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use uuid::Uuid;
use wire::{Delivery, DeliveryPage, MadeWebhook, Millis, NewWebhook, Role, Webhook, WebhookEvent};

use crate::auth::Principal;
use crate::config::WebhookSettings;
use crate::db::{Added, Db, DeliveryFilter, now};
use crate::error::{Error, Result};
use crate::fetch::Fetcher;
use crate::shutdown::Shutdown;

use courier::Courier;
use pace::Pace;
pub(crate) use secret::Secret;
pub(crate) use target::{Target, told_too};

/// Most webhooks for all jobs of one principal.
const MOST: u32 = 20;

/// How long it is known what was told, and can be told again.
const LOG: Millis = 14 * 24 * 60 * 60 * 1000;

/// How often it is looked for what was told long ago.
const LOOKING: Duration = Duration::from_hours(1);

/// What is forgotten in one transaction.
const BATCH: u32 = 500;

const FOR_WHOM: &str = "webhooks are for those with an account: sign in, or send an API key";
const NO_SECRET: &str = "Give a secret to sign with, `whsec_` and 24 to 64 bytes in base64; or \
                         register this address with POST /webhooks, which has one then.";

/// Who wants to be told, and what was told. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    db: Db,
    fetcher: Fetcher,
}

impl Webhooks {
    /// Takes up what an earlier process left to be told, and tells from now on.
    ///
    /// # Errors
    ///
    /// When the configuration names webhooks and no secret that can be used.
    pub(crate) async fn start(
        (db, fetcher): (Db, Fetcher),
        settings: &WebhookSettings,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        db.set_house_webhooks(of_house(settings).await?).await?;
        let webhooks = Self { db, fetcher };
        let courier = Courier::new(webhooks.clone(), Pace::default());
        shutdown.spawn(courier.run(shutdown.clone()));
        shutdown.spawn(webhooks.clone().keep_tidy(shutdown.clone()));
        Ok(webhooks)
    }

    /// Where to tell of a job, or of several, that this principal asks for: to be kept with each
    /// of them as it is made.
    ///
    /// # Errors
    ///
    /// Beside the field of `webhook` that cannot be used.
    pub(crate) async fn for_jobs(
        &self,
        principal: &Principal,
        wanted: Option<NewWebhook>,
    ) -> Result<Option<Target>> {
        let Some(wanted) = wanted else { return Ok(None) };
        if principal.role == Role::Guest {
            return Err(Error::Forbidden(FOR_WHOM));
        }
        let target = self.target_of(principal, wanted).await;
        target.map(Some).map_err(|error| error.within("webhook"))
    }

    /// Where this principal wants to be told, with the secret of a webhook of theirs where they
    /// give none.
    async fn target_of(&self, principal: &Principal, wanted: NewWebhook) -> Result<Target> {
        let url = target::address(&wanted.url, &self.fetcher)?;
        let secret = if let Some(secret) = &wanted.secret {
            target::secret(secret)?
        } else {
            let own = self.db.webhook_secret(principal.id, url.as_str()).await?;
            own.ok_or_else(|| Error::field("secret", NO_SECRET))?
        };
        Ok(Target { url, secret, events: target::events(wanted.events)? })
    }

    /// The webhooks for all jobs of this principal.
    pub(crate) async fn list(&self, principal: &Principal) -> Result<Vec<Webhook>> {
        Ok(self.db.webhooks_of(principal.id).await?)
    }

    /// A webhook for all jobs of this principal, from now on.
    pub(crate) async fn create(
        &self,
        principal: &Principal,
        wanted: NewWebhook,
    ) -> Result<MadeWebhook> {
        let url = target::address(&wanted.url, &self.fetcher)?;
        let secret = wanted.secret.as_deref().map(target::secret).transpose()?;
        let secret = secret.unwrap_or_else(Secret::random);
        let target = Target { url, secret, events: target::events(wanted.events)? };
        let webhook = Webhook {
            id: Uuid::now_v7(),
            url: target.url.to_string(),
            events: target.events.clone(),
            created_at: now(),
            disabled_at: None,
        };
        let secret = target.secret.reveal();
        match self
            .db
            .add_webhook(principal.id, (webhook.id, webhook.created_at, target), MOST)
            .await?
        {
            Added::Done => Ok(MadeWebhook { webhook, secret }),
            Added::Twice => Err(Error::Conflict(
                "you have a webhook of this address; delete it to make another".into(),
            )),
            Added::TooMany => Err(Error::Conflict(format!(
                "you have {MOST} webhooks; delete one that is not used any more"
            ))),
        }
    }

    /// Removes one of them with all that was told through it; its address.
    pub(crate) async fn remove(&self, principal: &Principal, id: Uuid) -> Result<String> {
        let removed = self.db.remove_webhook(principal.id, id).await?;
        removed.ok_or(Error::NotFound("webhook"))
    }

    /// What was told on behalf of this principal; to an owner also what was told as the
    /// configuration says.
    pub(crate) async fn deliveries(
        &self,
        principal: &Principal,
        filter: DeliveryFilter,
    ) -> Result<DeliveryPage> {
        let filter = DeliveryFilter { of_house: principal.may_keep_house(), ..filter };
        Ok(self.db.deliveries(principal.id, &filter).await?)
    }

    /// Tells it again, under its `webhook-id`, as if for the first time.
    pub(crate) async fn replay(&self, principal: &Principal, id: Uuid) -> Result<Delivery> {
        let whose = (principal.id, principal.may_keep_house());
        let replayed = self.db.replay_delivery(whose, id).await?;
        replayed.ok_or(Error::NotFound("delivery"))
    }

    /// Forgets what was told long ago, until shutdown begins.
    async fn keep_tidy(self, shutdown: Shutdown) {
        let mut stop = std::pin::pin!(shutdown.started());
        loop {
            match self.db.forget_deliveries(now() - LOG, BATCH).await {
                // There may be more.
                Ok(forgotten) if forgotten == u64::from(BATCH) => continue,
                Ok(_) => (),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "could not forget deliveries");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOKING) => (),
                () = &mut stop => return,
            }
        }
    }
}

/// Where the configuration wants every job to be told of.
async fn of_house(settings: &WebhookSettings) -> anyhow::Result<Vec<Target>> {
    let Some(file) = &settings.webhook_secret_file else { return Ok(Vec::new()) };
    let secret = house_secret(file).await?;
    let target = |url: &url::Url| Target {
        url: url.clone(),
        secret: secret.clone(),
        events: WebhookEvent::ENDS.into(),
    };
    Ok(settings.webhooks.iter().map(target).collect())
}

async fn house_secret(file: &Path) -> anyhow::Result<Secret> {
    let text = tokio::fs::read_to_string(file).await;
    let text = text.with_context(|| {
        format!("the file of --webhook-secret-file, {}, cannot be read", file.display())
    })?;
    Secret::parse(&text).with_context(|| {
        format!(
            "{} holds no secret for webhooks: write `whsec_` and 24 to 64 bytes in base64 into \
             it, such as whsec_$(openssl rand -base64 32)",
            file.display()
        )
    })
}
