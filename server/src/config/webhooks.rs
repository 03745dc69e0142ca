//! Whom the house tells of every job.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use url::Url;

use super::shown;
use super::values::http_url;

/// Webhooks of the host. Those of people are theirs.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct WebhookSettings {
    /// Address that is told how every job ends, by Standard Webhooks: whose it was, not what was
    /// asked for. It may be in your own network. May be given several times.
    #[arg(
        long = "webhook",
        env = "PARLOR_WEBHOOK",
        value_name = "URL",
        value_delimiter = ',',
        value_parser = http_url
    )]
    #[serde(serialize_with = "shown::sites")]
    pub webhooks: Vec<Url>,

    /// File with the secret that signs what is told there: `whsec_` and 24 to 64 bytes in base64.
    #[arg(long, env = "PARLOR_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    #[serde(serialize_with = "shown::plainly")]
    pub webhook_secret_file: Option<PathBuf>,
}

impl WebhookSettings {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.webhooks.is_empty() || self.webhook_secret_file.is_some(),
            "name a file with --webhook-secret-file: what --webhook tells is signed"
        );
        Ok(())
    }
}
