//! OpenID Connect: who somebody is, said by somebody who is believed.
//!
//! The authorization code flow with PKCE, state and nonce. A browser leaves with
//! a cookie from which all three follow, so nothing is kept here meanwhile, and
//! whoever comes back without it comes in as nobody. `token` reads what the
//! provider says.

mod token;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use reqwest::{Client, RequestBuilder};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use super::Attempt;
use crate::config::{Config, OidcSettings};
use token::Claims;

/// For each of the few requests that a provider is sent.
const DEADLINE: Duration = Duration::from_secs(10);
/// Most that a provider may answer, in bytes.
const LONGEST: usize = 1 << 20;
/// How long it is believed about its addresses.
const KNOWN_FOR: Duration = Duration::from_hours(1);
/// How long it is left alone after it did not answer.
const REST: Duration = Duration::from_secs(5);

/// Somebody, as their provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) issuer: String,
    /// Theirs for ever; nobody else's.
    pub(crate) subject: String,
    /// What they may be called.
    pub(crate) name: Option<String>,
    /// Whether they are to keep the house.
    pub(crate) owner: bool,
}

/// Why nobody came in.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The provider cannot be asked, or makes no sense.
    Provider(anyhow::Error),
    /// Who they are does not let them in here.
    NotOurs,
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Provider(error)
    }
}

/// An identity provider, and what it calls this house.
#[derive(Debug)]
pub(crate) struct Provider {
    issuer: Url,
    client_id: String,
    secret: Option<String>,
    settings: OidcSettings,
    /// Where it sends people back to.
    back: String,
    http: Client,
    /// Held while it is asked, by which everybody who wants to leave waits for
    /// one answer.
    known: Mutex<Known>,
}

/// What a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What was found out about a provider, and when that failed last.
#[derive(Debug, Default)]
struct Known {
    found: Option<(Instant, Discovered)>,
    failed: Option<Instant>,
}

/// What a code is worth.
#[derive(Deserialize)]
struct Redeemed {
    id_token: String,
    access_token: Option<String>,
}

impl Provider {
    /// The one that the configuration names, if it does.
    ///
    /// # Errors
    ///
    /// When its secret cannot be read.
    pub(crate) async fn configured(config: &Config) -> anyhow::Result<Option<Self>> {
        let settings = config.oidc.clone();
        let (Some(issuer), Some(client_id)) = (&settings.oidc_issuer, &settings.oidc_client_id)
        else {
            return Ok(None);
        };
        let secret = match &settings.oidc_secret_file {
            Some(file) => Some(tokio::fs::read_to_string(file).await.with_context(|| {
                format!("the file of --oidc-secret-file, {}, cannot be read", file.display())
            })?),
            None => None,
        };
        let trust = crate::app::trust(config, std::iter::once(issuer)).await?;
        let home = config.address_to_open(config.listen);
        Ok(Some(Self {
            http: comfy::client::builder(&trust).timeout(DEADLINE).build()?,
            back: format!("{}/api/parlor/v1/session/oidc/return", home.trim_end_matches('/')),
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            secret: secret.map(|secret| secret.trim().to_owned()),
            known: Mutex::default(),
            settings,
        }))
    }

