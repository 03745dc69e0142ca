//! Fetching what somebody names by address, without being led anywhere else.
//!
//! Whoever can make a server fetch an address can make it look at its own
//! network. So a name is resolved here, only public addresses are connected to,
//! exactly those that were looked at, each redirection is looked at again, and
//! whatever goes wrong is told in the same words.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use comfy::client::Trust;
use futures_util::TryStreamExt as _;
use ipnet::IpNet;
use reqwest::header::LOCATION;
use tokio::sync::OnceCell;
use url::{Host, Url};

/// How often an address may lead to another one.
const REDIRECTIONS: usize = 3;

/// How long the whole may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Addresses that are not on the public internet, or lead to ones that may not be: IANA's registries
/// of special-purpose addresses (RFC 6890), and what carries IPv4 inside of IPv6.
const NOT_PUBLIC: [&str; 27] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

static CLOSED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    NOT_PUBLIC.iter().map(|net| net.parse().expect("a test reads every network")).collect()
});

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

/// Fetches from addresses that people name. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    /// Plain `http` will do.
    http: bool,
    /// Networks that may be asked though they are not public.
    besides: Arc<[IpNet]>,
    /// Whose certificates count: read when first needed.
    trust: Arc<OnceCell<Trust>>,
}

impl Fetcher {
    /// `http` allows plain HTTP, `besides` are networks allowed though they are not public.
    pub fn new(http: bool, besides: &[IpNet]) -> Self {
        Self { http, besides: besides.into(), trust: Arc::default() }
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
            Err(error) => {
                tracing::debug!(error = format!("{error:#}"), "an address was not fetched");
                Err(FetchError::Nothing)
            }
        }
    }

    /// `None` when it is too large.
    async fn follow(&self, url: &str, limit: usize) -> anyhow::Result<Option<Bytes>> {
        let mut url = Url::parse(url)?;
        for _ in 0..=REDIRECTIONS {
            let response = self.ask(&url).await?;
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

    /// Asks the one address that was looked at.
    async fn ask(&self, url: &Url) -> anyhow::Result<reqwest::Response> {
        let scheme = url.scheme();
        anyhow::ensure!(
            scheme == "https" || (self.http && scheme == "http"),
            "{scheme} is not allowed"
        );
        let port = url.port_or_known_default().context("it has no port")?;
        let mut client = comfy::client::builder(self.trust(scheme).await?);
        match url.host().context("it names no host")? {
            Host::Domain(name) => {
                let found: Vec<SocketAddr> = tokio::net::lookup_host((name, port)).await?.collect();
                let open = found.into_iter().find(|address| self.is_open(address.ip()));
                client = client.resolve(name, open.context("the name leads to no public address")?);
            }
            Host::Ipv4(ip) => self.check(ip.into())?,
            Host::Ipv6(ip) => self.check(ip.into())?,
        }
        Ok(client.build()?.get(url.clone()).send().await?)
    }

    fn check(&self, ip: IpAddr) -> anyhow::Result<()> {
        anyhow::ensure!(self.is_open(ip), "{ip} is not public");
        Ok(())
    }

    fn is_open(&self, ip: IpAddr) -> bool {
        let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&ip));
        // All that is public of IPv6 (RFC 4291 §2.4, IANA's registry of address space).
        let global = |ip: Ipv6Addr| ip.segments()[0] >> 13 == 1;
        let closed = matches!(ip, IpAddr::V6(ip) if !global(ip)) || within(&CLOSED);
        within(&self.besides) || !closed
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    use super::*;

    /// A server of this machine, and what may ask it.
    async fn inside() -> (String, Fetcher) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/file", get(|| async { "content" }))
            .route("/away", get(|| async { Redirect::to("http://127.0.0.2:1/file") }))
            .route("/round", get(|| async { Redirect::to("/round") }))
            .route("/near", get(|| async { Redirect::to("/file") }));
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (format!("http://{address}"), Fetcher::new(true, &["127.0.0.1/32".parse().unwrap()]))
    }

    // safety 30
    #[test]
    fn only_public_addresses_are_asked() {
        let fetcher = Fetcher::new(false, &[]);
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2002:a00:1::",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "fec0::2",
            "5f00::1",
            "4000::1",
        ] {
            assert!(!fetcher.is_open(closed.parse().unwrap()), "{closed}");
        }
        for open in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(fetcher.is_open(open.parse().unwrap()), "{open}");
        }
    }

    // safety 30
    #[tokio::test]
    async fn whatever_goes_wrong_is_told_alike() {
        let (base, _) = inside().await;
        let fetcher = Fetcher::new(true, &[]);
        let inside = format!("{base}/file");
        for url in [
            &*inside,
            "http://localhost:1/",
            "http://[::1]:1/",
            "http://no.such.name.invalid/",
            "file:///etc/passwd",
            "gopher://1.1.1.1/",
            "no address",
            "http://0177.0.0.1/",
            "http://2130706433/",
        ] {
            assert_eq!(fetcher.fetch(url, 100).await, Err(FetchError::Nothing), "{url}");
        }
        let only_https = Fetcher::new(false, &["127.0.0.0/8".parse().unwrap()]);
        assert_eq!(only_https.fetch(&inside, 100).await, Err(FetchError::Nothing));
    }

    // safety 30
    #[tokio::test]
    async fn each_redirection_is_looked_at_again() {
        let (base, fetcher) = inside().await;
        assert_eq!(fetcher.fetch(&format!("{base}/near"), 100).await.unwrap(), "content");
        for odd in ["away", "round"] {
            assert_eq!(
                fetcher.fetch(&format!("{base}/{odd}"), 100).await,
                Err(FetchError::Nothing),
                "{odd}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_too_large_is_broken_off() {
        let (base, fetcher) = inside().await;
        assert_eq!(fetcher.fetch(&format!("{base}/file"), 3).await, Err(FetchError::TooLarge(3)));
    }
}
