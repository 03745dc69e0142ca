//! Asking at an address that somebody names, without being led anywhere else.
//!
//! Whoever can make a server fetch an address can make it look at its own
//! network. So a name is resolved here (`names`), only public addresses are
//! connected to (`public`), exactly those that were looked at, each redirection is
//! looked at again, and whatever goes wrong is told in the same words.

mod names;
mod public;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context as _;
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use comfy::client::Trust;
use futures_util::TryStreamExt as _;
use ipnet::IpNet;
use reqwest::header::LOCATION;
use tokio::sync::OnceCell;
use url::{Host, Url};

use names::{Names, System};
use public::is_public;

/// How often an address may lead to another one.
const REDIRECTIONS: usize = 3;

/// How long the whole may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Why nothing was fetched. The same for an address that is not there and for one that may not be
/// asked: the difference would tell what is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error(
        "nothing could be fetched from this address; it must begin with https:// and be public"
    )]
    Nothing,
    #[error("what is at this address is larger than {} MB", .0 >> 20)]
    TooLarge(usize),
}

/// Something that is handed in at an address.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// From looking the name up to the head of the answer.
    pub(crate) deadline: Duration,
}

/// The head of an answer. Nothing else of it is read.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// Asks at addresses that people name. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    /// Plain `http` will do.
    http: bool,
    /// Networks that may be asked though they are not public.
    besides: Arc<[IpNet]>,
    /// Whose certificates count: read when first needed.
    trust: Arc<OnceCell<Trust>>,
    names: Arc<dyn Names>,
}

impl Fetcher {
    /// `http` allows plain HTTP, `besides` are networks allowed though they are not public.
    pub fn new(http: bool, besides: &[IpNet]) -> Self {
        let names = Arc::new(System);
        Self { http, besides: besides.into(), trust: Arc::default(), names }
    }

    /// For addresses of the configuration: the host may name their own network.
    pub(crate) fn of_host(&self) -> Self {
        let everywhere = ["0.0.0.0/0", "::/0"];
        let besides = everywhere.map(|net| net.parse().expect("these are networks"));
        Self { http: true, besides: besides.into(), ..self.clone() }
    }

    /// What is at `url`, at most `limit` bytes of it.
    ///
    /// # Errors
    ///
    /// In words that may be shown to whoever asked.
    pub async fn fetch(&self, url: &str, limit: usize) -> Result<Bytes, FetchError> {
        let fetched = tokio::time::timeout(DEADLINE, self.follow(url, limit)).await;
        match fetched.context("it took too long").and_then(|fetched| fetched) {
            Ok(Some(content)) => Ok(content),
            Ok(None) => Err(FetchError::TooLarge(limit)),
            Err(error) => Err(untold(&error)),
        }
    }

    /// Hands something in at `url`. A redirection is an answer like any other.
    ///
    /// # Errors
    ///
    /// [`FetchError::Nothing`], whatever the reason.
    pub(crate) async fn post(&self, url: &Url, post: Post) -> Result<Answered, FetchError> {
        let Post { headers, body, deadline } = post;
        let work = async {
            let request = self.client(url).await?.post(url.clone());
            anyhow::Ok(request.headers(headers).body(body).send().await?)
        };
        let answer = tokio::time::timeout(deadline, work).await;
        let answer = answer.context("it took too long").and_then(|answer| answer);
        let answer = answer.map_err(|error| untold(&error))?;
        // What follows the head is dropped with the connection.
        Ok(Answered { status: answer.status(), headers: answer.headers().clone() })
    }

    /// Whether `url` can be asked at all, as far as that can be seen from it.
    pub(crate) fn admits(&self, url: &Url) -> bool {
        let open = match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(ip)) => self.is_open(ip.into()),
            Some(Host::Ipv6(ip)) => self.is_open(ip.into()),
            None => false,
        };
        open && self.speaks(url.scheme())
    }

    /// `None` when it is too large.
    async fn follow(&self, url: &str, limit: usize) -> anyhow::Result<Option<Bytes>> {
        let mut url = Url::parse(url)?;
        for _ in 0..=REDIRECTIONS {
            let response = self.client(&url).await?.get(url.clone()).send().await?;
            if response.status().is_redirection() {
                let to = response.headers().get(LOCATION).context("it leads nowhere")?;
                url = url.join(to.to_str()?)?;
                continue;
            }
            let response = response.error_for_status()?;
            let mut content = BytesMut::new();
            let mut body = response.bytes_stream();
            while let Some(piece) = body.try_next().await? {
                if content.len() + piece.len() > limit {
                    return Ok(None);
                }
                content.extend_from_slice(&piece);
            }
            return Ok(Some(content.freeze()));
        }
        anyhow::bail!("it leads from one address to the next")
    }

    /// What asks at `url`, and of the host there only the one address that was looked at.
    async fn client(&self, url: &Url) -> anyhow::Result<reqwest::Client> {
        let scheme = url.scheme();
        anyhow::ensure!(self.speaks(scheme), "{scheme} is not allowed");
        let port = url.port_or_known_default().context("it has no port")?;
        let mut client = comfy::client::builder(self.trust(scheme).await?);
        match url.host().context("it names no host")? {
            Host::Domain(name) => {
                let found = self.names.look_up(name.to_owned(), port).await?;
                let open = found.into_iter().find(|address| self.is_open(address.ip()));
                client = client.resolve(name, open.context("the name leads to no public address")?);
            }
            Host::Ipv4(ip) => self.check(ip.into())?,
            Host::Ipv6(ip) => self.check(ip.into())?,
        }
        Ok(client.build()?)
    }

    fn speaks(&self, scheme: &str) -> bool {
        scheme == "https" || (self.http && scheme == "http")
    }

    fn check(&self, ip: IpAddr) -> anyhow::Result<()> {
        anyhow::ensure!(self.is_open(ip), "{ip} is not public");
        Ok(())
    }

    fn is_open(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.besides.iter().any(|net| net.contains(&ip))
    }

    async fn trust(&self, scheme: &str) -> anyhow::Result<&Trust> {
        static NOBODY: LazyLock<Trust> = LazyLock::new(Trust::nobody);
        if scheme == "http" {
            return Ok(&NOBODY);
        }
        let read = || tokio::task::spawn_blocking(|| Trust::of_this_machine(None));
        self.trust.get_or_try_init(|| async { anyhow::Ok(read().await??) }).await
    }
}

/// Whatever the reason, in the same words.
fn untold(error: &anyhow::Error) -> FetchError {
    tracing::debug!(error = format!("{error:#}"), "an address was not asked");
    FetchError::Nothing
}