    /// Where a browser is sent, to come back with a code for this attempt.
    pub(crate) async fn door(&self, attempt: &Attempt) -> anyhow::Result<Url> {
        let mut door = Url::parse(&self.discovered().await?.authorization_endpoint)?;
        let hash = BASE64.encode(digest(&SHA256, attempt.verifier.as_bytes()));
        door.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.back)
            .append_pair("scope", "openid profile email")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &hash)
            .append_pair("code_challenge_method", "S256");
        Ok(door)
    }

    /// Who came back with this code.
    pub(crate) async fn redeem(&self, code: &str, attempt: &Attempt) -> Result<Identity, Trouble> {
        let found = self.discovered().await?;
        let redeemed: Redeemed = read(self.asking(&found, code, attempt)).await?;
        let keys = read(self.http.get(&found.jwks_uri)).await?;
        let expected = (found.issuer.as_str(), self.client_id.as_str());
        let mut claims = token::verified(&redeemed.id_token, &keys, expected)?;
        if claims.nonce.as_deref() != Some(&attempt.nonce) {
            return Err(anyhow::anyhow!("the ID token is of another attempt").into());
        }
        // Some say there what they do not say in the token.
        if claims.email.is_none()
            && let (Some(at), Some(access)) = (&found.userinfo_endpoint, &redeemed.access_token)
        {
            let more: Claims = read(self.http.get(at).bearer_auth(access)).await?;
            if more.sub != claims.sub {
                return Err(anyhow::anyhow!("the user info is somebody else's").into());
            }
            claims = more;
        }
        self.admitted(found.issuer, claims)
    }

    fn admitted(&self, issuer: String, claims: Claims) -> Result<Identity, Trouble> {
        let address = claims.verified_email();
        let domain = address.as_deref().and_then(|address| address.rsplit_once('@'));
        let domains = &self.settings.oidc_domains;
        let is_ours =
            |(_, domain): (&str, &str)| domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
        if !domains.is_empty() && !domain.is_some_and(is_ours) {
            return Err(Trouble::NotOurs);
        }
        let owner = address.as_deref().is_some_and(|address| {
            self.settings.oidc_owners.iter().any(|own| own.eq_ignore_ascii_case(address))
        });
        let names = [claims.preferred_username, claims.name];
        let before_at = address.as_deref().and_then(|address| address.split('@').next());
        let name = names.into_iter().flatten().next().or(before_at.map(str::to_owned));
        Ok(Identity { issuer, subject: claims.sub, name, owner })
    }

    /// The request that a code is redeemed by.
    fn asking(&self, found: &Discovered, code: &str, attempt: &Attempt) -> RequestBuilder {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.back)
            .append_pair("code_verifier", &attempt.verifier);
        let methods = found.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let basic = methods.is_empty() || methods.iter().any(|way| way == "client_secret_basic");
        let mut request = self.http.post(&found.token_endpoint);
        match &self.secret {
            Some(secret) if basic => {
                let encoded = |text: &str| -> String {
                    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                request = request.basic_auth(encoded(&self.client_id), Some(encoded(secret)));
            }
            Some(secret) => {
                form.append_pair("client_id", &self.client_id).append_pair("client_secret", secret);
            }
            None => {
                form.append_pair("client_id", &self.client_id);
            }
        }
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(form.finish())
    }

    async fn discovered(&self) -> anyhow::Result<Discovered> {
        let mut known = self.known.lock().await;
        if let Some((at, found)) = &known.found
            && at.elapsed() < KNOWN_FOR
        {
            return Ok(found.clone());
        }
        // Whoever waited for this answer does not wait for another.
        ensure!(known.failed.is_none_or(|at| at.elapsed() > REST), "it did not answer just now");
        let found = self.discover().await;
        match &found {
            Ok(found) => known.found = Some((Instant::now(), found.clone())),
            Err(_) => known.failed = Some(Instant::now()),
        }
        found
    }

    async fn discover(&self) -> anyhow::Result<Discovered> {
        let base = self.issuer.as_str().trim_end_matches('/');
        let at = format!("{base}/.well-known/openid-configuration");
        let found: Discovered = read(self.http.get(at)).await?;
        ensure!(
            found.issuer.trim_end_matches('/') == base,
            "it calls itself {}, and not {base}",
            found.issuer
        );
        let more = found.userinfo_endpoint.iter();
        let addresses = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        for address in addresses.into_iter().chain(more) {
            let address = Url::parse(address)?;
            // What begins with https goes on so.
            if address.scheme() != "https" && address.scheme() != self.issuer.scheme() {
                bail!("its address {address} is not https");
            }
        }
        Ok(found)
    }
}

/// The answer in JSON, if it is one and not too long.
async fn read<T: DeserializeOwned>(request: RequestBuilder) -> anyhow::Result<T> {
    let mut response = request.send().await?.error_for_status()?;
    let mut content = Vec::new();
    while let Some(piece) = response.chunk().await? {
        content.extend_from_slice(&piece);
        ensure!(content.len() <= LONGEST, "it answers without end");
    }
    serde_json::from_slice(&content).context("it answers something else")
}
