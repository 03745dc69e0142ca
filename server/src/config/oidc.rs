//! An identity provider that is believed about who somebody is.

use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use serde::Serialize;
use url::{Host, Url};

use super::shown;

/// OpenID Connect. Without an issuer, nobody signs in elsewhere.
#[derive(Debug, Clone, Args, Serialize)]
pub struct OidcSettings {
    /// Identity provider (OpenID Connect) at which people may sign in, by its
    /// issuer, such as `https://id.example.org`.
    #[arg(long, env = "PARLOR_OIDC_ISSUER", value_name = "URL")]
    #[serde(serialize_with = "shown::plainly")]
    pub oidc_issuer: Option<Url>,

    /// What the identity provider calls this house.
    #[arg(long, env = "PARLOR_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,

    /// File with the secret that the identity provider gave this house, if it
    /// gave one.
    #[arg(long, env = "PARLOR_OIDC_SECRET_FILE", value_name = "FILE")]
    #[serde(serialize_with = "shown::plainly")]
    pub oidc_secret_file: Option<PathBuf>,

    /// Let in only whose verified mail address is of this domain, such as
    /// `example.org`. May be given several times. Without it, the identity
    /// provider alone decides who comes in.
    #[arg(
        long = "oidc-domain",
        env = "PARLOR_OIDC_DOMAIN",
        value_name = "DOMAIN",
        value_delimiter = ','
    )]
    pub oidc_domains: Vec<String>,

    /// Whoever has this verified mail address comes in as an owner, when they
    /// come first.
    #[arg(
        long = "oidc-owner",
        env = "PARLOR_OIDC_OWNER",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub oidc_owners: Vec<String>,
}

impl OidcSettings {
    /// Where people sign in, as they know it.
    pub(crate) fn host(&self) -> Option<String> {
        Some(self.oidc_issuer.as_ref()?.host_str()?.to_owned())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Some(issuer) = &self.oidc_issuer else {
            ensure!(
                self.oidc_client_id.is_none() && self.oidc_secret_file.is_none(),
                "name the identity provider with --oidc-issuer"
            );
            return Ok(());
        };
        if self.oidc_client_id.is_none() {
            bail!("say with --oidc-client-id what {issuer} calls this house");
        }
        ensure!(
            issuer.scheme() == "https" || is_this_machine(issuer),
            "--oidc-issuer begins with https://: whoever stands between could sign in as anybody"
        );
        Ok(())
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
