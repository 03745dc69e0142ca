//! The settings that are more than a number or a word, parsed once.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, ensure};
use ipnet::IpNet;
use url::Url;

/// Who comes in without an account or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Only this machine can reach the house: whoever comes from it is the owner.
    Home,
    /// Everybody, as a guest; nobody is the owner for being near.
    Open,
    /// Nobody.
    Closed,
}

/// A ComfyUI server, and what guests may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendAddress {
    /// `None` when the host gave none.
    pub name: Option<String>,
    pub url: Url,
}

impl FromStr for BackendAddress {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, address) = match text.split_once('=') {
            Some((name, address)) if !name.contains(':') => (Some(name.trim()), address),
            _ => (None, text),
        };
        ensure!(name != Some(""), "the name before `=` is empty");
        let url = http_url(address)?;
        Ok(Self { name: name.map(str::to_owned), url })
    }
}

/// What programs may call a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    /// Its name in URLs.
    pub workflow: String,
}

impl FromStr for Alias {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, workflow) = text.split_once('=').context("write it as NAME=SLUG")?;
        let (name, workflow) = (name.trim().to_owned(), workflow.trim().to_owned());
        ensure!(!name.is_empty() && !workflow.is_empty(), "write it as NAME=SLUG");
        Ok(Self { name, workflow })
    }
}

/// Scheme, host and port of a site, exactly as a browser sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// `https://shop.example.org`, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        ensure!(text != "*", "`*` would let every site in: name each one");
        let url = http_url(text)?;
        ensure!(
            url.path() == "/" && url.query().is_none(),
            "an origin has no path: write only {}",
            url.origin().ascii_serialization(),
        );
        Ok(Self(url.origin().ascii_serialization()))
    }
}

/// The address people type to reach this house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    url: Url,
}

impl PublicUrl {
    /// What stands before every path, with a slash at both ends.
    pub fn base_path(&self) -> &str {
        self.url.path()
    }

    /// Whether browsers come by https.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host name, without the port.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// As a browser names the site.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl FromStr for PublicUrl {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut url = http_url(text)?;
        ensure!(
            url.query().is_none() && url.fragment().is_none(),
            "leave out what follows the path"
        );
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self { url })
    }
}

/// A network such as `10.0.0.0/8`, or one address.
pub(super) fn network(text: &str) -> anyhow::Result<IpNet> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address
        .or_else(|_| text.parse())
        .with_context(|| format!("`{text}` is no network; write 10.0.0.0/8 or one address"))
}

/// A whole URL of a server.
pub(super) fn http_url(text: &str) -> anyhow::Result<Url> {
    let url: Url =
        text.trim().parse().with_context(|| "write a whole URL, such as http://127.0.0.1:8188")?;
    ensure!(
        matches!(url.scheme(), "http" | "https") && url.has_host(),
        "write a whole URL that begins with http:// or https://"
    );
    ensure!(url.username().is_empty() && url.password().is_none(), "leave out name and password");
    Ok(url)
}

/// Where this platform keeps the data of applications; `parlor-data` in the
/// working folder for a user without a home.
pub(super) fn default_data() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let folder = if cfg!(windows) {
        set("LOCALAPPDATA").map(|base| base.join("Parlor"))
    } else if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Application Support/Parlor"))
    } else {
        let base = set("XDG_DATA_HOME").or_else(|| home.map(|home| home.join(".local/share")));
        base.map(|base| base.join("parlor"))
    };
    folder.unwrap_or_else(|| PathBuf::from("parlor-data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_may_have_a_name() {
        let named: BackendAddress = "attic=http://10.0.0.2:8188".parse().unwrap();
        assert_eq!(named.name.as_deref(), Some("attic"));
        let plain: BackendAddress = "http://10.0.0.2:8188/?a=b".parse().unwrap();
        assert_eq!(plain.name, None);
    }

    #[test]
    fn an_origin_is_kept_as_browsers_send_it() {
        let origin: Origin = "HTTPS://Shop.Example.org:443/".parse().unwrap();
        assert_eq!(origin.as_str(), "https://shop.example.org");
        for wrong in ["*", "shop.example.org", "https://a.org/page", "ftp://a.org"] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_public_url_ends_with_a_slash() {
        let url: PublicUrl = "https://example.org/art".parse().unwrap();
        assert_eq!((url.base_path(), url.host(), url.is_https()), ("/art/", "example.org", true));
        assert_eq!(url.origin(), "https://example.org");
    }

    #[test]
    fn a_network_may_be_one_address() {
        assert_eq!(network("10.0.0.1").unwrap().prefix_len(), 32);
        assert_eq!(network("fd00::/8").unwrap().prefix_len(), 8);
        assert!(network("localhost").is_err());
    }
}
